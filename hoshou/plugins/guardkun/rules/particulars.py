"""What the application form says about the enrolled member, complete or not at all (B-043, B-065)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.base.mail_addresses import mail_domain
from hoshou.plugins.guardkun.rules.lines import check_all, one_line, optional_line

PARTICULARS_LABELS = {
    "company_name": N_("会社名"),
    "company_kana": N_("会社名（フリガナ）"),
    "representative_title": N_("代表者役職"),
    "representative": N_("代表者名"),
    "postal_code": N_("郵便番号"),
    "address": N_("所在地"),
    "phone": N_("電話番号"),
    "email": N_("メールアドレス"),
}
_LONGEST = {
    "company_name": 100,
    "company_kana": 100,
    "representative_title": 40,
    "representative": 100,
    "address": 200,
}
_POSTAL_CODE = re.compile(r"([0-9]{3})-?([0-9]{4})")
_PHONE = re.compile(r"0[0-9()-]{8,18}")


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """Name, representative and address of an enrolled member; all but ``email`` are required."""

    company_name: str = ""
    company_kana: str = ""
    representative_title: str = ""
    representative: str = ""
    postal_code: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


def check_facts(typed: MemberFacts) -> MemberFacts:
    """The facts as they are kept.

    Raises Invalid with every fault: ``missing``, ``unprintable``, ``too_long``, ``postal_code``, ``phone``,
    ``invalid_address``.
    """
    values: Mapping[str, str] = asdict(typed)
    checks = {name: partial(one_line, values[name], name, longest) for name, longest in _LONGEST.items()}
    return MemberFacts(
        **check_all(
            {
                **checks,
                "postal_code": partial(_postal_code, typed.postal_code),
                "phone": partial(check_phone, typed.phone),
                "email": partial(_email, typed.email),
            }
        )
    )


def differences(old: MemberFacts, new: MemberFacts) -> dict[str, tuple[str, str]]:
    """What changed: old and new value by the fact's name."""
    before, after = asdict(old), asdict(new)
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def _postal_code(text: str) -> str:
    found = _POSTAL_CODE.fullmatch(fold(one_line(text, "postal_code", 20)))
    if found is None:
        raise Refused("postal_code", N_("郵便番号は「100-0001」の形で入力してください。"), field="postal_code")
    return f"{found[1]}-{found[2]}"


def check_phone(text: str, field: str = "phone") -> str:
    """A Japanese telephone number. Raises Refused ``missing`` or ``phone``."""
    phone = fold(one_line(text, field, 40))
    if not _PHONE.fullmatch(phone):
        raise Refused("phone", N_("電話番号は「03-1234-5678」の形で入力してください。"), field=field)
    return phone


def _email(text: str) -> str:
    address = optional_line(text, "email", 254)
    if address:
        try:
            mail_domain(address)
        except Refused as error:
            raise Refused(error.code, error.message, field="email") from error
    return address

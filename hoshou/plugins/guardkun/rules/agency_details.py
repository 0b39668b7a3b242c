"""An agency's data has to be complete before it quotes: it is printed on the certificate (B-065, Q7)."""

from collections.abc import Callable, Iterator, Mapping

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.rules.insurers import (
    CodeForm,
    require_office_code,
    require_registration_number,
    require_share_pattern,
)

MISSING: Mapping[str, str] = {
    "contact_name": N_("代理店情報の担当者名が入力されていません。"),
    "phone": N_("代理店情報の電話番号が入力されていません。"),
    "postal_code": N_("代理店情報の郵便番号が入力されていません。"),
    "address": N_("代理店情報の住所が入力されていません。"),
}


def require_complete(details: Mapping[str, str], form: CodeForm) -> None:
    """Raise Invalid with a refusal for each of the agency's fields that is missing or wrong.

    ``details`` are the registration's fields by name; ``form`` is how its insurer writes codes. The codes are
    ``agency_incomplete``, ``registration_number``, ``office_code`` and ``share_pattern``; ``field`` names the field.
    """
    faults = [
        Refused("agency_incomplete", message, field=name)
        for name, message in MISSING.items()
        if not details[name].strip()
    ]
    faults += _refusals(
        lambda: require_registration_number(details["registration_number"]),
        lambda: require_office_code(form, details["office_code"]),
        lambda: require_share_pattern(form, details["share_pattern"]),
    )
    if faults:
        raise Invalid(faults)


def _refusals(*checks: Callable[[], None]) -> Iterator[Refused]:
    for check in checks:
        try:
            check()
        except Refused as refusal:
            yield refusal

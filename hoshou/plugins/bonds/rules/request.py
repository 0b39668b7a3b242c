"""What an upload must say, and when it is refused (A-001, A-002, A-007, A-009, A-010, A-016, A-017)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.base.mail_addresses import comparable_address
from hoshou.plugins.bonds.rules.kinds import ContractType, FileKind, Submission

RELEASED_ON = date(2025, 12, 1)
"""Documents issued before the release are not held (manual Q12)."""

Kind = TypeVar("Kind", bound=StrEnum)

POLICY_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{2,39}")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no line of a mail may hold, hence no value that goes into one."""
IDENTIFIER = re.compile(r"[0-9]{1,9}")

NAME_MAX = 200
PROJECT_MAX = 300


@dataclass(frozen=True)
class UploadForm:
    """An upload as it was typed. Dates are ISO texts; addresses come twice to catch slips.

    ``kind`` is that of the files that don't state their own.
    """

    insurer_id: str = ""
    agency_id: str = ""
    policy_number: str = ""
    contract_type: str = ""
    national_direct: bool = False
    submission: str = Submission.ELECTRONIC
    contract_date: str = ""
    insurance_start: str = ""
    insurance_end: str = ""
    contractor_name: str = ""
    contractor_email: str = ""
    contractor_email_again: str = ""
    orderer_name: str = ""
    project_name: str = ""
    override_reason: str = ""
    kind: str = FileKind.CERTIFICATE
    replaces: str = ""


@dataclass(frozen=True)
class UploadRequest:
    """An upload whose every value is right by itself. ``replaces`` is the number of a wrong file in the folder."""

    insurer_id: int
    agency_id: int | None
    policy_number: str
    contract_type: ContractType
    national_direct: bool
    submission: Submission
    contract_date: date
    insurance_start: date
    insurance_end: date
    contractor_name: str
    contractor_email: str
    orderer_name: str
    project_name: str
    override_reason: str
    kind: FileKind
    replaces: int | None


def normal_policy_number(text: str) -> str:
    """The one form of a policy number: half width, upper case, without white space."""
    return re.sub(r"\s+", "", fold(text)).upper()


class _Fields:
    """Reads one field after the other and collects what is wrong."""

    def __init__(self) -> None:
        self.errors: list[Refused] = []

    def refuse(self, field: str, code: str, message: str) -> None:
        self.errors.append(Refused(code, message, field=field))

    def number(self, field: str, text: str, missing: str) -> int:
        if IDENTIFIER.fullmatch(text.strip()):
            return int(text)
        self.refuse(field, "missing", missing)
        return 0

    def optional_number(self, field: str, text: str, malformed: str) -> int | None:
        return self.number(field, text, malformed) if text.strip() else None

    def choice(self, field: str, kinds: type[Kind], text: str, missing: str) -> Kind:
        if text in set(kinds):
            return kinds(text)
        self.refuse(field, "missing", missing)
        return next(iter(kinds))

    def day(self, field: str, text: str, missing: str) -> date:
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            self.refuse(field, "missing", missing)
            return date.max

    def line(self, field: str, text: str, longest: int, missing: str | None) -> str:
        line = " ".join(text.split(" ")).strip()
        if not line:
            if missing is not None:
                self.refuse(field, "missing", missing)
        elif CONTROL.search(line):
            self.refuse(field, "control_character", N_("改行などの制御文字は使えません。"))
        elif len(line) > longest:
            self.errors.append(
                Refused("too_long", N_("%(longest)d文字以内で入力してください。"), field=field, longest=longest)
            )
        return line


def check_upload(form: UploadForm) -> UploadRequest:
    """The request, or Invalid with a refusal for each field at fault."""
    fields = _Fields()
    request = UploadRequest(
        insurer_id=fields.number("insurer_id", form.insurer_id, N_("保険会社を選択してください。")),
        agency_id=fields.optional_number("agency_id", form.agency_id, N_("取扱代理店を選択してください。")),
        policy_number=_policy_number(fields, form.policy_number),
        contract_type=fields.choice(
            "contract_type", ContractType, form.contract_type, N_("契約種類を選択してください。")
        ),
        national_direct=form.national_direct,
        submission=fields.choice("submission", Submission, form.submission, N_("提出方法を選択してください。")),
        contract_date=fields.day("contract_date", form.contract_date, N_("契約日を入力してください。")),
        insurance_start=fields.day("insurance_start", form.insurance_start, N_("保険始期を入力してください。")),
        insurance_end=fields.day("insurance_end", form.insurance_end, N_("保険終期を入力してください。")),
        contractor_name=fields.line(
            "contractor_name", form.contractor_name, NAME_MAX, N_("受注者名を入力してください。")
        ),
        contractor_email=_contractor_email(fields, form),
        orderer_name=fields.line("orderer_name", form.orderer_name, NAME_MAX, None),
        project_name=fields.line("project_name", form.project_name, PROJECT_MAX, N_("工事名を入力してください。")),
        override_reason=fields.line("override_reason", form.override_reason, 500, None),
        kind=fields.choice("kind", FileKind, form.kind, N_("ファイルの種類を選択してください。")),
        replaces=fields.optional_number(
            "replaces", form.replaces, N_("差し替えの対象となるファイルを選択してください。")
        ),
    )
    _check_together(fields, request)
    if fields.errors:
        raise Invalid(fields.errors)
    return request


def _check_together(fields: _Fields, request: UploadRequest) -> None:
    faulty = {error.field for error in fields.errors}
    if (
        request.contract_type is ContractType.BID_BOND
        and request.national_direct
        and "contract_type" not in faulty
    ):
        fields.refuse(
            "national_direct",
            "national_bid_bond",
            N_("国土交通省直轄工事においては、入札保証は電子化の対象外とされています。"),
        )
    if request.contract_date < RELEASED_ON and not request.override_reason:
        fields.refuse(
            "override_reason",
            "before_release",
            N_(
                "本システムの対象は2025年12月以降の証券等です。"
                "それより前の契約を登録する場合は、理由を入力してください。"
            ),
        )
    if not faulty & {"insurance_start", "insurance_end"} and request.insurance_end <= request.insurance_start:
        fields.refuse(
            "insurance_end", "end_before_start", N_("保険終期は保険始期より後の日付を入力してください。")
        )


def contractor_address(form: UploadForm) -> str:
    """The contractor's address, typed twice alike. Raises Invalid."""
    fields = _Fields()
    address = _contractor_email(fields, form)
    if fields.errors:
        raise Invalid(fields.errors)
    return address


def _policy_number(fields: _Fields, text: str) -> str:
    number = normal_policy_number(text)
    if not number:
        fields.refuse("policy_number", "missing", N_("証券番号を入力してください。"))
    elif not POLICY_NUMBER.fullmatch(number):
        fields.refuse(
            "policy_number",
            "malformed",
            N_("証券番号は半角英数字とハイフンで、3文字以上40文字以内で入力してください。"),
        )
    return number


def _contractor_email(fields: _Fields, form: UploadForm) -> str:
    if not form.contractor_email.strip():
        fields.refuse("contractor_email", "missing", N_("受注者メールアドレスを入力してください。"))
        return ""
    try:
        address = comparable_address(form.contractor_email.strip())
        again = comparable_address(form.contractor_email_again.strip()) if form.contractor_email_again else ""
    except Refused as error:
        fields.errors.append(Refused(error.code, error.message, field="contractor_email", **error.values))
        return ""
    if address != again:
        fields.refuse(
            "contractor_email_again",
            "addresses_differ",
            N_("受注者メールアドレスが一致しません。確認のため、同じアドレスを2回入力してください。"),
        )
    return form.contractor_email.strip()

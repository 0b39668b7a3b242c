"""The application form: what is typed, and what of it can stand (A-070, A-072, A-076, D-13, D-14)."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.base.mail_addresses import domain_name, mail_domain
from hoshou.plugins.domains.rules.free_mail import is_free_mail
from hoshou.plugins.domains.rules.stages import Kind

NAME_LENGTH = 200
PERSON_LENGTH = 100
ADDRESS_LENGTH = 254
REASON_LENGTH = 500
PHONE = re.compile(r"\+?[0-9][0-9()-]{8,18}")
UNPRINTABLE = {"Cc", "Cs", "Cn", "Co"}
MISSING = {
    "organisation": N_("団体・組織名を入力してください。"),
    "applicant_name": N_("申請者の氏名を入力してください。"),
}
"""Said of a field that is empty: the list of all faults stands apart from the fields."""


@dataclass(frozen=True)
class ApplicationForm:
    """The form as it was typed. ``consent`` is empty unless its box was ticked."""

    kind: str = ""
    domain: str = ""
    new_domain: str = ""
    organisation: str = ""
    department: str = ""
    applicant_name: str = ""
    email: str = ""
    phone: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Details:
    """A form without a fault. ``new_domain`` is empty but for a change."""

    kind: Kind
    domain: str
    new_domain: str
    organisation: str
    department: str
    applicant_name: str
    email: str
    phone: str


def check_form(form: ApplicationForm) -> Details:
    """The form's values as they are kept. Raises Invalid with every fault."""
    faults: list[Refused] = []

    def checked(check: Callable[..., str], *values: object, field: str) -> str:
        try:
            return check(*values)
        except Refused as error:
            message = MISSING.get(field, error.message) if error.code == "text_missing" else error.message
            faults.append(Refused(error.code, message, field=field, **error.values))
            return ""

    if form.kind not in set(Kind):
        faults.append(Refused("kind_missing", N_("申請の種類を選択してください。"), field="kind"))
    is_change = form.kind == Kind.CHANGE
    domain = checked(checked_domain, form.domain, field="domain")
    new_domain = checked(checked_domain, form.new_domain, field="new_domain") if is_change else ""
    if new_domain and new_domain == domain:
        faults.append(Refused("same_domain", N_("変更後のドメインが変更前と同じです。"), field="new_domain"))
    organisation = checked(one_line, form.organisation, NAME_LENGTH, field="organisation")
    department = checked(one_line, form.department, NAME_LENGTH, field="department") if form.department else ""
    applicant = checked(one_line, form.applicant_name, PERSON_LENGTH, field="applicant_name")
    email = checked(_checked_email, form.email, field="email")
    phone = checked(_checked_phone, form.phone, field="phone")
    if not form.consent:
        faults.append(Refused("consent_missing", N_("内容をご確認のうえ、同意してください。"), field="consent"))
    if faults:
        raise Invalid(faults)
    return Details(Kind(form.kind), domain, new_domain, organisation, department, applicant, email, phone)


def checked_domain(text: str) -> str:
    """The domain in the one form in which it is compared: lower-case ASCII.

    Raises Refused ``invalid_domain`` or ``free_mail_domain``.
    """
    try:
        domain = domain_name(fold(text).lower())
    except Refused as error:
        raise Refused(
            "invalid_domain",
            N_("ドメインの形式が正しくありません。「@」より後ろの部分だけを入力してください。"),
        ) from error
    if is_free_mail(domain):
        raise Refused("free_mail_domain", N_("フリーメールのドメインは登録できません。"))
    return domain


def one_line(text: str, length: int) -> str:
    """The text in one line, without invisible characters and white space around it.

    Raises Refused ``text_missing``, ``text_too_long`` or ``text_unprintable``.
    """
    line = " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())
    if not line:
        raise Refused("text_missing", N_("入力してください。"))
    if len(line) > length:
        raise Refused("text_too_long", N_("%(length)d文字以内で入力してください。"), length=length)
    if any(unicodedata.category(c) in UNPRINTABLE for c in line):
        raise Refused("text_unprintable", N_("使用できない文字が含まれています。"))
    return line


def _checked_email(text: str) -> str:
    address = fold(text)
    mail_domain(address)
    if len(address) > ADDRESS_LENGTH:
        raise Refused("text_too_long", N_("%(length)d文字以内で入力してください。"), length=ADDRESS_LENGTH)
    return address


def _checked_phone(text: str) -> str:
    number = "".join(fold(text).replace("ー", "-").replace("−", "-").split())
    if not PHONE.fullmatch(number):
        raise Refused("phone_invalid", N_("電話番号を数字とハイフンで入力してください。"))
    return number

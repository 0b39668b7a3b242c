"""The agency's data that the certificate prints: complete, or no registration (B-065, B-095, B-096, B-100, Q7)."""

from collections.abc import Callable
from functools import partial

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.insurers import (
    CodeForm,
    require_office_code,
    require_registration_number,
    require_share_pattern,
)
from hoshou.plugins.guardkun.rules.lines import check_all

AGENCY_FACTS = {
    "contact_name": N_("担当者名"),
    "phone": N_("電話番号"),
    "postal_code": N_("郵便番号"),
    "address": N_("所在地"),
}


def code_form_of(year: SchemeYear, registration: AgencyRegistration) -> CodeForm:
    """How the agency's insurer writes its codes. Raises Refused ``insurer_not_in_year``."""
    for row in year.insurers:
        if row.insurer_id == registration.insurer_id:
            return CodeForm(row.code_form)
    raise Refused("insurer_not_in_year", N_("この保険会社は、この保険年度の引受保険会社ではありません。"))


def require_complete(year: SchemeYear, registration: AgencyRegistration) -> None:
    """Raise Invalid with a refusal for each field of the agency that is missing or in the wrong form."""
    form = code_form_of(year, registration)
    checks: dict[str, Callable[[], str]] = {
        name: partial(_present, getattr(registration, name), name, label) for name, label in AGENCY_FACTS.items()
    }
    checks["office_code"] = partial(_passed, require_office_code, form, registration.office_code)
    checks["registration_number"] = partial(_passed, require_registration_number, registration.registration_number)
    checks["share_pattern"] = partial(_passed, require_share_pattern, form, registration.share_pattern)
    check_all(checks)


def _present(value: str, name: str, label: str) -> str:
    if not value.strip():
        raise Refused(
            "agency_incomplete",
            N_("代理店情報の「%(label)s」が入力されていないため、登録できません。"),
            field=name,
            label=label,
        )
    return value


def _passed(check: Callable[..., None], *values: object) -> str:
    check(*values)
    return ""

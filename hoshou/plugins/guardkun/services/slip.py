"""帳票送付状: what goes with the papers to the insurer's branch and on to the lead office (B-054 to B-056, B-095, B-096)."""

from dataclasses import dataclass

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.insurers import CodeForm
from hoshou.plugins.guardkun.services.agency_data import code_form_of


@dataclass(frozen=True)
class Slip:
    """``share_pattern`` is given for 三井住友海上 agencies, with the 分担表 attached; the others give their number.

    ``papers`` are message ids of what is enclosed.
    """

    number: str
    form_version: int
    share_pattern: str
    registration_number: str
    office_code: str
    addressee: str
    is_business_plan: bool
    papers: tuple[str, ...]
    agency_copy_kept: bool
    branch_copy_kept: bool
    branch_note: str


def slip_of(enrolment: Enrolment) -> Slip:
    """The slip of a registered enrolment. Raises Refused ``not_registered``."""
    if enrolment.slip_number is None or enrolment.registered_at is None:
        raise Refused("not_registered", N_("本登録のあとに帳票送付状を作成できます。"))
    registration, quote = enrolment.registration, enrolment.quote
    shares = code_form_of(enrolment.scheme_year, registration) is CodeForm.MITSUI_SUMITOMO
    papers = [N_("加入申込票")]
    if enrolment.mandate_collected:
        papers.append(N_("口座振替依頼書"))
    if shares:
        papers.append(N_("分担表"))
    if quote.is_business_plan:
        papers.append(N_("事業計画値が確認できる資料"))
    if enrolment.same_sales_evidence:
        papers.append(N_("お客さまの内部資料"))
    if enrolment.same_sales_confirmation:
        papers.append(N_("妥当性確認書"))
    return Slip(
        number=enrolment.slip_number,
        form_version=enrolment.form_version,
        share_pattern=registration.share_pattern if shares else "",
        registration_number="" if shares else registration.registration_number,
        office_code=registration.office_code,
        addressee=repr(registration.branch),
        is_business_plan=quote.is_business_plan,
        papers=tuple(papers),
        agency_copy_kept=enrolment.agency_copy_kept,
        branch_copy_kept=enrolment.branch_copy_kept,
        branch_note=enrolment.branch_note,
    )

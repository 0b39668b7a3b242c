"""代理店登録: the agency's data as it is entered, and mended after a reorganisation (Q5, Q7, B-065, B-100)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.guardkun.models.scheme import SchemeInsurer, SchemeYear
from hoshou.plugins.guardkun.services.agency_data import require_complete


def check_registration(session: Session, registration: AgencyRegistration) -> None:
    """Whether the data may stand, by the newest year that the insurer takes part in.

    Raises Refused ``insurer_not_in_year`` and ``branch_elsewhere``, and Invalid with all that is missing or in the
    wrong form.
    """
    if registration.insurer is None:
        raise Refused("insurer_not_in_year", N_("保険会社を選択してください。"), field="insurer")
    registration.insurer_id = registration.insurer.id
    year = session.scalars(
        select(SchemeYear)
        .join(SchemeYear.insurers)
        .where(SchemeInsurer.insurer_id == registration.insurer_id)
        .order_by(SchemeYear.period_start.desc())
        .limit(1)
    ).first()
    if year is None:
        raise Refused(
            "insurer_not_in_year",
            N_("この保険会社は、この保険年度の引受保険会社ではありません。"),
            field="insurer",
        )
    if registration.branch is None or registration.branch.insurer_id != registration.insurer_id:
        raise Refused(
            "branch_elsewhere", N_("担当課は、所属する保険会社の営業店から選択してください。"), field="branch"
        )
    require_complete(year, registration)

"""The application form of one unit as it is typed (④ of the manual's way)."""

from collections.abc import Collection
from dataclasses import dataclass, field

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.plugins.guardkun.rules.duties import Duty
from hoshou.plugins.guardkun.rules.particulars import MemberFacts
from hoshou.plugins.guardkun.rules.validity_statement import ValidityStatement


@dataclass(frozen=True)
class ApplicationForm:
    """Who enrols by which quote. ``unit_name`` is empty for the whole company.

    ``reports_seen`` says that the changes reported since the previous contract were looked at (Q12).
    """

    quote_id: int
    prefecture_code: int
    member_number: str
    applicant_name: str
    facts: MemberFacts
    unit_name: str = ""
    duties: Collection[str] = field(default_factory=lambda: frozenset(Duty))
    mandate_collected: bool = False
    account_unchanged: bool = False
    same_sales_evidence: str = ""
    same_sales: ValidityStatement | None = None
    reports_seen: bool = False


def require_same_person(applicant_name: str, company_name: str) -> None:
    """Raise Refused ``applicant_differs``: 申込人 and 被保険者 are the same, the member (I.1.(2), B-002)."""
    if _comparable(applicant_name) != _comparable(company_name):
        raise Refused(
            "applicant_differs",
            N_("申込人と被保険者（加入者）が異なる引受はできません。"),
            field="applicant_name",
        )


def _comparable(name: str) -> str:
    return "".join(fold(name).split())

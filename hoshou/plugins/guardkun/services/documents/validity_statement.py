"""妥当性確認書: why the rating basis is the same as last year's (B-034, B-035)."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.validity_statement import POINTS, RENEWAL, SETTLEMENT, ValidityStatement
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_form

TITLE = N_("【ゼロ精算・同額更改】保険料算出の基礎数値妥当性確認書")


def validity_statement(
    session: Session, enrolment: Enrolment, statement: ValidityStatement | None, clock: Clock
) -> bytes:
    """The form as filled in; without a statement, with the contract filled in and the rest to be written."""
    facts = enrolment_facts(session, enrolment, clock.now())
    scheme, agency = facts.quote.scheme, facts.quote.agency
    return print_form(
        "validity_statement",
        TITLE,
        facts.slip_number or facts.quote.number,
        clock.today(),
        scheme,
        policy_number=facts.policy_number,
        office_code=agency.office_code,
        statement=asdict(statement) if statement else None,
        points=POINTS,
        settlement=[asdict(finding) for finding in SETTLEMENT],
        renewal=[asdict(finding) for finding in RENEWAL],
    )

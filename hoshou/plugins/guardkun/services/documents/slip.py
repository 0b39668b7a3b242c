"""帳票送付状: what the papers are sent with, from the agency by its branch to the lead office (B-054 to B-056)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.documents import qr_code
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.printed import PrintedEnrolment
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = N_("帳票送付状")


def slip(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """The slip with its number as a QR code. Raises Refused ``no_slip_number`` before the registration."""
    if enrolment.slip_number is None:
        raise Refused("no_slip_number", N_("帳票送付状は、申込本登録のあとに作成できます。"))
    facts = enrolment_facts(session, enrolment, clock.now())
    return print_enrolment(
        "slip",
        TITLE,
        facts.slip_number,
        clock.today(),
        facts,
        has_amounts=False,
        qr=qr_code(facts.slip_number),
        papers=_papers(facts),
    )


def _papers(facts: PrintedEnrolment) -> list[dict[str, object]]:
    """What is enclosed, and what for this enrolment needn't be (B-033, B-034, B-052, B-095)."""
    basis = facts.quote.basis

    def paper(title: str, needed: bool, note: str = "") -> dict[str, object]:
        return {"title": title, "needed": needed, "note": note}

    return [
        paper("加入申込票", True, f"第{facts.form_version}版"),
        paper("口座振替依頼書", facts.mandate_enclosed, "更改で口座変更が無い場合は不要"),
        paper("分担表", facts.quote.agency.of_lead_insurer, "三井住友海上所属代理店のみ"),
        paper("売上高の確認資料", not basis.is_business_plan),
        paper("事業計画値の確認資料", basis.is_business_plan),
        paper(
            "お客さまの内部資料または妥当性確認書",
            facts.has_same_sales_evidence,
            facts.same_sales_evidence or "売上高が前年同値の場合",
        ),
    ]

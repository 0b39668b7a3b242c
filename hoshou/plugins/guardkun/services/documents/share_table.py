"""分担表: the shares of the lead and the soliciting agency, for agencies of the lead insurer (B-093 to B-095)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.money import split_share
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.services.documents.facts import enrolment_facts
from hoshou.plugins.guardkun.services.documents.printing import print_enrolment

TITLE = N_("分担表")


def share_table(session: Session, enrolment: Enrolment, clock: Clock) -> bytes:
    """The table. Raises Refused ``no_share_table`` for another insurer's agency, whose number says it all (B-096)."""
    facts = enrolment_facts(session, enrolment, clock.now())
    if not facts.quote.agency.of_lead_insurer:
        raise Refused("no_share_table", N_("分担表を添付するのは、三井住友海上所属の代理店だけです。"))
    lead_share, soliciting_share = split_share(facts.quote.price.premium, facts.quote.scheme.lead_share_percent)
    return print_enrolment(
        "share_table",
        TITLE,
        facts.slip_number or facts.quote.number,
        clock.today(),
        facts,
        lead_share=lead_share,
        soliciting_share=soliciting_share,
    )

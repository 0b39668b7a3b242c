"""見積書: the levy with its breakdown and its months (B-042, B-051)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.models.enrolments import Quote
from hoshou.plugins.guardkun.services.documents.facts import quote_facts
from hoshou.plugins.guardkun.services.documents.printing import print_quote

TITLE = N_("賦課金見積書")


def quotation(session: Session, quote: Quote, clock: Clock) -> bytes:
    """The quotation of a stored quote, made today."""
    return print_quote("quotation", TITLE, quote.number, clock.today(), quote_facts(session, quote))

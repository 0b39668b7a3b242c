"""パンフレット: what the scheme offers and how one joins, by the words and dates of a scheme year (I.1, II, III; B-109)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calendar import load_calendar
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.rules.certificate_due import certificate_due
from hoshou.plugins.guardkun.services.documents.downloads import Download
from hoshou.plugins.guardkun.services.documents.facts import read_wording
from hoshou.plugins.guardkun.services.documents.printing import print_form
from hoshou.plugins.guardkun.services.terms import terms_of
from hoshou.plugins.proration.rules.deadlines import application_deadlines
from hoshou.plugins.proration.rules.instalments import debit_dates

TITLE = N_("パンフレット")


def brochure(session: Session, year: SchemeYear, clock: Clock) -> bytes:
    """The year's brochure. Raises Refused ``past_horizon`` where the calendar doesn't reach."""
    wording, terms, calendar = read_wording(session, year), terms_of(year), load_calendar(session)
    start = year.period_start
    return print_form(
        "brochure",
        TITLE,
        "",
        clock.today(),
        wording.scheme,
        start=start,
        end=year.period_end,
        covers=[
            {
                "title": row.title,
                "is_original": row.is_original,
                "limit": None,
                "limit_text": row.limit_text,
                "deductible_text": row.deductible_text,
            }
            for row in wording.covers
        ],
        closings=[
            {
                "on": deadline.date(),
                "hour": f"{deadline:%H:%M}",
                "certificate": certificate_due(start, closing, is_renewal=True),
            }
            for closing, deadline in enumerate(application_deadlines(start, calendar, terms), start=1)
        ],
        first_debit=debit_dates(start, calendar, terms)[0],
    )


def year_of_brochure(session: Session) -> SchemeYear | None:
    """The newest year that isn't a draft."""
    return session.scalar(
        select(SchemeYear)
        .where(SchemeYear.state != YearState.DRAFT.value)
        .order_by(SchemeYear.period_start.desc())
        .limit(1)
    )


def newest_brochure(session: Session, clock: Clock) -> Download:
    """The brochure of :func:`year_of_brochure`. Raises NotFound ``year_not_found`` and as :func:`brochure`."""
    year = year_of_brochure(session)
    if year is None:
        raise NotFound("year_not_found", N_("該当する保険年度が見つかりません。"))
    content = brochure(session, year, clock)
    return Download(TITLE, f"{TITLE}_{year.name}.pdf", content, "guardkun_scheme_year", year.id)

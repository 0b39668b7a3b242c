"""The feed of the scheme's dates: opened by its address alone, and without anybody's data."""

from typing import Any

from flask import Blueprint, Response
from flask_babel import gettext as _

from hoshou.platform.context import platform
from hoshou.platform.db import reading
from hoshou.platform.site.gate import open_at_any_hour
from hoshou.plugins.guardkun.rules.calendar import EVENT_KIND_LABELS
from hoshou.plugins.guardkun.rules.icalendar import CalendarEntry, calendar_text
from hoshou.plugins.guardkun.services.calendar import running_events
from hoshou.plugins.guardkun.services.feeds import require_feed

scheme_feed = open_at_any_hour(Blueprint("scheme_feed", __name__))


@scheme_feed.get("/scheme/feed/<token>.ics")
def feed(token: str) -> Any:
    """The dates of the running years as a calendar object."""
    here = platform()
    with reading() as session:
        require_feed(session, here.keys, token)
        entries = [
            CalendarEntry(
                uid=f"{year.year}-{event.key}@guardkun",
                first=event.first,
                last=event.last,
                summary=_("%(what)s（頃）", what=_(event.title, **event.values))
                if event.is_about
                else _(event.title, **event.values),
                category=_(EVENT_KIND_LABELS[event.kind]),
                at=event.at,
            )
            for year, events in running_events(session)
            for event in events
        ]
    text = calendar_text(_("ガードくん賠償責任保険 日程表"), entries, here.clock.now())
    return Response(text, mimetype="text/calendar")

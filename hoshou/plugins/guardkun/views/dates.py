"""Staff screen: every date of the scheme on one page, and the address of one's own feed of them."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, no_cache, permission_name
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import words
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.plugins.guardkun.rules.calendar import EVENT_KIND_LABELS, Event, EventKind
from hoshou.plugins.guardkun.services.calendar import KEEPERS, READERS, events_of, shown_years
from hoshou.plugins.guardkun.services.feeds import feed_of, issue_feed, revoke_feed

DAY = "yyyy/MM/dd (EEE)"
MONTH = "yyyy/MM"


def words_of_days(event: Event) -> str:
    """The day with its weekday, the hour where it counts, both ends where there are several, and 頃."""
    text = str(format_date(event.first, DAY))
    if event.at is not None:
        return f"{text} {event.at:%H:%M}"
    if event.last != event.first:
        return str(_("%(first)s～%(last)s", first=text, last=format_date(event.last, DAY)))
    return str(_("%(what)s頃", what=text)) if event.is_about else text


class SchemeCalendarView(BaseView):
    """The dates, month by month, narrowed down by year and kind."""

    route_base = "/scheme/calendar"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> Any:
        return self._page()

    @expose("/subscribe", methods=["POST"])
    @has_access
    @no_cache
    @permission_name("list")
    def subscribe(self) -> Any:
        here, actor, user_id = platform(), staff_actor(), current_user.id
        token = transact(lambda session: issue_feed(session, here.clock, here.keys, actor, user_id))
        address = current_app.config["PUBLIC_URL"] + url_for("scheme_feed.feed", token=token)
        return self._page(secret_url=address)

    @expose("/unsubscribe", methods=["POST"])
    @has_access
    @permission_name("list")
    def unsubscribe(self) -> Any:
        clock, actor, user_id = platform().clock, staff_actor(), current_user.id
        transact(lambda session: revoke_feed(session, clock, actor, user_id))
        flash(_("カレンダーのアドレスを取り消しました。以後、このアドレスでは日程を見られません。"), "success")
        return redirect(url_for("SchemeCalendarView.list"))

    def _page(self, secret_url: str = "") -> Any:
        session = db.session()
        years = shown_years(session, current_subject())
        asked, kind = request.args.get("year", ""), request.args.get("kind", "")
        year = next((row for row in years if str(row.year) == asked), years[0] if years else None)
        events: Sequence[Event] = ()
        problem = ""
        if year is not None:
            try:
                events = events_of(session, year)
            except Refused as error:
                problem = words(error)
        shown = [event for event in events if kind in ("", event.kind)]
        return self.render_template(
            "guardkun/calendar.html",
            title=_("ガードくん賠償責任保険 日程表"),
            year=year,
            year_choices=[(row.year, row.name) for row in years],
            kind=kind if kind in set(EventKind) else "",
            kind_choices=[(found.value, _(label)) for found, label in EVENT_KIND_LABELS.items()],
            months=[(month, [*group]) for month, group in groupby(shown, key=_month)],
            problem=problem,
            today=platform().clock.today(),
            event_kinds=EVENT_KIND_LABELS,
            words_of_days=words_of_days,
            feed=feed_of(session, current_user.id),
            secret_url=secret_url,
        )


def _month(event: Event) -> str:
    return str(format_date(event.first, MONTH))


STAFF_VIEWS = (
    StaffView(
        SchemeCalendarView,
        dict.fromkeys((*KEEPERS, *READERS), frozenset({"list"})),
        name="scheme_calendar",
        label=N_("日程表"),
        category="guardkun",
        category_label=N_("ガードくん"),
        order=39,
    ),
)

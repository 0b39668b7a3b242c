"""Staff screens of the lead office: batches from opening to shipment, and their progress (⑦ ⑧)."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.batches import LINE_STATE_LABELS, BookingLine, LineState
from hoshou.plugins.guardkun.models.scheme import SchemeYear
from hoshou.plugins.guardkun.rules.defects import DEFECT_LABELS
from hoshou.plugins.guardkun.services.batches import (
    batch_of,
    blockers_of,
    defer_line,
    due_day,
    lines_of,
    newest_batches,
    open_batch,
    progress_of,
    ready_groups,
    ship_batch,
    start_batch,
    to_ship,
)
from hoshou.plugins.guardkun.services.issue import start_issue
from hoshou.plugins.guardkun.views.forms import DAY, MINUTE, asked_day, sentences, typed_day

LINE_TAGS = {
    LineState.BOOKED: "active",
    LineState.CERTIFIED: "good",
    LineState.DEFERRED: "bad",
    LineState.WAITING: "waiting",
}


class GuardkunBookingView(BaseView):
    """Opened, looked through and started here; a job does the work, and this page may be left meanwhile."""

    route_base = "/guardkun/booking"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self._list({})

    @expose("/open", methods=["POST"])
    @has_access
    @permission_name("book")
    def open(self) -> Any:
        clock, actor, subject, form = platform().clock, staff_actor(), current_subject(), request.form
        year_id, closing = form.get("year", type=int) or 0, form.get("closing", type=int) or 0
        start = asked_day(form, "start") or clock.today()
        try:
            batch_id = transact(
                lambda session: open_batch(session, clock, actor, subject, year_id, start, closing).id
            )
        except DomainError as error:
            if status_of(error) != 400:
                raise
            db.session.rollback()
            return self._list(sentences(error)), 400
        return redirect(url_for("GuardkunBookingView.show", pk=batch_id))

    @expose("/show/<key:pk>")
    @has_access
    @permission_name("list")
    def show(self, pk: int) -> Any:
        return self._page(pk)

    @expose("/<key:pk>/defer/<key:line>", methods=["POST"])
    @has_access
    @permission_name("book")
    def defer(self, pk: int, line: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        reason = request.form.get("reason", "")
        return self._take(pk, lambda session: defer_line(session, clock, actor, subject, pk, line, reason))

    @expose("/<key:pk>/start", methods=["POST"])
    @has_access
    @permission_name("book")
    def start(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._take(pk, lambda session: start_batch(session, clock, actor, subject, pk))

    @expose("/<key:pk>/issue", methods=["POST"])
    @has_access
    @permission_name("book")
    def issue(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._take(pk, lambda session: start_issue(session, clock, actor, subject, pk))

    @expose("/<key:pk>/ship", methods=["POST"])
    @has_access
    @permission_name("book")
    def ship(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._take(
            pk, lambda session: ship_batch(session, clock, actor, subject, pk, typed_day("shipped_on"))
        )

    def _take(self, pk: int, step: Callable[[Session], Any]) -> Any:
        try:
            transact(step)
        except DomainError as error:
            if status_of(error) != 400:
                raise
            db.session.rollback()
            return self._page(pk, sentences(error)), 400
        flash(_("登録しました。"), "success")
        return redirect(url_for("GuardkunBookingView.show", pk=pk))

    def _list(self, errors: dict[str, str]) -> Any:
        return self.render_template(
            "guardkun/batches.html",
            title=_("計上"),
            groups=ready_groups(db.session(), platform().clock),
            batches=newest_batches(db.session()),
            errors=errors,
            day=DAY,
            minute=MINUTE,
        )

    def _page(self, pk: int, errors: dict[str, str] | None = None) -> Any:
        session = db.session()
        batch = batch_of(session, current_subject(), pk)
        state = request.args.get("state", "")
        working = (batch.started_at and not batch.booked_at) or (batch.issue_started_at and not batch.certified_at)
        return self.render_template(
            "guardkun/batch.html",
            title=_("計上 %(start)s 第%(closing)s回", start=batch.start.strftime("%Y/%m"), closing=batch.closing),
            batch=batch,
            due=due_day(batch, session.get_one(SchemeYear, batch.scheme_year_id)),
            progress=progress_of(session, pk),
            to_ship=to_ship(session, pk),
            blockers=blockers_of(session, batch) if batch.started_at is None else None,
            page=newest_first(session, lines_of(pk, state), BookingLine.id),
            state=state,
            errors=errors or {},
            working=working,
            defect_labels=DEFECT_LABELS,
            line_labels=LINE_STATE_LABELS,
            tags=LINE_TAGS,
            today=platform().clock.today().isoformat(),
            day=DAY,
            minute=MINUTE,
        )


SCREEN = StaffView(
    GuardkunBookingView,
    {Role.LEAD_OFFICE: frozenset({"list", "book"})},
    name="guardkun_booking",
    label=N_("計上・加入者証"),
    category="guardkun",
    category_label=N_("ガードくん"),
    order=25,
    method_labels={"book": N_("計上・発行・発送")},
)

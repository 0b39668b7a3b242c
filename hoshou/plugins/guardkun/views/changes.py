"""Staff screens: notices of change, drawn up by the agency, forwarded by the branch, decided by the lead office."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.dates import add_months
from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.changes import Change
from hoshou.plugins.guardkun.models.enrolments import Enrolment, Quote
from hoshou.plugins.guardkun.rules.arrival import last_arrival
from hoshou.plugins.guardkun.rules.changes import (
    CHANGE_KIND_LABELS,
    CHANGE_STATE_LABELS,
    WITHDRAWAL_REASON_LABELS,
    ChangeState,
)
from hoshou.plugins.guardkun.rules.particulars import PARTICULARS_LABELS, MemberFacts
from hoshou.plugins.guardkun.services.change_progress import (
    DATED,
    accept_change,
    change_for,
    details_of,
    drop_change,
    forward_change,
    refuse_change,
    send_change,
    visible_changes,
)
from hoshou.plugins.guardkun.services.change_requests import (
    request_agency_change,
    request_particulars,
    request_plan_change,
    request_withdrawal,
)
from hoshou.plugins.guardkun.services.free_quotes import free_quotes
from hoshou.plugins.guardkun.services.particulars import facts_of, particulars_on
from hoshou.plugins.guardkun.services.rights import is_lead_office, is_own_agency, is_own_branch, require_agency
from hoshou.plugins.guardkun.services.scope import enrolment_for
from hoshou.plugins.guardkun.views.applications import choices, facts_typed, form_of, values_of
from hoshou.plugins.guardkun.views.forms import DAY, MINUTE, sentences, typed_day
from hoshou.plugins.guardkun.views.quotes import money, plan_rows

STATE_TAGS = {ChangeState.ACCEPTED: "good", ChangeState.REFUSED: "bad"}


class GuardkunChangeView(BaseView):
    """変更届出書(汎用)."""

    route_base = "/guardkun/changes"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        state = request.args.get("state", "")
        statement = select(Change).where(visible_changes(current_subject()))
        if state in set(ChangeState):
            statement = statement.where(Change.state == state)
        return self.render_template(
            "guardkun/changes.html",
            title=_("変更届出書"),
            page=newest_first(db.session(), statement, Change.id),
            state=state,
            kinds=CHANGE_KIND_LABELS,
            states=CHANGE_STATE_LABELS,
            tags=STATE_TAGS,
            day=DAY,
        )

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        return self._record(pk)

    @expose("/withdrawal/<key:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("request")
    def withdrawal(self, pk: int) -> Any:
        on_first = current_app.config["GUARDKUN_CHANGES_ON_FIRST"]

        def work(session: Session) -> int:
            form, clock, actor, subject = request.form, platform().clock, staff_actor(), current_subject()
            reason, note, day = form.get("reason", ""), form.get("note", ""), typed_day("effective_on")
            return request_withdrawal(session, clock, actor, subject, pk, day, reason, note, on_first=on_first).id

        reasons = [(reason.value, _(label)) for reason, label in WITHDRAWAL_REASON_LABELS.items()]
        return self._drawn_up(pk, "withdrawal", work, reasons=reasons)

    @expose("/particulars/<key:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("request")
    def particulars(self, pk: int) -> Any:
        def work(session: Session) -> int:
            clock, actor, subject, facts = (
                platform().clock,
                staff_actor(),
                current_subject(),
                facts_typed(request.form),
            )
            alters = "alters_account" in request.form
            day = typed_day("effective_on")
            return request_particulars(session, clock, actor, subject, pk, day, facts, alters_account=alters).id

        return self._drawn_up(pk, "particulars", work, labels=PARTICULARS_LABELS)

    @expose("/agency/<key:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("request")
    def agency(self, pk: int) -> Any:
        def work(session: Session) -> int:
            form, clock, actor, subject = request.form, platform().clock, staff_actor(), current_subject()
            names = {name: form.get(name, "").strip() for name in ("old_number", "new_number", "new_name")}
            day = typed_day("effective_on")
            return request_agency_change(session, clock, actor, subject, pk, day, **names).id

        return self._drawn_up(pk, "agency", work)

    @expose("/plan/<key:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("request")
    def plan(self, pk: int) -> Any:
        quote_id = request.args.get("quote", type=int)

        def work(session: Session) -> int:
            clock, actor, subject = platform().clock, staff_actor(), current_subject()
            form = form_of(request.form, quote_id or 0)
            return request_plan_change(session, clock, actor, subject, pk, form).id

        enrolment = enrolment_for(db.session(), current_subject(), pk)
        first, last = add_months(enrolment.start, 1), enrolment.period_end - timedelta(days=1)
        quotes = free_quotes(db.session(), current_subject(), first, last)
        chosen = next((quote for quote in quotes if quote.id == quote_id), None)
        like = url_for("GuardkunQuotingView.new", like=enrolment.quote_id)
        return self._drawn_up(pk, "plan", work, quotes=quotes, quote=chosen, like=like, renewal=None, **choices())

    @expose("/<key:pk>/send", methods=["POST"])
    @has_access
    @permission_name("request")
    def send(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._take(pk, lambda session: send_change(session, clock, actor, subject, pk))

    @expose("/<key:pk>/drop", methods=["POST"])
    @has_access
    @permission_name("request")
    def drop(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._take(pk, lambda session: drop_change(session, clock, actor, subject, pk))

    @expose("/<key:pk>/forward", methods=["POST"])
    @has_access
    @permission_name("forward")
    def forward(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._take(pk, lambda session: forward_change(session, clock, actor, subject, pk))

    @expose("/<key:pk>/accept", methods=["POST"])
    @has_access
    @permission_name("decide")
    def accept(self, pk: int) -> Any:
        def work(session: Session) -> Any:
            clock, actor, subject = platform().clock, staff_actor(), current_subject()
            return accept_change(session, clock, actor, subject, pk, typed_day("arrived_on"))

        return self._take(pk, work)

    @expose("/<key:pk>/refuse", methods=["POST"])
    @has_access
    @permission_name("decide")
    def refuse(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        note = request.form.get("note", "")
        return self._take(pk, lambda session: refuse_change(session, clock, actor, subject, pk, note))

    def _drawn_up(self, pk: int, kind: str, work: Callable[[Session], int], **more: Any) -> Any:
        """The form of one kind of change, and what becomes of it when it is sent."""
        errors: dict[str, str] = {}
        status = 200
        if request.method == "POST":
            try:
                change_id = transact(work)
            except DomainError as error:
                if status_of(error) == 403 or (status_of(error) == 404 and not error.field):
                    raise
                db.session.rollback()
                errors, status = sentences(error), 400
            else:
                flash(_("変更届出書を作成しました。加入者の記名を受けて、担当課へ提出してください。"), "success")
                return redirect(url_for("GuardkunChangeView.show", pk=change_id))
        subject = current_subject()
        enrolment = enrolment_for(db.session(), subject, pk)
        require_agency(subject, enrolment.registration)
        values = (
            {**request.form.to_dict(), "duties": request.form.getlist("duties")}
            if request.method == "POST"
            else {**values_of(enrolment), **_present(enrolment)}
        )
        page = self.render_template(
            "guardkun/change_form.html",
            title=_(CHANGE_KIND_LABELS[_KINDS[kind]]),
            kind=kind,
            enrolment=enrolment,
            errors=errors,
            values=values,
            **{"day": DAY, **more},
        )
        return page, status

    def _take(self, pk: int, step: Callable[[Session], Any]) -> Any:
        try:
            transact(step)
        except DomainError as error:
            if status_of(error) != 400:
                raise
            db.session.rollback()
            return self._record(pk, sentences(error)), 400
        flash(_("登録しました。"), "success")
        return redirect(url_for("GuardkunChangeView.show", pk=pk))

    def _record(self, pk: int, errors: dict[str, str] | None = None) -> Any:
        subject = current_subject()
        change = change_for(db.session(), subject, pk)
        registration, state = change.enrolment.registration, ChangeState(change.state)
        successor = db.session.get(Enrolment, change.successor_id) if change.successor_id else None
        return self.render_template(
            "guardkun/change.html",
            title=_(CHANGE_KIND_LABELS[change.kind]),  # type: ignore[index]
            change=change,
            details=details_of(change),
            successor=successor,
            plans=plan_comparison(change.enrolment.quote, successor.quote) if successor else [],
            last_arrival=last_arrival(change.effective_on) if change.kind in DATED else None,
            may_send=is_own_agency(subject, registration) and state is ChangeState.DRAFT,
            may_forward=is_own_branch(subject, registration) and state is ChangeState.AT_BRANCH,
            may_decide=is_lead_office(subject) and state is ChangeState.AT_LEAD,
            errors=errors or {},
            today=platform().clock.today().isoformat(),
            labels=PARTICULARS_LABELS,
            reasons=WITHDRAWAL_REASON_LABELS,
            states=CHANGE_STATE_LABELS,
            tags=STATE_TAGS,
            day=DAY,
            minute=MINUTE,
        )


def plan_comparison(before: Quote, after: Quote) -> list[tuple[str, str, str]]:
    """Each item of both plans, and what they cost in a whole year."""
    rows = [
        (title, old, new) for (title, old), (_title, new) in zip(plan_rows(before), plan_rows(after), strict=True)
    ]
    yearly = [money(json.loads(quote.result)["annual_premium"]) for quote in (before, after)]
    return [*rows, (_("年額保険料（円）"), *yearly)]


_KINDS = {kind.value: kind for kind in CHANGE_KIND_LABELS}


def _present(enrolment: Enrolment) -> dict[str, Any]:
    """The member as it is known today, reported changes included, and the agency as it stands."""
    now = platform().clock.now()
    row = particulars_on(db.session(), enrolment.unit_id, now.date(), now) if enrolment.unit_id else None
    return {
        **asdict(facts_of(row) if row else MemberFacts()),
        "old_number": enrolment.registration.registration_number,
    }


SCREEN = StaffView(
    GuardkunChangeView,
    {
        Role.AGENCY: frozenset({"list", "show", "request"}),
        Role.INSURER: frozenset({"list", "show", "forward"}),
        Role.LEAD_OFFICE: frozenset({"list", "show", "decide"}),
        Role.CO_INSURER: frozenset({"list", "show"}),
        Role.GROUP_ASSOCIATION: frozenset({"list", "show"}),
        Role.AUDITOR: frozenset({"list", "show"}),
    },
    name="guardkun_changes",
    label=N_("変更届出書"),
    category="guardkun",
    category_label=N_("ガードくん"),
    order=24,
    method_labels={
        "request": N_("作成と提出"),
        "forward": N_("回送"),
        "decide": N_("承認・不承認"),
    },
)

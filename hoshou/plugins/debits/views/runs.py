"""Staff screen: debit runs from the dry run to the closing."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from hoshou.base.dates import add_months, parse_date
from hoshou.base.errors import DomainError, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import LARGEST_KEY, db, reading, transact, unit_of_work
from hoshou.platform.site.attachment import attachment
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import flash_error
from hoshou.platform.subject import Role
from hoshou.plugins.debits.models.runs import DebitLine, DebitRun
from hoshou.plugins.debits.rules.mandates import NewCode
from hoshou.plugins.debits.rules.runs import (
    LINE_STATE_LABELS,
    OMISSION_LABELS,
    RUN_STATE_LABELS,
    LineState,
    RunState,
)
from hoshou.plugins.debits.services import background, posting, runs, sealing, uploads
from hoshou.plugins.debits.services.building import begin_run, debit_day_of
from hoshou.plugins.debits.services.lists import active_agents, runs_newest, sums_of
from hoshou.plugins.debits.services.run_pages import PAGE, Rehearsal, lines_of, record_of, rehearse
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.views.rights import CATEGORY, for_handlers
from hoshou.plugins.debits.zengin.results import CODE_MEANINGS, Outcome

RUN_TAGS = {
    RunState.BUILDING: "waiting",
    RunState.BUILT: "waiting",
    RunState.SEALING: "waiting",
    RunState.SEALED: "waiting",
    RunState.RELEASED: "active",
    RunState.CLOSED: "good",
    RunState.DISCARDED: "bad",
}
LINE_TAGS = {
    LineState.WAITING: "active",
    LineState.UNDECIDED: "waiting",
    LineState.PAID: "good",
    LineState.FAILED: "bad",
    LineState.STOPPED: "bad",
    LineState.DROPPED: "",
}
NEW_CODE_LABELS = {
    NewCode.CONTINUED: N_("継続"),
    NewCode.FIRST: N_("第1回"),
    NewCode.CHANGED: N_("変更"),
}
MOST_BYTES = 130 * 1024 * 1024
"""A little more than the 999,999 records that a file may have."""


class DebitRunView(BaseView):
    """The runs, and a run's record with what may be done now."""

    route_base = "/debits/runs"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self._list()

    def _list(self, errors: dict[str, str] | None = None, rehearsed: Rehearsal | None = None) -> Any:
        page = newest_first(db.session(), runs_newest(), DebitRun.id)
        return self.render_template(
            "debits/runs.html",
            title=_("口座振替データ"),
            page=page,
            sums=sums_of(db.session(), page.rows),
            next_month=f"{add_months(platform().clock.today(), 1):%Y-%m}",
            agents=[(agent.id, agent.name) for agent in active_agents(db.session())],
            may_build=_handles(),
            errors=errors or {},
            rehearsed=rehearsed,
            values=request.form,
            states=RUN_STATE_LABELS,
            tags=RUN_TAGS,
            reasons=OMISSION_LABELS,
            new_codes=NEW_CODE_LABELS,
            day=display.day,
            minute=display.instant,
        )

    @expose("/build", methods=["POST"])
    @has_access
    @permission_name("build")
    def build(self) -> Any:
        """Begin a month's run, or say what it would hold."""
        subject, actor, clock = current_subject(), staff_actor(), platform().clock
        try:
            require_handler(subject)
            agent_id, month = _agent(), parse_date(f"{request.form.get('month', '')}-01", "month")
            if request.form.get("step") == "rehearse":
                with reading() as session:
                    return self._list(rehearsed=rehearse(session, agent_id, debit_day_of(session, month)))
            run_id = transact(lambda session: begin_run(session, clock, actor, agent_id, month))
        except DomainError as error:
            return self._list({error.field or "": words(error)}), status_of(error)
        return redirect(url_for("DebitRunView.show", pk=run_id))

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        return self._record(pk)

    @expose("/<key:pk>/seal", methods=["POST"])
    @has_access
    @permission_name("build")
    def seal(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._do(
            pk, lambda: transact(lambda session: sealing.fix_lines(session, clock, actor, subject, pk))
        )

    @expose("/<key:pk>/again", methods=["POST"])
    @has_access
    @permission_name("build")
    def again(self, pk: int) -> Any:
        """Have stopped work tried again."""
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._do(
            pk, lambda: transact(lambda session: background.try_again(session, clock, actor, subject, pk))
        )

    @expose("/<key:pk>/release", methods=["POST"])
    @has_access
    @permission_name("release")
    def release(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._do(pk, lambda: transact(lambda session: sealing.release(session, clock, actor, subject, pk)))

    @expose("/<key:pk>/discard", methods=["POST"])
    @has_access
    @permission_name("build")
    def discard(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        why = request.form.get("why", "")
        return self._do(
            pk, lambda: transact(lambda session: runs.discard(session, clock, actor, subject, pk, why))
        )

    @expose("/<key:pk>/close", methods=["POST"])
    @has_access
    @permission_name("results")
    def close(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._do(pk, lambda: transact(lambda session: runs.close(session, clock, actor, subject, pk)))

    @expose("/file/<key:pk>", methods=["POST"])
    @has_access
    @permission_name("download")
    def download(self, pk: int) -> Any:
        here, actor, subject = platform(), staff_actor(), current_subject()
        with unit_of_work() as session:
            found = sealing.download(session, here.clock, here.files, actor, subject, pk)
        return attachment(found.data, found.name, sealing.MEDIA_TYPE)

    @expose("/<key:pk>/result", methods=["POST"])
    @has_access
    @permission_name("results")
    def result(self, pk: int) -> Any:
        """Take the agent's answer in: a job checks it whole, then posts it."""
        here, actor, subject = platform(), staff_actor(), current_subject()
        upload = request.files.get("file")
        try:
            require_handler(subject)
            if upload is None or not upload.filename:
                raise Refused("file", N_("結果ファイルを選択してください。"), field="file")
            data = upload.stream.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise Refused("file_large", N_("ファイルが大きすぎます。"), field="file")
            blob, name = here.files.put(data), upload.filename
            transact(lambda session: uploads.hand_in(session, here.clock, actor, subject, pk, name, blob))
        except DomainError as error:
            return self._record(pk, {error.field or "": words(error)}), status_of(error)
        flash(_("結果ファイルを受け付けました。内容を確認してから反映します。"), "success")
        return redirect(url_for("DebitRunView.show", pk=pk))

    @expose("/line/<key:pk>/decide", methods=["POST"])
    @has_access
    @permission_name("results")
    def decide(self, pk: int) -> Any:
        here, actor, subject = platform(), staff_actor(), current_subject()
        note = request.form.get("note", "")
        line = db.session.get(DebitLine, pk)
        run_id = line.run_id if line else 0
        try:
            outcome = Outcome(request.form.get("outcome", ""))
        except ValueError:
            outcome = Outcome.UNDECIDED
        return self._do(
            run_id,
            lambda: transact(
                lambda session: posting.decide(session, here.clock, here.keys, actor, subject, pk, outcome, note)
            ),
        )

    def _do(self, pk: int, deed: Callable[[], object]) -> Any:
        try:
            deed()
        except DomainError as error:
            if status_of(error) != 400:
                raise
            flash_error(error)
        return redirect(url_for("DebitRunView.show", pk=pk))

    def _record(self, pk: int, errors: dict[str, str] | None = None) -> Any:
        session, subject = db.session(), current_subject()
        record = record_of(session, pk)
        after, state = request.args.get("after", 0, type=int), request.args.get("state", "")
        which = [DebitLine.state == state] if state in list(LineState) else []
        lines = lines_of(session, pk, min(max(after, 0), LARGEST_KEY), *which)
        refused = uploads.refusal_of(record.upload) if record.upload else None
        trouble = background.trouble_of(record.run)
        return self.render_template(
            "debits/run.html",
            title=_("口座振替データ %(run)s", run=str(record.run)),
            record=record,
            run=record.run,
            errors=errors or {},
            refusal=words(refused[0]) if refused else "",
            problems=refused[1] if refused else (),
            trouble=words(trouble) if trouble else "",
            failure=background.failure_reference(session) if record.is_working else "",
            lines=lines[:PAGE],
            next_after=lines[PAGE - 1].id if len(lines) > PAGE else None,
            state=state if which else "",
            may_act=_handles(),
            may_release=subject.user_id not in (record.run.built_by_id, record.run.sealed_by_id),
            too_late=platform().clock.now() > record.run.closes_at,
            states=RUN_STATE_LABELS,
            tags=RUN_TAGS,
            line_states=LINE_STATE_LABELS,
            line_tags=LINE_TAGS,
            reasons=OMISSION_LABELS,
            codes=CODE_MEANINGS,
            new_codes=NEW_CODE_LABELS,
            day=display.day,
            minute=display.instant,
        )


def _handles() -> bool:
    return current_subject().has(Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION)


def _agent() -> int:
    text = request.form.get("agent_id", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused("required", N_("選択してください。"), field="agent_id")
    return int(text)


SCREENS = (
    StaffView(
        DebitRunView,
        for_handlers("list show", "build release download results"),
        name="debit_runs",
        label=N_("口座振替データ"),
        order=81,
        method_labels={
            "build": N_("作成"),
            "release": N_("承認"),
            "download": N_("ファイルのダウンロード"),
            "results": N_("結果の取込と判断"),
        },
        **CATEGORY,
    ),
)

"""The scheduled jobs for administrators: when they run, how they ended, and running one by hand (P-008, P-009)."""

import json
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.jobs import runs
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.due import next_due
from hoshou.platform.jobs.job import At, Every, Job, Trigger
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.jobs.runs import RunState
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import staff_actor
from hoshou.platform.subject import Role

STATE_LABELS = {
    RunState.RUNNING.value: N_("実行中"),
    RunState.DONE.value: N_("完了"),
    RunState.FAILED.value: N_("失敗"),
}
STATE_TAGS = {RunState.RUNNING.value: "active", RunState.DONE.value: "good", RunState.FAILED.value: "bad"}
HISTORY = 50


class JobsView(BaseView):
    """Each job with its latest run; a job's page has its history."""

    route_base = "/jobs"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        now = platform().clock.now()
        last = runs.latest_of_each(db.session())
        rows = [
            (job, _trigger_words(job.trigger), last.get(job.name), next_due(job.trigger, now))
            for job in _jobs().values()
        ]
        return self.render_template(
            "staff/jobs_list.html", title=_("定期処理"), rows=rows, labels=_labels(), tags=STATE_TAGS
        )

    @expose("/show/<name>")
    @has_access
    def show(self, name: str) -> Any:
        return self._page(_job(name), None)

    @expose("/run/<name>", methods=["POST"])
    @has_access
    def run(self, name: str) -> Any:
        """Run the job now, or say what it would do."""
        job, clock, actor = _job(name), platform().clock, staff_actor()
        dry_run = request.form.get("step") == "rehearse"
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        if dry_run:
            return self._page(job, run_job(app, job, clock.now(), dry_run=True, by_hand=True).result)
        with unit_of_work() as work:
            audit.record(work, clock, actor, "job.run_by_hand", "job", name)
        outcome = run_job(app, job, clock.now(), by_hand=True)
        if outcome.state is RunState.FAILED:
            flash(
                _("ジョブが失敗しました（照会番号 %(reference)s）。", reference=outcome.error_reference), "danger"
            )
        else:
            flash(_("ジョブを実行しました。"), "success")
        return redirect(url_for("JobsView.show", name=name))

    def _page(self, job: Job, rehearsed: dict[str, Any] | None) -> Any:
        return self.render_template(
            "staff/jobs_show.html",
            title=_("定期処理：%(name)s", name=_(job.title)),
            job=job,
            trigger=_trigger_words(job.trigger),
            history=runs.history(db.session(), job.name, HISTORY),
            rehearsed=None
            if rehearsed is None
            else json.dumps(rehearsed, ensure_ascii=False, indent=2, default=str),
            labels=_labels(),
            tags=STATE_TAGS,
        )


def _jobs() -> dict[str, Job]:
    return all_jobs(current_app)


def _job(name: str) -> Job:
    return _jobs().get(name) or abort(404)


def _labels() -> dict[str, str]:
    return {state: _(label) for state, label in STATE_LABELS.items()}


def _trigger_words(trigger: Trigger) -> str:
    if isinstance(trigger, Every):
        return str(_("%(seconds)d秒ごと", seconds=trigger.seconds))
    if trigger == At(trigger.minute, trigger.hour) and trigger.minute.isdecimal() and trigger.hour.isdecimal():
        return str(_("毎日 %(time)s", time=f"{int(trigger.hour):02}:{int(trigger.minute):02}"))
    if (trigger.day, trigger.month, trigger.day_of_week) == ("*", "*", "*") and trigger.hour.isdigit():
        return str(_("毎日 %(time)s", time=f"{int(trigger.hour):02}:{int(trigger.minute):02}"))
    return f"{trigger.minute} {trigger.hour} {trigger.day} {trigger.month} {trigger.day_of_week}"


JOBS_SCREEN = StaffView(
    JobsView,
    {Role.ADMINISTRATOR: frozenset({"list", "show", "run"})},
    name="jobs",
    label=N_("定期処理"),
    category="administration",
    category_label=N_("システム管理"),
    order=92,
    method_labels={"run": N_("実行")},
)

"""Staff screens: the failure board, and the tasks of prefecture associations and branches (B-073 to B-078, D-27)."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hoshou.base.dates import parse_date
from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import flash_error
from hoshou.platform.subject import Role
from hoshou.plugins.debits.models.failures import TaskState
from hoshou.plugins.debits.rules.failures import PAPER_LABELS, TASK_KIND_LABELS, TaskKind
from hoshou.plugins.debits.services import lapses, papers, tasks
from hoshou.plugins.debits.services.lists import failure_board, open_tasks_of
from hoshou.plugins.debits.views.handing_out import handed_out
from hoshou.plugins.debits.views.rights import CATEGORY, for_handlers
from hoshou.plugins.debits.zengin.results import CODE_MEANINGS


class FailureBoardView(BaseView):
    """Proposed lapses, first failures, and what is open about them."""

    route_base = "/debits/failures"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        subject = current_subject()
        return self.render_template(
            "debits/failures.html",
            title=_("振替不能の管理"),
            board=failure_board(db.session(), subject),
            kinds=TASK_KIND_LABELS,
            papers=PAPER_LABELS,
            codes=CODE_MEANINGS,
            may_act=subject.has(Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION),
            may_receive=subject.has(Role.GROUP_ASSOCIATION),
            day=display.day,
        )

    @expose("/lapse/<key:pk>/confirm", methods=["POST"])
    @has_access
    @permission_name("decide")
    def confirm(self, pk: int) -> Any:
        clock, actor, subject, form = platform().clock, staff_actor(), current_subject(), request.form

        def work(session: Session) -> None:
            day = parse_date(form.get("effective_on", ""), "effective_on")
            lapses.confirm(session, clock, actor, subject, pk, day, form.get("note", ""))

        return _do(work, _("不払解除を確定しました。"))

    @expose("/lapse/<key:pk>/waive", methods=["POST"])
    @has_access
    @permission_name("decide")
    def waive(self, pk: int) -> Any:
        clock, actor, subject, note = (
            platform().clock,
            staff_actor(),
            current_subject(),
            request.form.get("note", ""),
        )
        return _do(
            lambda session: lapses.waive(session, clock, actor, subject, pk, note),
            _("不払解除を見送りました。口座振替を再開します。"),
        )


class ContactTaskView(BaseView):
    """Who is to be spoken to: members by their prefecture association, branches by themselves."""

    route_base = "/debits/contacts"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self.render_template(
            "debits/contacts.html",
            title=_("振替不能のご連絡"),
            tasks=open_tasks_of(db.session(), current_subject()),
            kinds=TASK_KIND_LABELS,
            papers=PAPER_LABELS,
            prefecture=TaskKind.PREFECTURE,
            may_act=not current_subject().has(Role.AUDITOR),
            day=display.day,
        )

    @expose("/<key:pk>/finish", methods=["POST"])
    @has_access
    @permission_name("finish")
    def finish(self, pk: int) -> Any:
        here, actor, subject, form = platform(), staff_actor(), current_subject(), request.form
        state = TaskState.UNREACHABLE if form.get("state") == TaskState.UNREACHABLE else TaskState.DONE
        return _do(
            lambda session: tasks.finish(
                session, here.clock, here.keys, actor, subject, pk, state, form.get("note", "")
            ),
            _("登録しました。"),
            "ContactTaskView.list",
        )

    @expose("/<key:pk>/paper.pdf")
    @has_access
    @permission_name("paper")
    def paper(self, pk: int) -> Any:
        clock, subject = platform().clock, current_subject()
        return handed_out(lambda session: papers.paper_of(session, clock, subject, pk))


def _do(work: Callable[[Session], None], done: str, back: str = "FailureBoardView.list") -> Any:
    try:
        transact(work)
    except DomainError as error:
        if status_of(error) != 400:
            raise
        flash_error(error)
    else:
        flash(done, "success")
    return redirect(url_for(back))


FINISH = frozenset({"list", "finish", "paper"})
SCREENS = (
    StaffView(
        FailureBoardView,
        for_handlers("list", "decide"),
        name="debit_failures",
        label=N_("振替不能の管理"),
        order=82,
        method_labels={"decide": N_("不払解除の判断")},
        **CATEGORY,
    ),
    StaffView(
        ContactTaskView,
        {
            **dict.fromkeys((Role.PREFECTURE, Role.INSURER, Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION), FINISH),
            Role.AUDITOR: frozenset({"list", "paper"}),
        },
        name="debit_contacts",
        label=N_("振替不能のご連絡"),
        order=83,
        method_labels={"finish": N_("完了の登録"), "paper": N_("案内文・用紙のダウンロード")},
        **CATEGORY,
    ),
)

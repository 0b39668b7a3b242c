"""Staff screens: the list of enrolments, and the record page from which each step of the way is taken."""

import re
from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, request, url_for
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
from hoshou.plugins.guardkun.models.enrolments import Enrolment
from hoshou.plugins.guardkun.rules.changes import CHANGE_KIND_LABELS, CHANGE_STATE_LABELS, ENDING_LABELS
from hoshou.plugins.guardkun.rules.checklist import CHECKLIST
from hoshou.plugins.guardkun.rules.defects import DEFECT_LABELS
from hoshou.plugins.guardkun.rules.duties import DUTY_LABELS
from hoshou.plugins.guardkun.rules.particulars import PARTICULARS_LABELS
from hoshou.plugins.guardkun.rules.stages import STAGE_LABELS, Stage
from hoshou.plugins.guardkun.services.arrive import arrive
from hoshou.plugins.guardkun.services.defects import find_defect, resolve_defect
from hoshou.plugins.guardkun.services.record import read_record
from hoshou.plugins.guardkun.services.register import register
from hoshou.plugins.guardkun.services.release import cancel, release
from hoshou.plugins.guardkun.services.search import EnrolmentSearch, found_enrolments
from hoshou.plugins.guardkun.services.send import forward, send_to_branch
from hoshou.plugins.guardkun.views.documents import document_links
from hoshou.plugins.guardkun.views.forms import DAY, MINUTE, asked_day, sentences, typed_instant
from hoshou.plugins.guardkun.views.quotes import GuardkunQuoteView, plan_rows

STAGE_TAGS = {
    Stage.BOOKED: "good",
    Stage.CERTIFIED: "good",
    Stage.SHIPPED: "good",
    Stage.CANCELLED: "bad",
    Stage.REGISTERED: "waiting",
    Stage.AT_BRANCH: "waiting",
    Stage.AT_LEAD: "active",
}


ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class GuardkunEnrolmentView(BaseView):
    """The enrolments that the reader may know of; a record offers only the steps that are theirs now."""

    route_base = "/guardkun/enrolments"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        asked = EnrolmentSearch(
            request.args.get("stage", ""), asked_day(request.args, "start"), request.args.get("words", "")[:100]
        )
        return self.render_template(
            "guardkun/enrolments.html",
            title=_("加入手続き"),
            page=newest_first(db.session(), found_enrolments(current_subject(), asked), Enrolment.id),
            asked=asked,
            stages=STAGE_LABELS,
            endings=ENDING_LABELS,
            tags=STAGE_TAGS,
            day=DAY,
        )

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        return self._record(pk)

    @expose("/<key:pk>/register", methods=["POST"])
    @has_access
    @permission_name("apply")
    def register(self, pk: int) -> Any:
        def done(closing: int) -> str:
            return str(
                _(
                    "本登録しました。まだ計上は完了していません。書類一式が締切までに到着すれば、第%(closing)s回の計上になります。",
                    closing=closing,
                )
            )

        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        return self._take(pk, lambda session: register(session, clock, actor, subject, pk), done)

    @expose("/<key:pk>/send", methods=["POST"])
    @has_access
    @permission_name("apply")
    def send(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        kept = "copy_kept" in request.form
        return self._take(pk, lambda session: send_to_branch(session, clock, actor, subject, pk, copy_kept=kept))

    @expose("/<key:pk>/cancel", methods=["POST"])
    @has_access
    @permission_name("cancel")
    def cancel(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        reason = request.form.get("reason", "")
        return self._take(pk, lambda session: cancel(session, clock, actor, subject, pk, reason))

    @expose("/<key:pk>/forward", methods=["POST"])
    @has_access
    @permission_name("forward")
    def forward(self, pk: int) -> Any:
        clock, actor, subject, form = platform().clock, staff_actor(), current_subject(), request.form
        ticked, note, kept = form.getlist("checks"), form.get("note", ""), "copy_kept" in form
        return self._take(
            pk,
            lambda session: forward(session, clock, actor, subject, pk, ticked=ticked, copy_kept=kept, note=note),
        )

    @expose("/<key:pk>/arrive", methods=["POST"])
    @has_access
    @permission_name("arrive")
    def arrive(self, pk: int) -> Any:
        here, actor, subject = platform(), staff_actor(), current_subject()

        def work(session: Session) -> int:
            return arrive(session, here.clock, here.keys, actor, subject, pk, typed_instant("arrived_at"))

        return self._take(
            pk, work, lambda closing: _("到着を登録しました。第%(closing)s回の計上になります。", closing=closing)
        )

    @expose("/<key:pk>/release", methods=["POST"])
    @has_access
    @permission_name("release")
    def release(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        reason = request.form.get("reason", "")
        return self._take(pk, lambda session: release(session, clock, actor, subject, pk, reason))

    @expose("/<key:pk>/defects", methods=["POST"])
    @has_access
    @permission_name("check")
    def defect(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        reason, note = request.form.get("reason", ""), request.form.get("note", "")
        return self._take(pk, lambda session: find_defect(session, clock, actor, subject, pk, reason, note))

    @expose("/defects/<key:pk>/resolve", methods=["POST"])
    @has_access
    @permission_name("check")
    def resolve(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        enrolment_id = transact(lambda session: resolve_defect(session, clock, actor, subject, pk))
        flash(_("不備の解消を登録しました。"), "success")
        return redirect(url_for("GuardkunEnrolmentView.show", pk=enrolment_id))

    def _take(self, pk: int, step: Callable[[Session], Any], told: Callable[[Any], str] | None = None) -> Any:
        """One step in one transaction; what stands against it is shown on the record."""
        try:
            result = transact(step)
        except DomainError as error:
            if status_of(error) != 400:
                raise
            db.session.rollback()
            return self._record(pk, sentences(error)), status_of(error)
        flash(told(result) if told else _("登録しました。"), "success")
        return redirect(url_for("GuardkunEnrolmentView.show", pk=pk))

    def _record(self, pk: int, errors: dict[str, str] | None = None) -> Any:
        here = platform()
        labels = dict(here.plugins.collect("action_labels"))
        record = read_record(db.session(), here.clock, current_subject(), pk, labels)
        return self.render_template(
            "guardkun/enrolment.html",
            title=_("加入手続き %(number)s", number=repr(record.enrolment)),
            record=record,
            enrolment=record.enrolment,
            plan=plan_rows(record.enrolment.quote),
            quote_address=_quote_address(record.enrolment),
            timeline=[(entry, _(entry.message, **_in_words(entry.values))) for entry in record.timeline],
            errors=errors or {},
            now=here.clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
            stages=STAGE_LABELS,
            tags=STAGE_TAGS,
            documents=document_links(record.enrolment),
            endings=ENDING_LABELS,
            duties=DUTY_LABELS,
            labels=PARTICULARS_LABELS,
            checklist=CHECKLIST,
            defect_labels=DEFECT_LABELS,
            kinds=CHANGE_KIND_LABELS,
            states=CHANGE_STATE_LABELS,
            day=DAY,
            minute=MINUTE,
        )


def _quote_address(enrolment: Enrolment) -> str:
    """Where the quote is read, for who may read it."""
    security = current_app.extensions["appbuilder"].sm
    may_read = security.has_access("can_show", GuardkunQuoteView.__name__)
    return url_for(f"{GuardkunQuoteView.__name__}.show", pk=enrolment.quote_id) if may_read else ""


def _in_words(values: dict[str, Any]) -> dict[str, Any]:
    """An entry's values as they are read; days are kept as ISO 8601."""
    return {name: _day_words(value) if isinstance(value, str) else value for name, value in values.items()}


def _day_words(text: str) -> str:
    return text.replace("-", "/") if ISO_DAY.fullmatch(text) else text


SCREEN = StaffView(
    GuardkunEnrolmentView,
    {
        Role.AGENCY: frozenset({"list", "show", "apply", "cancel"}),
        Role.INSURER: frozenset({"list", "show", "forward", "check"}),
        Role.LEAD_OFFICE: frozenset({"list", "show", "arrive", "release", "cancel", "check"}),
        Role.CO_INSURER: frozenset({"list", "show", "release"}),
        Role.GROUP_ASSOCIATION: frozenset({"list", "show"}),
        Role.PREFECTURE: frozenset({"list", "show"}),
        Role.AUDITOR: frozenset({"list", "show"}),
    },
    name="guardkun_enrolments",
    label=N_("加入手続き"),
    category="guardkun",
    category_label=N_("ガードくん"),
    order=21,
    method_labels={
        "apply": N_("加入申込・本登録・送付"),
        "cancel": N_("取下げ"),
        "forward": N_("確認と回送"),
        "arrive": N_("書類の到着"),
        "release": N_("本登録の解除"),
        "check": N_("不備の登録"),
    },
)

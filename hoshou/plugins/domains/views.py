"""Staff screens: the registered domains, and the applications on their way there."""

from typing import Any

from flask import current_app, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role
from hoshou.plugins.domains.models import DOMAIN_STATE_LABELS, Decision, DomainApplication, OrdererDomain
from hoshou.plugins.domains.rules.stages import KIND_LABELS, STAGE_LABELS, Stage
from hoshou.plugins.domains.rules.terms import Terms
from hoshou.plugins.domains.services.record import read_record
from hoshou.plugins.domains.services.review import review
from hoshou.plugins.domains.services.scope import visible_applications
from hoshou.plugins.domains.services.vote import vote
from hoshou.plugins.domains.services.withdraw import withdraw_for_applicant

STAGE_TAGS = {
    Stage.REGISTERED: "good",
    Stage.REJECTED: "bad",
    Stage.WITHDRAWN: "bad",
    Stage.APPLIED: "waiting",
    Stage.REVIEWED: "waiting",
    Stage.APPROVED: "active",
}


class DomainView(StaffModelView):
    """What the registration wrote; only the wording of the names is changed here."""

    datamodel = StaffInterface(OrdererDomain)
    row_scope = every_row
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "delete"}
    list_title = _l("発注者ドメイン")
    list_columns = ["domain", "organisation", "department", "state", "usable_from"]
    show_columns = ["domain", "organisation", "department", "state", "usable_from", "changed_at"]
    edit_columns = ["organisation", "department"]
    search_columns = ["domain", "organisation", "department", "state"]
    label_columns = {
        "domain": _l("ドメイン"),
        "organisation": _l("団体・組織名"),
        "department": _l("部署名"),
        "state": _l("状態"),
        "usable_from": _l("利用開始日"),
        "changed_at": _l("最終変更"),
    }
    formatters_columns = {
        "state": display.named({state.value: label for state, label in DOMAIN_STATE_LABELS.items()}),
        "usable_from": display.day,
        "changed_at": display.instant,
    }
    base_order = ("domain", "asc")

    def pre_update(self, item: Any) -> None:
        item.changed_at = platform().clock.now()


class DomainApplicationView(StaffModelView):
    """The applications, and a record page with what may be done now."""

    datamodel = StaffInterface(DomainApplication)
    route_base = "/domains/applications"
    row_scope = staticmethod(visible_applications)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "edit", "delete"}
    list_title = _l("ドメイン申請")
    list_columns = [
        "receipt",
        "kind",
        "organisation",
        "department",
        "domains",
        "stage",
        "batch_month",
        "applied_at",
    ]
    order_columns = ["organisation", "stage", "batch_month", "applied_at"]
    search_columns = ["receipt", "organisation", "department", "domain", "kind", "stage", "batch_month"]
    base_order = ("id", "desc")
    label_columns = {
        "receipt": _l("受付番号"),
        "kind": _l("種類"),
        "organisation": _l("団体・組織名"),
        "department": _l("部署名"),
        "domain": _l("ドメイン"),
        "domains": _l("ドメイン"),
        "stage": _l("状態"),
        "batch_month": _l("登録予定"),
        "applied_at": _l("申請日時"),
    }
    formatters_columns = {
        "kind": display.named({kind.value: label for kind, label in KIND_LABELS.items()}),
        "stage": display.named({stage.value: label for stage, label in STAGE_LABELS.items()}),
        "batch_month": lambda month: month.strftime("%Y/%m"),
        "applied_at": display.instant,
    }

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        return self._record(pk)

    @expose("/<key:pk>/review", methods=["POST"])
    @has_access
    @permission_name("review")
    def review(self, pk: int) -> Any:
        return self._decide(pk, review)

    @expose("/<key:pk>/vote", methods=["POST"])
    @has_access
    @permission_name("vote")
    def vote(self, pk: int) -> Any:
        return self._decide(pk, vote)

    @expose("/<key:pk>/withdraw", methods=["POST"])
    @has_access
    @permission_name("review")
    def withdraw(self, pk: int) -> Any:
        clock, actor, subject = platform().clock, staff_actor(), current_subject()
        note = request.form.get("note", "")
        try:
            transact(lambda session: withdraw_for_applicant(session, clock, actor, subject, pk, note))
        except DomainError as error:
            return self._refused(pk, error, "note")
        return redirect(url_for("DomainApplicationView.show", pk=pk))

    def _decide(self, pk: int, service: Any) -> Any:
        """An association's or an insurer's yes or no."""
        here, actor, subject = platform(), staff_actor(), current_subject()
        reason = request.form.get("reason", "")
        decision = Decision.APPROVE if request.form.get("decision") == Decision.APPROVE else Decision.REJECT
        options = {
            "terms": Terms.of(current_app.config),
            "contact": current_app.config["DOMAIN_CONTACT_EMAIL"],
        }
        try:
            transact(
                lambda session: service(
                    session, here.clock, here.keys, actor, subject, pk, decision, reason, **options
                )
            )
        except DomainError as error:
            return self._refused(pk, error, "reason")
        return redirect(url_for("DomainApplicationView.show", pk=pk))

    def _refused(self, pk: int, error: DomainError, field: str) -> Any:
        about_text = error.code.startswith("text_")
        return self._record(pk, {field if about_text else "": words(error)}), status_of(error)

    def _record(self, pk: int, errors: dict[str, str] | None = None) -> Any:
        record = read_record(db.session(), platform().clock, current_subject(), pk, Terms.of(current_app.config))
        return self.render_template(
            "domains/application.html",
            title=_("ドメイン申請 %(receipt)s", receipt=record.application.receipt),
            record=record,
            application=record.application,
            timeline=[(entry, _(entry.message, **entry.values)) for entry in record.timeline],
            errors=errors or {},
            kinds=KIND_LABELS,
            stages=STAGE_LABELS,
            tags=STAGE_TAGS,
            day="%Y/%m/%d",
            minute="%Y/%m/%d %H:%M",
        )


SCREENS = [
    StaffView(
        DomainApplicationView,
        {
            Role.ASSOCIATION: READ | {"review"},
            Role.INSURER: READ | {"vote"},
            Role.AUDITOR: READ,
        },
        name="domain_applications",
        label=N_("ドメイン申請"),
        category="domains",
        category_label=N_("発注者ドメイン"),
        order=50,
    ),
    StaffView(
        DomainView,
        {
            Role.ASSOCIATION: READ | {"edit"},
            Role.ADMINISTRATOR: READ,
            Role.AUDITOR: READ,
        },
        name="registered_domains",
        label=N_("登録済のドメイン"),
        category="domains",
        category_label=N_("発注者ドメイン"),
        order=51,
    ),
]

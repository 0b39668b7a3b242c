"""Staff screens of the rate tables: import, comparison, approval by a second person (D-21)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from hoshou.base.errors import DomainError, Invalid, NotFound
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.attachment import attachment
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.staff.session import staff_actor
from hoshou.platform.staff.views import flash_error
from hoshou.platform.subject import Role
from hoshou.plugins.premium.models import RATE_STATE_LABELS, RateState, RateTableVersion
from hoshou.plugins.premium.rules.golden import SAMPLE_NAME
from hoshou.plugins.premium.rules.rate_sheet import FILE
from hoshou.plugins.premium.services import rate_tables
from hoshou.plugins.premium.services.sample import sample_file
from hoshou.plugins.premium.services.sheet_file import MAX_BYTES, read_sheet_file, write_sheet_file

CSV = "text/csv"


class RateTableView(BaseView):
    """Versions of the rate tables, newest first."""

    route_base = "/premium/rates"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        page = newest_first(db.session(), select(RateTableVersion), RateTableVersion.id)
        return self._render(
            "premium/rate_tables.html", _("料率表"), page=page, may_import=self._may("import_file")
        )

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        table = rate_tables.table_called(db.session(), pk)
        before = rate_tables.predecessor(db.session(), table)
        is_draft = table.state == RateState.DRAFT.value
        return self._render(
            "premium/rate_table.html",
            _("料率表 %(table)s", table=repr(table)),
            table=table,
            before=before,
            rows=rate_tables.compare(before, table),
            may_approve=is_draft and self._may("approve") and staff_actor().user_id != table.drafted_by_id,
            may_withdraw=is_draft and self._may("approve"),
        )

    @expose("/import", methods=["GET", "POST"])
    @has_access
    @permission_name("import_file")
    def import_file(self) -> Any:
        if request.method == "GET":
            return self._import_form([])
        here, actor, upload = platform(), staff_actor(), request.files.get(FILE)
        try:
            sheet = read_sheet_file(upload.stream.read(MAX_BYTES + 1) if upload else b"")
            name = upload.filename if upload and upload.filename else ""
            table_id = transact(lambda session: rate_tables.draft(session, here.clock, actor, sheet, name).id)
        except DomainError as error:
            faults = error.errors if isinstance(error, Invalid) else (error,)
            return self._import_form([words(fault) for fault in faults]), status_of(error)
        flash(_("下書きとして登録しました。別の人の承認を受けると有効になります。"), "success")
        return redirect(url_for("RateTableView.show", pk=table_id))

    @expose("/sample")
    @has_access
    @permission_name("import_file")
    def sample(self) -> Any:
        return attachment(sample_file(), SAMPLE_NAME, CSV)

    @expose("/<key:pk>/file")
    @has_access
    @permission_name("show")
    def file(self, pk: int) -> Any:
        table = rate_tables.table_called(db.session(), pk)
        return attachment(
            write_sheet_file(rate_tables.sheet_of(table)), f"{table.rates_id}_{table.version}.csv", CSV
        )

    @expose("/<key:pk>/approve", methods=["POST"])
    @has_access
    @permission_name("approve")
    def approve(self, pk: int) -> Any:
        clock, actor = platform().clock, staff_actor()
        return self._decide(
            pk, lambda session: rate_tables.approve(session, clock, actor, pk), _("料率表を承認しました。")
        )

    @expose("/<key:pk>/withdraw", methods=["POST"])
    @has_access
    @permission_name("approve")
    def withdraw(self, pk: int) -> Any:
        clock, actor = platform().clock, staff_actor()
        return self._decide(
            pk, lambda session: rate_tables.withdraw(session, clock, actor, pk), _("料率表を取り下げました。")
        )

    def _decide(self, pk: int, work: Any, done: str) -> Any:
        try:
            transact(work)
        except NotFound:
            raise
        except DomainError as error:
            flash_error(error)
        else:
            flash(done, "success")
        return redirect(url_for("RateTableView.show", pk=pk))

    def _import_form(self, faults: Any) -> Any:
        return self._render(
            "premium/rate_import.html", _("料率表の取込"), faults=faults, kilobytes=MAX_BYTES // 1024
        )

    def _render(self, template: str, title: str, **values: Any) -> Any:
        return self.render_template(
            template,
            title=title,
            states={state.value: label for state, label in RATE_STATE_LABELS.items()},
            day=display.day,
            instant=display.instant,
            **values,
        )

    def _may(self, permission: str) -> bool:
        return bool(self.appbuilder.sm.has_access(f"can_{permission}", type(self).__name__))


_KEEPERS = READ | {"import_file", "approve"}

STAFF_VIEWS = (
    StaffView(
        view=RateTableView,
        grants={Role.ADMINISTRATOR: _KEEPERS, Role.LEAD_OFFICE: _KEEPERS, Role.AUDITOR: READ},
        name="premium_rates",
        label=N_("料率表"),
        category="guardkun",
        category_label=N_("ガードくん"),
        order=90,
        method_labels={"import_file": N_("取込"), "approve": N_("承認・取下げ")},
    ),
)

"""Staff screens of the co-insurers' files and of the loss ratio (B-099, B-104)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.files.store import StoredBlob
from hoshou.platform.site.attachment import attachment
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import CRUD, READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import ChoiceField
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role
from hoshou.plugins.debits.ledger_views import CATEGORY, CATEGORY_LABEL, LEDGER_READERS, csv_answer
from hoshou.plugins.debits.models.claims import PaidClaim
from hoshou.plugins.debits.models.handoffs import Handoff, HandoffColumn
from hoshou.plugins.debits.rules.claims_file import HEAD
from hoshou.plugins.debits.rules.handoff_layout import HANDOFF_FIELD_LABELS
from hoshou.plugins.debits.services.background import HANDOFF_JOB, failure_reference
from hoshou.plugins.debits.services.claims.import_claims import import_claims
from hoshou.plugins.debits.services.claims.report import claims_of, earned_of, insured, loss_ratios
from hoshou.plugins.debits.services.month_end.handoffs import fetch_handoff, visible_handoffs
from hoshou.plugins.guardkun.models.enrolments import Enrolment

CLAIMS_FILE_BYTES = 10 * 1024 * 1024


class HandoffView(BaseView):
    """The files that went to the co-insurers; a co-insurer's staff see and fetch their own."""

    route_base = "/debits/handoffs"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self.render_template(
            "debits/handoff_list.html",
            title=_("非幹事保険会社へのデータ連携"),
            page=newest_first(
                db.session(), select(Handoff).where(visible_handoffs(current_subject())), Handoff.id
            ),
            failure=failure_reference(db.session(), HANDOFF_JOB),
            day=display.day,
        )

    @expose("/download/<key:pk>/<encoding>", methods=["POST"])
    @has_access
    def download(self, pk: int, encoding: str) -> Any:
        """Hand a file out, which the audit log notes."""
        here, actor, subject = platform(), staff_actor(), current_subject()

        def work(session: Session) -> tuple[StoredBlob, str]:
            file = fetch_handoff(session, here.clock, actor, subject, pk, encoding)
            return file.blob, file.original_name

        blob, name = transact(work)
        return attachment(here.files.read(blob), name, "text/csv")


class HandoffColumnView(StaffModelView):
    """The columns that a co-insurer asked for, in the place of the own layout."""

    datamodel = StaffInterface(HandoffColumn)
    route_base = "/debits/handoff-columns"
    row_scope = every_row
    list_title = _l("連携データの列")
    list_columns = ["insurer", "position", "field", "title"]
    show_columns = list_columns
    add_columns = list_columns
    edit_columns = list_columns
    search_columns = ["insurer"]
    order_columns = ["position"]
    label_columns = {
        "insurer": _l("保険会社"),
        "position": _l("列の位置"),
        "field": _l("内容"),
        "title": _l("見出し"),
    }
    description_columns = {
        "position": _l("左から数えた位置です。"),
        "insurer": _l("列が1つも登録されていない保険会社には、標準の列で出力します。"),
    }
    formatters_columns = {
        "field": display.named({key.value: label for key, label in HANDOFF_FIELD_LABELS.items()})
    }
    base_order = ("position", "asc")
    add_form_extra_fields = {
        "field": ChoiceField(
            _l("内容"), choices=[(key.value, _l(label)) for key, label in HANDOFF_FIELD_LABELS.items()]
        )
    }
    edit_form_extra_fields = add_form_extra_fields


class LossRatioView(BaseView):
    """Premium earned against claims paid; the claims come in by file."""

    route_base = "/debits/loss-ratio"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self._page()

    @expose("/csv")
    @has_access
    @permission_name("list")
    def csv(self) -> Any:
        head = [_("年度"), _("保険会社"), _("既経過保険料"), _("支払保険金"), _("損害率（‰）")]
        rows = [
            [
                row.year.year,
                row.insurer.name,
                row.ratio.earned,
                row.ratio.paid,
                "" if row.ratio.per_mille is None else row.ratio.per_mille,
            ]
            for row in loss_ratios(db.session(), platform().clock.today())
        ]
        return csv_answer("loss-ratio.csv", [head, *rows])

    @expose("/claims/<key:year>/<key:insurer>")
    @has_access
    @permission_name("list")
    def claims(self, year: int, insurer: int) -> Any:
        """The claims that a figure is made of."""
        return self.render_template(
            "debits/claims.html",
            title=_("支払保険金の明細"),
            page=newest_first(db.session(), claims_of(year, insurer), PaidClaim.id),
            year=year,
            insurer=insurer,
            day=display.day,
        )

    @expose("/earned/<key:year>/<key:insurer>")
    @has_access
    @permission_name("list")
    def earned(self, year: int, insurer: int) -> Any:
        """The enrolments that an earned premium is made of."""
        session, today = db.session(), platform().clock.today()
        page = newest_first(session, insured(year, insurer), Enrolment.id)
        return self.render_template(
            "debits/earned.html",
            title=_("既経過保険料の明細"),
            page=page,
            earned=earned_of(session, page.rows, today),
            year=year,
            insurer=insurer,
            today=display.day(today),
            day=display.day,
        )

    @expose("/import", methods=["POST"])
    @has_access
    @permission_name("take")
    def take(self) -> Any:
        """Take a file of paid claims over, or say in which rows it is at fault."""
        clock, actor, upload = platform().clock, staff_actor(), request.files.get("file")
        content = upload.read(CLAIMS_FILE_BYTES + 1) if upload else b""
        try:
            if not content:
                raise Refused("claims_missing", N_("ファイルを選択してください。"), field="file")
            if len(content) > CLAIMS_FILE_BYTES:
                raise Refused("claims_size", N_("ファイルは10MBまでです。"), field="file")
            done = transact(lambda session: import_claims(session, clock, actor, content))
        except DomainError as error:
            return self._page(error), status_of(error)
        flash(
            _(
                "支払保険金を取り込みました（新規%(added)d件、変更%(changed)d件、変更なし%(unchanged)d件）。",
                added=done.added,
                changed=done.changed,
                unchanged=done.unchanged,
            ),
            "success",
        )
        return redirect(url_for("LossRatioView.list"))

    def _page(self, error: DomainError | None = None) -> Any:
        today = platform().clock.today()
        faults = error.errors if isinstance(error, Invalid) else [error] if error else []
        return self.render_template(
            "debits/loss_ratio.html",
            title=_("損害率"),
            rows=loss_ratios(db.session(), today),
            today=display.day(today),
            head=HEAD,
            faults=[f"{fault.about}：{words(fault)}" if fault.about else words(fault) for fault in faults],
        )


HANDOFF_SCREENS = (
    StaffView(
        HandoffView,
        dict.fromkeys((*LEDGER_READERS, Role.CO_INSURER), frozenset({"list", "download"})),
        name="handoffs",
        label=N_("非幹事保険会社へのデータ連携"),
        order=64,
        method_labels={"download": N_("ダウンロード")},
        category=CATEGORY,
        category_label=CATEGORY_LABEL,
    ),
    StaffView(
        HandoffColumnView,
        {Role.LEAD_OFFICE: CRUD, Role.AUDITOR: READ},
        name="handoff_columns",
        label=N_("連携データの列"),
        order=66,
        category=CATEGORY,
        category_label=CATEGORY_LABEL,
    ),
    StaffView(
        LossRatioView,
        {
            Role.LEAD_OFFICE: frozenset({"list", "take"}),
            Role.GROUP_ASSOCIATION: frozenset({"list"}),
            Role.AUDITOR: frozenset({"list"}),
        },
        name="loss_ratio",
        label=N_("損害率"),
        order=68,
        method_labels={"take": N_("支払保険金の取込")},
        category=CATEGORY,
        category_label=CATEGORY_LABEL,
    ),
)

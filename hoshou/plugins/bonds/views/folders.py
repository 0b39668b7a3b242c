"""The list of folders, and a folder's record with what may be done there."""

import io
from typing import Any

from flask import current_app, flash, redirect, request, send_file, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import pdf
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import StaffModelView
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.kinds import (
    CONTRACT_TYPE_LABELS,
    FILE_KIND_LABELS,
    SUBMISSION_LABELS,
    ContractType,
)
from hoshou.plugins.bonds.rules.secret import bare_password, new_password
from hoshou.plugins.bonds.services import handover, renotify
from hoshou.plugins.bonds.services.original import document_for, note_download, note_page
from hoshou.plugins.bonds.services.passwords import hash_password
from hoshou.plugins.bonds.services.record import FOLDER, MAIL_STATE_LABELS, read_record
from hoshou.plugins.bonds.services.scope import visible_folders
from hoshou.plugins.bonds.services.upload import PDF
from hoshou.plugins.bonds.views.rights import CATEGORY

DAY = "%Y/%m/%d"
MINUTE = "%Y/%m/%d %H:%M"
FOLDER_METHODS = frozenset({"list", "show", "renotify", "content"})


def _contract_type(value: str) -> str:
    return str(_(CONTRACT_TYPE_LABELS[ContractType(value)]))


class BondFolderView(StaffModelView):
    """The folders that the reader may know of: a list, and a record page with the actions allowed there."""

    datamodel = StaffInterface(BondFolder, numbers=("policy_number",))
    route_base = "/bonds/folders"
    row_scope = staticmethod(visible_folders)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "edit", "delete"}
    list_title = _l("証券等の一覧")
    list_columns = [
        "policy_number",
        "insurer",
        "contract_type",
        "contractor_name",
        "project_name",
        "insurance_end",
        "created_at",
        "deleted_at",
    ]
    search_columns = ["policy_number", "insurer", "contractor_name", "project_name", "insurance_end"]
    order_columns = ["policy_number", "contractor_name", "insurance_end", "created_at"]
    base_order = ("id", "desc")
    label_columns = {
        "policy_number": _l("証券番号"),
        "insurer": _l("保険会社"),
        "contract_type": _l("契約種類"),
        "contractor_name": _l("受注者名"),
        "project_name": _l("工事名"),
        "insurance_end": _l("保険終期"),
        "created_at": _l("登録日時"),
        "deleted_at": _l("状態"),
    }
    formatters_columns = {
        "contract_type": _contract_type,
        "insurance_end": lambda day: day.strftime(DAY),
        "created_at": lambda at: at.strftime(MINUTE),
        "deleted_at": lambda at: _("削除済") if at else _("有効"),
    }

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        record = read_record(
            db.session(), current_subject(), pk, dict(platform().plugins.collect("action_labels"))
        )
        return self.render_template(
            "bonds/folder.html",
            title=_("証券番号 %(number)s", number=record.folder.policy_number),
            record=record,
            folder=record.folder,
            timeline=[(entry, entry.sentence(_)) for entry in record.timeline],
            contract_types=CONTRACT_TYPE_LABELS,
            kinds=FILE_KIND_LABELS,
            submissions=SUBMISSION_LABELS,
            mail_states=MAIL_STATE_LABELS,
            day=DAY,
            minute=MINUTE,
            handover=handover.handover_state(db.session(), platform().clock, current_subject(), record.folder),
            links=platform().plugins.collect(
                "record_links", subject=current_subject(), object_kind=FOLDER, object_id=pk
            ),
        )

    @expose("/<key:pk>/resend", methods=["POST"])
    @has_access
    @permission_name("renotify")
    def resend(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        public_url = current_app.config["PUBLIC_URL"]
        with unit_of_work() as session:
            renotify.resend_url(session, here.clock, here.keys, actor, subject, pk, public_url)
        flash(
            _("受注者さまへ閲覧用URLのメールをもう一度送信します。閲覧用パスワードは変わっていません。"), "success"
        )
        return redirect(url_for("BondFolderView.show", pk=pk))

    @expose("/<key:pk>/reissue", methods=["POST"])
    @has_access
    @permission_name("renotify")
    def reissue(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        password = new_password()
        hashed = hash_password(bare_password(password))
        transact(
            lambda session: renotify.reissue_password(
                session, here.clock, here.keys, actor, subject, pk, password, hashed
            )
        )
        flash(
            _(
                "閲覧用パスワードを再発行し、%(address)s へ送信します。以前の閲覧用パスワードは使えなくなりました。",
                address=subject.email,
            ),
            "success",
        )
        return redirect(url_for("BondFolderView.show", pk=pk))

    @expose("/<key:pk>/files/<key:number>/")
    @has_access
    @permission_name("content")
    def preview(self, pk: int, number: int) -> Any:
        file = document_for(db.session(), current_subject(), pk, number)
        page = min(max(request.args.get("page", 1, type=int), 1), file.pages)
        return self.render_template(
            "bonds/preview.html",
            title=_("プレビュー"),
            file=file,
            folder=file.folder,
            page=page,
            kinds=FILE_KIND_LABELS,
        )

    @expose("/<key:pk>/files/<key:number>/pages/<key:page>")
    @has_access
    @permission_name("content")
    def page(self, pk: int, number: int, page: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            blob = note_page(session, here.clock, actor, subject, pk, number, page).stored_file.blob
        watermark = f"{actor.name} {here.clock.now().strftime(MINUTE)}"
        image = pdf.render_page(here.files.read(blob), page, watermark=watermark)
        return send_file(io.BytesIO(image.content), mimetype=image.mimetype)

    @expose("/<key:pk>/files/<key:number>/download", methods=["POST"])
    @has_access
    @permission_name("content")
    def original(self, pk: int, number: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            stored = note_download(session, here.clock, actor, subject, pk, number).stored_file
            blob, name = stored.blob, stored.original_name
        return send_file(io.BytesIO(here.files.read(blob)), mimetype=PDF, as_attachment=True, download_name=name)


SCREEN = StaffView(
    view=BondFolderView,
    grants={
        Role.AGENCY: FOLDER_METHODS,
        Role.INSURER: FOLDER_METHODS,
        Role.AUDITOR: frozenset({"list", "show"}),
    },
    name="bonds_folders",
    label=N_("証券等の一覧"),
    order=11,
    method_labels={"content": N_("原本とプレビュー"), "renotify": N_("再通知・再発行")},
    **CATEGORY,
)

"""誤登録: a file or a whole folder is deleted, with the reason."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.site.errors import status_of
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.deletion import REASON_FIELD
from hoshou.plugins.bonds.rules.kinds import (
    FILE_KIND_LABELS,
)
from hoshou.plugins.bonds.services.delete_file import delete_file
from hoshou.plugins.bonds.services.delete_folder import delete_folder
from hoshou.plugins.bonds.services.erase import erase_now_or_later
from hoshou.plugins.bonds.services.original import document_for
from hoshou.plugins.bonds.services.scope import folder_for, require_uploader
from hoshou.plugins.bonds.views.forms import sentences
from hoshou.plugins.bonds.views.rights import UPLOADERS


class BondDeletionView(BaseView):
    """誤登録: a page that says what will be gone and asks for the reason, for one file or the whole folder."""

    route_base = "/bonds/deletion"
    default_view = "folder"

    @expose("/<key:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("remove")
    def folder(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        require_uploader(subject)
        if request.method == "GET":
            return self._page(folder_for(db.session(), subject, pk))
        reason = request.form.get(REASON_FIELD, "")
        try:
            transact(lambda session: delete_folder(session, here.clock, actor, subject, pk, reason))
        except Refused as error:
            return self._page(folder_for(db.session(), subject, pk), error=error), status_of(error)
        erase_now_or_later(unit_of_work, here.clock, here.files, pk)
        flash(_("フォルダとすべてのファイルを削除しました。"), "success")
        return redirect(url_for("BondFolderView.show", pk=pk))

    @expose("/<key:pk>/files/<key:number>", methods=["GET", "POST"])
    @has_access
    @permission_name("remove")
    def file(self, pk: int, number: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        file = document_for(db.session(), subject, pk, number)
        if request.method == "GET":
            return self._page(file.folder, file)
        reason = request.form.get(REASON_FIELD, "")
        try:
            transact(lambda session: delete_file(session, here.clock, actor, subject, pk, number, reason))
        except Refused as error:
            file = document_for(db.session(), subject, pk, number)
            return self._page(file.folder, file, error), status_of(error)
        erase_now_or_later(unit_of_work, here.clock, here.files, pk)
        flash(_("ファイル%(number)sを削除しました。", number=number), "success")
        return redirect(url_for("BondFolderView.show", pk=pk))

    def _page(self, folder: BondFolder, file: BondFile | None = None, error: Refused | None = None) -> Any:
        return self.render_template(
            "bonds/deletion.html",
            title=_("ファイル%(number)sの削除", number=file.number) if file else _("フォルダの削除"),
            folder=folder,
            file=file,
            kinds=FILE_KIND_LABELS,
            errors=sentences(error) if error else {},
            reason=request.form.get(REASON_FIELD, ""),
        )


SCREEN = StaffView(
    view=BondDeletionView,
    label=N_("誤登録の削除"),
    grants={role: frozenset({"remove"}) for role in UPLOADERS},
    method_labels={"remove": N_("ファイルとフォルダの削除")},
)

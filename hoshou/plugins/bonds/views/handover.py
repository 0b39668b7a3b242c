"""発注者提出用フォーマット, made and noted as handed over."""

import base64
from typing import Any

from flask import current_app, flash, redirect, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import reading, unit_of_work
from hoshou.platform.site.attachment import attachment
from hoshou.platform.site.blueprint import url_if
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.plugins.bonds.rules.secret import new_password
from hoshou.plugins.bonds.services import handover
from hoshou.plugins.bonds.services.upload import PDF
from hoshou.plugins.bonds.views.rights import UPLOADERS


class BondHandoverView(BaseView):
    """発注者提出用フォーマット, for who holds the folder's newest password (A-023, A-028, A-029)."""

    route_base = "/bonds/handover"

    @expose("/<key:pk>/form", methods=["POST"])
    @has_access
    @permission_name("handover")
    def form(self, pk: int) -> Any:
        content = self._content(pk)
        form = handover.make_form(content, current_app.config["PUBLIC_URL"], self._verify_url())
        self._note(pk, content, protected=False)
        return attachment(form, content.file_name, PDF)

    @expose("/<key:pk>/encrypted", methods=["POST"])
    @has_access
    @permission_name("handover")
    def encrypted(self, pk: int) -> Any:
        """The one page that has both the file, in itself, and the file's password: neither is kept anywhere."""
        content, form_password = self._content(pk), new_password()
        form = handover.make_encrypted_form(
            content, current_app.config["PUBLIC_URL"], form_password, self._verify_url()
        )
        self._note(pk, content, protected=True)
        return self.render_template(
            "bonds/handover_encrypted.html",
            title=_("暗号化PDFの作成"),
            pk=pk,
            content=content,
            form_password=form_password,
            form_url=f"data:{PDF};base64,{base64.b64encode(form).decode()}",
        )

    @expose("/<key:pk>/told", methods=["POST"])
    @has_access
    @permission_name("handover")
    def told(self, pk: int) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            handover.note_told(session, here.clock, actor, subject, pk)
        flash(_("受注者さまに伝えたことを記録しました。"), "success")
        return redirect(url_for("BondFolderView.show", pk=pk))

    def _content(self, pk: int) -> handover.FormContent:
        here = platform()
        with reading() as session:
            return handover.form_content(session, here.clock, here.keys, current_subject(), pk)

    def _verify_url(self) -> str:
        """Where a PDF can be checked, in an installation that has such a page."""
        path = url_if("verification.page")
        return current_app.config["PUBLIC_URL"] + path if path else ""

    def _note(self, pk: int, content: handover.FormContent, *, protected: bool) -> None:
        here, subject, actor = platform(), current_subject(), staff_actor()
        with unit_of_work() as session:
            handover.note_form(
                session, here.clock, actor, subject, pk, content.password_serial, protected=protected
            )


SCREEN = StaffView(
    view=BondHandoverView,
    label=N_("発注者提出用フォーマット"),
    grants={role: frozenset({"handover"}) for role in UPLOADERS},
)

"""The wording of mails: which variables there are, a preview, saving, and back to the golden wording (A-050)."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from sqlalchemy import select

from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.mail.template import MailTemplate, RenderedMail, check_wording, fill
from hoshou.platform.mail.wording import MailWording, current_wording, reset_wording, save_wording
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import staff_actor
from hoshou.platform.subject import Role


class MailWordingView(BaseView):
    """Each mail that a plugin sends can be worded anew."""

    route_base = "/mail-wording"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        edited = {row.key: row for row in db.session.scalars(select(MailWording))}
        return self.render_template(
            "staff/wording_list.html", title=_("メール文面"), templates=_templates().values(), edited=edited
        )

    @expose("/edit/<key>", methods=["GET", "POST"])
    @has_access
    def edit(self, key: str) -> Any:
        template = _template(key)
        if request.method == "GET":
            return self._page(template, *current_wording(db.session(), template), {}, None), 200
        subject, body = request.form.get("subject", ""), request.form.get("body", "").replace("\r\n", "\n")
        try:
            if request.form.get("step") == "preview":
                check_wording(template, subject, body)
                preview = fill(template, subject, body, template.samples)
                return self._page(template, subject, body, {}, preview), 200
            clock, actor = platform().clock, staff_actor()
            transact(lambda work: save_wording(work, clock, actor, template, subject, body))
        except DomainError as error:
            errors = {error.field or "body": words(error)}
            return self._page(template, subject, body, errors, None), status_of(error)
        flash(_("文面を保存しました。次に送るメールから使われます。"), "success")
        return redirect(url_for("MailWordingView.list"))

    @expose("/reset/<key>", methods=["POST"])
    @has_access
    def reset(self, key: str) -> Any:
        template, clock, actor = _template(key), platform().clock, staff_actor()
        transact(lambda work: reset_wording(work, clock, actor, template))
        flash(_("最初の文面に戻しました。"), "success")
        return redirect(url_for("MailWordingView.edit", key=key))

    def _page(
        self,
        template: MailTemplate,
        subject: str,
        body: str,
        errors: dict[str, str],
        preview: RenderedMail | None,
    ) -> Any:
        return self.render_template(
            "staff/wording_edit.html",
            title=_("メール文面：変更"),
            mail=template,
            subject=subject,
            body=body,
            errors=errors,
            preview=preview,
        )


def _templates() -> dict[str, MailTemplate]:
    return {template.key: template for template in platform().plugins.collect("mail_templates")}


def _template(key: str) -> MailTemplate:
    return _templates().get(key) or abort(404)


WORDING_SCREEN = StaffView(
    MailWordingView,
    dict.fromkeys((Role.ADMINISTRATOR, Role.ASSOCIATION), frozenset({"list", "edit", "reset"})),
    name="mail_wording",
    label=N_("メール文面"),
    category="administration",
    category_label=N_("システム管理"),
    order=89,
    method_labels={"reset": N_("最初の文面に戻す")},
)

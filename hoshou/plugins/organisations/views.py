"""Staff screens: insurers, branches, agencies with their codes, and the accounts of staff (A-003, D-44)."""

from functools import partial
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import selectinload
from wtforms.validators import InputRequired, Optional

from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import DayField
from hoshou.platform.staff.grants_screen import ROLE_LABELS
from hoshou.platform.staff.session import staff_actor
from hoshou.platform.staff.views import StaffModelView, every_row, flash_error
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.organisations.models import Agency, AgencyCode, Branch, Insurer, Orderer
from hoshou.plugins.organisations.services.administration import (
    UserDetails,
    change_user,
    create_user,
    details_of,
    find_user,
    invite,
)


class InsurerView(StaffModelView):
    """Participating insurers in the order of the Japanese syllabary. They are ended, never removed."""

    datamodel = StaffInterface(Insurer)
    row_scope = every_row
    list_title = _l("損害保険会社")
    list_columns = ["position", "name", "short_name", "active_from", "active_until"]
    show_columns = ["code", "name", "short_name", "position", "active_from", "active_until"]
    add_columns = ["code", "name", "short_name", "position", "active_from", "active_until"]
    edit_columns = ["name", "short_name", "position", "active_from", "active_until"]
    search_columns = ["name", "short_name", "code"]
    label_columns = {
        "code": _l("コード"),
        "name": _l("名称"),
        "short_name": _l("略称"),
        "position": _l("五十音順の位置"),
        "active_from": _l("参加日"),
        "active_until": _l("参加終了日"),
    }
    description_columns = {
        "position": _l("一覧に並ぶ順です。"),
        "active_until": _l("この日まで参加します。空欄の場合は、終了日がありません。"),
    }
    formatters_columns = {"active_from": display.day, "active_until": display.day}
    base_order = ("position", "asc")
    add_form_extra_fields = {
        "active_from": DayField(_l("参加日"), validators=[InputRequired()]),
        "active_until": DayField(
            _l("参加終了日"),
            validators=[Optional()],
            description=_l("この日まで参加します。空欄の場合は、終了日がありません。"),
        ),
    }
    edit_form_extra_fields = add_form_extra_fields

    def pre_add(self, item: Any) -> None:
        if item.active_until is not None and item.active_until < item.active_from:
            raise Refused("ends_before_start", N_("参加終了日は参加日以後にしてください。"), field="active_until")

    def pre_update(self, item: Any) -> None:
        self.pre_add(item)


def own_branches(subject: Subject) -> ColumnElement[bool]:
    """An insurer's staff see the branches of their insurer."""
    if subject.has(Role.ADMINISTRATOR, Role.ASSOCIATION, Role.AUDITOR):
        return true()
    return Branch.insurer_id == subject.insurer_id if subject.insurer_id is not None else false()


class BranchView(StaffModelView):
    datamodel = StaffInterface(Branch)
    row_scope = own_branches
    list_title = _l("営業店")
    list_columns = ["insurer", "code", "name", "phone"]
    show_columns = ["insurer", "code", "name", "phone"]
    add_columns = ["insurer", "code", "name", "phone"]
    edit_columns = ["code", "name", "phone"]
    search_columns = ["insurer", "code", "name"]
    label_columns = {
        "insurer": _l("損害保険会社"),
        "code": _l("営業店コード"),
        "name": _l("営業店名"),
        "phone": _l("電話番号"),
    }
    base_order = ("code", "asc")


def own_codes(subject: Subject) -> ColumnElement[bool]:
    """An insurer's staff see the codes that agencies hold at their insurer; an agency its own."""
    if subject.has(Role.ADMINISTRATOR, Role.ASSOCIATION, Role.AUDITOR):
        return true()
    parts: list[ColumnElement[bool]] = []
    if subject.insurer_id is not None:
        parts.append(AgencyCode.insurer_id == subject.insurer_id)
    if subject.agency_id is not None:
        parts.append(AgencyCode.agency_id == subject.agency_id)
    return or_(false(), *parts)


def own_agencies(subject: Subject) -> ColumnElement[bool]:
    """The agencies behind the codes that the user may see."""
    if subject.has(Role.ADMINISTRATOR, Role.ASSOCIATION, Role.AUDITOR):
        return true()
    return Agency.id.in_(select(AgencyCode.agency_id).where(own_codes(subject)))


class AgencyView(StaffModelView):
    datamodel = StaffInterface(Agency)
    row_scope = own_agencies
    list_title = _l("損害保険代理店")
    list_columns = ["name", "phone", "email"]
    show_columns = ["name", "phone", "email", "codes"]
    add_columns = ["name", "phone", "email"]
    edit_columns = ["name", "phone", "email"]
    search_columns = ["name", "email"]
    label_columns = {
        "name": _l("代理店名"),
        "phone": _l("電話番号"),
        "email": _l("メールアドレス"),
        "codes": _l("代理店コード"),
    }
    formatters_columns = {
        "codes": lambda codes: "、".join(f"{code.insurer.short_name} {code.code}" for code in codes)
    }
    base_order = ("name", "asc")


class OrdererView(StaffModelView):
    """Orderers, and since when their contract terms provide for bonds in electronic form (A-010)."""

    datamodel = StaffInterface(Orderer)
    # By default it would begin as the public pages of the orderers do.
    route_base = "/organisations/orderers"
    row_scope = every_row
    list_title = _l("発注者の約款整備")
    list_columns = ["name", "terms_ready_on"]
    show_columns = ["name", "terms_ready_on"]
    add_columns = ["name", "terms_ready_on"]
    edit_columns = ["name", "terms_ready_on"]
    search_columns = ["name"]
    label_columns = {"name": _l("発注者名"), "terms_ready_on": _l("約款整備済の日")}
    description_columns = {
        "terms_ready_on": _l(
            "請負契約約款が電子証券に対応した日です。空欄の場合は未整備とみなし、アップロードの際に注意を表示します。"
        ),
    }
    formatters_columns = {"terms_ready_on": display.day}
    base_order = ("name", "asc")
    add_form_extra_fields = {
        "terms_ready_on": DayField(
            _l("約款整備済の日"),
            validators=[Optional()],
            description=description_columns["terms_ready_on"],
        ),
    }
    edit_form_extra_fields = add_form_extra_fields

    def pre_add(self, item: Any) -> None:
        item.name = fold(item.name)

    def pre_update(self, item: Any) -> None:
        self.pre_add(item)


class AgencyCodeView(StaffModelView):
    datamodel = StaffInterface(AgencyCode)
    row_scope = own_codes
    list_title = _l("代理店コード")
    list_columns = ["agency", "insurer", "code"]
    show_columns = ["agency", "insurer", "code"]
    add_columns = ["agency", "insurer", "code"]
    edit_columns = ["code"]
    search_columns = ["insurer", "code"]
    label_columns = {"agency": _l("損害保険代理店"), "insurer": _l("損害保険会社"), "code": _l("代理店コード")}
    base_order = ("code", "asc")


class UserInterface(StaffInterface):
    """Reads the roles of all listed users at once."""

    def query(self, *args: Any, **kwargs: Any) -> Any:
        count, users = super().query(*args, **kwargs)
        with_roles = select(User).where(User.id.in_([user.id for user in users]))
        self.session.scalars(
            with_roles.options(selectinload(User.roles)).execution_options(populate_existing=True)
        ).all()
        return count, users


class UserView(StaffModelView):
    """Staff accounts. No password is ever entered here: a one-time link is mailed."""

    datamodel = UserInterface(User)
    row_scope = every_row
    secret_columns = frozenset({"password"})
    list_title = _l("利用者")
    list_columns = ["username", "last_name", "first_name", "email", "roles", "active"]
    show_columns = ["username", "last_name", "first_name", "email", "roles", "active"]
    search_columns = ["username", "last_name", "email"]
    order_columns = ["username", "last_name", "email", "active"]
    label_columns = {
        "username": _l("利用者ID"),
        "last_name": _l("姓"),
        "first_name": _l("名"),
        "email": _l("メールアドレス"),
        "roles": _l("ロール"),
        "active": _l("有効"),
    }
    formatters_columns = {
        "active": display.yes_no,
        "roles": lambda roles: "、".join(_role_label(role.name) for role in roles),
    }
    add_columns = edit_columns = ["username"]
    base_order = ("username", "asc")
    show_template = "organisations/user_show.html"

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        return self._change(None)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        return self._change(self._item(pk).id)

    @expose("/invite/<key:pk>", methods=["POST"])
    @has_access
    def invite(self, pk: int) -> Any:
        try:
            _invite(pk)
        except DomainError as error:
            flash_error(error)
        else:
            flash(_("パスワード設定用のリンクをメールで送りました。"), "success")
        return redirect(url_for("UserView.show", pk=pk))

    def _change(self, user_id: int | None) -> Any:
        if request.method == "GET":
            user = find_user(db.session(), user_id) if user_id else None
            details = details_of(db.session(), user) if user else UserDetails("", "", "", "", True, ())
            return self._form(user_id, details, {}), 200
        details = _submitted()
        clock, actor = platform().clock, staff_actor()
        try:
            if user_id is None:
                user_id = transact(lambda work: create_user(work, clock, actor, details).id)
                _invite(user_id)
                flash(_("利用者を登録し、パスワード設定用のリンクをメールで送りました。"), "success")
            else:
                number = user_id
                transact(lambda work: change_user(work, clock, actor, number, details))
                flash(_("保存しました。"), "success")
        except Invalid as error:
            return self._form(user_id, details, {e.field: words(e) for e in error.errors}), status_of(error)
        return redirect(url_for("UserView.show", pk=user_id))

    def _form(self, user_id: int | None, details: UserDetails, errors: dict[str | None, str]) -> Any:
        session = db.session()
        return self.render_template(
            "organisations/user_form.html",
            title=self.edit_title if user_id else self.add_title,
            details=details,
            errors=errors,
            roles=[(role.value, _(label)) for role, label in ROLE_LABELS.items()],
            insurers=[(row.id, row.name) for row in session.scalars(select(Insurer).order_by(Insurer.position))],
            branches=[(row.id, str(row)) for row in session.scalars(select(Branch).order_by(Branch.code))],
            agencies=[(row.id, row.name) for row in session.scalars(select(Agency).order_by(Agency.name))],
        )


def _invite(user_id: int) -> None:
    here, actor, address = platform(), staff_actor(), current_app.config["PUBLIC_URL"]
    transact(lambda work: invite(work, here.clock, here.keys, actor, address, user_id))


def _submitted() -> UserDetails:
    form = request.form

    def number(name: str) -> int | None:
        text = form.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    return UserDetails(
        username=form.get("username", "").strip(),
        last_name=form.get("last_name", "").strip(),
        first_name=form.get("first_name", "").strip(),
        email=form.get("email", "").strip(),
        active="active" in form,
        roles=form.getlist("roles"),
        insurer_id=number("insurer_id"),
        branch_id=number("branch_id"),
        agency_id=number("agency_id"),
    )


def _role_label(name: str) -> str:
    return str(_(ROLE_LABELS[Role(name)])) if name in set(Role) else name


_KEPT = frozenset({"list", "show", "add", "edit"})
_REMOVABLE = _KEPT | {"delete"}
_screen = partial(StaffView, category="organisations", category_label=N_("組織"), order=60)
_KEEPERS = (Role.ADMINISTRATOR, Role.ASSOCIATION)

SCREENS = [
    _screen(
        InsurerView,
        {**dict.fromkeys(_KEEPERS, _KEPT), Role.AUDITOR: READ},
        name="insurers",
        label=N_("損害保険会社"),
    ),
    _screen(
        BranchView,
        {**dict.fromkeys(_KEEPERS, _REMOVABLE), Role.AUDITOR: READ, Role.INSURER: READ},
        name="branches",
        label=N_("営業店"),
    ),
    _screen(
        AgencyView,
        {**dict.fromkeys(_KEEPERS, _REMOVABLE), Role.AUDITOR: READ, Role.INSURER: READ, Role.AGENCY: READ},
        name="agencies",
        label=N_("損害保険代理店"),
    ),
    _screen(
        AgencyCodeView,
        {**dict.fromkeys(_KEEPERS, _REMOVABLE), Role.AUDITOR: READ, Role.INSURER: READ, Role.AGENCY: READ},
        name="agency_codes",
        label=N_("代理店コード"),
    ),
    _screen(
        OrdererView,
        {**dict.fromkeys(_KEEPERS, _REMOVABLE), Role.AUDITOR: READ, Role.INSURER: READ, Role.AGENCY: READ},
        name="orderers",
        label=N_("発注者の約款整備"),
    ),
    StaffView(
        UserView,
        {Role.ADMINISTRATOR: _KEPT | {"invite"}, Role.AUDITOR: READ},
        name="users",
        label=N_("利用者"),
        category="administration",
        category_label=N_("システム管理"),
        order=85,
        method_labels={"invite": N_("リンクの送付")},
    ),
]

"""Staff screens: the 47 prefecture associations, and which staff work for which (B-004, B-074)."""

from typing import Any

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, true
from wtforms.validators import InputRequired

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import db
from hoshou.platform.mail.address import checked_address
from hoshou.platform.staff.contribution import CRUD, READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import RowField
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.members import PrefectureAssociation, PrefectureStaff

KEEPERS = (Role.ADMINISTRATOR, Role.LEAD_OFFICE, Role.GROUP_ASSOCIATION)


def own_association(subject: Subject) -> ColumnElement[bool]:
    """A prefecture association's staff see their own; who else reaches the screen, all."""
    if subject.has(*KEEPERS, Role.AUDITOR):
        return true()
    own = select(PrefectureStaff.prefecture_id).where(PrefectureStaff.user_id == subject.user_id)
    return PrefectureAssociation.id.in_(own)


class PrefectureView(StaffModelView):
    """Whom to turn to when a member's debit fails. There are always 47: none is added or removed."""

    datamodel = StaffInterface(PrefectureAssociation)
    row_scope = staticmethod(own_association)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "delete"}
    list_title = _l("都道府県警備業協会")
    list_columns = ["code", "name", "email", "phone"]
    show_columns = list_columns
    edit_columns = ["name", "email", "phone"]
    search_columns = ["name"]
    page_size = 50
    label_columns = {
        "code": _l("都道府県コード"),
        "name": _l("名称"),
        "email": _l("メールアドレス"),
        "phone": _l("電話番号"),
    }
    description_columns = {"email": _l("振替不能の案内などの連絡に使います。")}
    base_order = ("code", "asc")

    def pre_update(self, item: Any) -> None:
        if item.email:
            item.email = checked_address(item.email, field="email")


def prefecture_users() -> Any:
    """The users who hold the role of a prefecture association."""
    has_role = User.roles.any(RoleRow.name == Role.PREFECTURE.value)
    return db.session.scalars(select(User).where(User.active.is_(True), has_role).order_by(User.username)).all()


class PrefectureStaffView(StaffModelView):
    datamodel = StaffInterface(PrefectureStaff)
    row_scope = every_row
    list_title = _l("都道府県協会の担当者")
    list_columns = ["user", "prefecture"]
    show_columns = list_columns
    add_columns = list_columns
    edit_columns = ["prefecture"]
    search_columns = ["prefecture"]
    order_columns: list[str] = []
    label_columns = {"user": _l("利用者"), "prefecture": _l("都道府県警備業協会")}
    formatters_columns = {"user": lambda user: f"{user.last_name} {user.first_name}（{user.username}）"}
    base_order = ("prefecture_id", "asc")
    add_form_extra_fields = {
        "user": RowField(
            _l("利用者"),
            query_func=prefecture_users,
            get_pk_func=lambda user: user.id,
            validators=[InputRequired()],
            description=_l("ロールが「都道府県警備業協会」の利用者から選びます。"),
        )
    }


_CATEGORY: dict[str, Any] = {"category": "scheme", "category_label": N_("制度の規定"), "order": 42}
STAFF_VIEWS = (
    StaffView(
        PrefectureView,
        {
            **dict.fromkeys(KEEPERS, READ | {"edit"}),
            **dict.fromkeys((Role.AUDITOR, Role.PREFECTURE), READ),
        },
        name="prefectures",
        label=N_("都道府県警備業協会"),
        **_CATEGORY,
    ),
    StaffView(
        PrefectureStaffView,
        {**dict.fromkeys(KEEPERS, CRUD), Role.AUDITOR: READ},
        name="prefecture_staff",
        label=N_("都道府県協会の担当者"),
        **_CATEGORY,
    ),
)

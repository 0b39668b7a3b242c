"""Staff screens: an agency under its 代理店登録番号, with what is printed of it (Q5, Q7, B-065, B-096, B-100)."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.db import db
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.views import StaffModelView
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration
from hoshou.plugins.guardkun.services.registrations import check_registration
from hoshou.plugins.guardkun.services.scope import visible_registrations
from hoshou.plugins.guardkun.views.years import AgencyNameField


class AgencyRegistrationView(StaffModelView):
    """Entered by the lead office, mended by the agency itself. The number decides whose contracts are whose: it stays."""

    datamodel = StaffInterface(AgencyRegistration)
    route_base = "/guardkun/registrations"
    row_scope = staticmethod(visible_registrations)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"delete"}
    list_title = _l("代理店登録")
    list_columns = ["registration_number", "agency", "insurer", "branch", "office_code"]
    edit_columns = ["branch", "office_code", "share_pattern", "contact_name", "phone", "postal_code", "address"]
    add_columns = ["agency", "insurer", "registration_number", *edit_columns]
    show_columns = ["registration_number", "agency", "insurer", *edit_columns]
    search_columns = ["registration_number", "office_code", "insurer"]
    order_columns = ["registration_number", "office_code"]
    base_order = ("registration_number", "asc")
    label_columns = {
        "registration_number": _l("代理店登録番号"),
        "agency": _l("代理店名"),
        "insurer": _l("保険会社"),
        "branch": _l("担当課"),
        "office_code": _l("部店課支社コード・代理店コード"),
        "share_pattern": _l("分担パターン番号"),
        "contact_name": _l("担当者名"),
        "phone": _l("電話番号"),
        "postal_code": _l("郵便番号"),
        "address": _l("所在地"),
    }
    description_columns = {
        "registration_number": _l(
            "11桁の数字です。この番号が同じ契約を、代理店の利用者が参照できます。登録後は変更できません。"
        ),
        "agency": _l("登録されている損害保険代理店の名称を入力してください。"),
        "office_code": _l("組織変更でコードが変わった場合は修正してください。"),
        "share_pattern": _l("三井住友海上の代理店だけが3桁の数字を入力します。"),
        "contact_name": _l("担当者名から所在地までは、加入者証に印字されます。"),
    }
    add_form_extra_fields = {
        "agency": AgencyNameField(
            _l("代理店名"), validators=[InputRequired()], description=description_columns["agency"]
        )
    }

    def pre_add(self, item: Any) -> None:
        check_registration(db.session(), item)

    def pre_update(self, item: Any) -> None:
        check_registration(db.session(), item)


SCREEN = StaffView(
    AgencyRegistrationView,
    {
        Role.LEAD_OFFICE: READ | {"add", "edit"},
        Role.AGENCY: READ | {"edit"},
        **dict.fromkeys((Role.INSURER, Role.CO_INSURER, Role.GROUP_ASSOCIATION, Role.AUDITOR), READ),
    },
    name="guardkun_registrations",
    label=N_("代理店登録"),
    category="guardkun",
    category_label=N_("ガードくん"),
    order=28,
)

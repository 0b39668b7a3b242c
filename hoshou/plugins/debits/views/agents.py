"""Staff screen: the collection agents."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import TimeField
from wtforms.validators import InputRequired

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import ChoiceField
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role
from hoshou.plugins.debits.models.mandates import CollectionAgent
from hoshou.plugins.debits.rules.accounts import ACCOUNT_TYPE_LABELS, AccountType
from hoshou.plugins.debits.rules.agents import require_header
from hoshou.plugins.debits.views.rights import CATEGORY
from hoshou.plugins.debits.zengin.entries import Header
from hoshou.plugins.debits.zengin.profiles import PROFILES

KEEP = READ | {"add", "edit"}
PROFILE_LABELS = {
    "standard": N_("全銀協の標準（使える文字が最も少ない）"),
    "wide": N_("ヲと記号8種も使える仕様"),
}
ALL = [
    "name",
    "consignor_code",
    "consignor_name",
    "profile",
    "bank_code",
    "bank_name",
    "branch_code",
    "branch_name",
    "account_type",
    "account_number",
    "lead_days",
    "closing_time",
    "is_active",
]


class CollectionAgentView(StaffModelView):
    """集金代行会社, with what its files begin with."""

    datamodel = StaffInterface(CollectionAgent)
    row_scope = every_row
    exclude_route_methods = StaffModelView.exclude_route_methods | {"delete"}
    list_title = _l("集金代行会社")
    list_columns = ["name", "consignor_code", "consignor_name", "lead_days", "closing_time", "is_active"]
    show_columns = add_columns = edit_columns = ALL
    search_columns = ["name", "consignor_code"]
    label_columns = {
        "name": _l("名称"),
        "consignor_code": _l("委託者コード"),
        "consignor_name": _l("委託者名（通帳の表示）"),
        "profile": _l("ファイルの仕様"),
        "bank_code": _l("取引銀行番号"),
        "bank_name": _l("取引銀行名"),
        "branch_code": _l("取引支店番号"),
        "branch_name": _l("取引支店名"),
        "account_type": _l("預金種目（委託者）"),
        "account_number": _l("口座番号（委託者）"),
        "lead_days": _l("受付締切（振替日の何営業日前）"),
        "closing_time": _l("受付締切時刻"),
        "is_active": _l("利用中"),
    }
    description_columns = {
        "consignor_name": _l(
            "半角カナで入力してください。加入者の通帳には「ｹｲﾋﾞ ﾎｹﾝ」または「NS ｹｲﾋﾞ ﾎｹﾝ」と表示されます。"
        ),
    }
    formatters_columns = {
        "account_type": display.named({kind.value: label for kind, label in ACCOUNT_TYPE_LABELS.items()}),
        "profile": display.named(PROFILE_LABELS),
        "closing_time": lambda at: at.strftime("%H:%M"),
        "is_active": display.yes_no,
    }
    add_form_extra_fields = {
        "profile": ChoiceField(
            _l("ファイルの仕様"), choices=[(name, _l(PROFILE_LABELS[name])) for name in PROFILES]
        ),
        "account_type": ChoiceField(
            _l("預金種目（委託者）"),
            choices=[
                (kind.value, _l(label))
                for kind, label in ACCOUNT_TYPE_LABELS.items()
                if kind is not AccountType.TAX
            ],
        ),
        "closing_time": TimeField(
            _l("受付締切時刻"), validators=[InputRequired()], render_kw={"class": "form-control"}
        ),
    }
    edit_form_extra_fields = add_form_extra_fields
    base_order = ("name", "asc")

    def pre_add(self, item: Any) -> None:
        require_header(
            Header(
                consignor_code=item.consignor_code,
                consignor_name=item.consignor_name,
                debit_date="0812",
                bank_code=item.bank_code,
                bank_name=item.bank_name or "",
                branch_code=item.branch_code,
                branch_name=item.branch_name or "",
                account_type=item.account_type,
                account_number=item.account_number,
            ),
            item.profile,
        )

    def pre_update(self, item: Any) -> None:
        self.pre_add(item)


SCREENS = (
    StaffView(
        CollectionAgentView,
        {
            Role.ADMINISTRATOR: KEEP,
            Role.GROUP_ASSOCIATION: KEEP,
            Role.LEAD_OFFICE: READ,
            Role.AUDITOR: READ,
        },
        name="debit_agents",
        label=N_("集金代行会社"),
        order=89,
        **CATEGORY,
    ),
)

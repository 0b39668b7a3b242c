"""Staff screen of the association: orderers' domains."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import ChoiceField, DayField
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role
from hoshou.plugins.domains.models import DOMAIN_STATE_LABELS, DomainState, OrdererDomain
from hoshou.plugins.domains.services.enter import prepare_domain

_DAY_HINT = _l("登録済のドメインは、この日から利用できます。")


class DomainView(StaffModelView):
    """A domain is removed by its state, so that its history stays."""

    datamodel = StaffInterface(OrdererDomain)
    row_scope = every_row
    list_title = _l("発注者ドメイン")
    list_columns = ["domain", "organisation", "department", "state", "usable_from"]
    show_columns = ["domain", "organisation", "department", "state", "usable_from", "changed_at"]
    add_columns = ["domain", "organisation", "department", "state", "usable_from"]
    edit_columns = ["organisation", "department", "state", "usable_from"]
    search_columns = ["domain", "organisation", "state"]
    label_columns = {
        "domain": _l("ドメイン"),
        "organisation": _l("組織名"),
        "department": _l("部署名"),
        "state": _l("状態"),
        "usable_from": _l("利用開始日"),
        "changed_at": _l("最終変更"),
    }
    description_columns = {"domain": _l("「@」より後ろの部分。サブドメインは別の登録が必要です。")}
    formatters_columns = {
        "state": display.named({state.value: label for state, label in DOMAIN_STATE_LABELS.items()}),
        "usable_from": display.day,
        "changed_at": display.instant,
    }
    base_order = ("domain", "asc")
    _states = [(state.value, _l(label)) for state, label in DOMAIN_STATE_LABELS.items()]
    add_form_extra_fields = {
        "state": ChoiceField(_l("状態"), choices=_states, default=DomainState.APPLIED.value),
        "usable_from": DayField(_l("利用開始日"), validators=[Optional()], description=_DAY_HINT),
    }
    edit_form_extra_fields = add_form_extra_fields

    def pre_add(self, item: Any) -> None:
        prepare_domain(platform().clock, item)

    def pre_update(self, item: Any) -> None:
        prepare_domain(platform().clock, item)


SCREENS = [
    StaffView(
        DomainView,
        {
            Role.ASSOCIATION: READ | {"add", "edit"},
            Role.ADMINISTRATOR: READ,
            Role.AUDITOR: READ,
        },
        name="domains",
        label=N_("発注者ドメイン"),
        order=50,
    )
]

"""The business calendar's screens: holidays, the years they are known for, maintenance windows (P-012, A-062)."""

from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calendar import CalendarYear, Holiday, Maintenance
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import CRUD, READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import DayField, InstantField
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role


class HolidayView(StaffModelView):
    datamodel = StaffInterface(Holiday)
    row_scope = every_row
    list_title = _l("祝日")
    list_columns = ["day", "name"]
    show_columns = ["day", "name"]
    add_columns = ["day", "name"]
    edit_columns = ["name"]
    search_columns = ["name"]
    label_columns = {"day": _l("日付"), "name": _l("名称")}
    formatters_columns = {"day": display.day}
    base_order = ("day", "asc")
    add_form_extra_fields = {"day": DayField(_l("日付"), validators=[InputRequired()])}


class CalendarYearView(StaffModelView):
    """A year is entered once its holidays are complete; beyond, the calendar refuses to answer."""

    datamodel = StaffInterface(CalendarYear)
    row_scope = every_row
    list_title = _l("祝日登録済みの年")
    list_columns = ["year"]
    show_columns = ["year"]
    add_columns = ["year"]
    search_columns = ["year"]
    label_columns = {"year": _l("年")}
    description_columns = {"year": _l("その年の祝日をすべて登録してから追加してください。")}
    base_order = ("year", "asc")

    def pre_add(self, item: Any) -> None:
        if not 2000 <= item.year <= 2200:
            raise Refused("year_unlikely", N_("年は2000から2200の間で入力してください。"), field="year")


class MaintenanceView(StaffModelView):
    datamodel = StaffInterface(Maintenance)
    row_scope = every_row
    list_title = _l("メンテナンス")
    list_columns = ["starts_at", "ends_at", "notice"]
    show_columns = ["starts_at", "ends_at", "notice"]
    add_columns = ["starts_at", "ends_at", "notice"]
    edit_columns = ["starts_at", "ends_at", "notice"]
    search_columns = ["notice"]
    label_columns = {"starts_at": _l("開始日時"), "ends_at": _l("終了日時"), "notice": _l("お知らせ文")}
    description_columns = {"notice": _l("期間中、公開ページにこの文が表示されます。")}
    formatters_columns = {"starts_at": display.instant, "ends_at": display.instant}
    base_order = ("starts_at", "desc")
    add_form_extra_fields = {
        "starts_at": InstantField(_l("開始日時"), validators=[InputRequired()]),
        "ends_at": InstantField(_l("終了日時"), validators=[InputRequired()]),
    }
    edit_form_extra_fields = add_form_extra_fields

    def pre_add(self, item: Any) -> None:
        if item.ends_at <= item.starts_at:
            raise Refused("ends_before_start", N_("終了日時は開始日時より後にしてください。"), field="ends_at")

    def pre_update(self, item: Any) -> None:
        self.pre_add(item)


_KEEPERS = (Role.ADMINISTRATOR, Role.ASSOCIATION)
_screen = partial(StaffView, category="calendar", category_label=N_("カレンダー"), order=70)

CALENDAR_SCREENS = [
    _screen(
        HolidayView,
        {**dict.fromkeys(_KEEPERS, CRUD), Role.AUDITOR: READ},
        name="holidays",
        label=N_("祝日"),
    ),
    _screen(
        CalendarYearView,
        {**dict.fromkeys(_KEEPERS, frozenset({"list", "add", "delete"})), Role.AUDITOR: frozenset({"list"})},
        name="calendar_years",
        label=N_("祝日登録済みの年"),
    ),
    _screen(
        MaintenanceView,
        {**dict.fromkeys(_KEEPERS, CRUD), Role.AUDITOR: READ},
        name="maintenance",
        label=N_("メンテナンス"),
    ),
]

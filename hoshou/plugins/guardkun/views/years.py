"""Staff screens: the scheme years, with one page that shows a year whole, and their rules row by row (B-001 to B-030)."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from flask import flash, redirect, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import TimeField
from wtforms.validators import InputRequired
from wtforms.widgets import TimeInput

from hoshou.base.errors import DomainError, Invalid
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import CRUD, READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.fields import ChoiceField, DayField, LineField
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import StaffModelView
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.scheme import (
    YEAR_STATE_LABELS,
    SchemeBenefit,
    SchemeCalendarRow,
    SchemeClause,
    SchemeCover,
    SchemeDeadline,
    SchemeDuty,
    SchemeInsurer,
    SchemeYear,
    YearState,
)
from hoshou.plugins.guardkun.rules.benefits import BENEFIT_KIND_LABELS
from hoshou.plugins.guardkun.rules.calendar import EVENT_KIND_LABELS
from hoshou.plugins.guardkun.rules.insurers import CodeForm
from hoshou.plugins.guardkun.services.calendar import KEEPERS, READERS, visible_years
from hoshou.plugins.guardkun.services.parts import prepare_part, require_editable
from hoshou.plugins.guardkun.services.year_record import read_year
from hoshou.plugins.guardkun.services.years import close_year, copy_year, open_year, prepare_year
from hoshou.plugins.guardkun.views.dates import words_of_days
from hoshou.plugins.organisations.services.accounts import agency_called

STATE_TAGS = {YearState.DRAFT: "waiting", YearState.OPEN: "good", YearState.CLOSED: ""}
ATTACHES_LABELS = {
    "always": N_("つねに付帯"),
    "key_recreation": N_("オプション1 鍵再作成費用補償特約"),
    "valuables": N_("オプション2 現金・貴重品補償特約"),
    "transport": N_("オプション3 運送業務補償特約"),
    "labour_dispute": N_("オプション4 労働争議補償特約"),
}
COVER_LABELS = {"basic": N_("基本補償・基本プラン"), **ATTACHES_LABELS}
COVER_LABELS.pop("always")
CODE_FORM_LABELS = {
    CodeForm.MITSUI_SUMITOMO.value: N_("三井住友海上の形（AAA00-1234）"),
    CodeForm.AIOI_NISSAY_DOWA.value: N_("あいおいニッセイ同和の形（RRR00-AB12）"),
    CodeForm.NISSHIN.value: N_("日新火災の形（12345-654321）"),
}
KIND_LABELS = {kind.value: label for kind, label in BENEFIT_KIND_LABELS.items()}


def _choices(labels: dict[str, str]) -> list[tuple[str, Any]]:
    return [(value, _l(label)) for value, label in labels.items()]


def yen(amount: int | None) -> str:
    """Whole yen with separators."""
    return "" if amount is None else f"{amount:,}"


class HourInput(TimeInput):
    """The browser's own field for a time of day, in the look of the others."""

    def __call__(self, field: Any, **attributes: Any) -> Any:
        return super().__call__(field, **{"class": "form-control", **attributes})


class AgencyNameField(LineField):
    """An agency by its exact name: there are too many to choose from a list."""

    def process_data(self, value: Any) -> None:
        self.data = value.name if value else ""

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, agency_called(db.session(), self.data or ""))


class SchemeYearView(StaffModelView):
    """Years are begun as copies of the last one, edited as drafts, opened and closed; none is removed."""

    datamodel = StaffInterface(SchemeYear)
    route_base = "/scheme/years"
    row_scope = staticmethod(visible_years)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "delete"}
    list_title = _l("保険年度")
    list_columns = ["name", "period_start", "period_end", "rules_version", "state"]
    search_columns = ["name", "rules_version"]
    edit_columns = [
        "name",
        "policyholder",
        "product",
        "contract_form",
        "rules_version",
        "period_start",
        "lead_agency",
        "lead_share_percent",
        "calculator",
        "calculator_version",
        "rates_id",
        "policy_number_pattern",
        "parent_policy_number",
        "deadline_time",
        "debit_day",
        "first_debit_after_months",
        "account_change_day",
        "insurers_see_all",
    ]
    label_columns = {
        "name": _l("年度名"),
        "policyholder": _l("保険契約者"),
        "product": _l("商品"),
        "contract_form": _l("契約方式"),
        "rules_version": _l("制度マニュアルの版"),
        "period_start": _l("保険始期"),
        "period_end": _l("保険終期"),
        "state": _l("状態"),
        "lead_agency": _l("幹事代理店"),
        "lead_share_percent": _l("幹事代理店の分担（%）"),
        "calculator": _l("保険料の計算方法"),
        "calculator_version": _l("計算方法の版"),
        "rates_id": _l("料率表"),
        "policy_number_pattern": _l("証券番号の形"),
        "parent_policy_number": _l("親契約の証券番号"),
        "deadline_time": _l("締切の時刻"),
        "debit_day": _l("口座振替日"),
        "first_debit_after_months": _l("初回の口座振替までの月数"),
        "account_change_day": _l("口座変更の締切日"),
        "insurers_see_all": _l("非幹事保険会社に全契約を開示する"),
    }
    description_columns = {
        "period_start": _l("毎月1日のみ指定できます。保険終期はその1年後です。"),
        "lead_agency": _l("登録されている損害保険代理店の名称を入力してください。"),
        "policy_number_pattern": _l("{number:08d} は8桁の連番に置き換わります。"),
        "parent_policy_number": _l("募集中でも変更できます。"),
        "insurers_see_all": _l(
            "選択しない場合、非幹事保険会社が参照できるのは自社の代理店が取り扱う契約だけです。"
        ),
    }
    formatters_columns = {
        "state": display.named({state.value: label for state, label in YEAR_STATE_LABELS.items()}),
        "period_start": display.day,
        "period_end": display.day,
    }
    base_order = ("period_start", "desc")
    edit_form_extra_fields = {
        "period_start": DayField(
            _l("保険始期"), validators=[InputRequired()], description=description_columns["period_start"]
        ),
        "lead_agency": AgencyNameField(
            _l("幹事代理店"), validators=[InputRequired()], description=description_columns["lead_agency"]
        ),
        "deadline_time": TimeField(_l("締切の時刻"), validators=[InputRequired()], widget=HourInput()),
    }

    # No year is added here, but the framework builds the form all the same.
    add_columns = edit_columns
    add_form_extra_fields = edit_form_extra_fields

    def pre_update(self, item: Any) -> None:
        prepare_year(platform().clock, item)

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        record = read_year(db.session(), platform().clock, current_subject(), pk)
        return self.render_template(
            "guardkun/year.html",
            title=record.year.name,
            record=record,
            year=record.year,
            state_label=_(YEAR_STATE_LABELS[record.year.current_state]),
            state_tag=STATE_TAGS[record.year.current_state],
            attaches=ATTACHES_LABELS,
            covers=COVER_LABELS,
            kinds=KIND_LABELS,
            event_kinds=EVENT_KIND_LABELS,
            words_of_days=words_of_days,
            day=display.day,
            yen=yen,
        )

    @expose("/<key:pk>/open", methods=["POST"])
    @has_access
    @permission_name("edit")
    def open(self, pk: int) -> Any:
        return self._done(pk, open_year, _("募集を開始しました。"))

    @expose("/<key:pk>/close", methods=["POST"])
    @has_access
    @permission_name("edit")
    def close(self, pk: int) -> Any:
        return self._done(pk, close_year, _("年度を終了しました。"))

    @expose("/<key:pk>/copy", methods=["POST"])
    @has_access
    @permission_name("edit")
    def copy(self, pk: int) -> Any:
        return self._done(pk, copy_year, _("翌年度を準備中として登録しました。内容を確認し、変更してください。"))

    def _done(self, pk: int, service: Any, done: str) -> Any:
        """One step of a year; a copy leads to its own page."""
        clock, actor = platform().clock, staff_actor()
        try:
            number = transact(lambda session: service(session, clock, actor, pk))
        except DomainError as error:
            for refusal in error.errors if isinstance(error, Invalid) else (error,):
                flash(words(refusal), "danger")
            return redirect(url_for("SchemeYearView.show", pk=pk))
        flash(done, "success")
        return redirect(url_for("SchemeYearView.show", pk=number or pk))


def of_visible_years(part: type[Any]) -> Any:
    """The scope of a year's rows: those of the years that the user may know of."""
    return staticmethod(
        lambda subject: part.scheme_year_id.in_(select(SchemeYear.id).where(visible_years(subject)))
    )


class SchemePartView(StaffModelView):
    """Rows of a year. What may still be edited, the services say."""

    search_columns: ClassVar[Sequence[str]] = ()
    base_order: ClassVar[tuple[str, str]] = ("id", "asc")
    page_size = 50
    add_form_query_rel_fields: ClassVar[Any] = {"scheme_year": [["state", FilterEqual, YearState.DRAFT.value]]}

    def pre_add(self, item: Any) -> None:
        prepare_part(db.session(), item)

    def pre_update(self, item: Any) -> None:
        prepare_part(db.session(), item)

    def pre_delete(self, item: Any) -> None:
        require_editable(db.session(), item)


_YEAR_LABEL = {"scheme_year": _l("保険年度"), "position": _l("位置")}


class SchemeInsurerView(SchemePartView):
    datamodel = StaffInterface(SchemeInsurer)
    row_scope = of_visible_years(SchemeInsurer)
    search_columns = ["scheme_year"]
    list_title = _l("引受保険会社")
    list_columns = ["scheme_year", "position", "insurer", "is_lead", "commission_after_months"]
    edit_columns = ["is_lead", "code_form", "commission_after_months", "position"]
    show_columns = ["scheme_year", "insurer", *edit_columns]
    add_columns = show_columns
    label_columns = {
        **_YEAR_LABEL,
        "insurer": _l("保険会社"),
        "is_lead": _l("幹事"),
        "code_form": _l("部店課支社コード・代理店コードの形"),
        "commission_after_months": _l("始期月から手数料受取月までの月数"),
    }
    formatters_columns = {"is_lead": display.yes_no, "code_form": display.named(CODE_FORM_LABELS)}
    add_form_extra_fields = {
        "code_form": ChoiceField(label_columns["code_form"], choices=_choices(CODE_FORM_LABELS))
    }
    edit_form_extra_fields = add_form_extra_fields


class SchemeDeadlineView(SchemePartView):
    datamodel = StaffInterface(SchemeDeadline)
    row_scope = of_visible_years(SchemeDeadline)
    search_columns = ["scheme_year"]
    list_title = _l("募集締切の規定")
    edit_columns = ["is_renewal", "closing", "months_before", "day"]
    list_columns = ["scheme_year", *edit_columns]
    show_columns = list_columns
    add_columns = list_columns
    label_columns = {
        **_YEAR_LABEL,
        "is_renewal": _l("更改月の始期"),
        "closing": _l("回"),
        "months_before": _l("始期月の何か月前"),
        "day": _l("日"),
    }
    description_columns = {"day": _l("月の末日より後の日は末日に、土日・祝日の場合は直前の営業日になります。")}
    formatters_columns = {"is_renewal": display.yes_no}


class SchemeClauseView(SchemePartView):
    datamodel = StaffInterface(SchemeClause)
    row_scope = of_visible_years(SchemeClause)
    search_columns = ["scheme_year", "title", "code"]
    list_title = _l("約款・特約")
    edit_columns = ["position", "title", "code", "is_automatic", "attaches"]
    list_columns = ["scheme_year", *edit_columns]
    show_columns = list_columns
    add_columns = list_columns
    label_columns = {
        **_YEAR_LABEL,
        "title": _l("名称"),
        "code": _l("特約コード"),
        "is_automatic": _l("自動セット"),
        "attaches": _l("付帯"),
    }
    description_columns = {
        "code": _l("現金・貴重品補償特約は、輸送警備以外と輸送警備のコードを「・」で区切ります。")
    }
    formatters_columns = {"is_automatic": display.yes_no, "attaches": display.named(ATTACHES_LABELS)}
    add_form_extra_fields = {"attaches": ChoiceField(_l("付帯"), choices=_choices(ATTACHES_LABELS))}
    edit_form_extra_fields = add_form_extra_fields


class SchemeCoverView(SchemePartView):
    datamodel = StaffInterface(SchemeCover)
    row_scope = of_visible_years(SchemeCover)
    search_columns = ["scheme_year", "title"]
    list_title = _l("補償内容")
    edit_columns = ["position", "clause", "title", "is_original", "limit_text", "deductible_text", "choices"]
    list_columns = ["scheme_year", "position", "title", "limit_text", "deductible_text"]
    show_columns = ["scheme_year", *edit_columns]
    add_columns = show_columns
    label_columns = {
        **_YEAR_LABEL,
        "clause": _l("区分"),
        "title": _l("名称"),
        "is_original": _l("本制度の独自補償（★）"),
        "limit_text": _l("支払限度額"),
        "deductible_text": _l("免責金額"),
        "choices": _l("選択できる支払限度額（円）"),
    }
    description_columns = {"choices": _l("円の整数をコンマで区切ります。選択がない場合は空欄にします。")}
    formatters_columns = {"is_original": display.yes_no, "clause": display.named(COVER_LABELS)}
    add_form_extra_fields = {"clause": ChoiceField(_l("区分"), choices=_choices(COVER_LABELS))}
    edit_form_extra_fields = add_form_extra_fields


class SchemeBenefitView(SchemePartView):
    datamodel = StaffInterface(SchemeBenefit)
    row_scope = of_visible_years(SchemeBenefit)
    search_columns = ["scheme_year"]
    list_title = _l("見舞費用の表")
    edit_columns = ["position", "kind", "days_from", "days_to", "least", "most"]
    list_columns = ["scheme_year", *edit_columns]
    show_columns = list_columns
    add_columns = list_columns
    label_columns = {
        **_YEAR_LABEL,
        "kind": _l("場合"),
        "days_from": _l("日数（以上）"),
        "days_to": _l("日数（以内）"),
        "least": _l("金額の下限（円）"),
        "most": _l("金額の上限（円）"),
    }
    formatters_columns = {"kind": display.named(KIND_LABELS), "least": yen, "most": yen}
    add_form_extra_fields = {"kind": ChoiceField(_l("場合"), choices=_choices(KIND_LABELS))}
    edit_form_extra_fields = add_form_extra_fields


class SchemeDutyView(SchemePartView):
    datamodel = StaffInterface(SchemeDuty)
    row_scope = of_visible_years(SchemeDuty)
    search_columns = ["scheme_year"]
    list_title = _l("対象業務")
    edit_columns = ["position", "name", "content", "example"]
    list_columns = ["scheme_year", *edit_columns]
    show_columns = list_columns
    add_columns = list_columns
    label_columns = {**_YEAR_LABEL, "name": _l("警備業務"), "content": _l("内容"), "example": _l("例示")}


class SchemeCalendarRowView(SchemePartView):
    """Dates that no rule computes. Those of an open year may be edited too."""

    datamodel = StaffInterface(SchemeCalendarRow)
    row_scope = of_visible_years(SchemeCalendarRow)
    search_columns = ["scheme_year", "title"]
    list_title = _l("日程表の予定")
    edit_columns = ["day", "is_about", "title"]
    list_columns = ["scheme_year", *edit_columns]
    show_columns = list_columns
    add_columns = list_columns
    add_form_query_rel_fields = None
    label_columns = {
        **_YEAR_LABEL,
        "day": _l("日付"),
        "is_about": _l("頃"),
        "title": _l("予定"),
    }
    formatters_columns = {"day": display.day, "is_about": display.yes_no}
    base_order = ("day", "asc")
    add_form_extra_fields = {"day": DayField(_l("日付"), validators=[InputRequired()])}
    edit_form_extra_fields = add_form_extra_fields


PART_VIEWS = (
    (SchemeInsurerView, N_("引受保険会社")),
    (SchemeDeadlineView, N_("募集締切の規定")),
    (SchemeClauseView, N_("約款・特約")),
    (SchemeCoverView, N_("補償内容")),
    (SchemeBenefitView, N_("見舞費用の表")),
    (SchemeDutyView, N_("対象業務")),
    (SchemeCalendarRowView, N_("日程表の予定")),
)
_part = partial(StaffView, grants={**dict.fromkeys(KEEPERS, CRUD), Role.AUDITOR: READ})

STAFF_VIEWS = (
    StaffView(
        SchemeYearView,
        {**dict.fromkeys(KEEPERS, READ | {"edit"}), **dict.fromkeys(READERS, READ)},
        name="scheme_years",
        label=N_("保険年度"),
        category="scheme",
        category_label=N_("制度の規定"),
        order=40,
    ),
    *(_part(view, label=label) for view, label in PART_VIEWS),
)

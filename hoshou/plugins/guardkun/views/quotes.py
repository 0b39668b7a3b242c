"""Staff screens of quotes: the form that computes while it is filled in, the list, the record; and what rates do to them."""

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.paging import newest_first
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import StaffModelView
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.enrolments import Quote
from hoshou.plugins.guardkun.rules.plan import MAN, OKU, OPTION_TITLES, PlanItem, plan_of
from hoshou.plugins.guardkun.rules.quote_form import FIELD_LABELS, QuoteForm, form_of_request
from hoshou.plugins.guardkun.rules.stages import STAGE_LABELS
from hoshou.plugins.guardkun.services import quoting
from hoshou.plugins.guardkun.services.calendar import open_years
from hoshou.plugins.guardkun.services.rate_effect import effects, live_quotes
from hoshou.plugins.guardkun.services.scope import visible_quotes
from hoshou.plugins.guardkun.views.forms import MINUTE, asked_day
from hoshou.plugins.premium.models import RateTableVersion
from hoshou.plugins.premium.rules.breakdown import ROUNDING_LABELS, SECTION_TITLES, SENTENCES, TITLES
from hoshou.plugins.premium.rules.clauses import BASIS_TITLES, PRINTED, Clause
from hoshou.plugins.premium.rules.confirmations import CONFIRMATION_LABELS
from hoshou.plugins.premium.rules.limits import BASIC_LIMITS, KEY_RECREATION_LIMITS, VALUABLES_LIMITS
from hoshou.plugins.premium.rules.rates import parse_rates
from hoshou.plugins.premium.rules.request import parse_request
from hoshou.plugins.premium.services.rate_tables import table_called

FORM_FIELDS = tuple(field.name for field in fields(QuoteForm))
BOXES = frozenset(field.name for field in fields(QuoteForm) if field.type is bool)
OPTION_NAMES = {name: _l(title) for name, title in OPTION_TITLES.items()}


def installed_calculators() -> Calculators:
    """The calculators of the running application."""
    return Calculators(platform().plugins.collect("calculators"))


def form_of(values: Any) -> QuoteForm:
    """The form as it was sent. A box that isn't ticked isn't sent."""
    sent: dict[str, Any] = {
        name: bool(values.get(name)) if name in BOXES else str(values.get(name, "")) for name in FORM_FIELDS
    }
    return QuoteForm(**sent)


def money(yen: int) -> str:
    """Yen with separators."""
    return f"{yen:,}"


def limit_text(yen: int) -> str:
    """A limit as people say it: 3億円, 500万円."""
    if yen % OKU == 0:
        return str(_("%(amount)s億円", amount=money(yen // OKU)))
    return str(_("%(amount)s万円", amount=money(yen // MAN)))


def choice_text(item: PlanItem) -> str:
    """What was chosen of a plan's item."""
    if item.limit is not None:
        return limit_text(item.limit)
    return str(_("加入する") if item.taken else _("加入しない"))


def start_text(offered: quoting.OfferedStart) -> str:
    """A first day of cover with the deadline that is still to be met for it."""
    day = display.day(offered.day)
    if offered.deadline is None:
        return str(_("%(day)s（募集は締め切りました）", day=day))
    return str(_("%(day)s（募集締切 %(at)s）", day=day, at=offered.deadline.strftime(MINUTE)))


def plan_rows(quote: Quote) -> list[tuple[str, str]]:
    """Each item of the quoted plan with what was chosen."""
    return [(str(_(item.title)), choice_text(item)) for item in plan_of(parse_request(json.loads(quote.inputs)))]


def breakdown_lines(answer: Any) -> list[dict[str, str]]:
    """The breakdown of an answer in the reader's words: title, how, yen, section of the manual."""
    lines = []
    for step in answer.get("breakdown", ()):
        kind, clause = step["step"], Clause(step["clause"]) if step["clause"] else None
        values = {
            name: money(value) if isinstance(value, int) else value for name, value in step["values"].items()
        }
        if clause:
            values["name"] = str(_(BASIS_TITLES[clause]))
        title = TITLES[kind] if kind in TITLES or clause is None else PRINTED[clause].title
        section = step["section"]
        lines.append(
            {
                "title": str(_(title)),
                "how": str(_(SENTENCES[kind], **values) if values else _(SENTENCES[kind])),
                "amount": money(step["amount"]),
                "section": f"{section} {_(SECTION_TITLES[section])}",
                "code": PRINTED[clause].code if clause and kind not in TITLES else "",
            }
        )
    return lines


def rounding_words(table: RateTableVersion) -> str:
    """How the rates round; the parts of the calculation don't say it one by one (D-23)."""
    rounding = parse_rates(json.loads(table.document)).rounding
    return str(
        _(
            "補償ごとの年額と月割後の額は、%(unit)s円単位（%(mode)s）です。",
            unit=money(rounding.unit),
            mode=_(ROUNDING_LABELS[rounding.mode]),
        )
    )


def sentences_of(error: DomainError) -> dict[str | None, str]:
    """Each field with its sentences, in the form's order; what lies in the agency's own data stands at its number."""
    faults = error.errors if isinstance(error, Invalid) else (error,)
    sentences: dict[str | None, str] = {}
    for fault in faults:
        field = fault.field if fault.field is None or fault.field in FORM_FIELDS else "registration_id"
        earlier = sentences.get(field)
        sentences[field] = f"{earlier} {sentence_of(fault)}" if earlier else sentence_of(fault)
    return dict(sorted(sentences.items(), key=lambda item: FORM_FIELDS.index(item[0]) if item[0] else -1))


def sentence_of(fault: DomainError) -> str:
    """The refusal with the field it is about."""
    label = FIELD_LABELS.get(fault.field or "")
    return str(_("%(field)s：%(sentence)s", field=_(label), sentence=words(fault))) if label else words(fault)


class GuardkunQuoteView(StaffModelView):
    """The quotes that the reader may know of: a list and their records."""

    datamodel = StaffInterface(Quote, numbers=("number",))
    route_base = "/guardkun/quotes"
    row_scope = staticmethod(visible_quotes)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"add", "edit", "delete"}
    list_title = _l("見積の一覧")
    list_columns = ["number", "prospect_name", "start", "levy", "is_sample", "registration", "created_at"]
    search_columns = ["number", "prospect_name", "start"]
    order_columns = ["number", "start", "created_at"]
    base_order = ("id", "desc")
    label_columns = {
        "number": _l("見積番号"),
        "prospect_name": _l("お客さま名"),
        "start": _l("補償開始日"),
        "levy": _l("賦課金（円）"),
        "is_sample": _l("料率"),
        "registration": _l("取扱代理店"),
        "created_at": _l("作成日時"),
    }
    formatters_columns = {
        "start": display.day,
        "levy": money,
        "is_sample": lambda is_sample: _("見本") if is_sample else _("正規"),
        "created_at": display.instant,
    }

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        record = quoting.read_quote(db.session(), current_subject(), pk)
        return self.render_template(
            "guardkun/quote.html",
            title=_("見積 %(number)s", number=record.quote.number),
            record=record,
            quote=record.quote,
            request_document=record.request,
            answer=record.answer,
            lines=breakdown_lines(record.answer),
            rounding=rounding_words(record.table),
            stages={stage.value: label for stage, label in STAGE_LABELS.items()},
            option_titles=OPTION_NAMES,
            money=money,
            limit_text=limit_text,
            day=display.day,
            instant=display.instant,
        )


class GuardkunQuotingView(BaseView):
    """The form that computes while it is filled in, with or without JavaScript."""

    route_base = "/guardkun/quoting"
    default_view = "new"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("make")
    def new(self) -> Any:
        here, subject, actor = platform(), current_subject(), staff_actor()
        quoting.require_agency(subject)
        if request.method == "GET":
            like = self._like(request.args.get("like", type=int), asked_day(request.args, "start"))
            return self._page(like, {})
        form = form_of(request.form)
        if request.form.get("action") != "store":
            return self._page(form, {})
        calculators = installed_calculators()
        try:
            number = transact(
                lambda session: quoting.make_quote(session, here.clock, actor, subject, calculators, form).id
            )
        except Refused as error:
            return self._page(form, sentences_of(error)), status_of(error)
        flash(_("見積を保存しました。"), "success")
        return redirect(url_for("GuardkunQuoteView.show", pk=number))

    @expose("/preview", methods=["POST"])
    @has_access
    @permission_name("make")
    def preview(self) -> Any:
        """For the script of the form: the result as a piece of the same page."""
        quoting.require_agency(current_subject())
        form = form_of(request.form)
        return jsonify(html=self.render_template("guardkun/quote_result.html", **self._result(form)))

    def _like(self, quote_id: int | None, start: date | None) -> QuoteForm:
        """An empty form, or one with another quote's cover, for the same start or another one.

        For another scheme year the basis is left out: it is that of the latest fiscal year (B-031).
        """
        if quote_id is None:
            return QuoteForm()
        record = quoting.read_quote(db.session(), current_subject(), quote_id)
        form = replace(
            form_of_request(record.request),
            registration_id=str(record.quote.registration_id),
            prospect_name=record.quote.prospect_name,
            is_business_plan=record.quote.is_business_plan,
            fiscal_year_end=record.quote.fiscal_year_end.isoformat() if record.quote.fiscal_year_end else "",
            evidence=record.quote.evidence,
        )
        start = start or record.quote.start
        if start >= record.quote.scheme_year.period_end:
            form = replace(form, sales="", is_business_plan=False, fiscal_year_end="", evidence="")
        offered = [each.day for each in quoting.offered_starts(db.session(), platform().clock)]
        return replace(form, start=start.isoformat() if start in offered else "")

    def _page(self, form: QuoteForm, errors: dict[str | None, str]) -> Any:
        session = db.session()
        registrations = [
            (row.id, f"{row.registration_number}　{row.insurer.short_name}")
            for row in quoting.own_registrations(session, current_subject())
        ]
        if len(registrations) == 1 and not form.registration_id:
            form = replace(form, registration_id=str(registrations[0][0]))
        offered = quoting.offered_starts(session, platform().clock)
        days = [(each.day.isoformat(), start_text(each)) for each in offered]
        if days and not form.start:
            soonest = next((each for each in offered if each.deadline), offered[0])
            form = replace(form, start=soonest.day.isoformat())
        return self.render_template(
            "guardkun/quote_form.html",
            title=_("見積の作成"),
            form=form,
            errors=errors,
            registrations=registrations,
            years=open_years(session),
            starts=days,
            limits=[(limit, limit_text(limit)) for limit in BASIC_LIMITS],
            key_limits=[(limit, limit_text(limit)) for limit in KEY_RECREATION_LIMITS],
            valuables_limits=[(limit, limit_text(limit)) for limit in VALUABLES_LIMITS],
            **{name: value for name, value in self._result(form).items() if name != "form"},
        )

    def _result(self, form: QuoteForm) -> dict[str, Any]:
        try:
            found = quoting.preview(db.session(), installed_calculators(), form)
            wanting: list[str] = []
        except Refused as error:
            found = None
            faults = error.errors if isinstance(error, Invalid) else (error,)
            # What isn't filled in yet needs no words while somebody is typing.
            wanting = [sentence_of(fault) for fault in faults if fault.code != "missing"]
        return {
            "form": form,
            "found": found,
            "wanting": wanting,
            "lines": breakdown_lines(found.answer) if found else [],
            "rounding": rounding_words(found.table) if found else "",
            "confirmations": {name.value: label for name, label in CONFIRMATION_LABELS.items()},
            "option_titles": OPTION_NAMES,
            "money": money,
            "limit_text": limit_text,
            "words": words,
        }


class RateEffectView(BaseView):
    """What the quotes that aren't booked yet would become by a version of the rates."""

    route_base = "/guardkun/rates"
    default_view = "show"

    @expose("/<key:pk>/effect")
    @has_access
    def show(self, pk: int) -> Any:
        session = db.session()
        table = table_called(session, pk)
        page = newest_first(session, live_quotes(platform().clock, table), Quote.id)
        return self.render_template(
            "guardkun/rate_effect.html",
            title=_("料率表 %(table)sにした場合の見積", table=repr(table)),
            table=table,
            rows=effects(session, installed_calculators(), table, page.rows),
            older=page.older,
            day=display.day,
            money=money,
            words=words,
        )


_READERS = (Role.INSURER, Role.CO_INSURER, Role.LEAD_OFFICE, Role.AUDITOR)

STAFF_VIEWS = (
    StaffView(
        view=GuardkunQuotingView,
        grants={Role.AGENCY: frozenset({"make"})},
        name="guardkun_quoting",
        label=N_("見積の作成"),
        category="guardkun",
        category_label=N_("ガードくん"),
        order=19,
        method_labels={"make": N_("見積の作成")},
    ),
    StaffView(
        view=GuardkunQuoteView,
        grants=dict.fromkeys((Role.AGENCY, *_READERS), READ),
        name="guardkun_quotes",
        label=N_("見積の一覧"),
        category="guardkun",
        category_label=N_("ガードくん"),
        order=20,
    ),
    StaffView(
        view=RateEffectView,
        grants=dict.fromkeys((Role.ADMINISTRATOR, Role.LEAD_OFFICE, Role.AUDITOR), frozenset({"show"})),
        label=N_("料率表の影響"),
    ),
)

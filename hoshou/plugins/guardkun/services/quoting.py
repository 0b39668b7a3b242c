"""Quotes: looked at while they are typed, and stored (B-031 to B-044, B-051)."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.dates import add_months
from hoshou.base.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.audit import record
from hoshou.platform.calculators import Calculators
from hoshou.platform.calendar import load_calendar
from hoshou.platform.subject import Role, Subject
from hoshou.plugins.guardkun.models.enrolments import AgencyRegistration, Enrolment, Quote
from hoshou.plugins.guardkun.models.scheme import SchemeYear, YearState
from hoshou.plugins.guardkun.rules.quote_form import FIELD_OF, QuoteForm, basis_of, request_of
from hoshou.plugins.guardkun.rules.stages import Stage
from hoshou.plugins.guardkun.services.agency_data import require_complete
from hoshou.plugins.guardkun.services.numbers import take_numbers
from hoshou.plugins.guardkun.services.rating import Rater, rater_for
from hoshou.plugins.guardkun.services.scope import visible_quotes
from hoshou.plugins.guardkun.services.terms import terms_of
from hoshou.plugins.premium.models import RateTableVersion
from hoshou.plugins.premium.rules.confirmations import CONFIRMATION_LABELS, Confirmation, confirmations
from hoshou.plugins.premium.rules.limits import KEY_RECREATION_LIMITS, VALUABLES_LIMITS
from hoshou.plugins.premium.rules.request import parse_request
from hoshou.plugins.proration.rules.deadlines import application_deadlines, deadline_met

QUOTE = "guardkun_quote"
MOST_ENROLMENTS = 20

ACTION_LABELS = {"guardkun.quoted": N_("見積を作成しました（%(number)s、賦課金%(levy)s円）")}


@dataclass(frozen=True)
class Offer:
    """What the cover costs with one thing chosen otherwise: levies in yen, or why it can't be had.

    ``option`` is ``limit`` or an option's name; ``limit`` its limit in yen, 0 where there is nothing to choose,
    None where the option isn't taken.
    """

    option: str
    limit: int | None
    is_chosen: bool
    answer: Mapping[str, Any] | None
    refusal: DomainError | None = None

    @property
    def first(self) -> int:
        """The first instalment's levy."""
        return int(self.answer["instalments"][0]["levy"]) if self.answer else 0

    @property
    def following(self) -> int | None:
        """The levy of each later instalment; None where there is only one."""
        later = self.answer["instalments"][1:2] if self.answer else []
        return int(later[0]["levy"]) if later else None


class OfferedStart(NamedTuple):
    """A first day of cover; ``deadline`` is the next one to be met for it, in JST, None when all are over."""

    day: date
    deadline: datetime | None


@dataclass(frozen=True)
class Preview:
    """What the form comes to as it stands, beside all limits and each option with and without."""

    answer: Mapping[str, Any]
    table: RateTableVersion
    limits: Sequence[Offer]
    options: Sequence[Offer]
    to_confirm: Sequence[Confirmation]


@dataclass(frozen=True)
class QuoteRecord:
    """A stored quote with what became of it. ``may_quote``: the reader belongs to the agency that made it."""

    quote: Quote
    table: RateTableVersion
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    enrolments: Sequence[Enrolment]
    may_quote: bool

    @property
    def may_apply(self) -> bool:
        """Whether the reader may make the application of it: one quote, one application that stands."""
        return self.may_quote and all(row.stage == Stage.CANCELLED.value for row in self.enrolments)


def preview(session: Session, calculators: Calculators, form: QuoteForm) -> Preview:
    """Nothing is stored. Raises Refused (Invalid for several) for what can't be computed, ``field`` as in the form."""
    request = request_of(form)
    try:
        rater = rater_for(session, calculators, date.fromisoformat(request["start"]))
        answer = rater.answer(request)
    except Refused as error:
        raise in_form(error) from error
    return Preview(
        answer=answer,
        table=rater.table,
        limits=_limits(rater, request),
        options=_options(rater, request),
        to_confirm=confirmations(parse_request(request)),
    )


def make_quote(
    session: Session, clock: Clock, actor: Actor, subject: Subject, calculators: Calculators, form: QuoteForm
) -> Quote:
    """Store a quote under one of the agency's own registrations, with the next number of its year.

    Raises Forbidden ``not_an_agency``; Invalid with what is wrong in the form, in the agency's own data (B-065)
    and with ``not_confirmed`` for each confirmation that is still due (B-027); Refused as the calculator does.
    """
    require_agency(subject)
    basis, request = _checked(form, clock.today())
    registration = _own_registration(session, subject, form.registration_id)
    try:
        rater = rater_for(session, calculators, date.fromisoformat(request["start"]))
        require_complete(rater.year, registration)
        answer = rater.answer(request)
    except Refused as error:
        raise in_form(error) from error
    due = [name for name in confirmations(parse_request(request)) if not getattr(form, name.value)]
    if due:
        raise Invalid([Refused("not_confirmed", CONFIRMATION_LABELS[name], field=name.value) for name in due])
    [number] = take_numbers(session, f"quote/{rater.year.year}")
    quote = Quote(
        number=f"Q{rater.year.year}-{number:06d}",
        scheme_year_id=rater.year.id,
        registration_id=registration.id,
        prospect_name=basis.prospect_name,
        start=date.fromisoformat(request["start"]),
        inputs=json.dumps(request),
        result=json.dumps(answer, ensure_ascii=False),
        calculator=rater.calculator.identity.plugin,
        calculator_version=rater.calculator.identity.version,
        rate_table_id=rater.table.id,
        is_sample=rater.table.is_sample,
        sales=request["sales"],
        fiscal_year_end=basis.fiscal_year_end,
        evidence=basis.evidence,
        is_business_plan=basis.is_business_plan,
        premium=answer["premium"],
        maintenance_fee=answer["maintenance_fee"],
        levy=answer["levy"],
        created_at=clock.now(),
        created_by=actor.name,
    )
    session.add(quote)
    session.flush()
    record(
        session,
        clock,
        actor,
        "guardkun.quoted",
        QUOTE,
        quote.id,
        number=quote.number,
        levy=quote.levy,
        confirmed=[name.value for name in confirmations(parse_request(request))],
    )
    return quote


def read_quote(session: Session, subject: Subject, quote_id: int) -> QuoteRecord:
    """Raises NotFound: a foreign quote and none look the same."""
    quote = session.scalar(select(Quote).where(Quote.id == quote_id, visible_quotes(subject)))
    if quote is None:
        raise NotFound("quote_not_found", N_("該当する見積が見つかりません。"))
    enrolments = session.scalars(
        select(Enrolment)
        .where(Enrolment.quote_id == quote.id)
        .order_by(Enrolment.id.desc())
        .limit(MOST_ENROLMENTS)
    ).all()
    table = session.get_one(RateTableVersion, quote.rate_table_id)
    own = subject.has(Role.AGENCY) and quote.registration.agency_id == subject.agency_id
    return QuoteRecord(quote, table, json.loads(quote.inputs), json.loads(quote.result), enrolments, own)


def own_registrations(session: Session, subject: Subject) -> Sequence[AgencyRegistration]:
    """The registrations under which the agency may quote."""
    require_agency(subject)
    return session.scalars(
        select(AgencyRegistration)
        .where(AgencyRegistration.agency_id == subject.agency_id)
        .order_by(AgencyRegistration.registration_number)
    ).all()


def starts(session: Session, today: date) -> list[date]:
    """The days on which cover may start in the years that take applications, from this month on (B-012)."""
    years = session.scalars(
        select(SchemeYear)
        .where(SchemeYear.state == YearState.OPEN.value, SchemeYear.period_end > today)
        .order_by(SchemeYear.period_start)
    )
    firsts = []
    for year in years:
        day = max(year.period_start, today.replace(day=1))
        while day < year.period_end:
            firsts.append(day)
            day = add_months(day, 1)
    return firsts


def offered_starts(session: Session, clock: Clock) -> list[OfferedStart]:
    """The :func:`starts` with the deadline that comes next for each (B-047 to B-050, B-064)."""
    calendar, now = load_calendar(session), clock.now()
    found = []
    for day in starts(session, clock.today()):
        year = session.scalars(
            select(SchemeYear).where(SchemeYear.period_start <= day, SchemeYear.period_end > day)
        ).one()
        deadlines = application_deadlines(day, calendar, terms_of(year))
        met = deadline_met(deadlines, now)
        found.append(OfferedStart(day, None if met is None else deadlines[met]))
    return found


def may_quote(session: Session, subject: Subject) -> bool:
    """Whether this is an agency's user, and the agency has a registration of the scheme."""
    if not subject.has(Role.AGENCY) or subject.agency_id is None:
        return False
    own = select(AgencyRegistration.id).where(AgencyRegistration.agency_id == subject.agency_id)
    return session.scalar(own.limit(1)) is not None


def require_agency(subject: Subject) -> None:
    """Raises Forbidden ``not_an_agency`` for anyone but an agency's staff."""
    if not subject.has(Role.AGENCY) or subject.agency_id is None:
        raise Forbidden("not_an_agency", N_("見積を作成できるのは、取扱代理店だけです。"))


def in_form(error: Refused) -> Refused:
    """The refusal of a request document, at the field where the form has it."""
    error.field = FIELD_OF.get(error.field or "", error.field)
    return error


def _checked(form: QuoteForm, today: date) -> tuple[Any, dict[str, Any]]:
    faults: list[Refused] = []
    basis = request = None
    try:
        basis = basis_of(form, today)
    except Invalid as error:
        faults += error.errors
    try:
        request = request_of(form)
    except Invalid as error:
        faults += error.errors
    if basis is None or request is None:
        raise Invalid(faults)
    return basis, request


def _own_registration(session: Session, subject: Subject, typed: str) -> AgencyRegistration:
    for registration in own_registrations(session, subject):
        if str(registration.id) == typed:
            return registration
    raise Invalid(
        [Refused("registration_missing", N_("代理店登録番号を選んでください。"), field="registration_id")]
    )


def _limits(rater: Rater, request: Mapping[str, Any]) -> list[Offer]:
    limits = sorted(map(int, json.loads(rater.table.document)["basic"]))
    return [_offer(rater, "limit", limit, {**request, "limit": limit}, request) for limit in limits]


def _options(rater: Rater, request: Mapping[str, Any]) -> list[Offer]:
    offers = []
    is_known = "valuables" in request["options"]
    for name, limits in (
        ("key_recreation", KEY_RECREATION_LIMITS),
        ("valuables", VALUABLES_LIMITS),
        ("transport", (0,)),
        ("labour_dispute", (0,)),
    ):
        for limit in (None, *limits):
            if name == "valuables" and limit and not is_known:
                offers.append(Offer(name, limit, False, None, _basis_unknown()))
            else:
                offers.append(_offer(rater, name, limit, _with_option(request, name, limit), request))
    return offers


def _with_option(request: Mapping[str, Any], name: str, limit: int | None) -> dict[str, Any]:
    changed: dict[str, Any] = deepcopy(dict(request))
    options = changed["options"]
    if limit is None:
        options.pop(name, None)
    elif name == "valuables":
        options[name] = {**options[name], "limit": limit}
    elif name == "key_recreation":
        options[name] = {"limit": limit}
    else:
        options.setdefault(name, {"largest_load": 0} if name == "transport" else {})
    return changed


def _basis_unknown() -> Refused:
    return Refused("valuables_basis_unknown", N_("オプション2を選び、見込み売上高などを入力すると計算します。"))


def _offer(
    rater: Rater, option: str, limit: int | None, request: Mapping[str, Any], chosen: Mapping[str, Any]
) -> Offer:
    try:
        return Offer(option, limit, request == chosen, rater.answer(request))
    except Refused as error:
        return Offer(option, limit, request == chosen, None, error)

"""Every date of a scheme year, computed from its rules (manual II.(7), II.(13), III; B-046 to B-050, B-061 to B-097)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.dates import add_months, day_in_month
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.rules.certificate_due import certificate_due
from hoshou.plugins.proration.rules.deadlines import application_deadlines
from hoshou.plugins.proration.rules.instalments import debit_dates
from hoshou.plugins.proration.rules.terms import SchemeTerms

MONTHS_OF_A_YEAR = 12
CHANGE_DAY = 20
"""A 変更届出書 arrives by this day of the month before the change; no closed day moves it (III.4.(2), B-086)."""

MIDDLE, MIDDLE_END, LATEST = 11, 20, 31
"""月中 begins on the 11th and ends on the 20th; 月末 is the month's last day."""


class EventKind(StrEnum):
    """What a date is about."""

    NOTICE = "notice"
    DEADLINE = "deadline"
    START = "start"
    BOOKING = "booking"
    CERTIFICATE = "certificate"
    CHANGE = "change"
    ACCOUNT = "account"
    DEBIT = "debit"
    REMITTANCE = "remittance"
    HAND_OFF = "hand_off"
    COMMISSION = "commission"


EVENT_KIND_LABELS = {
    EventKind.NOTICE: N_("ご案内"),
    EventKind.DEADLINE: N_("募集締切"),
    EventKind.START: N_("補償開始"),
    EventKind.BOOKING: N_("計上"),
    EventKind.CERTIFICATE: N_("加入者証"),
    EventKind.CHANGE: N_("変更届出書"),
    EventKind.ACCOUNT: N_("口座変更"),
    EventKind.DEBIT: N_("口座振替"),
    EventKind.REMITTANCE: N_("保険料の支払い"),
    EventKind.HAND_OFF: N_("データ連携"),
    EventKind.COMMISSION: N_("代理店手数料"),
}


@dataclass(frozen=True)
class Event:
    """A date, or the days from ``first`` to ``last``, both included.

    ``key`` is stable within the year, however its dates move. ``at`` is the instant in JST where the hour counts;
    ``is_about`` says 頃. ``title`` is a message id that ``values`` fill. A deadline names the ``start`` it is for.
    """

    key: str
    kind: EventKind
    first: date
    last: date
    title: str
    values: Mapping[str, object] = field(default_factory=dict)
    at: datetime | None = None
    is_about: bool = False
    start: date | None = None

    @property
    def sentence(self) -> str:
        """The title in Japanese, filled."""
        return self.title % self.values if self.values else self.title


@dataclass(frozen=True)
class Notice:
    """A date that no rule computes, such as the brochure's (B-046)."""

    number: int
    day: date
    is_about: bool
    title: str


@dataclass(frozen=True)
class Commission:
    """Insurers whose agencies get their commission so many months after the month of the start (B-097)."""

    insurers: str
    after_months: int


@dataclass(frozen=True)
class YearPlan:
    """What the dates of the year that begins on ``start`` follow from."""

    start: date
    terms: SchemeTerms
    account_change_day: int
    lead_insurer: str
    commissions: tuple[Commission, ...] = ()
    notices: tuple[Notice, ...] = ()


def year_events(plan: YearPlan, calendar: BusinessCalendar) -> tuple[Event, ...]:
    """Every date of the year, in order. Raises Refused ``past_horizon``."""
    events = [*_notices(plan), *_changes(plan)]
    for months in range(MONTHS_OF_A_YEAR):
        events += _of_start(plan, add_months(plan.start, months), calendar)
    for number, day in enumerate(debit_dates(plan.start, calendar, plan.terms), start=1):
        events += _of_debit(plan, number, day, calendar)
    kinds = list(EventKind)
    return tuple(sorted(events, key=lambda event: (event.first, kinds.index(event.kind), event.key)))


def remittance_day(month: date, calendar: BusinessCalendar) -> date:
    """The last bank day of the month in which the levies were debited (B-071). Raises Refused ``past_horizon``."""
    return calendar.previous_bank_day(_month_end(month))


def account_change_deadline(debit_month: date, day: int) -> date:
    """Until when a changed account reaches the lead office to be debited in the month (B-082, D-34)."""
    return day_in_month(add_months(debit_month, -2), day)


def change_deadline(change: date) -> date:
    """Until when a 変更届出書 for the day of change reaches the lead office (B-086)."""
    return day_in_month(add_months(change.replace(day=1), -1), CHANGE_DAY)


def _notices(plan: YearPlan) -> Iterator[Event]:
    for row in plan.notices:
        yield Event(f"notice-{row.number}", EventKind.NOTICE, row.day, row.day, row.title, is_about=row.is_about)


def _of_start(plan: YearPlan, start: date, calendar: BusinessCalendar) -> Iterator[Event]:
    """Deadlines, booking, certificates and the start itself of one month's joiners."""
    is_renewal = start == plan.start
    about = {"start": _text(start)}
    yield Event(
        f"start-{start:%Y%m}",
        EventKind.START,
        start,
        start,
        N_("保険始期") if is_renewal else N_("中途加入の補償開始"),
    )
    for closing, deadline in enumerate(application_deadlines(start, calendar, plan.terms), start=1):
        values = {**about, "closing": closing}
        key = f"{start:%Y%m}-{closing}"
        yield Event(
            f"deadline-{key}",
            EventKind.DEADLINE,
            deadline.date(),
            deadline.date(),
            N_("第%(closing)s回募集締切（%(start)s始期）：本登録と書類の到着")
            if is_renewal
            else N_("中途加入の締切（%(start)s始期）：本登録と書類の到着"),
            values,
            at=deadline,
            start=start,
        )
        certified = certificate_due(start, closing, is_renewal=is_renewal)
        month = certified.replace(day=1)
        yield Event(
            f"booking-{key}",
            EventKind.BOOKING,
            day_in_month(month, MIDDLE) if is_renewal else month,
            certified,
            N_("第%(closing)s回募集締切分の計上（%(start)s始期）")
            if is_renewal
            else N_("中途加入の計上（%(start)s始期）"),
            values,
            is_about=True,
        )
        yield Event(
            f"certificate-{key}",
            EventKind.CERTIFICATE,
            certified,
            certified,
            N_("第%(closing)s回募集締切分の加入者証のお届け（%(start)s始期）")
            if is_renewal
            else N_("中途加入の加入者証のお届け（%(start)s始期）"),
            values,
            is_about=True,
        )


def _changes(plan: YearPlan) -> Iterator[Event]:
    for months in range(1, MONTHS_OF_A_YEAR):
        change = add_months(plan.start, months)
        day = change_deadline(change)
        yield Event(
            f"change-{change:%Y%m}",
            EventKind.CHANGE,
            day,
            day,
            N_("変更届出書の到着締切（%(change)sの変更）"),
            {"change": _text(change)},
        )


def _of_debit(plan: YearPlan, number: int, day: date, calendar: BusinessCalendar) -> Iterator[Event]:
    """A debit, and what follows from it."""
    month = add_months(plan.start, plan.terms.first_debit_after_months + number - 1)
    about = {"number": number, "debit": _text(day), "lead": plan.lead_insurer}
    yield Event(f"debit-{month:%Y%m}", EventKind.DEBIT, day, day, N_("%(number)s回目の賦課金の口座振替"), about)
    change = account_change_deadline(month, plan.account_change_day)
    yield Event(
        f"account-{month:%Y%m}",
        EventKind.ACCOUNT,
        change,
        change,
        N_("口座変更の到着締切（%(debit)sの引去りから）"),
        about,
    )
    paid = remittance_day(month, calendar)
    yield Event(
        f"remittance-{month:%Y%m}",
        EventKind.REMITTANCE,
        paid,
        paid,
        N_("%(number)s回目の保険料の支払い（全国警備業協会から%(lead)sへ）"),
        about,
    )
    following = add_months(month, 1)
    yield Event(
        f"hand_off-{month:%Y%m}",
        EventKind.HAND_OFF,
        day_in_month(following, MIDDLE),
        day_in_month(following, MIDDLE_END),
        N_("非幹事保険会社へのデータ連携（%(debit)sの引去分）"),
        about,
        is_about=True,
    )
    for row in plan.commissions:
        paid_in = add_months(plan.start, row.after_months + number - 1)
        yield Event(
            f"commission-{month:%Y%m}-{row.after_months}",
            EventKind.COMMISSION,
            paid_in,
            _month_end(paid_in),
            N_("代理店手数料の受取月（%(insurers)s、%(debit)sの引去分）"),
            {**about, "insurers": row.insurers},
        )


def _month_end(month: date) -> date:
    return day_in_month(month, LATEST)


def _text(day: date) -> str:
    return f"{day:%Y/%m/%d}"

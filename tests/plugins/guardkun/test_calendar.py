"""Every date of the scheme year 2026, against the manual's own examples."""

from datetime import date

import pytest

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.clock import jst
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.guardkun.rules.calendar import (
    Commission,
    Event,
    EventKind,
    Notice,
    YearPlan,
    account_change_deadline,
    change_deadline,
    remittance_day,
    year_events,
)
from hoshou.plugins.proration.rules.terms import MANUAL_TERMS
from tests.refusals import refused

PLAN = YearPlan(
    start=date(2026, 6, 1),
    terms=MANUAL_TERMS,
    account_change_day=20,
    lead_insurer="三井住友海上",
    commissions=(Commission("三井住友海上", 3), Commission("あいおいニッセイ同和・日新火災", 4)),
    notices=(
        Notice(1, date(2026, 2, 18), False, "加盟員へパンフレットを発送"),
        Notice(2, date(2026, 2, 25), True, "既加入者へのご案内を100%郵送"),
    ),
)
EVENTS = {event.key: event for event in year_events(PLAN, japanese_calendar())}


def days(key: str) -> tuple[date, date, bool]:
    event = EVENTS[key]
    return event.first, event.last, event.is_about


@pytest.mark.req("B-046")
def test_notices_stand_where_they_were_entered() -> None:
    first, second = list(EVENTS.values())[:2]
    assert (first.first, first.sentence, first.is_about) == (
        date(2026, 2, 18),
        "加盟員へパンフレットを発送",
        False,
    )
    assert (second.first, second.sentence, second.is_about) == (
        date(2026, 2, 25),
        "既加入者へのご案内を100%郵送",
        True,
    )


@pytest.mark.req("B-047", "B-048", "B-061", "B-063")
def test_the_renewal_has_two_closings() -> None:
    first, second = EVENTS["deadline-202606-1"], EVENTS["deadline-202606-2"]
    assert (first.at, second.at) == (jst(2026, 4, 30, 17), jst(2026, 5, 20, 17))
    assert first.sentence == "第1回募集締切（2026/06/01始期）：本登録と書類の到着"
    assert days("booking-202606-1") == (date(2026, 5, 11), date(2026, 5, 31), True)
    assert days("booking-202606-2") == (date(2026, 6, 11), date(2026, 6, 30), True)
    assert days("certificate-202606-1") == (date(2026, 5, 31), date(2026, 5, 31), True)
    assert days("certificate-202606-2") == (date(2026, 6, 30), date(2026, 6, 30), True)


@pytest.mark.req("B-061", "B-063", "B-064")
@pytest.mark.parametrize(
    ("start", "deadline", "booked"),
    [
        ("202610", jst(2026, 9, 18, 17), (date(2026, 10, 1), date(2026, 10, 31))),
        ("202608", jst(2026, 7, 17, 17), (date(2026, 8, 1), date(2026, 8, 31))),
        ("202705", jst(2027, 4, 20, 17), (date(2027, 5, 1), date(2027, 5, 31))),
    ],
)
def test_a_mid_term_start_has_one_and_is_booked_in_its_month(
    start: str, deadline: object, booked: tuple[date, date]
) -> None:
    assert EVENTS[f"deadline-{start}-1"].at == deadline
    assert f"deadline-{start}-2" not in EVENTS
    assert days(f"booking-{start}-1") == (*booked, True)
    assert days(f"certificate-{start}-1") == (booked[1], booked[1], True)


@pytest.mark.req("B-068", "B-069", "B-071", "D-33")
def test_debits_and_what_is_paid_on_to_the_insurer() -> None:
    debits = [event.first for event in EVENTS.values() if event.kind is EventKind.DEBIT]
    # 12 September 2026 is a Saturday, 12 December too, 12 June 2027 too.
    assert debits[:5] == [
        date(2026, 8, 12),
        date(2026, 9, 14),
        date(2026, 10, 13),
        date(2026, 11, 12),
        date(2026, 12, 14),
    ]
    assert (len(debits), debits[-1]) == (12, date(2027, 7, 12))
    assert date(2026, 8, 12).isoweekday() == 3
    assert days("remittance-202608") == (date(2026, 8, 31), date(2026, 8, 31), False)
    # 31 October 2026 is a Saturday; 31 December is a bank holiday.
    assert EVENTS["remittance-202610"].first == date(2026, 10, 30)
    assert remittance_day(date(2026, 12, 14), japanese_calendar()) == date(2026, 12, 30)
    assert EVENTS["remittance-202608"].sentence == "1回目の保険料の支払い（全国警備業協会から三井住友海上へ）"


@pytest.mark.req("B-097", "B-098", "B-099")
def test_commission_comes_three_or_four_months_after_the_start() -> None:
    assert days("hand_off-202608") == (date(2026, 9, 11), date(2026, 9, 20), True)
    lead, others = EVENTS["commission-202608-3"], EVENTS["commission-202608-4"]
    assert (lead.first, lead.last) == (date(2026, 9, 1), date(2026, 9, 30))
    assert (others.first, others.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert others.sentence == "代理店手数料の受取月（あいおいニッセイ同和・日新火災、2026/08/12の引去分）"
    assert EVENTS["commission-202707-4"].first == date(2027, 9, 1)


@pytest.mark.req("B-082", "D-34")
@pytest.mark.parametrize(
    ("debit", "deadline"), [(date(2026, 5, 12), date(2026, 3, 20)), (date(2026, 6, 12), date(2026, 4, 20))]
)
def test_a_changed_account_arrives_by_the_20th_two_months_before(debit: date, deadline: date) -> None:
    assert account_change_deadline(debit, 20) == deadline


@pytest.mark.req("B-086")
def test_a_change_arrives_by_the_20th_of_the_month_before() -> None:
    assert change_deadline(date(2026, 9, 1)) == date(2026, 8, 20)
    # 20 September 2026 is a Sunday, and nothing moves it.
    assert EVENTS["change-202610"].first == date(2026, 9, 20)
    assert {event.key for event in EVENTS.values() if event.kind is EventKind.CHANGE} == {
        f"change-{month}" for month in ("202607", "202608", "202609", "202610", "202611", "202612")
    } | {f"change-{month}" for month in ("202701", "202702", "202703", "202704", "202705")}


def test_events_are_in_order_and_have_keys_of_their_own() -> None:
    events = year_events(PLAN, japanese_calendar())
    assert len(EVENTS) == len(events)
    assert [event.first for event in events] == sorted(event.first for event in events)
    assert all(event.first <= event.last for event in events)
    assert all("%" not in event.sentence or event.kind is EventKind.NOTICE for event in events)


@pytest.mark.req("P-012")
def test_beyond_the_known_holidays_there_are_no_dates() -> None:
    short = BusinessCalendar(frozenset(), date(2026, 1, 1), date(2026, 12, 31))
    with refused("past_horizon"):
        year_events(PLAN, short)


def test_an_event_without_values_is_its_title() -> None:
    day = date(2026, 1, 1)
    assert Event("a", EventKind.NOTICE, day, day, "100%").sentence == "100%"

"""The one rule of dates: never early, never late (A-080, D-10, A25)."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hoshou.base.clock import JST, FixedClock
from hoshou.base.dates import add_years
from hoshou.platform.jobs.due import latest_due, next_due
from hoshou.plugins.retention.jobs import JOBS
from hoshou.plugins.retention.rules.due import is_due, latest_end_due, notice_due, purge_day

ENDS = st.dates(date(2020, 1, 1), date(2120, 12, 31))
DAY = timedelta(days=1)


@pytest.mark.req("A-080", "D-10")
@pytest.mark.parametrize(
    ("end", "first_day_gone"),
    [
        (date(2026, 3, 31), date(2029, 4, 1)),
        (date(2027, 2, 28), date(2030, 3, 1)),
        (date(2028, 2, 29), date(2031, 3, 1)),
        (date(2025, 2, 28), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2030, 1, 1)),
    ],
)
def test_the_first_day_on_which_a_folder_goes(end: date, first_day_gone: date) -> None:
    assert purge_day(end) == first_day_gone
    assert not is_due(end, first_day_gone - DAY)
    assert is_due(end, first_day_gone)


@pytest.mark.req("A-080", "D-10", "A25")
@given(ENDS, st.integers(-800, 800))
@example(date(2028, 2, 29), 0)
@example(date(2028, 2, 28), 0)
def test_due_is_later_than_three_years_and_not_a_day_later(end: date, offset: int) -> None:
    today = add_years(end, 3) + timedelta(days=offset)
    assert is_due(end, today) == (offset > 0)


@pytest.mark.req("A25")
@given(ENDS, st.integers(-3, 3))
@example(date(2028, 2, 29), 1)
@example(date(2028, 2, 28), 1)
def test_what_the_database_is_asked_is_the_rule_itself(end: date, offset: int) -> None:
    today = add_years(end, 3) + timedelta(days=offset)
    assert (end <= latest_end_due(today)) == is_due(end, today)


@pytest.mark.req("A25", "D-10")
@given(ENDS, st.integers(-50 * 3600, 50 * 3600), st.sampled_from([UTC, JST, ZoneInfo("Pacific/Kiritimati")]))
@example(date(2028, 2, 29), -1, UTC)
@example(date(2028, 2, 29), 0, UTC)
def test_the_day_is_japans_wherever_the_clock_is_read(end: date, seconds: int, zone: tzinfo) -> None:
    midnight = datetime.combine(purge_day(end), time(), JST)
    clock = FixedClock((midnight + timedelta(seconds=seconds)).astimezone(zone))
    assert is_due(end, clock.today()) == (seconds >= 0)


@pytest.mark.req("A25", "D-10")
@given(ENDS)
@example(date(2028, 2, 29))
def test_the_first_nights_run_on_which_it_is_due_is_never_a_day_late(end: date) -> None:
    became_due = datetime.combine(purge_day(end), time(), JST)
    [purge] = [job for job in JOBS if job.name == "retention.purge"]
    before, first = latest_due(purge.trigger, became_due), next_due(purge.trigger, became_due)
    assert before is not None
    assert first is not None
    assert not is_due(end, before.date())
    assert is_due(end, first.date())
    assert first - became_due < timedelta(hours=24)


@pytest.mark.req("A25")
def test_every_day_around_leap_days_agrees_with_the_rule() -> None:
    for year in range(2024, 2029):
        ends = [date(year, 2, 20) + timedelta(days=number) for number in range(20)]
        for today in (date(year + 3, 2, 20) + timedelta(days=number) for number in range(20)):
            assert [end for end in ends if end <= latest_end_due(today)] == [e for e in ends if is_due(e, today)]


@pytest.mark.req("A-080")
def test_notices_are_due_90_and_30_days_before() -> None:
    end, gone = date(2026, 3, 31), date(2029, 4, 1)
    expected = {91: None, 90: 90, 31: 90, 30: 30, 1: 30}
    assert {left: notice_due(end, gone - timedelta(days=left)) for left in expected} == expected


@pytest.mark.req("A25")
def test_an_end_beyond_the_calendar_is_never_due() -> None:
    assert not is_due(date(9999, 12, 31), date(9999, 12, 31))
    assert purge_day(date(9999, 12, 31)) == date.max

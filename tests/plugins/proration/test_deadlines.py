"""Until when an application counts; the worked dates of docs/algorithms/deadlines.md."""

from datetime import date, timedelta

import pytest

from hoshou.base.clock import jst
from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.proration.rules.deadlines import application_deadlines, deadline_met
from hoshou.plugins.proration.rules.terms import DeadlineDay, SchemeTerms

CALENDAR = japanese_calendar()


@pytest.mark.req("B-047", "B-048", "B-064", "D-40")
@pytest.mark.parametrize(
    ("start", "deadlines"),
    [
        (date(2026, 6, 1), (jst(2026, 4, 30, 17), jst(2026, 5, 20, 17))),
        (date(2027, 6, 1), (jst(2027, 4, 30, 17), jst(2027, 5, 20, 17))),
        # Sunday after 昭和の日 on a Saturday; Saturday.
        (date(2028, 6, 1), (jst(2028, 4, 28, 17), jst(2028, 5, 19, 17))),
        (date(2026, 7, 1), (jst(2026, 6, 19, 17),)),  # Saturday
        (date(2026, 8, 1), (jst(2026, 7, 17, 17),)),  # 海の日
        (date(2026, 9, 1), (jst(2026, 8, 20, 17),)),
        (date(2026, 10, 1), (jst(2026, 9, 18, 17),)),  # Sunday
        (date(2027, 1, 1), (jst(2026, 12, 18, 17),)),  # Sunday
        (date(2027, 4, 1), (jst(2027, 3, 19, 17),)),  # Saturday
        (date(2027, 5, 1), (jst(2027, 4, 20, 17),)),
    ],
)
def test_deadlines(start, deadlines):
    assert application_deadlines(start, CALENDAR) == deadlines


@pytest.mark.req("B-012")
def test_no_deadline_for_another_day_than_a_first():
    with pytest.raises(Refused) as refused:
        application_deadlines(date(2026, 6, 2), CALENDAR)
    assert refused.value.code == "start_not_first"


@pytest.mark.req("P-012")
@pytest.mark.parametrize(
    "start", [date(2051, 1, 1), date(2020, 1, 1), date(2019, 12, 1), date(1, 1, 1), date(9999, 12, 1)]
)
def test_no_deadline_past_the_horizon(start):
    with pytest.raises(Refused) as refused:
        application_deadlines(start, CALENDAR)
    assert refused.value.code == "past_horizon"


@pytest.mark.req("B-047", "B-048", "B-049", "B-050", "D-24")
@pytest.mark.parametrize(
    ("complete_at", "met"),
    [
        (jst(2026, 4, 30, 16, 59), 0),
        (jst(2026, 4, 30, 17, 0, 0), 0),
        (jst(2026, 4, 30, 17, 0, 1), 1),
        (jst(2026, 5, 20, 17, 0, 0), 1),
        (jst(2026, 5, 20, 17, 0, 1), None),
    ],
)
def test_the_deadline_second_is_in_time_and_the_next_is_not(complete_at, met):
    deadlines = application_deadlines(date(2026, 6, 1), CALENDAR)
    assert deadline_met(deadlines, complete_at) == met


@pytest.mark.req("P-025")
def test_another_scheme_may_have_its_own_deadlines():
    terms = SchemeTerms(year_start_month=4, renewal_deadlines=(DeadlineDay(3, 31),))
    (deadline,) = application_deadlines(date(2027, 4, 1), CALENDAR, terms)
    assert deadline == jst(2027, 1, 29, 17)
    assert deadline.utcoffset() == timedelta(hours=9)

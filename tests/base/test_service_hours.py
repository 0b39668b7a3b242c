"""When the public service is open, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from hoshou.base.clock import JST, jst
from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.base.service_hours import ServiceHours

HOURS = ServiceHours(japanese_calendar())


@pytest.mark.req("A-061")
@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        (jst(2026, 11, 20, 5, 59, 59), False),
        (jst(2026, 11, 20, 6, 0, 0), True),
        (jst(2026, 11, 20, 23, 59, 59), True),
        (jst(2026, 11, 20, 23, 59, 59) + timedelta(microseconds=999_999), True),
        (jst(2026, 11, 21, 0, 0, 0), False),
        (jst(2026, 11, 20, 0, 0, 0), False),
        (jst(2026, 11, 20, 6, 0, 0) - timedelta(microseconds=1), False),
        (jst(2026, 11, 21, 12), False),
        (jst(2026, 11, 22, 12), False),
        (jst(2026, 11, 23, 12), False),
        (jst(2026, 12, 30, 12), True),
        (jst(2026, 12, 31, 12), False),
        (jst(2027, 1, 3, 12), False),
        (jst(2027, 1, 4, 6), True),
    ],
)
def test_open_from_six_to_midnight_on_business_days(instant, is_open):
    assert HOURS.is_open(instant) is is_open
    assert HOURS.is_open(instant.astimezone(UTC)) is is_open


@pytest.mark.req("A-061")
@pytest.mark.parametrize(
    ("instant", "opening"),
    [
        (jst(2026, 11, 20, 5, 59, 59), jst(2026, 11, 20, 6)),
        (jst(2026, 11, 20, 12, 34, 56), jst(2026, 11, 20, 12, 34, 56)),
        (jst(2026, 11, 21, 0, 0, 0), jst(2026, 11, 24, 6)),
        (jst(2026, 12, 31, 0, 0, 0), jst(2027, 1, 4, 6)),
        (jst(2026, 11, 23, 23, 59, 59), jst(2026, 11, 24, 6)),
    ],
)
def test_the_next_opening(instant, opening):
    assert HOURS.next_opening(instant) == opening
    assert HOURS.next_opening(instant.astimezone(UTC)).tzinfo is JST


@pytest.mark.req("A-061", "D-17")
def test_other_hours_can_be_set():
    office = ServiceHours(japanese_calendar(), opens=timedelta(hours=9), closes=timedelta(hours=17))
    assert not office.is_open(jst(2026, 11, 20, 17))
    assert office.next_opening(jst(2026, 11, 20, 17)) == jst(2026, 11, 24, 9)


def test_an_instant_without_a_zone_is_an_error():
    with pytest.raises(ValueError, match="aware"):
        HOURS.is_open(datetime(2026, 11, 20, 12))  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        HOURS.next_opening(datetime(2026, 11, 20, 12))  # noqa: DTZ001


@pytest.mark.req("P-012")
def test_past_the_horizon_the_service_does_not_guess():
    with pytest.raises(Refused) as refused:
        HOURS.is_open(jst(2051, 1, 5, 12))
    assert refused.value.code == "past_horizon"
    with pytest.raises(Refused):
        HOURS.next_opening(jst(2050, 12, 31, 12))

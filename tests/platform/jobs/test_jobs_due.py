"""When a job was last due (F8)."""

from datetime import datetime

import pytest

from hoshou.base.clock import jst
from hoshou.platform.jobs.due import latest_due
from hoshou.platform.jobs.job import At, Every, Trigger

WEDNESDAY_NOON = jst(2026, 4, 15, 12, 0)


@pytest.mark.req("F8")
@pytest.mark.parametrize(
    ("trigger", "now", "due"),
    [
        (At(hour="6"), WEDNESDAY_NOON, jst(2026, 4, 15, 6)),
        (At(hour="6"), jst(2026, 4, 15, 6), jst(2026, 4, 15, 6)),
        (At(hour="6"), jst(2026, 4, 15, 5, 59, 59), jst(2026, 4, 14, 6)),
        (At(hour="18"), WEDNESDAY_NOON, jst(2026, 4, 14, 18)),
        (At(minute="*/15"), jst(2026, 4, 15, 12, 14, 59), WEDNESDAY_NOON),
        (At(hour="1", day="last"), WEDNESDAY_NOON, jst(2026, 3, 31, 1)),
        (At(hour="1", day="last"), jst(2028, 3, 1), jst(2028, 2, 29, 1)),
        (At(hour="9", day="1", month="1,4,7,10"), WEDNESDAY_NOON, jst(2026, 4, 1, 9)),
        (At(hour="9", day="20", month="4"), WEDNESDAY_NOON, jst(2025, 4, 20, 9)),
        (At(hour="9", day_of_week="mon"), WEDNESDAY_NOON, jst(2026, 4, 13, 9)),
        (At(hour="0"), jst(2026, 4, 15), jst(2026, 4, 15)),
        (Every(10), jst(2026, 4, 15, 12, 0, 19), jst(2026, 4, 15, 12, 0, 10)),
        (Every(3600), jst(2026, 4, 15, 12, 59, 59), WEDNESDAY_NOON),
    ],
)
def test_the_latest_due_instant(trigger: Trigger, now: datetime, due: datetime) -> None:
    assert latest_due(trigger, now) == due


def test_what_is_never_due_is_not_due() -> None:
    assert latest_due(At(day="29", month="2"), jst(2026, 4, 15)) is None

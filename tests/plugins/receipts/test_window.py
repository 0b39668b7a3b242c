"""Which days are meant, and where a page goes on."""

from datetime import date

import pytest

from hoshou.plugins.receipts.rules.window import Place, Side, Window, asked_place, asked_window
from tests.refusals import refused

TODAY = date(2026, 4, 15)


@pytest.mark.parametrize(
    ("window", "bounds"),
    [
        (Window(14), (TODAY, date(2026, 4, 29))),
        (Window(1), (TODAY, date(2026, 4, 16))),
        (Window(14, Side.BEGUN), (date(2026, 4, 1), date(2026, 4, 14))),
        (Window(1, Side.BEGUN), (date(2026, 4, 14), date(2026, 4, 14))),
    ],
)
def test_days_are_counted_from_today(window: Window, bounds: tuple[date, date]) -> None:
    assert window.bounds(TODAY) == bounds


@pytest.mark.parametrize(
    ("days", "side", "window"),
    [
        ("", "", Window(14)),
        (" 30 ", "ahead", Window(30)),
        ("366", "begun", Window(366, Side.BEGUN)),
        ("1", "nonsense", Window(1)),
    ],
)
def test_what_is_asked(days: str, side: str, window: Window) -> None:
    assert asked_window(days, side, 14) == window


@pytest.mark.parametrize("days", ["0", "367", "-1", "1.5", "zwei", "１４", "9" * 5000])
def test_other_numbers_of_days_are_refused(days: str) -> None:
    with refused("days_out_of_range", "days"):
        asked_window(days, "", 14)


def test_a_place_is_written_and_read() -> None:
    place = Place(date(2026, 4, 20), 15)
    assert str(place) == "2026-04-20.15"
    assert asked_place(str(place)) == place
    for text in ("", "15", "2026-04-20", "2026-02-30.1", "2026-04-20.", "2026-04-20.-1", "2026-04-20." + "9" * 12):
        assert asked_place(text) is None

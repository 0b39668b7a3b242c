"""The text of a calendar as RFC 5545 wants it."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.clock import jst
from hoshou.plugins.guardkun.rules.icalendar import CalendarEntry, calendar_text

STAMP = datetime(2026, 1, 15, tzinfo=UTC)


def written(*entries: CalendarEntry, name: str = "日程表") -> list[str]:
    """The unfolded lines, read as the RFC says: lines end in CRLF, a space at the start goes on with the last one."""
    text = calendar_text(name, entries, STAMP)
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def test_days_and_instants() -> None:
    lines = written(
        CalendarEntry("2026-a@guardkun", date(2026, 5, 11), date(2026, 5, 31), "計上, 更改; 第1回", "計上"),
        CalendarEntry(
            "2026-b@guardkun", date(2026, 4, 30), date(2026, 4, 30), "締切", "募集締切", jst(2026, 4, 30, 17)
        ),
    )
    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//hoshou//guardkun//JA",
        "CALSCALE:GREGORIAN",
        "NAME:日程表",
        "X-WR-CALNAME:日程表",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "BEGIN:VEVENT",
        "UID:2026-a@guardkun",
        "DTSTAMP:20260115T000000Z",
        "DTSTART;VALUE=DATE:20260511",
        "DTEND;VALUE=DATE:20260601",
        "SUMMARY:計上\\, 更改\\; 第1回",
        "CATEGORIES:計上",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:2026-b@guardkun",
        "DTSTAMP:20260115T000000Z",
        "DTSTART:20260430T080000Z",
        "SUMMARY:締切",
        "CATEGORIES:募集締切",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


@pytest.mark.req("B3")
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200))
def test_any_title_stays_in_its_line(title: str) -> None:
    """A title with line breaks or commas can't add a property or an event."""
    day = date(2026, 1, 1)
    (summary,) = [line for line in written(CalendarEntry("u", day, day, title, "")) if line.startswith("SUMMARY:")]
    assert unescaped(summary.removeprefix("SUMMARY:")) == title


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\u2028"])
def test_a_line_break_is_written_as_one_and_controls_are_dropped(break_: str) -> None:
    day = date(2026, 1, 1)
    lines = written(CalendarEntry("u", day, day, f"a{break_}END:VCALENDAR\x00\x7f", ""))
    assert "SUMMARY:a\\nEND:VCALENDAR" in lines
    assert lines.count("END:VCALENDAR") == 1

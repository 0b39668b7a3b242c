"""Events as text that calendar programs read (RFC 5545)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE_OCTETS = 75
PRODUCT = "-//hoshou//guardkun//JA"


@dataclass(frozen=True)
class CalendarEntry:
    """An event of the days from ``first`` to ``last``, both included, or of the instant ``at``.

    ``uid`` names it the same in each reading, so that a moved date moves in the reader's calendar.
    """

    uid: str
    first: date
    last: date
    summary: str
    category: str
    at: datetime | None = None


def calendar_text(name: str, entries: Iterable[CalendarEntry], stamp: datetime) -> str:
    """The calendar object. ``stamp`` says when it was written, an aware instant."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    for entry in entries:
        lines += _event(entry, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(entry: CalendarEntry, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(entry.uid)}"
    yield f"DTSTAMP:{_instant(stamp)}"
    if entry.at is not None:
        yield f"DTSTART:{_instant(entry.at)}"
    else:
        yield f"DTSTART;VALUE=DATE:{entry.first:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.last + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(entry.summary)}"
    yield f"CATEGORIES:{_escaped(entry.category)}"
    # Dates to know of, which keep nobody from being free.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A TEXT value (3.3.11); other control characters than line breaks can't stand in it."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = "\\n".join(escaped.splitlines())
    return "".join(character for character in escaped if character >= " " and character != "\x7f")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, each but the first with a space in front; no character is torn."""
    piece, octets = "", 0
    for character in line:
        width = len(character.encode())
        if octets + width > LINE_OCTETS:
            yield piece
            piece, octets = " ", 1
        piece += character
        octets += width
    yield piece

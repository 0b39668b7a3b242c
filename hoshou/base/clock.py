"""Time as a value: the only place that reads the machine's clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")


class Clock(Protocol):
    """Where the present comes from. Every instant is aware and in JST."""

    def now(self) -> datetime:
        """The present instant, aware, in JST."""
        ...

    def today(self) -> date:
        """The present calendar day in Japan."""
        ...


class SystemClock:
    """The machine's clock, read as JST, moved by a constant offset (zero except in a demo)."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return (datetime.now(UTC) + self._offset).astimezone(JST)

    def today(self) -> date:
        return self.now().date()


class FixedClock:
    """A clock that stands still until it is moved: tests, and jobs replayed for a given instant."""

    def __init__(self, instant: datetime) -> None:
        self.move_to(instant)

    def now(self) -> datetime:
        return self._instant

    def today(self) -> date:
        return self._instant.date()

    def move_to(self, instant: datetime) -> None:
        """Set the present. Raises ValueError for an instant without a zone."""
        if instant.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._instant = instant.astimezone(JST)

    def advance(self, delta: timedelta) -> None:
        self._instant = (self._instant + delta).astimezone(JST)


def jst(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """An instant given by Japanese wall-clock time."""
    return datetime(year, month, day, hour, minute, second, tzinfo=JST)

"""When the service is open on the days that are worked."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hoshou.base.business_calendar import BusinessCalendar
from hoshou.base.clock import JST


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """The daily window in which the service is open on business days (A-061).

    ``opens`` and ``closes`` are times since midnight in JST, so that 24:00 can be said.
    The window holds its opening instant and not its closing one. Instants handed in
    must be aware (ValueError otherwise) and may be in any zone.
    """

    calendar: BusinessCalendar
    opens: timedelta = timedelta(hours=6)
    closes: timedelta = timedelta(hours=24)

    def is_open(self, instant: datetime) -> bool:
        """Whether the service is open at ``instant``. Raises Refused ``past_horizon``."""
        local = _in_japan(instant)
        midnight = datetime.combine(local.date(), time(), JST)
        return self.calendar.is_business_day(local.date()) and self.opens <= local - midnight < self.closes

    def next_opening(self, instant: datetime) -> datetime:
        """The first instant, not before ``instant``, at which the service is open, in JST.

        Raises Refused ``past_horizon`` when none is known.
        """
        local = _in_japan(instant)
        if self.is_open(local):
            return local
        opening = datetime.combine(local.date(), time(), JST) + self.opens
        day = local.date() if local < opening else local.date() + timedelta(days=1)
        return datetime.combine(self.calendar.next_business_day(day), time(), JST) + self.opens


def _in_japan(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("service hours need an aware instant")
    return instant.astimezone(JST)

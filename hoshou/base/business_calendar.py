"""Which days are worked (P-012). Pure: the holidays and their horizon are handed in."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class BusinessCalendar:
    """The national holidays (祝日) known from ``first`` to ``last``, both included.

    Every question about a day outside that horizon, and every search that leaves it,
    raises Refused ``past_horizon``: an unknown day is never taken for a working day.
    """

    holidays: Collection[date]
    first: date
    last: date

    def require(self, day: date) -> None:
        """Raise Refused ``past_horizon`` for a day outside the horizon."""
        if not self.first <= day <= self.last:
            raise Refused(
                "past_horizon",
                N_("%(day)sは営業日カレンダーの範囲（%(first)s～%(last)s）外です。"),
                day=day.isoformat(),
                first=self.first.isoformat(),
                last=self.last.isoformat(),
            )

    def is_holiday(self, day: date) -> bool:
        """Whether the day is a national holiday (祝日, 振替休日 or 国民の休日)."""
        self.require(day)
        return day in self.holidays

    def is_business_day(self, day: date) -> bool:
        """Monday to Friday, no holiday, and not 12/31 to 1/3 (A-061)."""
        self.require(day)
        return not (
            day.weekday() >= 5
            or day in self.holidays
            or (day.month == 12 and day.day == 31)
            or (day.month == 1 and day.day <= 3)
        )

    def is_bank_day(self, day: date) -> bool:
        """Whether banks are open: by law they close on exactly the days that are no business days here."""
        return self.is_business_day(day)

    def next_business_day(self, day: date) -> date:
        """``day`` itself when it is a business day, otherwise the first one after it."""
        return self._search(day, _ONE_DAY, self.is_business_day)

    def previous_business_day(self, day: date) -> date:
        """``day`` itself when it is a business day, otherwise the last one before it."""
        return self._search(day, -_ONE_DAY, self.is_business_day)

    def next_bank_day(self, day: date) -> date:
        """``day`` itself when banks are open, otherwise the first such day after it (B-069)."""
        return self._search(day, _ONE_DAY, self.is_bank_day)

    def previous_bank_day(self, day: date) -> date:
        """``day`` itself when banks are open, otherwise the last such day before it."""
        return self._search(day, -_ONE_DAY, self.is_bank_day)

    def business_days_before(self, day: date, count: int) -> date:
        """The ``count``-th business day before ``day``, which itself isn't counted.

        Raises ValueError for a count below one.
        """
        if count < 1:
            raise ValueError("business days are counted from one")
        for _ in range(count):
            day = self.previous_business_day(day - _ONE_DAY)
        return day

    def _search(self, day: date, step: timedelta, accepts: Callable[[date], bool]) -> date:
        while not accepts(day):
            day += step
        return day

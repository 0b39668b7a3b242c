"""How lists and records show values."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from hoshou.base.clock import JST


def instant(value: datetime | None) -> str:
    """Year to minute in Japan."""
    return value.astimezone(JST).strftime("%Y/%m/%d %H:%M") if value else ""


def day(value: date | None) -> str:
    return value.strftime("%Y/%m/%d") if value else ""


def month(value: date) -> str:
    """Year and month."""
    return value.strftime("%Y/%m")


def month_ticks(months: Iterable[date]) -> tuple[str, ...]:
    """Months as the axis of a chart has room for them: the year below the first one of it."""
    ticks: list[str] = []
    year = 0
    for first in months:
        ticks.append(format_date(first, "MMM") + (f"\n{first.year}" if first.year != year else ""))
        year = first.year
    return tuple(ticks)


def yes_no(value: object) -> str:
    return str(_("はい") if value else _("いいえ"))


def several(values: Any) -> str:
    return "、".join(str(value) for value in values)


def named(labels: Mapping[Any, str]) -> Callable[[Any], str]:
    """A formatter that shows a stored value by its label."""
    return lambda value: str(_(labels[value])) if value in labels else str(value)

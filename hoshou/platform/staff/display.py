"""How lists and records show values."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from hoshou.base.clock import JST


def instant(value: datetime | None) -> str:
    """Year to minute in Japan."""
    return value.astimezone(JST).strftime("%Y/%m/%d %H:%M") if value else ""


def day(value: date | None) -> str:
    return value.strftime("%Y/%m/%d") if value else ""


def yes_no(value: object) -> str:
    return str(_("はい") if value else _("いいえ"))


def several(values: Any) -> str:
    return "、".join(str(value) for value in values)


def named(labels: Mapping[Any, str]) -> Callable[[Any], str]:
    """A formatter that shows a stored value by its label."""
    return lambda value: str(_(labels[value])) if value in labels else str(value)

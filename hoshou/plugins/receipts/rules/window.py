"""Which folders matter soon: those whose cover begins within some days, or began within some days."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

MOST_DAYS = 366
DAY = timedelta(days=1)


class Side(StrEnum):
    """Before the 保険始期 (its day included), or after it."""

    AHEAD = "ahead"
    BEGUN = "begun"


SIDE_LABELS = {Side.AHEAD: N_("これから始まる契約"), Side.BEGUN: N_("すでに始まった契約")}


@dataclass(frozen=True)
class Window:
    """Days counted from today to one side."""

    days: int
    side: Side = Side.AHEAD

    def bounds(self, today: date) -> tuple[date, date]:
        """The first and the last 保険始期 that are meant."""
        distance = timedelta(days=self.days)
        return (today, today + distance) if self.side is Side.AHEAD else (today - distance, today - DAY)


@dataclass(frozen=True)
class Place:
    """Where a page ended: its last row's 保険始期 and number, written ``2026-04-20.15``."""

    insurance_start: date
    folder_id: int

    def __str__(self) -> str:
        return f"{self.insurance_start.isoformat()}.{self.folder_id}"


def asked_window(days: str, side: str, usual_days: int) -> Window:
    """What somebody asked for; nothing asked is the usual.

    Raises Refused ``days_out_of_range``.
    """
    asked = days.strip() or str(usual_days)
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 3 and 1 <= int(asked) <= MOST_DAYS):
        raise Refused(
            "days_out_of_range",
            N_("日数は1から%(most)dまでの整数で入力してください。"),
            field="days",
            most=MOST_DAYS,
        )
    return Window(int(asked), Side.BEGUN if side == Side.BEGUN else Side.AHEAD)


def asked_place(text: str) -> Place | None:
    """The place that an address names; None for the beginning, and for what names no place."""
    day, _dot, number = text.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) <= 9):
        return None
    try:
        return Place(date.fromisoformat(day), int(number))
    except ValueError:
        return None

"""What is checked before a row of a scheme year is stored or removed (B-015 to B-030, B-046)."""

import re
from typing import Any

from sqlalchemy.orm import Session

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.mail.template import CONTROL
from hoshou.plugins.guardkun.models.scheme import SchemeBenefit, SchemeCalendarRow, SchemeCover, SchemeDeadline
from hoshou.plugins.guardkun.rules.benefits import BY_DAYS, BenefitKind
from hoshou.plugins.guardkun.services.years import require_draft, require_unclosed

CHOICES = re.compile(r"[1-9][0-9]*(,[1-9][0-9]*)*")
LARGEST_DAY = 31


def require_editable(session: Session, part: Any) -> None:
    """Raise Refused ``year_is_fixed`` for what may no longer be edited or removed."""
    if isinstance(part, SchemeCalendarRow):
        require_unclosed(session, part.scheme_year)
    else:
        require_draft(session, part.scheme_year)


def prepare_part(session: Session, part: Any) -> None:
    """Check a row before it is stored.

    Raises Refused ``year_is_fixed``, ``day_unlikely``, ``months_unlikely``, ``choices_unreadable``,
    ``days_unlikely``, ``range_reversed`` and ``control_character``, which a mail about the date couldn't hold.
    """
    require_editable(session, part)
    if isinstance(part, SchemeDeadline):
        _check_deadline(part)
    elif isinstance(part, SchemeCover):
        _check_cover(part)
    elif isinstance(part, SchemeBenefit):
        _check_benefit(part)
    elif isinstance(part, SchemeCalendarRow) and CONTROL.search(part.title):
        raise Refused("control_character", N_("改行や制御文字は使えません。"), field="title")


def _check_deadline(row: SchemeDeadline) -> None:
    if not 1 <= row.day <= LARGEST_DAY:
        raise Refused("day_unlikely", N_("日は1から31の間で入力してください。"), field="day")
    if not 0 <= row.months_before <= 12:
        raise Refused("months_unlikely", N_("月数は0から12の間で入力してください。"), field="months_before")
    if row.closing < 1:
        raise Refused("closing_unlikely", N_("回は1以上で入力してください。"), field="closing")


def _check_cover(row: SchemeCover) -> None:
    row.limit_text = "\n".join(row.limit_text.splitlines()).strip()
    if row.choices and not CHOICES.fullmatch(row.choices):
        raise Refused(
            "choices_unreadable", N_("選択肢は円の整数をコンマで区切って入力してください。"), field="choices"
        )


def _check_benefit(row: SchemeBenefit) -> None:
    if (row.kind in {kind.value for kind in BY_DAYS}) != (row.days_from is not None):
        raise Refused(
            "days_unlikely", N_("日数は、入院した期間と治療した期間だけに入力してください。"), field="days_from"
        )
    if row.days_to is not None and (row.days_from is None or row.days_to < row.days_from):
        raise Refused("days_unlikely", N_("日数の上限は下限以上にしてください。"), field="days_to")
    if not 0 <= row.least <= row.most or (row.kind != BenefitKind.DISABILITY and row.least != row.most):
        raise Refused(
            "range_reversed",
            N_("金額の下限と上限は、後遺障害では下限から上限まで、ほかでは同じ額を入力してください。"),
            field="most",
        )

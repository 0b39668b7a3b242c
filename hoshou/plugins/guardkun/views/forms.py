"""What the scheme's screens have in common: reading days from forms, and errors by field."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import request

from hoshou.base.clock import JST
from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.site.errors import words

DAY = "%Y/%m/%d"
MINUTE = "%Y/%m/%d %H:%M"


def sentences(error: DomainError) -> dict[str, str]:
    """Each field at fault with its sentence; the empty name holds what belongs to no single field."""
    faults = error.errors if isinstance(error, Invalid) else (error,)
    found: dict[str, str] = {}
    for fault in faults:
        found.setdefault(fault.field or "", words(fault))
    return found


def typed_day(field: str) -> date:
    """Raises Refused ``invalid_day``."""
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise Refused("invalid_day", N_("日付を入力してください。"), field=field) from None


def typed_instant(field: str) -> datetime:
    """A day and time of day in Japan. Raises Refused ``invalid_instant``."""
    try:
        return datetime.fromisoformat(request.form.get(field, "")).replace(tzinfo=JST)
    except ValueError:
        raise Refused("invalid_instant", N_("日時を入力してください。"), field=field) from None


def asked_day(values: Mapping[str, str], field: str) -> date | None:
    """A day in an address or a form, or None when it is none."""
    try:
        return date.fromisoformat(values.get(field, ""))
    except ValueError:
        return None

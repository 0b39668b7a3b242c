"""Who may call what, and the menu that the screens stand in."""

from collections.abc import Mapping
from typing import Any

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role

CATEGORY: dict[str, Any] = {"category": "debits", "category_label": N_("口座振替")}


def for_handlers(reading: str, handling: str = "") -> Mapping[Role, frozenset[str]]:
    """The lead office and the association handle, the auditor reads."""
    both = frozenset(f"{reading} {handling}".split())
    return {
        Role.LEAD_OFFICE: both,
        Role.GROUP_ASSOCIATION: both,
        Role.AUDITOR: frozenset(reading.split()),
    }

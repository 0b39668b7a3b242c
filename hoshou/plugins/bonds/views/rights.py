"""Who uploads, and the menu that the screens stand in."""

from typing import Any

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.subject import Role

CATEGORY: dict[str, Any] = {"category": "bonds", "category_label": N_("保証証券等")}
UPLOADERS = (Role.AGENCY, Role.INSURER)

"""The group liability scheme from quote to certificate."""

from collections.abc import Iterable

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.staff.contribution import StaffView
from hoshou.plugins.guardkun import models as models
from hoshou.plugins.guardkun.services.documents import downloads
from hoshou.plugins.guardkun.views import documents

NAME = "guardkun"
VERSION = "1.0.0"
REQUIRES = ("organisations", "premium", "proration")


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return (*documents.STAFF_VIEWS,)


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (*downloads.ACTION_LABELS.items(),)

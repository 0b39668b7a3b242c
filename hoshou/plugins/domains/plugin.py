"""Registered mail domains of orderers."""

from collections.abc import Iterable

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.staff.contribution import StaffView
from hoshou.plugins.domains.views import SCREENS

NAME = "domains"
VERSION = "1.0.0"
REQUIRES: tuple[str, ...] = ()


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return SCREENS

"""Rate tables and the premium calculator."""

from collections.abc import Iterable

from hoshou.platform.calculators import Calculator
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.staff.contribution import StaffView
from hoshou.plugins.premium import models as models
from hoshou.plugins.premium.rules.calculator import IDENTITY
from hoshou.plugins.premium.rules.document import premium_answer
from hoshou.plugins.premium.services.rate_tables import ACTION_LABELS
from hoshou.plugins.premium.views import STAFF_VIEWS

NAME = "premium"
VERSION = "1.0.0"
REQUIRES = ("proration",)


@hookimpl
def calculators() -> Iterable[Calculator]:
    return (Calculator(IDENTITY, premium_answer),)


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return STAFF_VIEWS


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return ACTION_LABELS.items()

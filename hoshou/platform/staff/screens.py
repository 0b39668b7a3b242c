"""The platform's own screens."""

from flask_appbuilder.baseviews import BaseView

from hoshou.platform.staff.account import AccountView
from hoshou.platform.staff.audit_screen import AUDIT_SCREEN
from hoshou.platform.staff.calendar_screens import CALENDAR_SCREENS
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.dashboard_screen import DASHBOARD_SCREEN
from hoshou.platform.staff.grants_screen import GRANTS_SCREEN
from hoshou.platform.staff.jobs_screen import JOBS_SCREEN
from hoshou.platform.staff.link_page import StaffLinkView
from hoshou.platform.staff.outbox_screen import OUTBOX_SCREEN
from hoshou.platform.staff.tokens import TOKENS_SCREEN
from hoshou.platform.staff.wording_screen import WORDING_SCREEN

PLATFORM_SCREENS: list[StaffView] = [
    DASHBOARD_SCREEN,
    *CALENDAR_SCREENS,
    GRANTS_SCREEN,
    WORDING_SCREEN,
    AUDIT_SCREEN,
    OUTBOX_SCREEN,
    TOKENS_SCREEN,
    JOBS_SCREEN,
]
"""Screens that roles open."""

PERSONAL_VIEWS: list[type[BaseView]] = [AccountView, StaffLinkView]
"""Pages that need no role: one's own account, and the page behind a one-time link."""

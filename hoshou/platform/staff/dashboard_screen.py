"""The dashboard: each plugin's charts for this reader, and beside each the same numbers as a table (P-022)."""

from typing import Any

from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.staff.chart_drawing import draw
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject
from hoshou.platform.subject import Role


class DashboardView(BaseView):
    """A page of its own: counting a year's uploads must not slow the home down."""

    route_base = "/dashboard"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> Any:
        charts = platform().plugins.collect("charts", subject=current_subject())
        return self.render_template(
            "staff/dashboard.html",
            title=_("集計"),
            charts=[(chart, None if chart.is_empty else draw(chart)) for chart in charts],
        )


DASHBOARD_SCREEN = StaffView(
    DashboardView,
    # The administrator keeps the system running and has no business with what is counted here.
    {role: frozenset({"list"}) for role in Role if role is not Role.ADMINISTRATOR},
    name="dashboard",
    label=N_("集計"),
    order=5,
)

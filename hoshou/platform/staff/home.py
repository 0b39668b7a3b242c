"""The staff home: a workplace, what waits for me first."""

from typing import Any

from flask_appbuilder.baseviews import BaseView, expose
from flask_login import login_required

from hoshou.platform.context import platform
from hoshou.platform.staff.contribution import HomeItem
from hoshou.platform.staff.session import current_subject


class HomeView(BaseView):
    """Open to every logged-in user; what it shows is theirs."""

    route_base = "/home"
    default_view = "index"

    @expose("/")
    @login_required
    def index(self) -> Any:
        subject = current_subject()
        items: list[HomeItem] = platform().plugins.collect("home_items", subject=subject)
        items.sort(key=_urgency)
        return self.render_template("staff/home.html", items=items, subject=subject)


def _urgency(item: HomeItem) -> tuple[bool, bool, str]:
    return (not item.urgent, item.due is None, item.due.isoformat() if item.due else item.title)

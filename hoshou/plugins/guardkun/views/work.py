"""Staff screens: what waits for the reader on the way, and the board of defects."""

from typing import Any

from flask import request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from hoshou.base.dates import add_months
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.rules.changes import CHANGE_KIND_LABELS
from hoshou.plugins.guardkun.rules.defects import DEFECT_LABELS
from hoshou.plugins.guardkun.rules.stages import STAGE_LABELS
from hoshou.plugins.guardkun.services.defects import defect_report, open_defects
from hoshou.plugins.guardkun.services.waiting import WORK_LABELS, waiting_for
from hoshou.plugins.guardkun.views.forms import DAY, asked_day

READERS = (Role.AGENCY, Role.INSURER, Role.LEAD_OFFICE, Role.CO_INSURER)


class GuardkunWorkView(BaseView):
    """The worklist of whoever reads it: agency, branch, lead office or head office."""

    route_base = "/guardkun/work"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> Any:
        return self.render_template(
            "guardkun/work.html",
            title=_("処理待ち"),
            lists=waiting_for(db.session(), current_subject(), rows=True),
            labels=WORK_LABELS,
            stages=STAGE_LABELS,
            kinds=CHANGE_KIND_LABELS,
            day=DAY,
        )


class GuardkunDefectView(BaseView):
    """Open defects with their age and what they hold up, and how often each reason was found."""

    route_base = "/guardkun/defects"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> Any:
        clock, subject, session = platform().clock, current_subject(), db.session()
        start = asked_day(request.args, "start") or clock.today().replace(month=1, day=1)
        end = asked_day(request.args, "end") or add_months(start, 12)
        return self.render_template(
            "guardkun/defects.html",
            title=_("不備の一覧"),
            defects=open_defects(session, clock, subject),
            report=defect_report(session, subject, start, end),
            start=start,
            end=end,
            labels=DEFECT_LABELS,
            stages=STAGE_LABELS,
            day=DAY,
        )


SCREENS = (
    StaffView(
        GuardkunWorkView,
        {role: frozenset({"list"}) for role in READERS},
        name="guardkun_work",
        label=N_("処理待ち"),
        category="guardkun",
        category_label=N_("ガードくん"),
        order=18,
    ),
    StaffView(
        GuardkunDefectView,
        {role: frozenset({"list"}) for role in (*READERS, Role.AUDITOR)},
        name="guardkun_defects",
        label=N_("不備の一覧"),
        category="guardkun",
        category_label=N_("ガードくん"),
        order=26,
    ),
)

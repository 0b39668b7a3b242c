"""Staff screen: what will be deleted next."""

from typing import Any

from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.session import current_subject
from hoshou.platform.subject import Role
from hoshou.plugins.retention.services.outlook import counts_by_month, near_folders


class RetentionView(BaseView):
    """Uploaders and auditors see the folders that they may know of, the association counts."""

    route_base = "/retention"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        session, subject, today = db.session(), current_subject(), platform().clock.today()
        return self.render_template(
            "retention/list.html",
            title=_("まもなく削除される証券等"),
            near=near_folders(session, subject, today),
            counts=counts_by_month(session, subject, today) if subject.has(Role.ASSOCIATION) else None,
            knows_folders=subject.has(Role.AGENCY, Role.INSURER, Role.AUDITOR),
            day=display.day,
        )


STAFF_VIEWS = (
    StaffView(
        view=RetentionView,
        grants={role: frozenset({"list"}) for role in (Role.AGENCY, Role.INSURER, Role.AUDITOR, Role.ASSOCIATION)},
        name="retention",
        label=N_("まもなく削除される証券等"),
        category="bonds",
        category_label=N_("保証証券等"),
        order=12,
    ),
)

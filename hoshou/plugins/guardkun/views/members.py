"""Staff screens: the members of the prefecture associations, and taking them over from a file (B-004, B-006)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hoshou.base.errors import DomainError, Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import status_of, words
from hoshou.platform.staff import display
from hoshou.platform.staff.contribution import READ, StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.session import current_subject, staff_actor
from hoshou.platform.staff.views import StaffModelView
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.members import Member, Unit
from hoshou.plugins.guardkun.rules.member_rows import COLUMNS
from hoshou.plugins.guardkun.rules.particulars import PARTICULARS_LABELS
from hoshou.plugins.guardkun.rules.stages import STAGE_LABELS
from hoshou.plugins.guardkun.services.members import enrolments_of, member_for, visible_members
from hoshou.plugins.guardkun.services.members_import import import_members
from hoshou.plugins.guardkun.services.particulars import particulars_history
from hoshou.plugins.guardkun.views.forms import DAY, MINUTE

KEEP = READ | {"add", "edit", "load"}


class GuardkunMemberView(StaffModelView):
    """The 加盟員; a record shows the units that enrol and what was known of each."""

    datamodel = StaffInterface(Member, numbers=("member_number",))
    route_base = "/guardkun/members"
    row_scope = staticmethod(visible_members)  # type: ignore[assignment]
    exclude_route_methods = StaffModelView.exclude_route_methods | {"delete"}
    list_title = _l("加盟員")
    list_columns = ["prefecture", "member_number", "name", "joined_on", "left_on"]
    add_columns = ["prefecture", "member_number", "name", "name_kana", "joined_on"]
    edit_columns = ["name", "name_kana", "joined_on", "left_on"]
    search_columns = ["member_number", "name", "name_kana", "prefecture"]
    order_columns = ["member_number", "name", "joined_on", "left_on"]
    base_order = ("id", "asc")
    label_columns = {
        "prefecture": _l("都道府県警備業協会"),
        "member_number": _l("加盟員番号"),
        "name": _l("会社名"),
        "name_kana": _l("会社名（フリガナ）"),
        "joined_on": _l("入会日"),
        "left_on": _l("退会日"),
    }
    description_columns = {"left_on": _l("退会しても、加入中の補償は満期日まで続きます。")}
    formatters_columns = {"joined_on": display.day, "left_on": display.day}

    def pre_add(self, item: Any) -> None:
        _check_days(item)
        item.created_at = platform().clock.now()
        item.units.append(Unit(name=""))

    def pre_update(self, item: Any) -> None:
        _check_days(item)

    @expose("/show/<key:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        session = db.session()
        member = member_for(session, current_subject(), pk)
        return self.render_template(
            "guardkun/member.html",
            title=member.name,
            member=member,
            history=[(unit, particulars_history(session, unit.id)) for unit in member.units],
            enrolments=enrolments_of(session, current_subject(), member.id),
            labels=PARTICULARS_LABELS,
            stages=STAGE_LABELS,
            day=DAY,
            minute=MINUTE,
        )

    @expose("/load", methods=["GET", "POST"])
    @has_access
    @permission_name("load")
    def load(self) -> Any:
        faults: list[tuple[str, str, str]] = []
        if request.method == "POST":
            clock, actor = platform().clock, staff_actor()
            sent = request.files.get("file")
            content = sent.read() if sent else b""
            try:
                done = transact(lambda session: import_members(session, clock, actor, content))
            except DomainError as error:
                if status_of(error) != 400:
                    raise
                faults = [
                    (fault.about, COLUMNS.get(fault.field or "", ""), words(fault))
                    for fault in (error.errors if isinstance(error, Invalid) else (error,))
                ]
            else:
                flash(
                    _(
                        "取り込みました。新規%(added)s件、変更%(changed)s件、変更なし%(unchanged)s件。",
                        added=done.added,
                        changed=done.changed,
                        unchanged=done.unchanged,
                    ),
                    "success",
                )
                return redirect(url_for("GuardkunMemberView.list"))
        page = self.render_template(
            "guardkun/members_load.html",
            title=_("加盟員の取込み"),
            faults=faults,
            columns=list(COLUMNS.values()),
        )
        return page, 400 if faults else 200


def _check_days(item: Member) -> None:
    if item.left_on is not None and item.joined_on is not None and item.left_on < item.joined_on:
        raise Refused("left_before_joined", N_("退会日は入会日以後の日としてください。"), field="left_on")


SCREEN = StaffView(
    GuardkunMemberView,
    {
        Role.LEAD_OFFICE: KEEP,
        Role.GROUP_ASSOCIATION: KEEP,
        Role.ADMINISTRATOR: KEEP,
        Role.PREFECTURE: READ,
        Role.AUDITOR: READ,
    },
    name="guardkun_members",
    label=N_("加盟員"),
    category="guardkun",
    category_label=N_("ガードくん"),
    order=27,
    method_labels={"load": N_("取込み")},
)

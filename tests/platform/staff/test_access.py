"""Who may reach what: every role, every screen, every method, against a table written by hand (P-005 to P-007)."""

import re

import pytest
from flask import Flask
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select, text

from hoshou.platform import access
from hoshou.platform.db import db, transact
from hoshou.platform.staff.builder import staff_builder
from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, browser, log_in, token

READ = "list show"
KEEP = "list show add edit"
CRUD = "list show add edit delete"
NOBODY = ""
KEEPS_RATES = "list show import_file approve"

# Role by role, as in USERS: nobody else but administrator, association, insurer, agency and auditor where a row ends.
MATRIX = {
    "HolidayView": (CRUD, CRUD, NOBODY, NOBODY, READ),
    "CalendarYearView": ("list add delete", "list add delete", NOBODY, NOBODY, "list"),
    "MaintenanceView": (CRUD, CRUD, NOBODY, NOBODY, READ),
    "DashboardView": (NOBODY, *["list"] * 8),
    "GrantsView": ("list", NOBODY, NOBODY, NOBODY, "list"),
    "MailWordingView": ("list edit reset", "list edit reset", NOBODY, NOBODY, NOBODY),
    "AuditView": ("list show verify", NOBODY, NOBODY, NOBODY, "list show verify"),
    "OutboxView": ("list", NOBODY, NOBODY, NOBODY, NOBODY),
    "JobsView": ("list show run", NOBODY, NOBODY, NOBODY, NOBODY),
    "InsurerView": (KEEP, KEEP, NOBODY, NOBODY, READ),
    "BranchView": (CRUD, CRUD, READ, NOBODY, READ),
    "AgencyView": (CRUD, CRUD, READ, READ, READ),
    "AgencyCodeView": (CRUD, CRUD, READ, READ, READ),
    "OrdererView": (CRUD, CRUD, READ, READ, READ),
    "UserView": (KEEP + " invite", NOBODY, NOBODY, NOBODY, READ),
    "DomainView": (READ, "list show edit", NOBODY, NOBODY, READ),
    "DomainApplicationView": (NOBODY, "list show review", "list show vote", NOBODY, READ),
    "ApiTokenView": ("tokens",) * 9,
    "BondUploadView": (NOBODY, NOBODY, "upload", "upload", NOBODY),
    "BondFolderView": (NOBODY, NOBODY, "list show renotify content", "list show renotify content", READ),
    "BondHandoverView": (NOBODY, NOBODY, "handover", "handover", NOBODY),
    "BondDeletionView": (NOBODY, NOBODY, "remove", "remove", NOBODY),
    **dict.fromkeys(
        ("FaqView", "ClauseView", "StepView", "ContactView", "RevisionView"), (CRUD, CRUD, NOBODY, NOBODY, READ)
    ),
    "GuidePageView": ("list show edit", "list show edit", NOBODY, NOBODY, READ),
    "GuardkunQuotingView": (NOBODY, NOBODY, NOBODY, "make"),
    "GuardkunQuoteView": (NOBODY, NOBODY, READ, READ, READ, READ, READ),
    "AgencyRegistrationView": (
        *(NOBODY, NOBODY, READ, "list show edit", READ, "list show add edit"),
        *(READ, READ),
    ),
    "RateEffectView": ("show", NOBODY, NOBODY, NOBODY, "show", "show"),
    "RateTableView": (KEEPS_RATES, NOBODY, NOBODY, NOBODY, READ, KEEPS_RATES),
    "RetentionView": (NOBODY, "list", "list", "list", "list"),
    **dict.fromkeys(
        ("SchemeCalendarView", "SchemeHelpView"),
        ("list", NOBODY, "list", "list", "list", "list", "list", "list", "list"),
    ),
    "SchemeYearView": ("list show edit", NOBODY, READ, READ, READ, "list show edit", READ, READ, READ),
    **dict.fromkeys(
        (
            *("SchemeInsurerView", "SchemeDeadlineView", "SchemeClauseView", "SchemeCoverView"),
            *("SchemeBenefitView", "SchemeDutyView", "SchemeCalendarRowView"),
            *("SchemeFaqView", "SchemeContactView", "SchemeRevisionView"),
        ),
        (CRUD, NOBODY, NOBODY, NOBODY, READ, CRUD),
    ),
    "SchemeTextView": ("list show edit", NOBODY, NOBODY, NOBODY, READ, "list show edit"),
    "PrefectureView": (
        *("list show edit", NOBODY, NOBODY, NOBODY, READ, "list show edit", NOBODY),
        *("list show edit", READ),
    ),
    "PrefectureStaffView": (CRUD, NOBODY, NOBODY, NOBODY, READ, CRUD, NOBODY, CRUD),
    "MandateView": (
        *[NOBODY] * 4,
        READ,
        READ + " add reveal give_back",
        NOBODY,
        READ + " add reveal give_back",
        NOBODY,
    ),
    "DebitRunView": (
        *[NOBODY] * 4,
        READ,
        READ + " build release download results",
        NOBODY,
        READ + " build release download results",
        NOBODY,
    ),
    "FailureBoardView": (*[NOBODY] * 4, "list", "list decide", NOBODY, "list decide", NOBODY),
    "ContactTaskView": (
        NOBODY,
        NOBODY,
        "list finish paper",
        NOBODY,
        "list paper",
        "list finish paper",
        NOBODY,
        "list finish paper",
        "list finish paper",
    ),
    "ReceivableView": (*[NOBODY] * 4, "list", "list", NOBODY, "list receive", NOBODY),
    "RefundView": (*[NOBODY] * 4, "list", "list", NOBODY, "list pay", NOBODY),
    "ForesightView": (*[NOBODY] * 4, READ, READ, NOBODY, READ, NOBODY),
    "CollectionAgentView": (KEEP, *[NOBODY] * 3, READ, READ, NOBODY, KEEP, NOBODY),
    "ReceiptView": (NOBODY, "list", "list show issue", "list show issue", READ),
    "GuardkunDocumentsView": (
        "brochure",
        NOBODY,
        "brochure papers checklist proof certificate",
        "brochure papers certificate",
        "brochure papers checklist certificate",
        "brochure papers checklist proof certificate",
        "brochure papers checklist proof certificate",
        "brochure certificate",
        "brochure",
    ),
    "GuardkunWorkView": (NOBODY, NOBODY, "list", "list", NOBODY, "list", "list"),
    "GuardkunDefectView": (NOBODY, NOBODY, "list", "list", "list", "list", "list"),
    "GuardkunEnrolmentView": (
        NOBODY,
        NOBODY,
        "list show forward check",
        "list show apply cancel",
        READ,
        "list show arrive release cancel check",
        "list show release",
        READ,
        READ,
    ),
    "GuardkunApplicationView": (NOBODY, NOBODY, NOBODY, "apply"),
    "GuardkunChangeView": (
        NOBODY,
        NOBODY,
        "list show forward",
        "list show request",
        READ,
        "list show decide",
        READ,
        READ,
    ),
    "GuardkunBookingView": (NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, "list book"),
    "GuardkunMemberView": (
        KEEP + " load",
        NOBODY,
        NOBODY,
        NOBODY,
        READ,
        KEEP + " load",
        NOBODY,
        KEEP + " load",
        READ,
    ),
    **dict.fromkeys(
        ("LedgerView", "RemittanceView"), (NOBODY, NOBODY, NOBODY, NOBODY, READ, READ, NOBODY, READ, NOBODY)
    ),
    "HandoffView": (NOBODY, NOBODY, NOBODY, NOBODY, *("list download",) * 4, NOBODY),
    "HandoffColumnView": (NOBODY, NOBODY, NOBODY, NOBODY, READ, CRUD, NOBODY, NOBODY, NOBODY),
    "LossRatioView": (NOBODY, NOBODY, NOBODY, NOBODY, "list", "list take", NOBODY, "list", NOBODY),
}
USERS = ("admin", "kyokai", "insurer", "agency", "auditor", "lead", "co_insurer", "group", "prefecture")

# What answers without a login, and why.
ANONYMOUS = {
    "site.home": "the public entrance",
    "site.language": "the choice of language",
    "site.health": "the load balancer's question",
    "StaffAuthView.login": "the way in",
    "StaffAuthView.code": "the way in",
    "StaffAuthView.logout": "leaving twice is no error",
    "StaffLinkView.link": "whoever holds a one-time link sets a password",
}


def screens(app: Flask) -> set[str]:
    with app.app_context():
        return {contribution.view.__name__ for contribution in staff_builder().contributions}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address with stand-ins of every route but static files."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.endswith("static"):
            address = re.sub(r"<[^>]+>", "1", rule.rule)
            found += [(rule.endpoint, method, address) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


def permissions(app: Flask) -> dict[str, str]:
    """The permission behind each endpoint of a screen."""
    return {
        f"{type(view).__name__}.{name}": getattr(view, name)._permission_name
        for view in app.extensions["appbuilder"].baseviews
        for name in dir(view)
        if hasattr(getattr(view, name), "_permission_name")
    }


@pytest.mark.req("P-005")
def test_every_screen_is_in_the_table(site: Flask) -> None:
    assert screens(site) == set(MATRIX)


@pytest.mark.req("P-005", "P-006", "A-004")
@pytest.mark.timeout(400)
def test_roles_may_exactly_what_the_table_says(site: Flask) -> None:
    behind = permissions(site)
    for column, user in enumerate(USERS):
        client = log_in(site, user)
        fields = {"csrf_token": token(client.get("/account/"))}
        for endpoint, method, address in routes(site):
            view = endpoint.partition(".")[0]
            if view not in MATRIX:
                continue
            allowed = behind[endpoint] in dict(enumerate(MATRIX[view])).get(column, NOBODY).split()
            if not allowed:
                answer = (
                    client.get(address, status="*")
                    if method == "GET"
                    else client.post(address, fields, status="*")
                )
                assert answer.status_int == 403, (user, endpoint, method)
            elif method == "GET":
                assert client.get(address, status="*").status_int in (200, 302, 404), (user, endpoint)


@pytest.mark.req("P-005", "A11")
def test_strangers_reach_only_what_the_list_names(site: Flask) -> None:
    """Also: no stranger meets a fault, on any route, with any method that it knows."""
    public = site.config["PUBLIC_BLUEPRINTS"]
    open_to_all = set()
    for endpoint, method, address in routes(site):
        client = browser(site)
        fields = {"csrf_token": token(client.get("/login/"))}
        answer = client.get(address, status="*") if method == "GET" else client.post(address, fields, status="*")
        assert answer.status_int < 500, endpoint
        blueprint = endpoint.partition(".")[0]
        if blueprint in public or address.startswith("/api/"):
            continue
        to_login = answer.status_int in (302, 401) and "/login/" in answer.headers.get("Location", "/login/")
        if not to_login or endpoint in ANONYMOUS:
            open_to_all.add(endpoint)
    assert open_to_all == set(ANONYMOUS)


@pytest.mark.req("P-005")
def test_public_role_is_empty_and_would_open_nothing(site: Flask) -> None:
    with site.app_context():

        def open_a_door(session: object) -> list[object]:
            public = session.scalars(select(RoleRow).where(RoleRow.name == "Public")).one()  # type: ignore[attr-defined]
            before = list(public.permissions)
            public.permissions.append(
                session.scalars(  # type: ignore[attr-defined]
                    select(PermissionView)
                    .join(PermissionView.view_menu)
                    .join(PermissionView.permission)
                    .where(ViewMenu.name == "UserView", Permission.name == "can_list")
                ).one()
            )
            return before

        assert transact(open_a_door) == []
    assert browser(site).get("/userview/list/", status="*").status_int == 302


@pytest.mark.req("P-007", "A11")
def test_an_insurer_sees_its_own_codes_only(site: Flask) -> None:
    add_agency(site, "よその代理店", sompo="S-777")
    client = log_in(site, "insurer")
    page = client.get("/agencycodeview/list/")
    assert "T-001" in page
    assert "S-001" not in page
    assert "S-777" not in page
    assert "よその代理店" not in client.get("/agencyview/list/")
    foreign = browser(site)
    with site.app_context():
        rows = db.session.execute(text("select id, code from organisations_agency_code")).all()
        agencies = db.session.execute(text("select id, name from organisations_agency")).all()
    for number, code in rows:
        expected = 200 if code == "T-001" else 404
        assert client.get(f"/agencycodeview/show/{number}", status="*").status_int == expected
    for number, name in agencies:
        expected = 404 if name == "よその代理店" else 200
        assert client.get(f"/agencyview/show/{number}", status="*").status_int == expected
    assert foreign.get("/agencyview/list/", status="*").status_int == 302


@pytest.mark.req("P-007")
def test_without_a_home_nothing_is_seen(site: Flask) -> None:
    add_user(site, "homeless", Role.INSURER, Role.AGENCY)
    client = log_in(site, "homeless")
    assert "T-001" not in client.get("/agencycodeview/list/")
    assert "みなと代理店" not in client.get("/agencyview/list/")


def dump(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows but the instants at which sessions were last used."""
    with app.app_context():
        tables = Model.metadata
        with db.engine.connect() as connection:
            return {
                table.name: [
                    tuple(
                        value
                        for column, value in zip(table.columns, row, strict=True)
                        if column.name != "last_seen_at"
                    )
                    for row in connection.execute(select(table))
                ]
                for table in tables.sorted_tables
            }


@pytest.mark.req("A23")
@pytest.mark.timeout(400)
def test_reading_changes_nothing(site: Flask) -> None:
    client = log_in(site, "admin")
    before = dump(site)
    for _endpoint, method, address in routes(site):
        if method == "GET":
            client.get(address, status="*")
            assert dump(site) == before, address


@pytest.mark.req("A23")
def test_nothing_is_changed_without_a_form_token(site: Flask) -> None:
    client = log_in(site, "admin")
    before = dump(site)
    for endpoint, method, address in routes(site):
        if method == "POST" and not address.startswith("/api/"):
            answer = client.post(address, {"name": "x"}, status="*")
            assert answer.status_int == 400, endpoint
    assert dump(site) == before


@pytest.mark.req("B11")
def test_fields_that_a_form_does_not_have_stay_as_they_are(site: Flask) -> None:
    client = log_in(site, "kyokai")
    page = client.get("/insurerview/edit/6")
    fields = {
        "csrf_token": token(page), "name": "新しい名称", "short_name": "新", "position": "6",
        "active_from": "2025-12-01", "code": "hacked", "id": "99",
    }  # fmt: skip
    client.post("/insurerview/edit/6", fields)
    with site.app_context():
        row = db.session.execute(text("select id, code, name from organisations_insurer where id = 6")).one()
    assert tuple(row) == (6, "tokio", "新しい名称")


@pytest.mark.req("P-002", "P-005")
def test_sync_twice_changes_nothing_and_removes_what_nobody_states(site: Flask) -> None:
    with site.app_context():
        contributions = staff_builder().contributions

        def stray(session: object) -> None:
            pair = PermissionView(permission=Permission(name="can_stray"), view_menu=ViewMenu(name="Stray"))
            role = session.scalars(select(RoleRow).where(RoleRow.name == "agency")).one()  # type: ignore[attr-defined]
            role.permissions.append(pair)

        def grants() -> set[tuple[str, str, str]]:
            return {
                (role.name, pair.permission.name, pair.view_menu.name)
                for role in db.session.scalars(select(RoleRow))
                for pair in role.permissions
            }

        before = grants()
        transact(stray)
        assert grants() != before
        assert transact(lambda session: access.sync(session, contributions)).removed == 1
        assert grants() == before
        assert transact(lambda session: access.sync(session, contributions)).removed == 0
        fewer = [found for found in contributions if "domains" not in found.view.__module__]
        assert transact(lambda session: access.sync(session, fewer)).removed > 0
        assert not {view for _role, _permission, view in grants()} & {
            "DomainView",
            "domains",
            "registered_domains",
        }

"""What was once measured on Flask-AppBuilder and must not come back."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_appbuilder import Model
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.models.mixins import AuditMixin, FileColumn, ImageColumn
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Permission
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import Engine, create_engine, event, func, inspect, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Mapped, mapped_column
from webtest import TestApp

import hoshou
from hoshou.platform import migrations
from hoshou.platform.db import Entity, db
from hoshou.platform.plugins import PluginError
from hoshou.platform.staff.builder import staff_builder
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.staff.datamodel import StaffInterface
from hoshou.platform.staff.views import StaffModelView, every_row
from hoshou.platform.subject import Role
from hoshou.plugins.organisations.models import Insurer
from tests.accounts import add_user, browser, log_in, token

MakeApp = Callable[..., Flask]


@contextmanager
def every_statement() -> Iterator[list[str]]:
    """The SQL statements of all engines meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def our_tables() -> list[type]:
    return [mapper.class_ for mapper in Model.registry.mappers if mapper.class_.__module__.startswith("hoshou.")]


def addresses(app: Flask) -> set[tuple[str, str]]:
    return {(rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()}


@pytest.mark.req("P-002")
def test_1_migrations_know_the_framework_s_tables_too(app: Flask) -> None:
    assert migrations.differences() == []
    assert {"ab_user", "ab_role"} <= set(Model.metadata.tables)


def test_2_and_3_a_start_issues_no_statement(make_app: MakeApp, sqlite_url: str) -> None:
    with every_statement() as seen:
        make_app(sqlite_url)
    assert [statement for statement in seen if not statement.startswith("PRAGMA")] == []


def test_2_a_start_on_an_empty_database_makes_no_table(make_app: MakeApp, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    make_app(url)
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_3_the_web_process_writes_no_permissions(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Permission))
        db.session.remove()
    browser(app).get("/")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Permission)) == before
        assert {"Admin"}.isdisjoint(db.session.scalars(select(RoleRow.name)))


def test_4_two_applications_of_one_process_have_the_same_routes(make_app: MakeApp, sqlite_url: str) -> None:
    first, second = make_app(sqlite_url), make_app(sqlite_url)
    assert addresses(first) == addresses(second)
    assert len(addresses(first)) > 60


def test_5_and_14_no_table_of_ours_uses_the_framework_s_audit_or_file_columns() -> None:
    assert [table for table in our_tables() if issubclass(table, AuditMixin)] == []
    kinds = {type(column.type) for table in our_tables() for column in table.__table__.columns}
    assert kinds.isdisjoint({FileColumn, ImageColumn})


@pytest.mark.req("P-002")
def test_6_a_table_name_that_is_taken_is_an_error() -> None:
    with pytest.raises(InvalidRequestError):

        class Impostor(Entity):
            __tablename__ = "organisations_insurer"
            id: Mapped[int] = mapped_column(primary_key=True)


@pytest.mark.req("P-002", "B10")
def test_6_and_12_a_name_of_a_screen_that_is_taken_is_an_error(app: Flask) -> None:
    def screen(view_name: str, menu_name: str) -> StaffView:
        def show(self: BaseView) -> str:
            return ""

        methods = {"show": expose("/")(has_access(show)), "route_base": f"/{view_name}"}
        return StaffView(type(view_name, (BaseView,), methods), {}, name=menu_name, label="x")

    builder = staff_builder()
    for view_name, menu_name in [
        ("InsurerView", "new"),
        ("NewView", "insurers"),
        ("NewView", "InsurerView"),
        ("NewView", "organisations"),
        ("NewView", "会社"),
    ]:
        with pytest.raises(PluginError):
            builder.contribute(screen(view_name, menu_name))


def test_7_every_screen_s_method_asks_for_a_permission(app: Flask) -> None:
    unguarded = [
        f"{type(view).__name__}.{name}"
        for view in staff_builder().baseviews
        if type(view) in {contribution.view for contribution in staff_builder().contributions}
        for name in dir(view)
        if hasattr(getattr(view, name), "_urls") and name not in view.exclude_route_methods
        if not hasattr(getattr(view, name), "_permission_name")
    ]
    assert unguarded == []


def test_8_add_ons_of_the_framework_are_not_used(app: Flask) -> None:
    assert not app.config.get("ADDON_MANAGERS")


def test_9_a_screen_without_row_scope_search_columns_or_title_is_an_error(app: Flask) -> None:
    class Careless(StaffModelView):
        datamodel = StaffInterface(Insurer)

    class Unsearchable(StaffModelView):
        datamodel = StaffInterface(Insurer)
        row_scope = every_row

    class Untitled(StaffModelView):
        datamodel = StaffInterface(Insurer)
        row_scope = every_row
        search_columns = ["name"]

    for view in (Careless, Unsearchable, Untitled):
        with pytest.raises(TypeError):
            view()


def test_10_logs_that_grow_are_never_counted(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    add_user(app, "admin", Role.ADMINISTRATOR)
    client = log_in(app, "admin")
    with every_statement() as seen:
        client.get("/audit/list/")
        client.get("/outbox/list/")
    counting = [statement for statement in seen if "count(" in statement.lower()]
    assert counting == []


def test_11_catalogues_are_named_by_whole_paths(app: Flask) -> None:
    assert all(Path(folder).is_absolute() for folder in app.config["BABEL_TRANSLATION_DIRECTORIES"].split(";"))


def test_11_every_column_of_every_screen_has_a_label(app: Flask) -> None:
    missing = {}
    for contribution in staff_builder().contributions:
        view = contribution.view
        if issubclass(view, StaffModelView):
            shown = {
                column
                for name in ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns")
                for column in getattr(view, name) or ()
            }
            unnamed = {column for column in shown if not hasattr(view.label_columns.get(column), "_func")}
            if unnamed:
                missing[view.__name__] = unnamed
    assert missing == {}


def test_12_menu_is_in_the_contributions_order_and_ascii(app: Flask) -> None:
    builder = staff_builder()
    names = [item.name for item in builder.menu.menu]
    assert all(name.isascii() for name in names)
    assert (
        names.index("domains")
        < names.index("organisations")
        < names.index("calendar")
        < names.index("administration")
    )
    views = {type(view).__name__ for view in builder.baseviews}
    assert views.isdisjoint(set(builder.menu.get_flat_name_list()))


def test_13_and_14_neither_charts_nor_downloads_nor_actions_of_the_framework(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    assert [
        rule for rule in rules if "/download/<string:filename>" in rule or "/action" in rule or "chart" in rule
    ] == []
    assert not app.config.get("UPLOAD_FOLDER")


def test_15_the_command_line_starts_without_the_framework() -> None:
    code = "import sys, hoshou.cli; print([m for m in ('flask', 'flask_appbuilder', 'sqlalchemy') if m in sys.modules])"
    root = Path(hoshou.__file__).parent.parent
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert found.stdout.strip() == "[]"


def test_16_an_application_starts_no_thread(make_app: MakeApp, sqlite_url: str) -> None:
    before = threading.active_count()
    make_app(sqlite_url)
    assert threading.active_count() == before


def find_form(page: object, action: str) -> object:
    return next(form for form in page.forms.values() if action in form.action)  # type: ignore[attr-defined]


@pytest.mark.req("P-006")
def test_18_list_add_edit_delete(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    add_user(app, "kyokai", Role.ASSOCIATION)
    client: TestApp = log_in(app, "kyokai")
    form = client.get("/holidayview/add").forms["model_form"]
    form["day"], form["name"] = "2026-12-31", "大晦日"
    assert form.submit().follow().status_int == 200
    assert "大晦日" in client.get("/holidayview/show/2026-12-31")

    form = client.get("/holidayview/add").forms["model_form"]
    form["day"], form["name"] = "2026-12-31", "二度目"
    again = form.submit()
    assert "同じ内容の登録がすでにある" in again
    assert "二度目" in again
    for word in ("UNIQUE", "Integrity", "sqlite", "constraint", "platform_holiday"):
        assert word not in again

    form = client.get("/holidayview/edit/2026-12-31").forms["model_form"]
    form["name"] = "年末"
    form.submit()
    page = client.get("/holidayview/list/?_oc_HolidayView=day&_od_HolidayView=desc&psize_HolidayView=100")
    assert find_form(page, "/delete/") is not None
    gone = client.get("/holidayview/delete/2026-12-31")
    assert gone.status_int == 302
    assert "年末" in client.get("/holidayview/show/2026-12-31")
    client.post("/holidayview/delete/2026-12-31", {"csrf_token": token(page)})
    assert client.get("/holidayview/show/2026-12-31", status="*").status_int == 404


@pytest.mark.req("A9", "A24")
def test_settings_that_guard_the_product_are_fixed(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(
        sqlite_url,
        PUBLIC_URL="https://hoshou.example.jp",
        AUTH_USER_REGISTRATION=True,
        FAB_ADD_SECURITY_API=True,
        FAB_API_SWAGGER_UI=True,
        FAB_UPDATE_PERMS=True,
        SESSION_COOKIE_HTTPONLY=False,
    )
    config = SimpleNamespace(**app.config)
    assert config.SESSION_COOKIE_NAME.startswith("__Host-")
    assert (config.SESSION_COOKIE_SECURE, config.SESSION_COOKIE_HTTPONLY, config.SESSION_COOKIE_SAMESITE) == (
        True,
        True,
        "Lax",
    )
    assert not config.AUTH_USER_REGISTRATION
    assert not config.FAB_UPDATE_PERMS
    assert not config.FAB_API_SHOW_STACKTRACE if hasattr(config, "FAB_API_SHOW_STACKTRACE") else True
    assert not app.config.get("FAB_ALLOW_GET_UNSAFE_MUTATIONS")
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for part in ("/api/v1/security", "/swagger", "/_openapi", "/register", "/resetpassword", "/lang/", "/back"):
        assert [rule for rule in rules if rule.startswith(part)] == []


@pytest.mark.req("A24", "A23")
def test_staff_answers_carry_the_headers(make_app: MakeApp, sqlite_url: str) -> None:
    client = browser(make_app(sqlite_url))
    for address in ("/login/", "/home/", "/insurerview/list/", "/nowhere"):
        headers = client.get(address, status="*").headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"

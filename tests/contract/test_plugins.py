"""What must hold for every plugin, and for the contract itself (P-001 to P-003)."""

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask_appbuilder import Model

from hoshou.base.errors import Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.platform import access, hookspecs
from hoshou.platform.actor import SYSTEM
from hoshou.platform.api.tokens import issue_token
from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.plugins import PluginError, Plugins, load_plugins
from hoshou.platform.staff.builder import staff_builder
from hoshou.platform.subject import Role
from tests.accounts import add_user, browser, log_in
from tests.plugins.bonds.factories import make_folder

ROOT = Path(__file__).resolve().parents[2]
HOOKS = [name for name, item in vars(hookspecs).items() if hasattr(item, "hoshou_spec")]
FRAMEWORK_TABLES = "ab_"
PLATFORM_TABLES = "platform_"


def plugin(name: str, requires: tuple[str, ...] = (), **members: object) -> ModuleType:
    module = ModuleType(f"{name}_plugin")
    vars(module).update(NAME=name, VERSION="1.0.0", REQUIRES=requires, **members)
    return module


@pytest.mark.req("P-002")
def test_two_managers_in_one_process_know_nothing_of_each_other() -> None:
    @hookimpl
    def jobs() -> list[str]:
        return ["mine"]

    first, second = Plugins([plugin("first", jobs=jobs)]), Plugins([plugin("second")])
    assert first.collect("jobs") == ["mine"]
    assert second.collect("jobs") == []


@pytest.mark.req("P-002")
def test_contributions_come_in_the_order_of_the_list() -> None:
    def contribute(value: str) -> Callable[[], list[str]]:
        def jobs() -> list[str]:
            return [value]

        return hookimpl(jobs)

    modules = [plugin(name, jobs=contribute(name)) for name in ("one", "two", "three")]
    assert Plugins(modules).collect("jobs") == ["one", "two", "three"]


@pytest.mark.req("P-002")
def test_a_misspelt_hook_is_refused() -> None:
    @hookimpl
    def jbos() -> list[str]:
        return []

    with pytest.raises(PluginError, match="jbos"):
        Plugins([plugin("careless", jbos=jbos)])


@pytest.mark.req("P-002")
@pytest.mark.parametrize(
    ("names", "message"),
    [(["viewer"], "requires bonds"), (["nonsense"], "no plugin nonsense"), (["bonds"], "requires organisations")],
)
def test_what_is_missing_is_named(names: list[str], message: str) -> None:
    with pytest.raises(PluginError, match=message):
        load_plugins(names)


@pytest.mark.req("P-001")
def test_requirements_come_first_whatever_the_list_says() -> None:
    names = load_plugins(["viewer", "bonds", "organisations"]).names
    assert names == ["organisations", "bonds", "viewer"]


@pytest.mark.req("P-001", "P-003")
def test_a_plugin_taken_out_takes_everything_with_it(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    whole = make_app(sqlite_url)
    names = platform(whole).plugins.names
    without = make_app(sqlite_url, PLUGINS=[name for name in names if name not in {"viewer", "orderer"}])
    gone = {rule.rule for rule in whole.url_map.iter_rules()} - {
        rule.rule for rule in without.url_map.iter_rules()
    }
    assert any(rule.startswith("/v/") for rule in gone)
    assert any(rule.startswith("/orderer") for rule in gone)
    assert not any(rule.rule.startswith(("/v/", "/orderer")) for rule in without.url_map.iter_rules())
    templates = [template.key for template in platform(without).plugins.collect("mail_templates")]
    assert "bonds.viewing_url" in templates
    assert "orderer.otp" not in templates


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_used_by_a_plugin_documented_and_tested(hook: str) -> None:
    implemented = [
        path for path in (ROOT / "hoshou" / "plugins").glob("*/plugin.py") if f"def {hook}(" in path.read_text()
    ]
    assert implemented, f"no plugin implements {hook}"
    assert f"`{hook}`" in (ROOT / "docs" / "plugins.md").read_text()
    assert inspect.getdoc(getattr(hookspecs, hook))
    assert f"def {hook}(" in STRANGER, "the stranger's plugin shows that the hook works"


def test_tables_carry_their_plugins_name(app: Flask) -> None:
    allowed = (FRAMEWORK_TABLES, PLATFORM_TABLES, *(f"{name}_" for name in platform().plugins.names))
    strangers = [table for table in Model.metadata.tables if not table.startswith(allowed)]
    assert strangers == []


@pytest.mark.req("P-002")
def test_views_jobs_and_mails_are_claimed_once(app: Flask) -> None:
    plugins = platform().plugins
    for claimed in (
        [contribution.view.__name__ for contribution in plugins.collect("staff_views")],
        [contribution.name for contribution in plugins.collect("staff_views") if contribution.in_menu],
        [job.name for job in plugins.collect("jobs")],
        [template.key for template in plugins.collect("mail_templates")],
        [calculator.identity for calculator in plugins.collect("calculators")],
        [blueprint.name for blueprint in plugins.collect("public_blueprints")],
    ):
        assert len(claimed) == len(set(claimed))


STRANGER = (Path(__file__).parent / "stranger.py").read_text()


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A plugin of somebody else's, installed the way pip leaves it; returns its name."""
    site = tmp_path / "site"
    package = site / "stranger"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(STRANGER)
    (package / "templates" / "stranger").mkdir(parents=True)
    (package / "templates" / "stranger" / "entrance.html").write_text("<p>The stranger's entrance</p>")
    info = site / "stranger-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[hoshou.plugins]\nstranger = stranger.plugin\n")
    monkeypatch.syspath_prepend(str(site))
    return "stranger"


@pytest.mark.req("P-001", "P-002")
def test_a_strangers_plugin_appears_and_goes_without_a_changed_line(
    make_app: Callable[..., Flask], sqlite_url: str, stranger: str
) -> None:
    without = make_app(sqlite_url)
    app = make_app(sqlite_url, PLUGINS=[*platform(without).plugins.names, stranger])
    user_id = add_user(without, "insurer", Role.INSURER, insurer="ms")
    with app.app_context():
        here = platform()
        token = transact(lambda session: issue_token(session, here.clock, here.keys, SYSTEM, user_id, "stranger"))
        added = transact(lambda session: access.sync(session, staff_builder().contributions))
    staff = log_in(app, "insurer")
    assert "Errand of a stranger" in staff.get("/home/").text
    assert "A stranger's screen" in staff.get("/strangerview/").text
    assert "The stranger's entrance" in browser(app).get("/").text
    foot = browser(app).get("/").html.select_one(".site-foot")
    assert foot.find("a", string="The stranger's link")["href"] == "/stranger"
    assert browser(app).get("/stranger").text == "A stranger's page"
    assert browser(app).get("/api/v1/stranger", expect_errors=True).status_int == 401
    bearer = {"Authorization": f"Bearer {token}"}
    assert browser(app).get("/api/v1/stranger", headers=bearer).json == {"subject": None}
    asked_for = Calculators(platform(app).plugins.collect("calculators")).named("stranger", 1)
    assert asked_for.answer({}, {}, japanese_calendar()) == {"levy": 4711}
    assert "stranger.greet" in all_jobs(app)
    assert "stranger.hello" in [template.key for template in platform(app).plugins.collect("mail_templates")]
    assert "stranger.greeted" in dict(platform(app).plugins.collect("action_labels"))
    assert staff.get("/dashboard/").html.find("h2", string="A stranger's count")
    with app.app_context():
        folder_id = transact(make_folder).folder_id
        assert platform().plugins.hook.subject_of_user(user_id=4711).name == "The stranger"
    link = staff.get(f"/bonds/folders/show/{folder_id}").html.find("a", string="A stranger's page about it")
    assert link["href"] == f"/strangerview/?bonds_folder={folder_id}"

    with without.app_context():
        removed = transact(lambda session: access.sync(session, staff_builder().contributions))
    assert removed.permissions < added.permissions
    assert removed.removed == added.permissions - removed.permissions
    for address in ("/stranger", "/api/v1/stranger", "/strangerview/"):
        assert browser(without).get(address, expect_errors=True).status_int == 404
    assert "stranger.greet" not in all_jobs(without)
    assert "stranger" not in browser(without).get("/").text
    with pytest.raises(Refused) as refused:
        Calculators(platform(without).plugins.collect("calculators")).named("stranger", 1)
    assert refused.value.code == "unknown_calculator"

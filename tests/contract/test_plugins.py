"""What must hold for every plugin, and for the contract itself (P-001 to P-003)."""

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask_appbuilder import Model

from hoshou.platform import hookspecs
from hoshou.platform.context import platform
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.plugins import PluginError, Plugins, load_plugins

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
    mentions = [
        path for path in (ROOT / "tests").rglob("test_*.py") if hook in path.read_text() and path != Path(__file__)
    ]
    assert mentions or hook in Path(__file__).read_text()


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
        [blueprint.name for blueprint in plugins.collect("public_blueprints")],
    ):
        assert len(claimed) == len(set(claimed))

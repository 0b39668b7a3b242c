"""The rules of the house that import-linter can't see, held on the syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "hoshou").rglob("*.py"))
CLOCK = ROOT / "hoshou" / "base" / "clock.py"
COMMITTER = ROOT / "hoshou" / "platform" / "db.py"
LATE_IMPORTERS = {"plugin.py", "cli.py"}
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path, methods: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            yield node


@pytest.mark.req("P-013")
def test_only_the_clock_reads_the_machines_time() -> None:
    offenders = []
    for path in SOURCES:
        if path == CLOCK:
            continue
        for call in calls(path, {"now", "today", "utcnow"}):
            base = ast.unparse(call.func).rsplit(".", 1)[0]
            if base in {"datetime", "date", "datetime.datetime", "datetime.date"}:
                offenders.append(f"{name(path)}:{call.lineno}")
        offenders += [f"{name(path)}:{call.lineno}" for call in calls(path, {"time"}) if _is_time_time(call)]
    assert offenders == []


def _is_time_time(call: ast.Call) -> bool:
    return ast.unparse(call.func) == "time.time"


def test_one_place_commits() -> None:
    offenders = [
        f"{name(path)}:{call.lineno}"
        for path in SOURCES
        if path != COMMITTER
        for call in calls(path, {"commit"})
        if "connection" not in ast.unparse(call.func)
    ]
    assert offenders == []


@pytest.mark.req("P-018")
def test_rules_know_no_float() -> None:
    offenders = []
    for path in SOURCES:
        if "rules" not in path.parts and "zengin" not in path.parts and path.name != "money.py":
            continue
        for node in ast.walk(tree(path)):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_call = isinstance(node, ast.Call) and ast.unparse(node.func) == "float"
            if is_float or is_call:
                offenders.append(f"{name(path)}:{node.lineno}")
    # The scans of the demo are pictures, not money.
    assert [offender for offender in offenders if "plugins/demo" not in offender] == []


def test_no_module_has_a_vague_name() -> None:
    assert [name(path) for path in SOURCES if path.stem in VAGUE or set(path.parts) & VAGUE] == []


def test_imports_stand_at_the_top() -> None:
    offenders = []
    for path in SOURCES:
        if path.name in LATE_IMPORTERS:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                offenders += [
                    f"{name(path)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
    assert offenders == []


def test_a_plugin_imports_only_what_it_requires_and_only_its_inner_rooms() -> None:
    plugins = ROOT / "hoshou" / "plugins"
    offenders = []
    for plugin in sorted(path.parent for path in plugins.glob("*/plugin.py")):
        required = _required(plugin / "plugin.py")
        for path in plugin.rglob("*.py"):
            for module in _imported(path):
                parts = module.split(".")
                if parts[:2] != ["hoshou", "plugins"] or len(parts) < 3 or parts[2] == plugin.name:
                    continue
                room = parts[3] if len(parts) > 3 else ""
                if parts[2] not in required or room not in {"services", "models", "rules"}:
                    offenders.append(f"{name(path)} imports {module}")
    assert offenders == []


def _required(path: Path) -> set[str]:
    for node in tree(path).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "REQUIRES":
            value = node.value  # type: ignore[attr-defined]
            direct = set(ast.literal_eval(value))
            return direct | {
                further for plugin in direct for further in _required(path.parents[1] / plugin / "plugin.py")
            }
    return set()


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_public_function_and_class_of_rules_and_base_says_what_it_is() -> None:
    offenders = []
    for path in SOURCES:
        if "base" not in path.parts and "rules" not in path.parts:
            continue
        for node in tree(path).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and ast.get_docstring(node) is None:  # type: ignore[arg-type]
                offenders.append(f"{name(path)}:{node.lineno}")
    assert offenders == []

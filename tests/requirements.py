"""Keeps docs/requirements in step with the marks in the tests.

``python -m tests.requirements`` rewrites the last column of each table from the marks
``@pytest.mark.req("A-001", …)`` that stand in the test files.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "docs" / "requirements"
ROW = re.compile(r"^\| (?P<id>[ABDFPS]-?\d+) \| (?P<text>.*) \| (?P<shown>[^|]*) \|$")


def marks() -> dict[str, list[str]]:
    """For each requirement id the tests that carry it, as ``file::function``, sorted."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for identifier in _ids(node.decorator_list):
                    found[identifier].add(f"{path.relative_to(ROOT / 'tests')}::{node.name}")
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
            ):
                marked = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
                for identifier in _ids(marked):
                    found[identifier].add(str(path.relative_to(ROOT / "tests")))
    return {identifier: sorted(tests) for identifier, tests in found.items()}


def _ids(expressions: list[ast.expr]) -> list[str]:
    ids: list[str] = []
    for expression in expressions:
        if isinstance(expression, ast.Call) and ast.unparse(expression.func) == "pytest.mark.req":
            ids += [argument.value for argument in expression.args if isinstance(argument, ast.Constant)]
    return ids


def listed(text: str) -> list[str]:
    """The ids of one list, in its order."""
    return [row["id"] for line in text.splitlines() if (row := ROW.match(line))]


def rewritten(text: str, tests: dict[str, list[str]]) -> str:
    """One list with its last column made anew."""

    def line(old: str) -> str:
        row = ROW.match(old)
        if row is None:
            return old
        shown = "<br>".join(f"`{test}`" for test in tests.get(row["id"], [])) or "open"
        return f"| {row['id']} | {row['text']} | {shown} |"

    return "\n".join(line(old) for old in text.splitlines()) + "\n"


def main() -> None:
    tests = marks()
    for path in sorted(LISTS.glob("*.md")):
        path.write_text(rewritten(path.read_text(), tests))


if __name__ == "__main__":
    main()

"""One history of the database, and it leads to exactly the tables of the code."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from hoshou.platform import migrations
from hoshou.platform.context import platform
from hoshou.platform.db import db

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


def test_the_migrated_database_has_exactly_the_tables_of_the_code(app_on_both: Flask) -> None:
    assert migrations.differences() == []
    assert migrations.current_revision() == migrations.newest_revision()


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.name)
def test_files_say_when_which_plugin_and_what(app: Flask, path: Path) -> None:
    names = {"platform", *platform().plugins.names}
    match = re.fullmatch(r"\d{8}_([a-z]+)_[a-z0-9_]+\.py", path.name)
    assert match is not None
    assert match[1] in names


@pytest.mark.postgres
def test_instants_keep_their_zone_in_postgresql(make_app: object, postgres_url: str) -> None:
    app = make_app(postgres_url)  # type: ignore[operator]
    with app.app_context():
        types = db.session.execute(
            db.text(
                "SELECT data_type FROM information_schema.columns WHERE table_name = 'platform_audit' "
                "AND column_name = 'at'"
            )
        ).scalars()
        assert list(types) == ["timestamp with time zone"]


@pytest.mark.req("F17")
@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.name)
def test_the_version_before_goes_on_working_until_it_is_relieved(path: Path) -> None:
    """Between the upgrade and the new version's first answer the old one works on the new structure."""
    upgrade = [
        call
        for function in ast.parse(path.read_text()).body
        if isinstance(function, ast.FunctionDef) and function.name != "downgrade"
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    ]
    taken_away = [call for call in upgrade if call.func.attr in {"drop_table", "drop_column", "rename_table"}]
    assert [ast.unparse(call) for call in taken_away] == []
    for call in upgrade:
        if call.func.attr == "add_column":
            words = ast.unparse(call)
            assert "nullable=False" not in words or "server_default=" in words, words

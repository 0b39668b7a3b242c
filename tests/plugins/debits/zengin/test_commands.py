"""`hoshou zengin write` and `show`, as a person at a terminal has them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hoshou.plugins.debits.commands import zengin

from .examples import RUN, RUN_FILE, run


def write(document: Any) -> Result:
    text = document if isinstance(document, str | bytes) else json.dumps(document)
    return CliRunner().invoke(zengin, ["write", "--json"], input=text)


def show(path: Path, data: bytes) -> tuple[int, Any]:
    file = path / "file"
    file.write_bytes(data)
    result = CliRunner().invoke(zengin, ["show", "--json", str(file)])
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.req("B-067", "B-069", "B-070")
def test_the_worked_example_byte_for_byte() -> None:
    result = write(RUN)
    assert result.exit_code == 0
    assert result.stdout_bytes == RUN_FILE


def test_show_says_what_was_written(tmp_path: Path) -> None:
    status, shown = show(tmp_path, RUN_FILE)
    assert status == 0
    assert shown == {**run(), "date": "08-12", "problems": []}


@pytest.mark.req("B3")
def test_a_refusal_is_one_document_and_nothing_else() -> None:
    document = run()
    document["lines"][0]["name"] = "株式会社サンプル"
    result = write(document)
    assert result.exit_code == 1
    assert set(json.loads(result.stdout)) == {"error"}
    error = json.loads(result.stdout)["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == "character_not_allowed"
    assert "2-51: 「預金者名」" in error["message"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[]", "invalid_document"),
        (RUN.replace("8750,", "8750.0,"), "invalid_document"),
        (RUN.replace("8750,", "true,"), "invalid_document"),
        (RUN.replace("8750,", '"8750",'), "invalid_document"),
        (RUN.replace("8750,", "-8750,"), "not_digits"),
        (RUN.replace("8750,", "NaN,"), "invalid_document"),
        (RUN.replace('"0001"', "1"), "invalid_document"),
        (RUN.replace('"ｶ)ｻﾝﾌﾟﾙ"', r'"\ud800"'), "character_not_allowed"),
        (RUN.replace('"totals"', '"total"'), "invalid_document"),
        (RUN.replace('"lines": [', '"lines": [1, '), "invalid_document"),
        (RUN.replace("2026-08-12", "2026-02-30"), "invalid_date"),
        (RUN.replace("2026-08-12", "20260812"), "invalid_date"),
        (RUN.replace("2026-08-12", "08-12"), "invalid_date"),
        (RUN.replace('"count": 1', '"count": 2'), "total_mismatch"),
    ],
)
def test_documents_that_are_refused(text: str, code: str) -> None:
    result = write(text)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == code


def test_the_missing_or_wrong_value_is_named() -> None:
    document = run()
    document["lines"][0]["amount"] = None
    assert "「lines[0].amount」" in json.loads(write(document).stdout)["error"]["message"]


def test_show_names_each_problem(tmp_path: Path) -> None:
    data = RUN_FILE[: 122 + 111] + b"5" + RUN_FILE[122 + 112 :]
    status, shown = show(tmp_path, data)
    assert status == 1
    assert shown["lines"][0]["result_code"] == "5"
    assert shown["problems"][0] == {
        "record": 2,
        "position": 112,
        "code": "value_not_allowed",
        "message": "「振替結果コード」の値が正しくありません。",
    }


def test_show_answers_in_the_same_shape_to_anything(tmp_path: Path) -> None:
    for data in (b"", b"\xff" * 500, RUN_FILE[122:], RUN_FILE[:122]):
        status, shown = show(tmp_path, data)
        assert status == 1
        assert list(shown) == ["consignor", "date", "bank", "lines", "totals", "problems"]
        assert shown["problems"]


def test_show_prints_the_first_of_several_sets(tmp_path: Path) -> None:
    second = RUN_FILE.replace(b"26060000000000000010", b"26060000000000000028")
    status, shown = show(tmp_path, RUN_FILE[: 3 * 122] + second)
    assert status == 1
    assert [problem["code"] for problem in shown["problems"]] == ["several_sets"]
    assert [line["customer_number"] for line in shown["lines"]] == ["26060000000000000010"]
    assert shown["totals"]["count"] == 1


@pytest.mark.parametrize(
    "arguments", [["write"], ["show", "--json"], ["show", "--json", "no-such-file"], ["read"]]
)
def test_wrong_usage(arguments: list[str]) -> None:
    result = CliRunner().invoke(zengin, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_the_command_imports_no_web_and_no_database() -> None:
    heavy = "{'flask', 'sqlalchemy', 'flask_appbuilder', 'jinja2'}"
    code = f"import sys, hoshou.plugins.debits.commands; sys.exit(str({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "set()"

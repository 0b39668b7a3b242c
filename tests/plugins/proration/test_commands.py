"""`hoshou dates` as programs and people call it."""

import json

import pytest
from click.testing import CliRunner

from hoshou.plugins.proration.commands import dates


def run(*arguments):
    return CliRunner().invoke(dates, arguments)


@pytest.mark.req("B-064", "B-068", "B-069")
def test_the_document_of_a_start_in_october():
    result = run("--start", "2026-10-01", "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert json.loads(result.stdout) == {
        "start": "2026-10-01",
        "end": "2027-06-01",
        "months": 8,
        "deadlines": ["2026-09-18T17:00:00+09:00"],
        "debits": [
            "2026-12-14",
            "2027-01-12",
            "2027-02-12",
            "2027-03-12",
            "2027-04-12",
            "2027-05-12",
            "2027-06-14",
            "2027-07-12",
        ],
    }


@pytest.mark.req("B-047", "B-048")
def test_a_june_start_has_both_deadlines():
    document = json.loads(run("--start", "2026-06-01", "--json").stdout)
    assert document["deadlines"] == ["2026-04-30T17:00:00+09:00", "2026-05-20T17:00:00+09:00"]
    assert (document["debits"][0], document["debits"][-1]) == ("2026-08-12", "2027-07-12")


@pytest.mark.req("B-012", "P-012")
@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2026-10-02", "start_not_first"),
        ("2051-01-01", "past_horizon"),
        ("9999-12-01", "past_horizon"),
        ("0001-01-01", "past_horizon"),
    ],
)
def test_a_refusal_is_a_document_and_exit_status_one(start, code):
    result = run("--start", start, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert set(document) == {"error"}
    assert set(document["error"]) == {"code", "message"}
    assert document["error"]["code"] == code
    assert "%(" not in document["error"]["message"]


def test_a_refusal_for_people_is_on_standard_error():
    result = run("--start", "2026-10-02")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "毎月1日" in result.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("--start", "2026-10-1"), ("--start", "October"), ("--begin", "2026-10-01")]
)
def test_wrong_usage_is_exit_status_two_and_prints_no_document(arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_people_read_lines():
    result = run("--start", "2027-05-01")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "補償期間  2027-05-01 ～ 2027-06-01（1か月）",
        "締切      2027-04-20T17:00:00+09:00",
        "振替日    2027-07-12",
    ]

"""A scheme year at the terminal: what comes in and what is owed make up what was due (B-071, B-093)."""

import json
import os

import pytest
from click.testing import CliRunner

from hoshou.app import create_app
from hoshou.plugins.debits.services.simulation import year
from hoshou.plugins.debits.simulate_command import simulate_year

KEYS = [
    "members",
    "joins",
    "withdrawals",
    "due",
    "collected",
    "outstanding",
    "lapsed",
    "remitted",
    "ledger_balance",
    "seconds",
]


def simulate(*options: str) -> dict[str, int]:
    answer = CliRunner().invoke(simulate_year, [*options, "--json"], obj=create_app)
    assert answer.exit_code == 0, answer.output
    told: dict[str, int] = json.loads(answer.output)
    assert list(told) == KEYS
    told.pop("seconds")
    return told


@pytest.mark.req("B-071", "B-072", "B-073", "B-088", "B2")
def test_the_books_balance_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSHOU_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/not-to-be-touched")
    told = simulate("--members", "50", "--year", "2026", "--failure-rate", "0.3", "--seed", "3")
    assert told["collected"] + told["outstanding"] == told["due"]
    assert told["ledger_balance"] == 0
    assert (told["members"], told["joins"], told["withdrawals"]) == (50, 2, 1)
    assert told["lapsed"] > 0
    assert 0 < told["outstanding"] < told["due"]
    # The levy is the premium and 5 % of it, so 100 of 105 yen are remitted, but for floored fees.
    assert abs(told["remitted"] * 105 - told["collected"] * 100) < 105 * 12 * 52
    assert os.environ["HOSHOU_DATABASE_URL"].endswith("not-to-be-touched")
    assert "HOSHOU_DATA_DIR" not in os.environ


def test_the_same_seed_tells_the_same_year_and_without_failures_all_is_paid() -> None:
    options = ("--members", "3", "--year", "2027", "--failure-rate", "0")
    told = simulate(*options, "--seed", "1")
    assert simulate(*options, "--seed", "1") == told
    assert (told["collected"], told["outstanding"], told["lapsed"]) == (told["due"], 0, 0)


@pytest.mark.req("B-073", "B-088")
def test_months_in_which_nobody_is_left_to_debit_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one member's debits of August and September fail, and its cover lapses: October's run would be empty."""
    monkeypatch.setattr(year, "TRANSFERS_PERCENT", 0)
    told = simulate("--members", "1", "--year", "2026", "--failure-rate", "1", "--seed", "1")
    assert (told["lapsed"], told["collected"], told["remitted"], told["ledger_balance"]) == (1, 0, 0, 0)
    assert told["outstanding"] == told["due"] > 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--members", "1"), 2),
        (("--members", "0", "--year", "2026"), 2),
        (("--members", "1", "--year", "2026", "--failure-rate", "1.5"), 2),
        (("--members", "1", "--year", "2026", "--failure-rate", "x"), 2),
        (("--members", "1", "--year", "2060", "--json"), 1),
    ],
)
def test_wrong_usage_and_a_year_without_a_calendar(options: tuple[str, ...], code: int) -> None:
    answer = CliRunner().invoke(simulate_year, options, obj=create_app)
    assert answer.exit_code == code
    if code == 1:
        assert json.loads(answer.output)["error"]["code"] == "past_horizon"

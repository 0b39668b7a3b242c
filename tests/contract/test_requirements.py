"""The lists of requirements tell the truth about the tests."""

import pytest

from tests.requirements import LISTS, listed, marks, rewritten

EXPECTED = {
    "bonds.md": [f"A-{number:03}" for number in range(1, 87)],
    "guardkun.md": [f"B-{number:03}" for number in range(1, 110)],
    "platform.md": [f"P-{number:03}" for number in range(1, 26)],
    "decisions.md": [f"D-{number:02}" for number in range(1, 47)],
}


@pytest.mark.parametrize("name", sorted(path.name for path in LISTS.glob("*.md")))
def test_the_last_column_is_what_the_marks_say(name: str) -> None:
    text = (LISTS / name).read_text()
    assert rewritten(text, marks()) == text, "run `make requirements`"


@pytest.mark.parametrize(("name", "ids"), EXPECTED.items())
def test_every_requirement_is_listed_once(name: str, ids: list[str]) -> None:
    assert listed((LISTS / name).read_text()) == ids


def test_no_test_claims_a_requirement_that_is_not_listed() -> None:
    known = {identifier for path in LISTS.glob("*.md") for identifier in listed(path.read_text())}
    assert set(marks()) - known == set()

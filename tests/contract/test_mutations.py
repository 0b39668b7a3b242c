"""The list of broken rules is up to date: what it breaks stands in the code, and its tests carry the requirement."""

import pytest

from tests.mutations import ROOT, Mutation, mutations
from tests.requirements import marks

MARKS = marks()


@pytest.mark.parametrize("mutation", mutations(), ids=lambda one: f"{one.ids[0]} {one.test.rpartition('::')[2]}")
def test_a_mutation_breaks_something_that_a_marked_test_can_notice(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text()
    assert mutation.broken(text) != text
    test = mutation.test.partition("[")[0].removeprefix("tests/")
    assert all({test, test.partition("::")[0]} & {*MARKS[identifier]} for identifier in mutation.ids)

"""Proof that the tests can fail: each rule is broken once, and a test that names it has to notice.

The mutations stand in the ``*.toml`` files beside this one, one table a mutation:

    [[mutation]]
    ids = ["A-019"]                    # the requirements that the broken rule is for
    file = "hoshou/plugins/….py"       # where the rule stands
    old = "if uploader != owner:"      # stands in that file exactly once
    new = "if False:"                  # what breaks the rule; the file can still be imported
    test = "tests/plugins/….py::test_…[sqlite]"

``python -m tests.mutations [ID or list …]`` breaks them one after another in copies of the repository.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).parent


@dataclass(frozen=True)
class Mutation:
    """One rule broken: ``old`` becomes ``new`` in ``file``, and ``test`` has to fail."""

    ids: tuple[str, ...]
    file: str
    old: str
    new: str
    test: str
    list: str

    def broken(self, text: str) -> str:
        """The file's text with the rule broken.

        Raises:
            ValueError: The rule doesn't stand there exactly once.
        """
        if text.count(self.old) != 1:
            raise ValueError(f"{self.ids}: stands {text.count(self.old)} times in {self.file}: {self.old}")
        return text.replace(self.old, self.new)


def mutations() -> list[Mutation]:
    """All of them, in the order of the lists."""
    found = []
    for path in sorted(LISTS.glob("*.toml")):
        for row in tomllib.loads(path.read_text())["mutation"]:
            found.append(Mutation(**{**row, "ids": tuple(row["ids"])}, list=path.stem))
    return found

"""What is wrong in a file, said by record and byte position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

MOST_PROBLEMS = 100
"""Where checking stops: a file with more faults than this is another kind of file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault: `record` and `position` count from 1, `message` is a message id filled by `values`."""

    record: int
    position: int
    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class FileRefused(Refused):
    """A file that is not written. `problems` names every fault found; the code is that of the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(f"{problem.record}-{problem.position}: {problem}" for problem in self.problems)
        super().__init__(
            self.problems[0].code,
            N_("口座振替ファイルを作成できません（レコード番号-桁位置: 内容）。\n%(problems)s"),
            problems=listed,
        )

"""What a notice of change shows item by item, before and after (III.4.(3), B-089, B-092)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guardkun.rules.changes import ChangeKind
from hoshou.plugins.guardkun.rules.particulars import PARTICULARS_LABELS, MemberFacts


@dataclass(frozen=True)
class ChangeLine:
    """One item; ``title`` is a message id."""

    title: str
    before: str
    after: str


def change_lines(kind: ChangeKind, details: Mapping[str, Any], before: MemberFacts) -> tuple[ChangeLine, ...]:
    """The items that the change's ``details`` alter, in the order of the form; none for a withdrawal.

    ``before`` is what was true of the member when the change was notified. ``details`` has the new ``facts``, or
    both agencies' numbers and names.
    """
    if kind is ChangeKind.PARTICULARS:
        known, new = asdict(before), details["facts"]
        lines = [ChangeLine(title, known[name], new[name]) for name, title in PARTICULARS_LABELS.items()]
    elif kind is ChangeKind.AGENCY:
        lines = [
            ChangeLine(title, details[f"old_{name}"], details[f"new_{name}"])
            for name, title in (("number", N_("代理店登録番号")), ("name", N_("代理店名")))
        ]
    else:
        lines = []
    return tuple(line for line in lines if line.before != line.after)

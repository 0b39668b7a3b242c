"""What a client knows by itself: each operation's intent and how it ended, in a file of the client's own.

An operation whose end isn't written is *unknown*: only such a one may have happened or not.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

INTENT, OK, FAIL = "intent", "ok", "fail"


class Journal:
    """Lines that outlive the process which writes them; any number of processes may write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, operation: str, state: str, **facts: Any) -> None:
        line = json.dumps({"operation": operation, "state": state, **facts}, ensure_ascii=False) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def lines(self, state: str) -> list[dict[str, Any]]:
        """What was written in this state, in its order."""
        if not self.path.exists():
            return []
        lines = [json.loads(line) for line in self.path.read_text().splitlines()]
        return [line for line in lines if line["state"] == state]

    def acknowledged(self) -> dict[str, list[dict[str, Any]]]:
        """For each operation every answer that its client got."""
        answers: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in self.lines(OK):
            answers[line["operation"]].append(line)
        return dict(answers)

    def unknown(self) -> list[dict[str, Any]]:
        """The operations that were begun and never answered, each once."""
        answered = {line["operation"] for state in (OK, FAIL) for line in self.lines(state)}
        begun = {line["operation"]: line for line in self.lines(INTENT)}
        return [line for operation, line in begun.items() if operation not in answered]

"""The manual's texts, word for word, as every installation begins with them (chapters 2 to 8)."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def golden(kind: str) -> list[dict[str, Any]]:
    """The entries of one kind, in their order; the keys are the columns of its table."""
    document = tomllib.loads((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = document["entry"]
    for entry in entries:
        for column, value in entry.items():
            if isinstance(value, str):
                entry[column] = value.strip()
    return entries

"""What the scheme's manual Ver.5.0 lays down, word for word, as every installation begins with it."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def golden(name: str) -> dict[str, Any]:
    """The document ``name``; its texts have no white space around them."""
    document: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    for rows in document.values():
        for row in rows if isinstance(rows, list) else [rows]:
            row.update({column: text.strip() for column, text in row.items() if isinstance(text, str)})
    return document

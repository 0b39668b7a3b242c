"""The manual as it is printed, to hold the pages against."""

import re
import unicodedata
from pathlib import Path

FOLDER = Path(__file__).parent
QUESTION = re.compile(r"(?m)^(?=Q\d+ ?[:：])")


def squash(text: str) -> str:
    """Without what setting a page in type changes: spaces, bullets, brackets around headings, widths."""
    return re.sub(r"[\s・※<>:|]", "", unicodedata.normalize("NFKC", text))


def sections(name: str) -> dict[str, list[str]]:
    """The lines of a file under each of its headings."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / name).read_text().splitlines():
        if line.startswith("## "):
            found[line[3:]] = []
        else:
            found[next(reversed(found))].append(line)
    return found


def questions() -> dict[int, str]:
    """Each question with its answer, by number."""
    text = "\n".join(line for lines in sections("manual_questions.txt").values() for line in lines)
    entries = [entry for entry in QUESTION.split(text) if entry]
    return {int(re.match(r"Q(\d+)", entry)[1]): entry for entry in entries}  # type: ignore[index]

"""The few signs that guide texts are written with, read into blocks that a template shows.

A blank line ends a paragraph and a new line breaks it. ``## `` begins a heading, ``- `` and ``1. `` an item,
``**…**`` is strong and ``__…__`` underlined. ``|A|B|`` begins a table, ``|…|`` a row with that head, ``|``
another cell beside the same head, ``||`` ends the table. Anything else is shown as it stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

DOMAIN_CONTACT = "{domain_contact_email}"
"""Stands for the address that the settings name for domain applications."""

_SPAN = re.compile(
    r"\*\*(?P<strong>.+?)\*\*"
    r"|__(?P<underlined>.+?)__"
    r"|(?P<link>https://[!-~]+[0-9A-Za-z/])"
    r"|(?P<mail>" + re.escape(DOMAIN_CONTACT) + ")"
    r"|(?P<page>(?<!\d)\d{1,3}ページ|\bpage \d{1,3}\b)"
)
_TABLE = re.compile(r"\|([^|]+)\|([^|]+)\|")
_ROW = re.compile(r"\|([^|]+)\|")
_ITEM = re.compile(r"(?:- |(?P<number>\d+)\. )(?P<text>.*)")


class Look(StrEnum):
    """How a piece of a line is shown."""

    PLAIN = "plain"
    STRONG = "strong"
    UNDERLINED = "underlined"
    LINK = "link"
    MAIL = "mail"
    PAGE = "page"
    """A page of the printed manual, to be led from to the page of the site."""


@dataclass(frozen=True)
class Span:
    """A piece of a line."""

    look: Look
    text: str

    @property
    def number(self) -> int:
        """The page that a reference names."""
        return int("".join(character for character in self.text if character.isdecimal()))


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    """A heading within a text."""

    line: Line
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]
    kind: str = "paragraph"


@dataclass(frozen=True)
class Items:
    """A list, numbered or not."""

    lines: tuple[Line, ...]
    numbered: bool
    kind: str = "items"


@dataclass(frozen=True)
class Row:
    """A row's head and the cells that stand beside it, one below the other."""

    head: Line
    cells: "tuple[Blocks, ...]"


@dataclass(frozen=True)
class Table:
    """Two columns: what is the case, and what then."""

    heads: tuple[Line, Line]
    rows: tuple[Row, ...]
    kind: str = "table"


Block = Heading | Paragraph | Items | Table
Blocks = tuple[Block, ...]


def spans(text: str) -> Line:
    """One line in pieces."""
    found: list[Span] = []
    at = 0
    for match in _SPAN.finditer(text):
        if match.start() > at:
            found.append(Span(Look.PLAIN, text[at : match.start()]))
        look = Look(str(match.lastgroup))
        found.append(Span(look, match[look.value]))
        at = match.end()
    if at < len(text):
        found.append(Span(Look.PLAIN, text[at:]))
    return tuple(found)


def blocks(text: str) -> Blocks:
    """A whole text. Never fails: what isn't a sign is text."""
    return tuple(_blocks([line.strip() for line in text.splitlines()]))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        line = lines[at]
        if _TABLE.fullmatch(line):
            end = lines.index("||", at) if "||" in lines[at:] else len(lines)
            yield _table(lines[at:end])
            at = end + 1
        elif line.startswith("## "):
            yield Heading(spans(line[3:]))
            at += 1
        else:
            end = at
            while end < len(lines) and _goes_on(line, lines[end]):
                end += 1
            if end > at:
                yield _items(lines[at:end]) if _ITEM.match(line) else Paragraph(_spanned(lines[at:end]))
            at = max(end, at + 1)


def _goes_on(first: str, line: str) -> bool:
    """Whether the line belongs to the block that ``first`` began."""
    if not line or line.startswith("## ") or _TABLE.fullmatch(line):
        return False
    return _sort(first) == _sort(line)


def _sort(line: str) -> str:
    item = _ITEM.match(line)
    if item is None:
        return "paragraph"
    return "numbered" if item["number"] else "bullets"


def _items(lines: Sequence[str]) -> Items:
    matches = [match for match in map(_ITEM.match, lines) if match]
    return Items(_spanned([match["text"] for match in matches]), numbered=bool(matches[0]["number"]))


def _table(lines: Sequence[str]) -> Table:
    heads = _TABLE.fullmatch(lines[0])
    assert heads is not None  # noqa: S101 - the caller found the table by it
    rows: list[tuple[str, list[list[str]]]] = []
    for line in lines[1:]:
        head = _ROW.fullmatch(line)
        if head:
            rows.append((head[1], [[]]))
        elif rows and line == "|":
            rows[-1][1].append([])
        elif rows:
            rows[-1][1][-1].append(line)
    return Table(
        (spans(heads[1]), spans(heads[2])),
        tuple(Row(spans(head), tuple(tuple(_blocks(cell)) for cell in cells)) for head, cells in rows),
    )


def _spanned(lines: Sequence[str]) -> tuple[Line, ...]:
    return tuple(spans(line) for line in lines)

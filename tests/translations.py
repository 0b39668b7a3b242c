"""Brings the catalogues up to date with the sources.

``python -m tests.translations`` extracts every message id and writes both catalogues. Ours are Japanese
sentences, so ``ja_JP`` carries them unchanged; in ``en``, and for Flask-AppBuilder's own strings in
``ja_JP``, new entries stay empty until somebody translates them, and a test says so.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = {
    "ja_JP": ROOT / "translations/ja_JP/LC_MESSAGES/messages.po",
    "en": ROOT / "translations/en/LC_MESSAGES/messages.po",
}
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The catalogues' header carries no changing date: two runs write the same bytes."""
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "_l": None, "_": None, "ngettext": (1, 2), "lazy_gettext": None}


def extracted() -> Catalog:
    """Every message id of the sources."""
    with (ROOT / "babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream)
    catalog = Catalog(fuzzy=False)
    for file, _line, message, comments, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        catalog.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return catalog


def read(language: str) -> Catalog:
    """A catalogue as it stands."""
    path = CATALOGUES[language]
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def updated(language: str, source: Catalog) -> Catalog:
    """The catalogue with exactly the ids of the sources, keeping its translations."""
    old = read(language)
    new = Catalog(
        locale=language,
        fuzzy=False,
        project="hoshou",
        charset="utf-8",
        header_comment="# PROJECT",
        copyright_holder="the maintainers",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        last_translator="the maintainers",
        msgid_bugs_address="-",
    )
    for message in source:
        if not message.id:
            continue
        kept = old.get(message.id)
        text = kept.string if kept is not None else ""
        if language == "ja_JP" and isinstance(message.id, str) and JAPANESE.search(message.id):
            text = message.id
        flags = message.flags & {"python-format"}
        new.add(message.id, text, flags=flags)
    return new


def main() -> None:
    source = extracted()
    for language, path in CATALOGUES.items():
        catalogue = updated(language, source)  # before opening, which empties the file it reads
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_po(stream, catalogue, width=0, sort_output=True, omit_header=False, no_location=True)


if __name__ == "__main__":
    main()

"""Both catalogues are complete, and nothing in them is left over (P-010)."""

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.checkers import python_format

from tests.translations import CATALOGUES, JAPANESE, extracted, main, read

PLACEHOLDER = re.compile(r"%\((\w+)\)")


@pytest.mark.req("P-010")
@pytest.mark.parametrize("language", CATALOGUES)
def test_every_message_is_translated(language: str) -> None:
    catalogue = read(language)
    missing = [
        message.id
        for message in extracted()
        if message.id and (catalogue.get(message.id) is None or not catalogue.get(message.id).string)
    ]
    assert missing == [], "run `make translations` and translate what is empty"


@pytest.mark.req("P-010")
@pytest.mark.parametrize("language", CATALOGUES)
def test_no_message_is_left_over(language: str) -> None:
    known = {message.id for message in extracted()}
    assert [message.id for message in read(language) if message.id not in known] == []


@pytest.mark.req("P-010")
def test_english_texts_are_english() -> None:
    # Names that the manual prints, and the product's own name, stay Japanese in both languages.
    japanese = [
        message.id
        for message in read("en")
        if message.id
        and isinstance(message.string, str)
        and message.string == message.id
        and JAPANESE.search(message.id)
    ]
    assert japanese == []


@pytest.mark.req("P-010")
@pytest.mark.parametrize("language", CATALOGUES)
def test_placeholders_are_kept(language: str) -> None:
    for message in read(language):
        if message.id and message.string and "python-format" in message.flags:
            python_format(None, message)


@pytest.mark.req("P-010")
@pytest.mark.parametrize("language", CATALOGUES)
def test_every_text_can_be_filled_in(language: str) -> None:
    """Templates fill in every text, also one without values, where a lone % in a translation would be a fault."""
    found = [message for message in read(language) if message.id and isinstance(message.id, str)]
    assert [
        one.string for one in found if _fills_in(one.id, one.id) and not _fills_in(one.id, str(one.string))
    ] == []


def _fills_in(message: str, text: str) -> bool:
    try:
        text % dict.fromkeys(PLACEHOLDER.findall(message), 1)
    except (TypeError, ValueError, KeyError):
        return False
    return True


@pytest.mark.req("P-010")
def test_bringing_the_catalogues_up_to_date_keeps_translations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, path in CATALOGUES.items():
        copy = tmp_path / f"{language}.po"
        shutil.copy(path, copy)
        monkeypatch.setitem(CATALOGUES, language, copy)
    before = {language: {message.id: message.string for message in read(language)} for language in CATALOGUES}
    main()
    for language, known in before.items():
        lost = [m.id for m in read(language) if m.id and known.get(m.id) and m.string != known[m.id]]
        assert lost == []

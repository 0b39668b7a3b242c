"""What a finished document says and shows, read from its bytes."""

import unicodedata
from collections.abc import Iterator
from io import BytesIO

import pypdfium2
from pypdf import PdfReader

MILLIMETRE = 72 / 25.4


def words_of(pdf: bytes) -> str:
    """All text without any gaps: where a line breaks says nothing."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    return bare(text)


def bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def pages_of(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """The name of each font used, and whether its program is in the file."""
    found = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for reference in page["/Resources"]["/Font"].values():  # type: ignore[index]
            (descendant,) = reference.get_object()["/DescendantFonts"]
            descriptor = descendant.get_object()["/FontDescriptor"]
            found[descriptor["/FontName"].split("+")[-1]] = "/FontFile3" in descriptor
    return found


def outside(pdf: bytes, left: float, right: float) -> Iterator[str]:
    """The characters that reach into the margins, which are given in millimetres."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            width, _height = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_chars()):
                character = text.get_text_range(index, 1)
                if not character.strip():
                    continue
                x_from, _bottom, x_to, _top = text.get_charbox(index)
                if x_from < (left - 0.3) * MILLIMETRE or x_to > width - (right - 0.3) * MILLIMETRE:
                    yield character

"""Draw and read pages with PDFium."""

import codecs
import ctypes
import io
import math
import mmap
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium

from hoshou.platform.pdf.child import fonts
from hoshou.platform.pdf.child.protocol import Refusal
from hoshou.platform.pdf.child.watermark import stamp

_MAX_PIXELS = 8_000_000
_MAX_WIDTH = 4_000
_MAX_SIDE = 16_000
_MAX_RUNS = 2_000
_MAX_RUN_CHARACTERS = 500
_MAX_CHARACTERS = 400_000
_JPEG_QUALITY = 80

# Boxes are asked for on a page of this many device units a side, and divided by it.
_DEVICE = 1_000_000


def measure(file: BinaryIO) -> list[tuple[float, float]]:
    """Width and height of every page in points, as shown."""
    document = _opened(file)
    return [document.get_page_size(index) for index in range(len(document))]


def sizes(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The job behind ``pages.page_sizes``."""
    return {"page_sizes": measure(file)}, b""


def render(file: BinaryIO, *, number: int, width: int, watermark: str) -> tuple[dict[str, Any], bytes]:
    """The job behind ``pages.render_page``."""
    document = _opened(file)
    document.init_forms()
    page = _page(document, number)
    scale = _scale(page.get_size(), width)
    # Four bytes a pixel in Pillow's own order: the bitmap is drawn on and encoded where it lies.
    image = page.render(
        scale=scale, rev_byteorder=True, prefer_bgrx=True, bitmap_maker=_bitmap_in_huge_pages
    ).to_pil()
    stamp(image, watermark)
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=_JPEG_QUALITY)
    return {"width": image.width, "height": image.height}, encoded.getvalue()


def text(file: BinaryIO, *, number: int) -> tuple[dict[str, Any], bytes]:
    """The job behind ``pages.page_text``."""
    page = _page(_opened(file), number)
    read = page.get_textpage()
    runs = []
    for index in range(min(read.count_rects(), _MAX_RUNS)):
        left, bottom, right, top = read.get_rect(index)
        shown = read.get_text_bounded(left, bottom, right, top)[:_MAX_RUN_CHARACTERS].strip()
        if shown:
            runs.append((shown, *_fractions(page, (left, bottom), (right, top))))
    return {"runs": runs}, b""


def layouts(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The job behind ``pages.page_layouts``."""
    document = _opened(file)
    pages = []
    characters_left = _MAX_CHARACTERS
    for number in range(1, len(document) + 1):
        text = _page(document, number).get_textpage().get_text_bounded() if characters_left else ""
        text = text[:characters_left].replace("\r\n", "\n").strip()
        characters_left -= len(text)
        pages.append((*document.get_page_size(number - 1), text))
    return {"pages": pages}, b""


def warm_up() -> None:
    """Load what the first page would load: codecs, the drawing tables, a glyph."""
    codecs.lookup("utf-16-le")
    document = pypdfium2.PdfDocument.new()
    document.new_page(100, 100)
    made = io.BytesIO()
    document.save(made)
    render(made, number=1, width=100, watermark="閲覧")
    text(made, number=1)


def _opened(file: BinaryIO) -> pypdfium2.PdfDocument:
    file.seek(0)
    fonts.install()
    try:
        return pypdfium2.PdfDocument(file.read())
    except pypdfium2.PdfiumError:
        raise Refusal("pdf_unreadable") from None


def _page(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    if not 1 <= number <= len(document):
        raise Refusal("pdf_no_such_page")
    try:
        return document[number - 1]
    except pypdfium2.PdfiumError:
        raise Refusal("pdf_unreadable") from None


def _scale(size: tuple[float, float], width: int) -> float:
    """Pixels a point for a page ``width`` pixels wide, less where that is too many pixels in all."""
    page_width, page_height = (max(side, 1.0) for side in size)
    return min(
        max(1, min(width, _MAX_WIDTH)) / page_width,
        math.sqrt(_MAX_PIXELS / (page_width * page_height)),
        _MAX_SIDE / max(page_width, page_height),
    )


def _bitmap_in_huge_pages(
    width: int, height: int, format: int, rev_byteorder: bool = False
) -> pypdfium2.PdfBitmap:
    """A new process faults at every page of memory that it first touches; large pages halve the drawing."""
    size = width * height * 4
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    buffer = (ctypes.c_ubyte * size).from_buffer(memory)
    return pypdfium2.PdfBitmap.new_native(width, height, format, rev_byteorder, buffer)


def _fractions(
    page: pypdfium2.PdfPage, corner: tuple[float, float], opposite: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Left, top, width and height of a box in page coordinates, as fractions of the page as shown."""
    (x1, y1), (x2, y2) = _on_device(page, corner), _on_device(page, opposite)
    left, right = sorted((x1, x2))
    top, bottom = sorted((y1, y2))
    return left, top, round(right - left, 6), round(bottom - top, 6)


def _on_device(page: pypdfium2.PdfPage, point: tuple[float, float]) -> tuple[float, float]:
    x, y = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, _DEVICE, _DEVICE, 0, *point, x, y)
    return tuple(min(1.0, max(0.0, v.value / _DEVICE)) for v in (x, y))  # type: ignore[return-value]

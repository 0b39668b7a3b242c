"""Pages of a stored PDF for the screen: images with a watermark, and their text (D-04, A-034, A-038)."""

from dataclasses import dataclass

from hoshou.platform.pdf import runner

# An A4 page at 150 dots an inch.
DEFAULT_WIDTH = 1240


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as an image; ``width`` and ``height`` are pixels."""

    content: bytes
    mimetype: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class TextRun:
    """A line or part of one, with its box in fractions of the page as shown, from the top left."""

    text: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageLayout:
    """One page: width and height as shown, in points (1/72 inch), and its text in reading order."""

    width: float
    height: float
    text: str


def render_page(data: bytes, number: int, *, watermark: str, width: int = DEFAULT_WIDTH) -> PageImage:
    """Page ``number`` (from 1) as a JPEG ``width`` pixels wide, ``watermark`` drawn into it.

    The image is made smaller where it would have more than 8 million pixels. Raises Refused
    ``pdf_unreadable`` or ``pdf_too_heavy``, NotFound ``pdf_no_such_page``, or Unavailable.
    """
    answer, content = runner.ask("render", data, number=number, width=width, watermark=watermark)
    return PageImage(content, "image/jpeg", int(answer["width"]), int(answer["height"]))


def page_text(data: bytes, number: int) -> list[TextRun]:
    """The text of page ``number`` (from 1) in reading order, for a text layer. Raises as ``render_page``.

    The text is the stranger's: escape it. It ends after 2,000 runs.
    """
    answer, _ = runner.ask("text", data, number=number)
    return [TextRun(str(text), *(float(part) for part in box)) for text, *box in answer["runs"]]


def page_sizes(data: bytes) -> tuple[tuple[float, float], ...]:
    """Width and height of every page as shown, in points (1/72 inch). Raises as ``render_page``."""
    answer, _ = runner.ask("sizes", data)
    return tuple((float(width), float(height)) for width, height in answer["page_sizes"])


def page_layouts(data: bytes) -> tuple[PageLayout, ...]:
    """Size and text of every page at once. Raises as ``render_page``.

    The text is the stranger's: escape it. It ends after 400,000 characters of the whole document.
    """
    answer, _ = runner.ask("layouts", data)
    return tuple(PageLayout(float(width), float(height), str(text)) for width, height, text in answer["pages"])

"""A stored policy on the screen: page images with a watermark and their text, never its bytes (D-04, A-034)."""

from dataclasses import dataclass
from datetime import datetime

from hoshou.base.errors import DomainError, Refused
from hoshou.platform import pdf
from hoshou.platform.files.store import FileStore
from hoshou.platform.pdf import PageImage
from hoshou.plugins.bonds.services.reading import FileFacts


@dataclass(frozen=True)
class ShownPage:
    """One page of a file: width and height in points, and its text for who doesn't see the image."""

    number: int
    width: float
    height: float
    text: str


def shown_pages(store: FileStore, file: FileFacts) -> tuple[ShownPage, ...]:
    """All pages of a file. Raises Unavailable ``file_damaged`` and what ``pdf.page_layouts`` raises."""
    layouts = pdf.page_layouts(store.read(file.blob))
    return tuple(
        ShownPage(number, page.width, page.height, page.text) for number, page in enumerate(layouts, start=1)
    )


def page_image(store: FileStore, file: FileFacts, page: int, watermark: str) -> PageImage:
    """One page as an image. Raises Unavailable ``file_damaged`` and what ``pdf.render_page`` raises."""
    return pdf.render_page(store.read(file.blob), page, watermark=watermark)


def watermark(words: str, policy_number: str, at: datetime, mark: str) -> str:
    """What is drawn over a page: what the image is for, of which policy, when, and in whose session."""
    return f"{words}　{policy_number}　{at:%Y/%m/%d %H:%M}　{mark}"


def is_damaged(error: DomainError) -> bool:
    """Whether the file itself is at fault (A-038), and not the moment."""
    return isinstance(error, Refused) or error.code == "file_damaged"

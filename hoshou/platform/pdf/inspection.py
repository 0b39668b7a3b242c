"""Whether an uploaded PDF may be kept, and what it is (D-01, A13, A14, A15)."""

from dataclasses import dataclass

from hoshou.platform.pdf import runner
from hoshou.platform.pdf.reasons import refusal

MAX_PAGES = 500

# Readers look for the header within the first 1,024 bytes.
_HEADER_WITHIN = 1024


@dataclass(frozen=True, slots=True)
class Inspection:
    """An acceptable PDF. ``page_sizes`` are widths and heights in points (1/72 inch) as shown, in order."""

    pages: int
    pdf_version: str
    page_sizes: tuple[tuple[float, float], ...]
    signed: bool


def inspect(data: bytes, *, max_pages: int = MAX_PAGES) -> Inspection:
    """Parse a PDF in a limited child and say what it is. The bytes are never altered.

    Raises Refused: ``pdf_not_pdf``, ``pdf_unreadable``, ``pdf_encrypted``, ``pdf_javascript``,
    ``pdf_launch``, ``pdf_attachment``, ``pdf_active_content``, ``pdf_no_pages``, ``pdf_too_many_pages``,
    ``pdf_page_too_large`` or ``pdf_too_heavy``; Unavailable when PDF work can't be done now. The size
    is ``check_size``'s to judge.
    """
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise refusal("pdf_not_pdf")
    answer, _ = runner.ask("inspect", data, max_pages=max_pages)
    return Inspection(
        pages=int(answer["pages"]),
        pdf_version=str(answer["pdf_version"]),
        page_sizes=tuple((float(width), float(height)) for width, height in answer["page_sizes"]),
        signed=bool(answer["signed"]),
    )

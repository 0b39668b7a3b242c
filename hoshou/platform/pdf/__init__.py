"""Strangers' PDFs: what may be taken in, and page images of what was.

Nothing in a web worker ever parses a PDF. The modules here ask a fork server, whose
children (package ``child``) do it under hard limits and can't open files, reach the
network or start programs. Threats A10, A13, A14 and A15; decisions D-01 and D-04.
"""

from hoshou.platform.pdf.inspection import MAX_PAGES, Inspection, inspect
from hoshou.platform.pdf.intake import MAX_BYTES, check_filename, check_size
from hoshou.platform.pdf.pages import (
    DEFAULT_WIDTH,
    PageImage,
    PageLayout,
    TextRun,
    page_layouts,
    page_sizes,
    page_text,
    render_page,
)
from hoshou.platform.pdf.runner import warm_up
from hoshou.platform.pdf.signatures import Signature, read_signatures

__all__ = [
    "DEFAULT_WIDTH",
    "MAX_BYTES",
    "MAX_PAGES",
    "Inspection",
    "PageImage",
    "PageLayout",
    "Signature",
    "TextRun",
    "check_filename",
    "check_size",
    "inspect",
    "page_layouts",
    "page_sizes",
    "page_text",
    "read_signatures",
    "render_page",
    "warm_up",
]

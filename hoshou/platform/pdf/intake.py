"""What can be said of an uploaded file before anything parses it: its name and its size."""

import unicodedata
from pathlib import PurePosixPath

from hoshou.platform.pdf.reasons import refusal

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME_CHARACTERS = 200

_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def check_filename(name: str) -> str:
    """The name as it is kept and given back at download: NFC, otherwise unchanged (A-014, D-01, A17, A18).

    Raises Refused: ``pdf_name_extension``, ``pdf_name_characters`` (control, format and line-ending
    characters, path separators) or ``pdf_name_too_long`` (over 200 characters).
    """
    kept = unicodedata.normalize("NFC", name)
    if any(c in "/\\" or unicodedata.category(c) in _FORBIDDEN_CATEGORIES for c in kept):
        raise refusal("pdf_name_characters")
    if PurePosixPath(kept).suffix.lower() != ".pdf":
        raise refusal("pdf_name_extension")
    if len(kept) > MAX_NAME_CHARACTERS:
        raise refusal("pdf_name_too_long", limit=MAX_NAME_CHARACTERS)
    return kept


def check_size(size: int, *, limit: int = MAX_BYTES) -> None:
    """Hold an upload of ``size`` bytes to ``limit`` bytes (D-01). Raises Refused ``pdf_too_large``."""
    if size > limit:
        raise refusal("pdf_too_large", limit_mb=limit // (1024 * 1024))

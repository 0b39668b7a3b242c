"""The fonts that PDFium falls back on: one Japanese font, in memory.

Old Japanese certificates name fonts (MS-Mincho, Ryumin-Light) that they don't embed. PDFium
would look for files of the machine, which a confined child can't open; and the image of a
certificate must not depend on what is installed. Latin text falls back on PDFium's own fonts.
"""

import ctypes
from functools import cache
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from noto_cjk_sans_jp_regular import FONT_PATH

JAPANESE = FONT_PATH.read_bytes()

_HANDLE = 1
_CHARSETS = frozenset({pdfium.FXFONT_SHIFTJIS_CHARSET})


class _OneJapaneseFont(pypdfium2.PdfSysfontBase):
    """PDFium's questions about the machine's fonts, answered without the machine."""

    def EnumFonts(self, _: Any, mapper: Any) -> None:
        pdfium.FPDF_AddInstalledFont(mapper, b"Noto Sans CJK JP", pdfium.FXFONT_SHIFTJIS_CHARSET)

    def MapFont(
        self, _: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any
    ) -> int | None:
        return _HANDLE if charset in _CHARSETS else None

    def GetFont(self, _: Any, face: Any) -> None:
        return None

    def GetFontData(self, _: Any, font: Any, table: int, buffer: Any, size: int) -> int:
        if table != 0:
            return 0
        if buffer and size >= len(JAPANESE):
            ctypes.memmove(buffer, JAPANESE, len(JAPANESE))
        return len(JAPANESE)

    def GetFaceName(self, _: Any, font: Any, buffer: Any, size: int) -> int:
        return 0

    def GetFontCharset(self, _: Any, font: Any) -> int:
        return int(pdfium.FXFONT_SHIFTJIS_CHARSET)

    def DeleteFont(self, _: Any, font: Any) -> None:
        return None


@cache
def install() -> None:
    """Have PDFium ask for fonts here, once a process."""
    _OneJapaneseFont().setup()

"""A watermark over a page image: the text, aslant, again and again, light enough to read the page through."""

import io

from PIL import Image, ImageDraw, ImageFont

from hoshou.platform.pdf.child import fonts

_COLOUR = (110, 110, 120, 255)
_OPACITY = 0.30
_DEGREES = 30
_MAX_CHARACTERS = 120

# Text height is the page's width over this; strips are what the slanted text is cut into.
_LINES_ACROSS = 42
_STRIP = 24

_FONT = ImageFont.truetype(io.BytesIO(fonts.JAPANESE), 28, layout_engine=ImageFont.Layout.BASIC)

_Piece = tuple[int, int, Image.Image]


def stamp(image: Image.Image, text: str) -> None:
    """Draw ``text`` over the whole of ``image``, in place."""
    if not text.strip():
        return
    (width, height), pieces = _slanted(text[:_MAX_CHARACTERS], max(8, image.width // _LINES_ACROSS))
    for row, top in enumerate(range(-height // 3, image.height, height * 3 // 2)):
        shift = -width // 2 if row % 2 else width // 6
        for left in range(shift, image.width, width * 4 // 3):
            for x, y, mask in pieces:
                image.paste(_COLOUR, (left + x, top + y), mask)


def _slanted(text: str, line_height: int) -> tuple[tuple[int, int], list[_Piece]]:
    """The size of the slanted text, and its opacity in pieces that leave out most of the empty space."""
    left, top, right, bottom = _FONT.getbbox(text)
    flat = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(flat).text((-left, -top), text, fill=int(255 * _OPACITY), font=_FONT)
    scaled = flat.resize((max(1, flat.width * line_height // flat.height), line_height), Image.Resampling.BILINEAR)
    slanted = scaled.rotate(_DEGREES, Image.Resampling.BILINEAR, expand=True)
    pieces = []
    for y in range(0, slanted.height, _STRIP):
        strip = slanted.crop((0, y, slanted.width, min(y + _STRIP, slanted.height)))
        box = strip.getbbox()
        if box is not None:
            pieces.append((box[0], y + box[1], strip.crop(box)))
    return slanted.size, pieces

"""QR codes for documents."""

import io

import segno


def qr_code(text: str) -> str:
    """The text as a QR code with 15 % error correction and its quiet zone, in SVG."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=4, xmldecl=False)
    return drawn.getvalue().decode()

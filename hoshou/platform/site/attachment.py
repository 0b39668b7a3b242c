"""A stored file as a download, byte for byte, under its own name (A-053, A18)."""

import io
import re

from flask import Response, send_file

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff/\\\\]")
"""Line breaks and other control characters, what turns the direction of text, and what separates folders."""


def attachment(data: bytes, name: str, media_type: str) -> Response:
    """The answer that saves ``data``: always whole, never shown in the browser.

    The name is data: it goes into the header by RFC 5987, Japanese included; what no file name may
    hold becomes an underscore.
    """
    response: Response = send_file(
        io.BytesIO(data),
        mimetype=media_type,
        as_attachment=True,
        download_name=UNSAFE.sub("_", name).strip() or "document.pdf",
        conditional=False,
        etag=False,
    )
    return response

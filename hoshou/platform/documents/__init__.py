"""Documents made by the product: a Typst template and data in, PDF bytes out; forms and encryption besides."""

from hoshou.platform.documents.forms import TextField, encrypted, fillable
from hoshou.platform.documents.qr import qr_code
from hoshou.platform.documents.rendering import render

__all__ = ["TextField", "encrypted", "fillable", "qr_code", "render"]

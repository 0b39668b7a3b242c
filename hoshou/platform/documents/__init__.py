"""Documents made by the product: a Typst template and data in, PDF bytes out; forms and encryption besides."""

from hoshou.platform.documents.forms import TextField, encrypted, fillable
from hoshou.platform.documents.rendering import render, typeset

__all__ = ["TextField", "encrypted", "fillable", "render", "typeset"]

"""Documents made by the product: a Typst template and data in, PDF bytes out."""

from hoshou.platform.documents.rendering import render

__all__ = ["render"]

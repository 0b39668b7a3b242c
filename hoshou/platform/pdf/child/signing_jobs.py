"""What the children that read signatures can be asked to do.

They are others than those that draw pages: pyHanko takes time and memory to load, and few files are signed.
"""

from collections.abc import Mapping

# What pyHanko and its parts load only on their way: a confined child can't load anything any more.
import cryptography.hazmat.backends.openssl.backend  # noqa: F401
import lxml.etree  # noqa: F401
import pyhanko.pdf_utils.filters  # noqa: F401

from hoshou.platform.pdf.child import signing
from hoshou.platform.pdf.child.server import Job

JOBS: Mapping[str, Job] = {"signatures": signing.signatures}


def rehearse() -> None:
    """Nobody waits for a report, so a child needn't be warm."""

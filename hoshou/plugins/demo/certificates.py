"""The demo's certificates as PDF bytes, and the same as a scanner would give them."""

from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from pathlib import Path
from random import Random

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from hoshou.base.clock import JST
from hoshou.platform.documents import render
from hoshou.plugins.demo.rules.certificate import CertificateData, ContractType, DocumentKind

_DOCUMENTS = Path(__file__).parent / "documents"
_CERTIFICATES = {
    ContractType.BOND: "bond.typ",
    ContractType.BID: "bid.typ",
    ContractType.PERFORMANCE: "performance.typ",
}
_ATTACHMENTS = {DocumentKind.ANNEX: "annex.typ", DocumentKind.CHANGE_NOTICE: "change.typ"}

SCAN_DPI = 130
_POINTS_PER_INCH = 72
_SCANNED_AT = datetime(2026, 1, 1, tzinfo=JST).timetuple()


def certificate_pdf(kind: DocumentKind, data: CertificateData) -> bytes:
    """A document of a policy, marked 見本: one to six pages (A-008).

    Raises TemplateFailed if a text has a character that the fonts lack, or for a change notice
    without an amendment.
    """
    template = _ATTACHMENTS.get(kind) or _CERTIFICATES[data.contract_type]
    return render(_DOCUMENTS / template, asdict(data) | {"document_date": data.issued_on})


def scanned(pdf: bytes) -> bytes:
    """The same pages as pictures only: a little crooked, grey and grainy, without a text layer.

    Meant for the demo's own documents: it opens the PDF in this process. Not thread safe, as PDFium isn't.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [_as_scanned(page, seed) for seed, page in enumerate(document)]
    output = BytesIO()
    pages[0].save(
        output,
        format="PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=SCAN_DPI,
        quality=62,
        creationDate=_SCANNED_AT,
        modDate=_SCANNED_AT,
    )
    return output.getvalue()


def _as_scanned(page: pypdfium2.PdfPage, seed: int) -> Image.Image:
    chance = Random(seed)  # noqa: S311 - grain on a picture
    picture = page.render(scale=SCAN_DPI / _POINTS_PER_INCH).to_pil().convert("RGB")
    size = picture.size
    crooked = picture.rotate(chance.uniform(0.3, 0.8), resample=Image.Resampling.BICUBIC, fillcolor="white")
    coarse = (size[0] // 2, size[1] // 2)
    grain = Image.frombytes("L", coarse, chance.randbytes(coarse[0] * coarse[1])).resize(size)
    paper = grain.filter(ImageFilter.BoxBlur(1)).point([236 + level // 16 for level in range(256)])
    return ImageChops.multiply(crooked, paper.convert("RGB"))

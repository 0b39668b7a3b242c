"""PDFs that the product must accept."""

import datetime
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pikepdf
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from noto_cjk_sans_jp_regular import FONT_PATH
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

A4 = (595, 842)


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    """The bytes of a document that was made with pikepdf."""
    made = io.BytesIO()
    pdf.save(made, **options)
    return made.getvalue()


def plain(pages: int = 1, *, size: tuple[float, float] = A4) -> bytes:
    """Pages that carry their number in a standard font that isn't embedded."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=size)
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(b"BT /F1 36 Tf 72 700 Td (Page %d) Tj ET" % number)
        return saved(pdf)


def of_version(version: str) -> bytes:
    """One page under the header of ``version``, "1.3" to "2.0"; object streams only where they exist."""
    modes = pikepdf.ObjectStreamMode
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        return saved(
            pdf,
            force_version=version,
            object_stream_mode=modes.generate if version >= "1.5" else modes.disable,
        )


def scan(pages: int = 1) -> bytes:
    """Pages that are nothing but a JPEG, as an office scanner makes them."""
    sheet = Image.new("L", (1240, 1754), 250)
    ImageDraw.Draw(sheet).rectangle((200, 200, 1000, 400), outline=0, width=6)
    made = io.BytesIO()
    sheet.save(made, "PDF", resolution=150, save_all=True, append_images=[sheet] * (pages - 1))
    return made.getvalue()


@cache
def japanese(pages: int = 1) -> bytes:
    """Japanese text in an embedded font, A4."""
    source = '#set page(paper: "a4")\n#set text(font: "Noto Sans CJK JP", size: 11pt)\n' + "#pagebreak()\n".join(
        f"= 履行保証保険証券 {number}\n保険契約者　株式会社甲野建設\n\n" + "保険金額　金12,345,678円\n\n" * 20
        for number in range(1, pages + 1)
    )
    made = typst.compile(
        source.encode(), font_paths=[str(FONT_PATH.parent)], ignore_system_fonts=True, format="pdf"
    )
    assert isinstance(made, bytes)
    return made


def japanese_not_embedded() -> bytes:
    """Japanese text in MS-Mincho, named only, as old programs wrote it. The page is otherwise empty."""
    name = pikepdf.Name
    with pikepdf.new() as pdf:
        descendant = pikepdf.Dictionary(
            Type=name.Font,
            Subtype=name.CIDFontType2,
            BaseFont=name("/MS-Mincho"),
            CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Japan1", Supplement=2),
            DW=1000,
            FontDescriptor=pikepdf.Dictionary(
                Type=name.FontDescriptor,
                FontName=name("/MS-Mincho"),
                Flags=7,
                FontBBox=[0, -136, 1000, 859],
                ItalicAngle=0,
                Ascent=859,
                Descent=-140,
                CapHeight=769,
                StemV=78,
            ),
        )
        font = pikepdf.Dictionary(
            Type=name.Font,
            Subtype=name.Type0,
            BaseFont=name("/MS-Mincho"),
            Encoding=name("/90ms-RKSJ-H"),
            DescendantFonts=[pdf.make_indirect(descendant)],
        )
        page = pdf.add_blank_page(page_size=A4)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(
            b"BT /F1 60 Tf 60 600 Td <" + "保険証券".encode("cp932").hex().encode() + b"> Tj ET"
        )
        return saved(pdf)


def fillable() -> bytes:
    """A form with one text field, and a web link."""
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        name = pikepdf.Name
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=name.Annot, Subtype=name.Widget, FT=name.Tx, T="name", V="value", Rect=[72, 72, 300, 100]
            )
        )
        link = pikepdf.Dictionary(
            Type=name.Annot,
            Subtype=name.Link,
            Rect=[72, 120, 300, 150],
            A=pikepdf.Dictionary(S=name.URI, URI="https://example.com/"),
        )
        pdf.pages[0].Annots = pikepdf.Array([field, link])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
        pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, name.Fit])
        return saved(pdf)


def aside(work: Callable[..., Any], *args: object) -> Any:
    """What the work answers, done in a thread of its own: one that drives a browser can start no event loop."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(work, *args).result()


@cache
def signed() -> bytes:
    """A page signed with a certificate of its own making."""
    signer, _ = _signer()
    writer = IncrementalPdfFileWriter(io.BytesIO(plain()))
    metadata = signers.PdfSignatureMetadata(field_name="Signature1")
    field = fields.SigFieldSpec("Signature1", box=(72, 72, 300, 120))
    return sign(signers.PdfSigner(metadata, signer, new_field_spec=field), writer)


def sign(signer: signers.PdfSigner, writer: IncrementalPdfFileWriter) -> bytes:
    """The signed file."""
    return bytes(aside(signer.sign_pdf, writer).getbuffer())


@cache
def signing_certificate() -> bytes:
    """The self-made certificate of ``signed``, DER."""
    return _signer()[1]


@cache
def _signer() -> tuple[signers.SimpleSigner, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sample Insurance")])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    pkcs12 = serialization.pkcs12.serialize_key_and_certificates(
        b"signer", key, certificate, None, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner.load_pkcs12_data(pkcs12, other_certs=[], passphrase=None)
    assert signer is not None
    return signer, certificate.public_bytes(serialization.Encoding.DER)


def of_size(size: int) -> bytes:
    """One page in a file of exactly ``size`` bytes: the rest is a stream that nothing refers to."""
    base = plain()
    with pikepdf.open(io.BytesIO(base)) as pdf:
        pdf.Root.Filler = pdf.make_stream(bytes(1))
        overhead = len(_uncompressed(pdf)) - 1
    for _ in range(3):
        with pikepdf.open(io.BytesIO(base)) as pdf:
            pdf.Root.Filler = pdf.make_stream(bytes(size - overhead))
            made = _uncompressed(pdf)
        overhead += len(made) - size
    assert len(made) == size
    return made


def _uncompressed(pdf: pikepdf.Pdf) -> bytes:
    return saved(
        pdf,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )

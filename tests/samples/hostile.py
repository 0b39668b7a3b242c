"""Files that the product must refuse: damaged, locked, active, exploding."""

import io
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.samples import pdfs


def truncated() -> bytes:
    """The first two thirds of a PDF, as after a broken transfer."""
    whole = pdfs.japanese()
    return whole[: len(whole) * 2 // 3]


def without_its_end() -> bytes:
    """A PDF that lost its last bytes; lenient programs mend it."""
    whole = pdfs.plain(3)
    return whole[: whole.rindex(b"startxref")]


def renamed_docx() -> bytes:
    """A Word file; only its name would say PDF."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()


def encrypted(user_password: str = "", revision: int = 6) -> bytes:
    """AES-256 or older; with an empty user password everybody can open it, but not change or print it."""
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        return pdfs.saved(pdf, encryption=pikepdf.Encryption(owner="owner", user=user_password, R=revision))


def without_pages() -> bytes:
    with pikepdf.new() as pdf:
        return pdfs.saved(pdf)


def with_catalog(**entries: object) -> bytes:
    """A page whose catalog has further entries."""
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        for key, value in entries.items():
            pdf.Root[f"/{key}"] = value
        return pdfs.saved(pdf)


def with_annotation(annotation: Dictionary) -> bytes:
    """A page with an annotation, compressed into an object stream."""
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        pdf.pages[0].Annots = Array([pdf.make_indirect(annotation)])
        return pdfs.saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def link_to(action: Dictionary) -> bytes:
    """A page with a link that carries out ``action``."""
    return with_annotation(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 99, 99], A=action))


def javascript() -> bytes:
    return with_catalog(OpenAction=Dictionary(S=Name.JavaScript, JS="app.alert(1)"))


def javascript_with_escaped_names() -> bytes:
    """The same, its names written with number signs."""
    return javascript().replace(b"/JavaScript", b"/J#61v#61Script").replace(b"/JS", b"/#4a#53")


def launch() -> bytes:
    return link_to(Dictionary(S=Name.Launch, F="calc.exe"))


def attachment(content: bytes = b"attached") -> bytes:
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        pdf.attachments["notes.txt"] = content
        return pdfs.saved(pdf)


def external_stream() -> bytes:
    """A page whose content is to be fetched from a file server."""
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(b"", F="\\\\example.com\\share\\x")
        return pdfs.saved(pdf)


def flate_bomb(layers: int = 1, megabytes: int = 300) -> bytes:
    """A page whose content unpacks to ``megabytes``, zeros deflated ``layers`` times."""
    packer = zlib.compressobj(1)
    content = b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()
    for _ in range(layers - 1):
        content = zlib.compress(content, 1)
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(content, Filter=Array([Name.FlateDecode] * layers))
        return pdfs.saved(pdf)


def many_small_bombs(streams: int = 6, megabytes: int = 100) -> bytes:
    """Streams that stay below the limit of one stream, and pass that of a file together."""
    content = zlib.compress(bytes(megabytes << 20), 1)
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        for index in range(streams):
            pdf.Root[f"/Bomb{index}"] = pdf.make_stream(content, Filter=Name.FlateDecode)
        return pdfs.saved(pdf)


def image_bomb() -> bytes:
    """An image of a million by a million pixels in a few bytes."""
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        image = pdf.make_stream(
            zlib.compress(bytes(100)),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=1_000_000,
            Height=1_000_000,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB,
            Filter=Name.FlateDecode,
        )
        page = pdf.pages[0]
        page.Resources.XObject = Dictionary(I=image)
        page.Contents = pdf.make_stream(b"q 500 0 0 500 0 0 cm /I Do Q")
        return pdfs.saved(pdf)


def form_bomb(levels: int = 10, each: int = 10) -> bytes:
    """A form that draws a form ten times, ten levels deep: small in bytes, endless to draw."""
    with pikepdf.open(io.BytesIO(pdfs.plain())) as pdf:
        form = None
        for _ in range(levels):
            resources = Dictionary(XObject=Dictionary(X=form)) if form is not None else Dictionary()
            content = b"/X Do " * each if form is not None else b"0 0 500 500 re f " * 100
            form = pdf.make_stream(
                content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800], Resources=resources
            )
        pdf.pages[0].Resources.XObject = Dictionary(X=form)
        pdf.pages[0].Contents = pdf.make_stream(b"/X Do")
        return pdfs.saved(pdf)


def huge_page() -> bytes:
    """A page of 350 metres a side."""
    return written(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1000000 1000000]>>",
    )


def written(*objects: bytes) -> bytes:
    """A PDF from the text of its objects, the catalog first, with a correct cross-reference table."""
    made = b"%PDF-1.7\n"
    table = b"0000000000 65535 f \n"
    for number, body in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(made)
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n%btrailer\n<</Size %d/Root 1 0 R>>\n" % (size, table, size)
    return made + tail + b"startxref\n%d\n%%%%EOF\n" % len(made)


def page_tree_loop() -> bytes:
    """A page tree whose only branch is the tree itself."""
    return written(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>")


def wrong_page_count() -> bytes:
    """Two pages in a tree that claims one: readers don't agree on what the document is."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    tree = b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>"
    return written(b"<</Type/Catalog/Pages 2 0 R>>", tree, page, page)


def deep_nesting(levels: int = 100_000) -> bytes:
    """A page with arrays within arrays."""
    return written(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots 4 0 R>>",
        b"[" * levels + b"]" * levels,
    )


def xref_cycle() -> bytes:
    """A cross-reference table that names itself as its predecessor, and is of no use otherwise."""
    made = b"%PDF-1.7\n"
    here = len(made)
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Prev %d>>\n" % here
    return made + table + b"startxref\n%d\n%%%%EOF\n" % here

"""Walk a PDF's objects with qpdf: is it whole, is it plain, does it stay small when unpacked (A13, A14)."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Name, Object, ObjectType

from hoshou.platform.pdf.child import drawing
from hoshou.platform.pdf.child.protocol import Refusal

# The largest side that the format allows, 200 inches in points.
_MAX_SIDE = 14_400
_MAX_STREAM_BYTES = 256 * 1024 * 1024
_MAX_UNPACKED_BYTES = 512 * 1024 * 1024
_MAX_IMAGE_PIXELS = 400_000_000
_END_WITHIN = 1024

# Actions other than to go to a place in the same document or to open a web address.
_ACTIVE_ACTIONS = frozenset(
    {
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/GoTo3DView",
        "/RichMediaExecute",
    }
)
_ACTIVE_ANNOTATIONS = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
_ACTIVE_KEYS = frozenset({"/XFA", "/RichMediaContent"})
_ATTACHMENT_KEYS = frozenset({"/EmbeddedFiles", "/EF", "/Collection"})
_UNPACKED_WHILE_PARSING = frozenset({"/ObjStm", "/XRef"})

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=_MAX_STREAM_BYTES,
    run_length_max_memory=_MAX_STREAM_BYTES,
    png_max_memory=_MAX_STREAM_BYTES,
    tiff_max_memory=_MAX_STREAM_BYTES,
)


def inspect(file: BinaryIO, *, max_pages: int) -> tuple[dict[str, Any], bytes]:
    """The job behind ``inspection.inspect``."""
    _check_end(file)
    with _opened(file) as pdf:
        pages = _count_pages(pdf, max_pages)
        signed = _check_objects(pdf)
        version = pdf.pdf_version
    # What can be stored must be showable: the renderer has to see the same pages.
    page_sizes = drawing.measure(file)
    if len(page_sizes) != pages:
        raise Refusal("pdf_unreadable")
    for number, size in enumerate(page_sizes, start=1):
        if max(size) > _MAX_SIDE:
            raise Refusal("pdf_page_too_large", page=number)
    return {"pages": pages, "pdf_version": version, "page_sizes": page_sizes, "signed": signed}, b""


def warm_up() -> None:
    """Load what the first inspection would load."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made)
    inspect(made, max_pages=1)


def _check_end(file: BinaryIO) -> None:
    """A file cut off in transit lacks its end mark; qpdf alone would mend it silently."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END_WITHIN))
    if b"%%EOF" not in file.read():
        raise Refusal("pdf_unreadable")
    file.seek(0)


def _opened(file: BinaryIO) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(file, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refusal("pdf_encrypted") from None
    except (pikepdf.PdfError, RuntimeError):
        # Other ways of locking than by password, and newer ones than qpdf can undo in here.
        file.seek(0)
        raise Refusal("pdf_encrypted" if b"/Encrypt" in file.read() else "pdf_unreadable") from None
    if pdf.is_encrypted:
        raise Refusal("pdf_encrypted")
    return pdf


def _count_pages(pdf: pikepdf.Pdf, limit: int) -> int:
    count = len(pdf.pages)
    if count == 0:
        raise Refusal("pdf_no_pages")
    if count > limit:
        raise Refusal("pdf_too_many_pages", limit=limit)
    return count


def _check_objects(pdf: pikepdf.Pdf) -> bool:
    """Refuse active content and bombs in any object, referred to or not. Returns whether it is signed."""
    _check_opening(pdf.Root)
    signed = False
    unpacked = 0
    for top in pdf.objects:
        if not isinstance(top, Object):
            continue
        for item in _containers(top):
            _check_active(item)
            signed = signed or (item.get("/FT") == Name.Sig and "/V" in item)
        if top._type_code == ObjectType.stream:
            unpacked += _unpacked_size(top)
            if unpacked > _MAX_UNPACKED_BYTES:
                raise Refusal("pdf_too_heavy")
    return signed


def _containers(top: Object) -> Iterator[Object]:
    """Every dictionary and stream within an indirect object, not following references."""
    stack = [top]
    while stack:
        item = stack.pop()
        kind = item._type_code
        if kind == ObjectType.array:
            children = list(item)
        elif kind in (ObjectType.dictionary, ObjectType.stream):
            yield item
            children = [value for _, value in item.items()]
        else:
            continue
        stack += [child for child in children if isinstance(child, Object) and not child.is_indirect]


def _check_opening(root: Object) -> None:
    opening = root.get("/OpenAction")
    if opening is None or not isinstance(opening, pikepdf.Dictionary):
        return
    if opening.get("/S") == Name.JavaScript:
        raise Refusal("pdf_javascript")
    if opening.get("/S") == Name.Launch:
        raise Refusal("pdf_launch")
    if opening.get("/S") != Name.GoTo:
        raise Refusal("pdf_active_content", kind="OpenAction")


def _check_active(item: Object) -> None:
    keys = set(item.keys())
    action = str(item.get("/S", ""))
    if action == "/JavaScript" or "/JS" in keys or "/JavaScript" in keys:
        raise Refusal("pdf_javascript")
    if action == "/Launch":
        raise Refusal("pdf_launch")
    if action == "/URI" and str(item.get("/URI", "")).strip().lower().startswith("javascript:"):
        raise Refusal("pdf_javascript")
    annotation = str(item.get("/Subtype", ""))
    if annotation == "/FileAttachment" or keys & _ATTACHMENT_KEYS or item.get("/Type") == Name.EmbeddedFile:
        raise Refusal("pdf_attachment")
    active = ({action} & _ACTIVE_ACTIONS) | ({annotation} & _ACTIVE_ANNOTATIONS) | (keys & _ACTIVE_KEYS)
    # A page's resources may call a font AA.
    if "/AA" in keys and not (isinstance(item.AA, pikepdf.Dictionary) and item.AA.get("/Type") == Name.Font):
        active.add("/AA")
    if active:
        raise Refusal("pdf_active_content", kind=min(active).lstrip("/"))
    if item._type_code == ObjectType.stream and "/F" in keys:
        raise Refusal("pdf_active_content", kind="F")


def _unpacked_size(stream: Object) -> int:
    """Bytes that a stream takes when unpacked; damage in a single stream is the renderer's to tolerate."""
    if str(stream.get("/Type", "")) in _UNPACKED_WHILE_PARSING:
        return 0
    if stream.get("/Subtype") == Name.Image and _pixels(stream) > _MAX_IMAGE_PIXELS:
        raise Refusal("pdf_too_heavy")
    try:
        return len(memoryview(stream.get_stream_buffer()))
    except pikepdf.PdfError as error:
        if "limit exceeded" in str(error):
            raise Refusal("pdf_too_heavy") from None
        return 0


def _pixels(image: Object) -> int:
    width, height = image.get("/Width", 0), image.get("/Height", 0)
    return int(width) * int(height) if isinstance(width, int) and isinstance(height, int) else 0

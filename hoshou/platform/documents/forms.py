"""Documents to be filled in: a rendered document's marked boxes become the fields of a PDF form.

A template marks the box of a field as a link to ``field:<name>``; so the layout is said once, in the template.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

MARK = "field:"
TEXT_SIZE = 10.5
VALUE_SIZE = 15
_CLAIMS = ("pdfaid:part", "pdfaid:conformance", "pdfaid:rev", "pdfuaid:part", "pdfuaid:rev")
_READ_ONLY, _MULTILINE = 1 << 0, 1 << 12
_TYPED = f"/Gothic {TEXT_SIZE} Tf 0 g"
# A Courier capital's height, in parts of the size: what centres a line in its box.
_CAPITAL_HEIGHT = 0.56


@dataclass(frozen=True)
class TextField:
    """A line or lines of text that the reader enters; with a ``value`` (printable ASCII) it is fixed.

    ``label`` is what viewers show and read aloud for it.
    """

    label: str
    value: str = ""


def fillable(document: bytes, fields: Mapping[str, TextField]) -> bytes:
    """The document with a form: each of ``fields`` lies in the box that the template marked with its name.

    The fonts for what will be typed are the viewer's own, so the result no longer claims to be PDF/A. Raises
    ValueError unless the marked boxes and the fields are the same, each once, and values are printable ASCII.
    """
    with Pdf.open(io.BytesIO(document)) as pdf:
        marked = list(_marked(pdf))
        if sorted(name for name, _box in marked) != sorted(fields):
            raise ValueError(f"the fields {sorted(fields)} are not the marked boxes")
        for name, box in marked:
            _become_field(pdf, box, name, fields[name])
        pdf.Root.AcroForm = Dictionary(
            Fields=Array([box for _name, box in marked]), DR=_typing_fonts(pdf), DA=String(_TYPED)
        )
        _tag_as_forms(pdf.Root.StructTreeRoot)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for claim in _CLAIMS:
                metadata.pop(claim, None)
        output = io.BytesIO()
        pdf.save(output, deterministic_id=True)
    return output.getvalue()


def encrypted(document: bytes, password: str) -> bytes:
    """The document so that it opens with the password only: AES-256, revision 6 (ISO 32000-2)."""
    with Pdf.open(io.BytesIO(document)) as pdf:
        output = io.BytesIO()
        pdf.save(
            output, encryption=pikepdf.Encryption(owner=password, user=password, R=6, aes=True, metadata=True)
        )
    return output.getvalue()


def _marked(pdf: Pdf) -> Iterator[tuple[str, Object]]:
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", Array()):
            target = str(annotation.get("/A", Dictionary()).get("/URI", ""))
            if target.startswith(MARK):
                annotation.P = page.obj
                yield target.removeprefix(MARK), annotation


def _become_field(pdf: Pdf, box: Object, name: str, field: TextField) -> None:
    """Turn the annotation itself, so that the place in the structure tree that points to it stays right."""
    if not (field.value.isascii() and field.value.isprintable()):
        raise ValueError(f"the value of the field {name} can't be drawn")
    del box.A, box.Contents, box.Border
    box.Subtype = Name.Widget
    box.FT = Name.Tx
    box.T, box.TU, box.V = String(name), String(field.label), String(field.value)
    box.Ff = _READ_ONLY if field.value else _MULTILINE
    box.DA = String(_TYPED)
    box.AP = Dictionary(N=_appearance(pdf, box, field.value))


def _appearance(pdf: Pdf, box: Object, value: str) -> Object:
    left, bottom, right, top = (float(edge) for edge in box.Rect)
    width, height = right - left, top - bottom
    baseline = (height - VALUE_SIZE * _CAPITAL_HEIGHT) / 2
    escaped = value.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    shown = f"BT /Mono {VALUE_SIZE} Tf 0 g 6 {baseline:.2f} Td ({escaped}) Tj ET" if value else ""
    appearance = pdf.make_stream(f"/Tx BMC q {shown} Q EMC".encode())
    appearance.Type, appearance.Subtype = Name.XObject, Name.Form
    appearance.BBox = Array([0, 0, width, height])
    appearance.Resources = Dictionary(Font=Dictionary(Mono=_standard_font("Courier-Bold")))
    return appearance


def _standard_font(name: str) -> Dictionary:
    """One of the fonts that every viewer has."""
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(f"/{name}"), Encoding=Name.WinAnsiEncoding)


def _typing_fonts(pdf: Pdf) -> Dictionary:
    """For what is typed: a Japanese font by the name that viewers know and replace by their own."""
    gothic = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0,
        BaseFont=Name("/HeiseiKakuGo-W5"),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Japan1"), Supplement=5),
        DW=1000,
        W=Array([1, Array([500] * 95)]),
        FontDescriptor=pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor,
                FontName=Name("/HeiseiKakuGo-W5"),
                Flags=4,
                FontBBox=Array([-92, -250, 1010, 922]),
                ItalicAngle=0,
                Ascent=752,
                Descent=-221,
                CapHeight=737,
                StemV=114,
            )
        ),
    )
    typed = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/HeiseiKakuGo-W5-UniJIS-UTF16-H"),
        Encoding=Name("/UniJIS-UTF16-H"),
        DescendantFonts=Array([pdf.make_indirect(gothic)]),
    )
    return Dictionary(Font=Dictionary(Gothic=pdf.make_indirect(typed), Helv=_standard_font("Helvetica")))


def _tag_as_forms(element: Object) -> None:
    """Name the structure elements of the fields what they now are, for readers aloud."""
    children = element.get("/K")
    for child in children if isinstance(children, Array) else [children]:
        if not isinstance(child, Dictionary):
            continue
        if child.get("/Type") == Name.OBJR and child.Obj.get("/Subtype") == Name.Widget:
            element.S = Name.Form
        elif "/K" in child:
            _tag_as_forms(child)

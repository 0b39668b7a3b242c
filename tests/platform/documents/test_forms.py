"""Forms: a marked box becomes a field, and nothing else does."""

import io
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from hoshou.platform.documents import TextField, encrypted, fillable, render

TEMPLATE = """
#import "@local/hoshou:1.0.0": *
#let document(data) = [
#show: sheet.with(title: "用紙", dated: data.document_date)
#link("field:name", block(width: 60mm, height: 9mm))
#link("field:code", block(width: 60mm, height: 9mm))
#link("https://example.jp/")[案内]
]
"""
FIELDS = {"name": TextField("氏名"), "code": TextField("番号", r"A(1)\2")}


@pytest.fixture
def document(tmp_path: Path) -> bytes:
    (tmp_path / "form.typ").write_text(TEMPLATE)
    return render(tmp_path / "form.typ", {"document_date": date(2026, 4, 1)})


def kinds(element: pikepdf.Object) -> set[str]:
    """The structure elements that point to an annotation."""
    found = set()
    children = element.get("/K")
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            if child.get("/Type") == "/OBJR":
                found.add(f"{element.S} {child.Obj.Subtype}")
            elif "/K" in child:
                found |= kinds(child)
    return found


@pytest.mark.req("A-028", "P-019")
def test_marked_boxes_become_fields_in_place_and_other_links_stay(document: bytes) -> None:
    with pikepdf.open(io.BytesIO(document)) as plain, pikepdf.open(io.BytesIO(fillable(document, FIELDS))) as form:
        before, after = list(plain.pages[0].Annots), list(form.pages[0].Annots)
        assert [list(box.Rect) for box in before] == [list(box.Rect) for box in after]
        assert [str(box.Subtype) for box in after] == ["/Widget", "/Widget", "/Link"]
        name, code = form.Root.AcroForm.Fields
        assert (str(name.T), str(name.TU), str(name.V), int(name.Ff) & 1) == ("name", "氏名", "", 0)
        assert (str(code.T), str(code.TU), str(code.V), int(code.Ff) & 1) == ("code", "番号", r"A(1)\2", 1)
        assert rb"(A\(1\)\\2) Tj" in code.AP.N.read_bytes()
        assert kinds(form.Root.StructTreeRoot) == {"/Form /Widget", "/Link /Link"}
        assert "pdfaid:part" in plain.open_metadata()
        assert not [key for key in form.open_metadata() if "pdfaid:" in key or "pdfuaid:" in key]
    assert fillable(document, FIELDS) == fillable(document, FIELDS)


@pytest.mark.req("A-028")
@pytest.mark.parametrize(
    "fields",
    [
        {"name": TextField("氏名")},
        {**FIELDS, "more": TextField("他")},
        {**FIELDS, "code": TextField("番号", "番号")},
        {**FIELDS, "code": TextField("番号", "A\n1")},
    ],
)
def test_a_form_that_does_not_fit_its_template_is_a_fault(document: bytes, fields: dict[str, TextField]) -> None:
    with pytest.raises(ValueError, match="field"):
        fillable(document, fields)


@pytest.mark.req("A-029")
def test_encryption_leaves_nothing_readable(document: bytes) -> None:
    locked = encrypted(fillable(document, FIELDS), "ABCD-EFGH")
    assert "用紙".encode() not in locked
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    with pikepdf.open(io.BytesIO(locked), password="ABCD-EFGH") as pdf:
        assert len(pdf.Root.AcroForm.Fields) == 2

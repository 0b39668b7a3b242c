"""What is taken in and what isn't."""

import contextlib
import hashlib
import io
import random
import time

import pytest
from asn1crypto import x509
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from hoshou.base.errors import DomainError, Refused
from hoshou.platform.pdf import check_size, inspect, render_page
from tests.samples import hostile, pdfs

MEBIBYTE = 1024 * 1024


def refusal_of(data: bytes, **options) -> DomainError:
    with pytest.raises(Refused) as refused:
        inspect(data, **options)
    return refused.value


@pytest.mark.req("A15")
@pytest.mark.parametrize("version", ["1.3", "1.4", "1.5", "1.6", "1.7", "2.0"])
def test_versions_from_1_3_to_2_0_are_accepted(version):
    assert inspect(pdfs.of_version(version)).pdf_version == version


@pytest.mark.req("A15")
@pytest.mark.parametrize(
    ("make", "pages"),
    [
        (lambda: pdfs.plain(), 1),
        (lambda: pdfs.plain(12), 12),
        (lambda: pdfs.scan(2), 2),
        (lambda: pdfs.japanese(2), 2),
        (pdfs.japanese_not_embedded, 1),
        (pdfs.fillable, 1),
    ],
    ids=["plain", "twelve pages", "scan", "Japanese", "font not embedded", "form and link"],
)
def test_ordinary_pdfs_are_accepted(make, pages):
    found = inspect(make())
    assert found.pages == len(found.page_sizes) == pages
    assert found.page_sizes[0] == pytest.approx((595, 842), abs=1)
    assert not found.signed


@pytest.mark.req("A15")
def test_a_signed_pdf_is_accepted_and_its_signature_still_holds():
    data = pdfs.signed()
    before = hashlib.sha256(data).digest()
    assert inspect(data).signed
    assert hashlib.sha256(data).digest() == before
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(pdfs.signing_certificate())])
    status = pdfs.aside(validate_pdf_signature, signature, trusted)
    assert status.bottom_line


@pytest.mark.req("A15", "A13", "D-01")
def test_nineteen_mebibytes_are_accepted_and_twenty_one_refused():
    data = pdfs.of_size(19 * MEBIBYTE)
    check_size(len(data))
    assert inspect(data).pages == 1
    with pytest.raises(Refused):
        check_size(len(pdfs.of_size(21 * MEBIBYTE)))


@pytest.mark.req("A13", "D-01")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (hostile.renamed_docx, "pdf_not_pdf"),
        (lambda: b"", "pdf_not_pdf"),
        (lambda: b" " * 2000 + pdfs.plain(), "pdf_not_pdf"),
        (lambda: b"%PDF-1.7\n", "pdf_unreadable"),
        (hostile.truncated, "pdf_unreadable"),
        (hostile.without_its_end, "pdf_unreadable"),
        (hostile.wrong_page_count, "pdf_unreadable"),
        (hostile.page_tree_loop, "pdf_unreadable"),
        (hostile.xref_cycle, "pdf_unreadable"),
        (hostile.without_pages, "pdf_no_pages"),
        (hostile.huge_page, "pdf_page_too_large"),
        (hostile.image_bomb, "pdf_too_heavy"),
        (hostile.flate_bomb, "pdf_too_heavy"),
        (lambda: hostile.flate_bomb(layers=2), "pdf_too_heavy"),
        (hostile.many_small_bombs, "pdf_too_heavy"),
        (lambda: hostile.encrypted(""), "pdf_encrypted"),
        (lambda: hostile.encrypted("secret"), "pdf_encrypted"),
        (lambda: hostile.encrypted("", revision=4), "pdf_encrypted"),
    ],
)
def test_damaged_locked_and_exploding_files_are_refused(make, code):
    data = make()
    started = time.monotonic()
    assert refusal_of(data).code == code
    assert time.monotonic() - started < 10


@pytest.mark.req("A13")
def test_pages_are_counted_against_the_limit():
    assert inspect(pdfs.plain(3), max_pages=3).pages == 3
    error = refusal_of(pdfs.plain(4), max_pages=3)
    assert error.code == "pdf_too_many_pages"
    assert str(error) == "PDFのページ数が多すぎます。3ページ以内にしてください。"


@pytest.mark.req("A14", "D-01")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (hostile.javascript, "pdf_javascript"),
        (hostile.javascript_with_escaped_names, "pdf_javascript"),
        (lambda: hostile.link_to(Dictionary(S=Name.JavaScript, JS="x")), "pdf_javascript"),
        (lambda: hostile.link_to(Dictionary(S=Name.URI, URI=" JavaScript:alert(1)")), "pdf_javascript"),
        (lambda: hostile.with_catalog(Names=Dictionary(JavaScript=Dictionary(Names=[]))), "pdf_javascript"),
        (hostile.launch, "pdf_launch"),
        (lambda: hostile.with_catalog(OpenAction=Dictionary(S=Name.Launch, F="x")), "pdf_launch"),
        (hostile.attachment, "pdf_attachment"),
        (
            lambda: hostile.with_annotation(Dictionary(Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9])),
            "pdf_attachment",
        ),
        (lambda: hostile.with_catalog(Collection=Dictionary(View=Name.D)), "pdf_attachment"),
        (hostile.external_stream, "pdf_active_content"),
        (
            lambda: hostile.with_catalog(OpenAction=Dictionary(S=Name.URI, URI="https://example.com")),
            "pdf_active_content",
        ),
        (
            lambda: hostile.with_catalog(AA=Dictionary(WC=Dictionary(S=Name.Named, N=Name.Print))),
            "pdf_active_content",
        ),
        (lambda: hostile.with_catalog(AcroForm=Dictionary(Fields=[], XFA="<x/>")), "pdf_active_content"),
    ],
)
def test_active_content_is_refused(make, code):
    assert refusal_of(make()).code == code


@pytest.mark.req("A14")
@pytest.mark.parametrize(
    "kind",
    [
        "SubmitForm",
        "ImportData",
        "GoToR",
        "GoToE",
        "Rendition",
        "Movie",
        "Sound",
        "GoTo3DView",
        "RichMediaExecute",
    ],
)
def test_active_actions_are_refused_wherever_they_stand(kind):
    action = Dictionary(S=Name(f"/{kind}"))
    for data in (
        hostile.link_to(action),
        hostile.link_to(Dictionary(S=Name.URI, URI="https://example.com", Next=Array([action]))),
        hostile.with_catalog(Unused=Array([Dictionary(Deep=action)])),
    ):
        error = refusal_of(data)
        assert (error.code, error.values["kind"]) == ("pdf_active_content", kind)


@pytest.mark.req("A14")
@pytest.mark.parametrize("kind", ["RichMedia", "Movie", "Sound", "Screen", "3D"])
def test_active_annotations_are_refused(kind):
    error = refusal_of(hostile.with_annotation(Dictionary(Subtype=Name(f"/{kind}"), Rect=[0, 0, 9, 9])))
    assert (error.code, error.values["kind"]) == ("pdf_active_content", kind)


@pytest.mark.req("A14", "A15")
@pytest.mark.parametrize(
    "action",
    [
        Dictionary(S=Name.URI, URI="https://example.com/"),
        Dictionary(S=Name.GoTo, D="chapter"),
        Dictionary(S=Name.Named, N=Name.NextPage),
    ],
)
def test_plain_links_are_accepted(action):
    assert inspect(hostile.link_to(action)).pages == 1


@pytest.mark.req("A15")
def test_opening_at_a_place_is_accepted():
    opening = Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))
    assert inspect(hostile.with_catalog(OpenAction=opening)).pages == 1


@pytest.mark.req("A13")
def test_mutated_files_get_clean_answers():
    """200 files with a few bytes changed, cut out or doubled: every one is accepted or refused."""
    chance = random.Random(20260401)
    originals = [pdfs.japanese(), pdfs.signed(), hostile.javascript(), pdfs.scan(), pdfs.of_version("2.0")]
    accepted = refused = 0
    for _ in range(200):
        data = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(data))
            change = chance.randrange(3)
            if change == 0:
                data[at] = chance.randrange(256)
            elif change == 1:
                del data[at : at + chance.randint(1, 40)]
            else:
                data[at:at] = data[at : at + chance.randint(1, 40)]
        try:
            inspect(bytes(data))
            accepted += 1
        except Refused:
            refused += 1
        with contextlib.suppress(DomainError):
            render_page(bytes(data), 1, watermark="", width=200)
    assert accepted > 10
    assert refused > 10

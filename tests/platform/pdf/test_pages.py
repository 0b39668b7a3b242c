"""Page images and page text."""

import io

import pytest
from PIL import Image, ImageChops

from hoshou.base.errors import NotFound, Refused
from hoshou.platform.pdf import page_sizes, page_text, render_page
from tests.samples import hostile, pdfs

MARK = "閲覧専用 甲建設 2026-04-01 10:00"


def image_of(data: bytes, number: int = 1, *, watermark: str = "", width: int = 1240) -> Image.Image:
    page = render_page(data, number, watermark=watermark, width=width)
    assert page.mimetype == "image/jpeg"
    image = Image.open(io.BytesIO(page.content))
    assert image.format == "JPEG"
    assert image.size == (page.width, page.height)
    return image.convert("L")


def darkest(image: Image.Image) -> int:
    return image.getextrema()[0]


@pytest.mark.req("A-034", "A10", "D-04")
def test_a_page_is_an_image_and_holds_nothing_of_the_file():
    data = pdfs.japanese()
    page = render_page(data, 1, watermark=MARK)
    assert (page.width, page.height) == (1240, 1754)
    assert b"%PDF" not in page.content
    assert not any(data[at : at + 64] in page.content for at in range(0, len(data) - 64, 16))


@pytest.mark.req("D-04")
def test_the_watermark_covers_the_page_and_lets_it_be_read():
    bare, marked = image_of(pdfs.plain()), image_of(pdfs.plain(), watermark=MARK)
    difference = ImageChops.difference(bare, marked).point(lambda v: 255 if v > 20 else 0)
    for row in range(4):
        for column in range(2):
            part = (column * 620, row * 438, column * 620 + 620, row * 438 + 438)
            assert difference.crop(part).getbbox(), f"nothing in {part}"
    light = marked.crop((0, 600, 1240, 1754))
    assert 180 < darkest(light) < 225
    assert darkest(marked) < 40  # the page's own text


@pytest.mark.req("D-04")
def test_the_watermark_shows_on_a_black_page():
    content = b"0 0 0 rg 0 0 595 842 re f"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    stream = b"<</Length %d>>stream\n%b\nendstream" % (len(content), content)
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    black = hostile.written(b"<</Type/Catalog/Pages 2 0 R>>", tree, page, stream)
    assert image_of(black).getextrema()[1] < 5
    assert image_of(black, watermark=MARK).getextrema()[1] > 25


@pytest.mark.req("A15")
def test_japanese_text_is_drawn_though_its_font_is_not_embedded():
    image = image_of(pdfs.japanese_not_embedded())
    # Four characters of 60 points at 60 points from the left, their base line 600 points up.
    box = image.point(lambda v: 255 if v < 128 else 0).getbbox()
    assert box is not None
    left, top, right, bottom = (edge * 595 / 1240 for edge in box)
    assert 55 < left < 75
    assert 280 < right < 305
    assert 180 < top < 205
    assert 235 < bottom < 255


def test_form_fields_are_drawn():
    empty, filled = image_of(pdfs.plain()), image_of(pdfs.fillable())
    assert ImageChops.difference(empty, filled).getbbox()


def test_the_width_is_kept_within_the_bound_of_pixels():
    assert image_of(pdfs.plain(), width=600).size == (600, 850)
    wide = image_of(pdfs.plain(), width=100_000)
    assert wide.width * wide.height < 8_100_000
    long = image_of(pdfs.plain(size=(10, 14_000)), width=1240)
    assert long.width * long.height < 8_100_000


@pytest.mark.req("A13")
def test_a_page_that_is_endless_to_draw_is_refused():
    with pytest.raises(Refused) as refused:
        render_page(hostile.form_bomb(), 1, watermark=MARK)
    assert refused.value.code in {"pdf_too_heavy", "pdf_unreadable"}


@pytest.mark.req("A-038")
@pytest.mark.parametrize(
    "data", [b"", b"\0" * 100, hostile.truncated(), hostile.xref_cycle(), hostile.encrypted("x")]
)
def test_what_cannot_be_read_says_so(data):
    for ask in (
        lambda: render_page(data, 1, watermark=MARK),
        lambda: page_text(data, 1),
        lambda: page_sizes(data),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "pdf_unreadable"


@pytest.mark.parametrize("number", [-1, 0, 3])
def test_there_is_no_page_outside_the_document(number):
    data = pdfs.plain(2)
    for ask in (lambda: render_page(data, number, watermark=MARK), lambda: page_text(data, number)):
        with pytest.raises(NotFound) as missing:
            ask()
        assert missing.value.code == "pdf_no_such_page"


def test_each_page_has_its_own_text_in_its_place():
    data = pdfs.plain(2)
    (run,) = page_text(data, 2)
    assert run.text == "Page 2"
    # 36 points high at 72 points from the left, its base line 142 points from the top of 842.
    assert run.left == pytest.approx(72 / 595, abs=0.01)
    assert run.top + run.height == pytest.approx(142 / 842, abs=0.012)
    assert 0.02 < run.height < 0.05
    assert 0.1 < run.width < 0.25


def test_japanese_text_is_read():
    assert page_text(pdfs.japanese(), 1)[0].text.startswith("履行保証保険証券")


def test_a_scan_has_no_text():
    assert page_text(pdfs.scan(), 1) == []


def test_sizes_are_those_of_the_pages():
    assert page_sizes(pdfs.plain(3, size=(842, 595))) == ((842, 595),) * 3

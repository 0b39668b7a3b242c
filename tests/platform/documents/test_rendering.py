"""Documents: fonts, injection, sameness of bytes, failures (P-019)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

import hoshou
from hoshou.base.errors import DomainError
from hoshou.platform.documents import render

DAY = date(2026, 6, 1)
LETTER = """
#import "@local/hoshou:1.0.0": *
#let document(data) = [
#show: sheet.with(title: "通知", dated: data.document_date, header: [見出し], footer: [脚注])
#text(weight: "bold")[見出し] #data.name
]
"""


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    template = tmp_path / "letter.typ"
    template.write_text(LETTER, encoding="utf-8")
    return template


def template(folder: Path, body: str) -> Path:
    path = folder / "document.typ"
    path.write_text(f'#import "@local/hoshou:1.0.0": *\n#let document(data) = [\n{body}\n]', encoding="utf-8")
    return path


def wrapped(folder: Path, body: str) -> Path:
    return template(folder, f'#show: sheet.with(title: "t", dated: data.document_date)\n{body}')


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """The name of each font used, and whether its program is in the file."""
    found = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for reference in page["/Resources"]["/Font"].values():
            (descendant,) = reference.get_object()["/DescendantFonts"]
            descriptor = descendant.get_object()["/FontDescriptor"]
            found[descriptor["/FontName"].split("+")[-1]] = "/FontFile3" in descriptor
    return found


@pytest.mark.req("P-019", "P-014")
def test_rare_japanese_characters_are_shown_with_embedded_fonts(letter: Path) -> None:
    pdf = render(letter, {"document_date": DAY, "name": "髙﨑〜①㈱𠮷野 ﾊﾝｶｸ ＡＩＧ"})

    assert "髙﨑〜①㈱𠮷野 ﾊﾝｶｸ ＡＩＧ" in text_of(pdf)
    assert fonts_of(pdf) == {"NotoSansCJKjp-Regular": True, "NotoSansCJKjp-Bold": True}


@pytest.mark.req("P-019")
def test_shipped_templates_import_nothing_that_would_have_to_be_downloaded() -> None:
    shipped = {path: path.read_text(encoding="utf-8") for path in Path(hoshou.__path__[0]).rglob("*.typ")}
    packages = {package for text in shipped.values() for package in re.findall(r'import "(@[^"]+)"', text)}

    assert packages == {"@local/hoshou:1.0.0"}


@pytest.mark.parametrize(
    "hostile",
    [
        "#panic()",
        "] #panic() [",
        '"); #panic("',
        "$ sqrt(2) $ *strong* _emphasis_ = heading",
        '#read("letter.typ")',
        '"))) #panic(("',
        '\\")) #panic((\\"',
        "\\u{41} \\\\ \\n \\# // comment /* block */ `raw` <label> @local/hoshou:1.0.0",
        '{"document_date": "1999-01-01"}',
    ],
)
def test_data_is_shown_and_never_read_as_markup(letter: Path, hostile: str) -> None:
    assert hostile in text_of(render(letter, {"document_date": DAY, "name": hostile}))


def test_equal_input_gives_equal_bytes(letter: Path) -> None:
    first = render(letter, {"document_date": DAY, "name": "甲"})
    other = render(letter, {"document_date": DAY, "name": "乙"})
    again = render(letter, {"document_date": DAY, "name": "甲"})

    assert first == again != other


def test_a_document_is_dated_by_its_data(letter: Path) -> None:
    metadata = PdfReader(BytesIO(render(letter, {"document_date": DAY, "name": "甲"}))).metadata

    assert metadata is not None
    assert str(metadata.creation_date_raw).startswith("D:20260601")
    assert metadata.title == "通知"


def test_today_inside_a_template_is_the_documents_day(tmp_path: Path) -> None:
    path = wrapped(tmp_path, "#datetime.today().display()")

    assert "2026-06-01" in text_of(render(path, {"document_date": DAY}))


def test_threads_render_side_by_side_without_mixing_data(letter: Path) -> None:
    names = [f"受注者第{number}号" for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        pdfs = list(threads.map(lambda name: render(letter, {"document_date": DAY, "name": name}), names))

    assert [name in text_of(pdf) for name, pdf in zip(names, pdfs, strict=True)] == [True] * 24


@pytest.mark.parametrize("missing", ["\U0001f600", "\ue000", "\U000f0000"])
def test_a_character_that_the_fonts_lack_fails_instead_of_an_empty_box(letter: Path, missing: str) -> None:
    with pytest.raises(DomainError) as failure:
        render(letter, {"document_date": DAY, "name": f"山{missing}田"})

    assert failure.value.code == "document-not-rendered"
    assert "letter.typ" in str(failure.value)


@pytest.mark.parametrize(
    "body",
    [
        '#panic("broken")',
        "#unknown-variable",
        '#text(font: "Libertinus Serif")[a font that the compiler would bring along]',
        '#read("../outside.txt")',
    ],
)
def test_a_faulty_template_is_a_domain_error_that_keeps_the_cause(tmp_path: Path, body: str) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text("outside")

    with pytest.raises(DomainError) as failure:
        render(wrapped(folder, body), {"document_date": DAY})

    assert failure.value.code == "document-not-rendered"
    assert failure.value.__cause__ is not None


def test_a_value_that_a_document_cannot_show_is_refused(letter: Path) -> None:
    with pytest.raises(TypeError, match="object"):
        render(letter, {"document_date": DAY, "name": object()})


@pytest.mark.req("P-018")
@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "0円"),
        (999, "999円"),
        (1000, "1,000円"),
        (-1234567, "−1,234,567円"),
        (12345678901, "12,345,678,901円"),
    ],
)
def test_amounts_are_grouped_by_three(tmp_path: Path, amount: int, shown: str) -> None:
    path = wrapped(tmp_path, "[#yen(data.amount)]")

    assert f"[{shown}]" in text_of(render(path, {"document_date": DAY, "amount": amount}))


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2026, 6, 1), "2026年6月1日/令和8年6月1日/2026年6月1日（令和8年）"),
        (date(2019, 5, 1), "2019年5月1日/令和元年5月1日/2019年5月1日（令和元年）"),
        (date(2027, 12, 31), "2027年12月31日/令和9年12月31日/2027年12月31日（令和9年）"),
    ],
)
def test_dates_are_written_the_japanese_way(tmp_path: Path, day: date, shown: str) -> None:
    path = wrapped(tmp_path, "#western(data.day)/#era(data.day)/#full-date(data.day)")

    assert shown in text_of(render(path, {"document_date": DAY, "day": day}))


def test_a_date_before_the_era_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError):
        render(wrapped(tmp_path, "#era(data.day)"), {"document_date": DAY, "day": date(2019, 4, 30)})


def test_the_footer_counts_the_pages(tmp_path: Path) -> None:
    path = wrapped(tmp_path, "一頁目 #pagebreak() 二頁目")
    pages = text_of(render(path, {"document_date": DAY}))

    assert "1 / 2" in pages
    assert "2 / 2" in pages


@pytest.mark.req("P-019")
def test_data_may_hold_any_line_break_and_stays_the_documents_own(letter: Path) -> None:
    first = render(letter, {"document_date": DAY, "name": "甲\u2028\n乙"})

    assert "丙" in text_of(render(letter, {"document_date": DAY, "name": "丙"}))
    assert render(letter, {"document_date": DAY, "name": "甲\u2028\n乙"}) == first


def test_a_failure_tells_no_log_the_data(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as failure:
        render(template(tmp_path, "#data.absent"), {"document_date": DAY, "name": "秘密"})

    assert failure.value.__cause__ is not None
    assert "秘密" not in f"{failure.value.__cause__}{failure.value.__cause__.__notes__}"

"""Charts: what is drawn is what was counted (P-022)."""

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

import hoshou.platform.staff
from hoshou.platform.staff.chart_drawing import draw, scale
from hoshou.platform.staff.charts import TONES, Chart, ChartForm, Series

STYLES = Path(hoshou.platform.staff.__file__).parent / "static" / "staff.css"
MONTHS = ("2026/02", "2026/03", "2026/04")


def chart(*series: Series, form: ChartForm = ChartForm.COLUMNS, **changes: object) -> Chart:
    facts = {"title": "題", "subject": "月", "unit": "件", "categories": MONTHS, **changes}
    return Chart(series=series, form=form, **facts)  # type: ignore[arg-type]


def drawn(found: Chart) -> Xml.Element:
    return Xml.fromstring(str(draw(found)))  # noqa: S314 - our own


def boxes(svg: Xml.Element) -> dict[str, dict[str, float]]:
    """The sides of each rectangle by what it says under the pointer."""
    return {
        str(box.findtext("title")): {side: float(box.get(side, "")) for side in ("x", "y", "width", "height")}
        for box in svg.iter("rect")
    }


@pytest.mark.parametrize(
    ("most", "numbers"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (6, [0, 2, 4, 6]),
        (11, [0, 5, 10, 15]),
        (50, [0, 10, 20, 30, 40, 50]),
        (7103, [0, 2000, 4000, 6000, 8000]),
    ],
)
def test_an_axis_counts_in_plain_steps_to_the_highest_number(most: int, numbers: list[int]) -> None:
    assert scale(most) == numbers


@pytest.mark.req("P-022")
def test_columns_are_as_high_as_their_numbers_and_stand_on_each_other() -> None:
    found = boxes(drawn(chart(Series("甲", (2, 0, 4)), Series("乙", (6, 0, 2), tone=1))))
    assert set(found) == {"2026/02 甲 2", "2026/02 乙 6", "2026/04 甲 4", "2026/04 乙 2"}
    lower, upper = found["2026/02 甲 2"], found["2026/02 乙 6"]
    assert upper["height"] == pytest.approx(3 * lower["height"], rel=0.001)
    assert upper["y"] + upper["height"] == pytest.approx(lower["y"], abs=0.02)
    assert upper["x"] == lower["x"]
    floor = lower["y"] + lower["height"]
    last = found["2026/04 甲 4"]
    assert last["y"] + last["height"] == pytest.approx(floor, abs=0.02)
    assert last["height"] == pytest.approx(2 * lower["height"], rel=0.001)


@pytest.mark.req("P-022")
def test_bars_are_as_long_as_their_numbers() -> None:
    found = boxes(drawn(chart(Series("件数", (10, 5, 0)), form=ChartForm.BARS)))
    assert set(found) == {"2026/02 10", "2026/03 5"}
    assert found["2026/02 10"]["width"] == pytest.approx(2 * found["2026/03 5"]["width"], rel=0.001)
    assert found["2026/03 5"]["y"] > found["2026/02 10"]["y"] + found["2026/02 10"]["height"]


@pytest.mark.parametrize("form", ChartForm)
@pytest.mark.parametrize("number", [1, 1_234_567])
def test_nothing_is_drawn_outside_the_picture(form: ChartForm, number: int) -> None:
    months = tuple(f"2026/{month:02}" for month in range(1, 14))
    svg = drawn(chart(Series("件数", (number,) * 13), form=form, categories=months, ticks=("12月\n2026",) * 13))
    _, _, width, height = (float(side) for side in svg.get("viewBox", "").split())
    for box in boxes(svg).values():
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    for words in svg.iter("text"):
        assert 0 <= float(words.get("y", "")) <= height
        if words.text and words.text[0].isdecimal() and "月" not in words.text:
            left, right = reach(words)
            assert left >= 0
            assert right <= width


@pytest.mark.parametrize("number", [1, 1_234, 1_234_567])
def test_the_numbers_above_columns_never_run_into_each_other(number: int) -> None:
    months = tuple(f"2026/{month:02}" for month in range(1, 14))
    svg = drawn(chart(Series("件数", (number,) * 13), categories=months))
    above = [reach(words) for words in svg.iter("text") if words.get("class") == "chart__value"]
    assert len(above) == (0 if number > 10**6 else 13)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(above))


def reach(words: Xml.Element) -> tuple[float, float]:
    """From where to where a number reaches: a digit is 8 wide."""
    length, x, anchor = len(words.text or "") * 8, float(words.get("x", "")), words.get("text-anchor")
    left = x - (length if anchor == "end" else length / 2 if anchor == "middle" else 0)
    return left, left + length


@pytest.mark.req("A22", "A24")
@pytest.mark.parametrize("form", ChartForm)
def test_names_are_text_and_nothing_breaks_the_content_policy(form: ChartForm) -> None:
    hostile = '"><script>alert(1)</script>\' onload="x'
    found = chart(
        Series(hostile, (1,)),
        Series("乙", (2,)),
        form=form,
        title=hostile,
        categories=(hostile,),
        ticks=(hostile,),
    )
    svg = drawn(found)
    assert svg.get("aria-label") == hostile
    assert f"{hostile} {hostile} 1" in boxes(svg)
    assert hostile in [words.text for words in svg.iter("text")]
    allowed = {"svg", "rect", "line", "text", "title"}
    for element in svg.iter():
        assert element.tag in allowed
        assert not {name for name in element.attrib if name == "style" or name.startswith("on") or "href" in name}


def test_a_chart_whose_numbers_do_not_fit_is_refused() -> None:
    for values in ((1, 2), (1, 2, -3)):
        with pytest.raises(ValueError, match="甲"):
            chart(Series("甲", values))
    with pytest.raises(ValueError, match="2 ticks for 3"):
        chart(Series("甲", (1, 2, 3)), ticks=("2月", "3月"))


def test_an_empty_chart_is_known_as_such_and_can_be_drawn() -> None:
    assert chart().is_empty
    assert chart(Series("甲", (0, 0, 0))).is_empty
    assert not chart(Series("甲", (0, 0, 1))).is_empty
    for form in ChartForm:
        assert boxes(drawn(chart(form=form))) == {}
        assert boxes(drawn(chart(form=form, categories=()))) == {}


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.req("P-022")
def test_every_tone_has_a_colour_that_stands_out_from_the_ground() -> None:
    tones = dict(re.findall(r"\.chart__tone-(\d) \{\s*--tone: (#[0-9a-f]{6});", STYLES.read_text()))
    assert sorted(int(tone) for tone in tones) == list(range(TONES))
    assert len(set(tones.values())) == TONES
    for colour in tones.values():
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour
    assert Series("甲", (), tone=TONES).colour == Series("甲", ()).colour

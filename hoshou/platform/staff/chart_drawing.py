"""A chart as SVG: pure, without scripts, style attributes or foreign hosts.

Colours, fonts and sizes of text are the style sheet's; a segment only says which tone it has.
"""

from xml.etree import ElementTree as Xml

from markupsafe import Markup

from hoshou.platform.staff.charts import Chart, ChartForm, Series

WIDTH = 640
COLUMNS_HEIGHT = 320
RIGHT, TOP, BOTTOM = 8, 26, 46
"""Room for the highest number, and for two lines of ticks."""
DIGIT, GAP = 8, 8
"""A digit's width in the style sheet's sizes, and what lies between a number and its line."""
FILLED = 0.64
"""How much of its band a column takes."""
TICK_LINE = 16
BAR_ROW, BAR_LABEL, BAR = 52, 18, 20
BAR_VALUE = 90
"""A bar's row, the line of its label, its thickness, and the room for its number."""
MOST_STEPS = 5


def draw(chart: Chart) -> Markup:
    """The chart as an SVG element; what people entered is text in it and never markup."""
    svg = _columns(chart) if chart.form is ChartForm.COLUMNS else _bars(chart)
    # Serialised from a tree, so every text and attribute is escaped.
    return Markup(Xml.tostring(svg, encoding="unicode"))  # noqa: S704


def scale(most: int) -> list[int]:
    """The axis' numbers from 0 to the first that isn't below ``most``, in steps of 1, 2 or 5 times a power of ten."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * MOST_STEPS >= most:
                steps = max(1, -(-most // step))
                return [step * number for number in range(steps + 1)]
        power *= 10


def _canvas(chart: Chart, height: int) -> Xml.Element:
    return Xml.Element(
        "svg",
        {
            "class": "chart__drawing",
            "viewBox": f"0 0 {WIDTH} {height}",
            "role": "img",
            "aria-label": chart.title,
        },
    )


def _columns(chart: Chart) -> Xml.Element:
    svg = _canvas(chart, COLUMNS_HEIGHT)
    axis = scale(max(chart.totals, default=0))
    start = GAP + DIGIT * len(f"{axis[-1]:,}")
    floor = COLUMNS_HEIGHT - BOTTOM
    unit_height = (floor - TOP) / axis[-1]
    for number in axis:
        y = floor - number * unit_height
        _line(svg, start, y, WIDTH - RIGHT, y, "base" if number == 0 else "grid")
        _text(svg, start - GAP, y + 4, f"{number:,}", "axis", "end")
    band = (WIDTH - start - RIGHT) / max(1, len(chart.categories))
    width = band * FILLED
    for index in range(len(chart.categories)):
        left = start + band * index + (band - width) / 2
        top: float = floor
        for series in chart.series:
            height = series.values[index] * unit_height
            top -= height
            _segment(svg, chart, series, index, (left, top, width, height))
        total = f"{chart.totals[index]:,}"
        # Where a number is too wide for its column, the table has it.
        if chart.totals[index] and len(total) * DIGIT <= band:
            _text(svg, left + width / 2, top - 6, total, "value", "middle")
        for line, words in enumerate((chart.ticks or chart.categories)[index].splitlines()):
            _text(svg, left + width / 2, floor + 18 + TICK_LINE * line, words, "axis", "middle")
    return svg


def _bars(chart: Chart) -> Xml.Element:
    svg = _canvas(chart, BAR_ROW * len(chart.categories))
    unit_width = (WIDTH - BAR_VALUE) / max((1, *chart.totals))
    for index, category in enumerate(chart.categories):
        top = BAR_ROW * index + BAR_LABEL
        _text(svg, 0, top - 4, category, "label", "start")
        right = 0.0
        for series in chart.series:
            width = series.values[index] * unit_width
            _segment(svg, chart, series, index, (right, top, width, BAR))
            right += width
        _text(svg, right + GAP, top + BAR - 5, f"{chart.totals[index]:,}", "value", "start")
    return svg


def _segment(
    svg: Xml.Element, chart: Chart, series: Series, index: int, box: tuple[float, float, float, float]
) -> None:
    """One number's rectangle, with a title that browsers show under the pointer."""
    value = series.values[index]
    if not value:
        return
    sides = {side: _number(length) for side, length in zip(("x", "y", "width", "height"), box, strict=True)}
    segment = Xml.SubElement(svg, "rect", {"class": f"chart__segment {series.colour}", **sides})
    category = chart.categories[index]
    name = f"{category} {series.label}" if len(chart.series) > 1 else category
    Xml.SubElement(segment, "title").text = f"{name} {value:,}"


def _line(svg: Xml.Element, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
    ends = {"x1": _number(x1), "y1": _number(y1), "x2": _number(x2), "y2": _number(y2)}
    Xml.SubElement(svg, "line", {"class": f"chart__{kind}", **ends})


def _text(svg: Xml.Element, x: float, y: float, words: str, kind: str, anchor: str) -> None:
    place = {"class": f"chart__{kind}", "x": _number(x), "y": _number(y), "text-anchor": anchor}
    Xml.SubElement(svg, "text", place).text = words


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

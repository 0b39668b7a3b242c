"""Charts as plugins contribute them: numbers with their names, drawn by ``chart_drawing``, read as a table (P-022)."""

from dataclasses import dataclass
from enum import StrEnum

TONES = 8


class ChartForm(StrEnum):
    """Columns stand beside each other along time; bars lie below each other, one for each stage or kind."""

    COLUMNS = "columns"
    BARS = "bars"


@dataclass(frozen=True)
class Series:
    """One number for each category. ``tone`` picks the colour, so that one insurer looks alike in every chart."""

    label: str
    values: tuple[int, ...]
    tone: int = 0

    @property
    def colour(self) -> str:
        """The class by which the style sheet knows the colour."""
        return f"chart__tone-{self.tone % TONES}"


@dataclass(frozen=True)
class Chart:
    """What is counted, in the reader's language. Several series are stacked.

    ``subject`` names what the categories are (month, stage); ``unit`` what the numbers count. ``ticks`` are the
    categories as an axis has room for them, a line break included; without them the categories stand there.
    Raises ValueError when a series has not one number for each category, or a negative one.
    """

    title: str
    subject: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    form: ChartForm = ChartForm.COLUMNS
    ticks: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.ticks and len(self.ticks) != len(self.categories):
            raise ValueError(f"{self.title}: {len(self.ticks)} ticks for {len(self.categories)} categories")
        for series in self.series:
            if len(series.values) != len(self.categories) or min(series.values, default=0) < 0:
                raise ValueError(f"{self.title}: the numbers of {series.label} can't be drawn")

    @property
    def totals(self) -> tuple[int, ...]:
        """All series together, for each category."""
        return tuple(sum(series.values[index] for series in self.series) for index in range(len(self.categories)))

    @property
    def is_empty(self) -> bool:
        return not any(self.totals)

"""The 見舞費用 table of the manual, at each of its boundaries (B-020)."""

import pytest

from hoshou.plugins.guardkun.rules.benefits import Benefit, BenefitKind, BenefitRow, benefit, require_whole
from hoshou.plugins.guardkun.rules.golden import golden
from tests.refusals import refused

MANUAL = tuple(
    BenefitRow(BenefitKind(row["kind"]), row.get("days_from"), row.get("days_to"), row["least"], row["most"])
    for row in golden("year_2026")["benefit"]
)


@pytest.mark.req("B-020")
@pytest.mark.parametrize(
    ("days", "hospital", "treatment"),
    [
        (1, 20_000, 10_000),
        (7, 20_000, 10_000),
        (8, 30_000, 20_000),
        (14, 30_000, 20_000),
        (15, 50_000, 30_000),
        (30, 50_000, 30_000),
        (31, 100_000, 50_000),
        (366, 100_000, 50_000),
    ],
)
def test_a_stay_and_a_treatment_by_their_days(days: int, hospital: int, treatment: int) -> None:
    assert benefit(MANUAL, BenefitKind.HOSPITAL, days) == Benefit(hospital, hospital)
    assert benefit(MANUAL, BenefitKind.TREATMENT, days) == Benefit(treatment, treatment)


@pytest.mark.req("B-020")
def test_death_and_disability_ask_for_no_days() -> None:
    assert benefit(MANUAL, BenefitKind.DEATH) == Benefit(500_000, 500_000)
    assert benefit(MANUAL, BenefitKind.DISABILITY) == Benefit(20_000, 500_000)


@pytest.mark.req("B-020")
@pytest.mark.parametrize("days", [None, 0, -1])
def test_a_stay_without_days_is_refused(days: int | None) -> None:
    with refused("days_missing", "days"):
        benefit(MANUAL, BenefitKind.HOSPITAL, days)


@pytest.mark.req("B-020")
def test_the_manuals_table_has_a_row_for_every_case() -> None:
    require_whole(MANUAL)


@pytest.mark.req("B-020")
@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1:],
        lambda rows: rows[:3] + rows[4:],
        lambda rows: rows[:-1],
        lambda rows: (*rows, BenefitRow(BenefitKind.HOSPITAL, 14, 15, 1, 1)),
        lambda rows: (*rows, BenefitRow(BenefitKind.DEATH, None, None, 1, 1)),
        lambda rows: tuple(row for row in rows if row.days_to is not None or row.days_from is None),
    ],
    ids=["no death", "a gap", "no first days", "an overlap", "two deaths", "no last days"],
)
def test_a_table_with_a_gap_or_an_overlap_is_refused(change: object) -> None:
    with refused("benefits_incomplete"):
        require_whole(change(MANUAL))  # type: ignore[operator]


def test_a_case_without_a_row_is_refused() -> None:
    with refused("no_benefit"):
        benefit(MANUAL[2:], BenefitKind.DEATH)

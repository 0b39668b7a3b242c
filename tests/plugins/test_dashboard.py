"""The bonds side's charts: counts that are right, and each reader's own (P-022)."""

from datetime import date, datetime, timedelta

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile
from hoshou.plugins.domains.models import DomainApplication
from hoshou.plugins.domains.rules.stages import Stage
from tests.accounts import add_agency, add_user, insurer_id, log_in
from tests.plugins.bonds.factories import insurer_subject, make_folder
from tests.plugins.retention.ground import add_folders

PAGE = "/dashboard/"
UPLOADS, PURGES, APPLICATIONS = (
    "保険会社・月別のアップロード件数",
    "今後1年間に削除される証券等",
    "段階別のドメイン申請",
)


def section(user: TestApp, title: str) -> Tag:
    heading = user.get(PAGE).html.find("h2", string=title)
    assert heading, title
    return heading.find_parent("section")


def table(user: TestApp, title: str) -> dict[str, dict[str, int]]:
    """The table beside a chart: the numbers that aren't 0, by row and column; the same must be drawn."""
    found = section(user, title)
    if not found.find("table"):
        assert not found.find("svg")
        return {}
    _subject, *names = [cell.get_text(strip=True) for cell in found.select("thead th")]
    rows = {
        row.th.get_text(strip=True): {
            name: int(cell.get_text(strip=True)) for name, cell in zip(names, row.find_all("td"), strict=True)
        }
        for row in found.select("tbody tr")
    }
    series = [name for name in names if name != "合計"]
    drawn = sorted(box.get_text() for box in found.select("svg rect title"))
    assert drawn == sorted(
        f"{row} {name} {numbers[name]}" if len(series) > 1 else f"{row} {numbers[name]}"
        for row, numbers in rows.items()
        for name in series
        if numbers[name]
    )
    if len(series) > 1:
        assert all(numbers.pop("合計") == sum(numbers.values()) for numbers in rows.values())
    return {
        row: {name: number for name, number in numbers.items() if number}
        for row, numbers in rows.items()
        if any(numbers.values())
    }


@pytest.fixture
def readers(app_on_both: Flask) -> dict[str, TestApp]:
    """Somebody of each kind, at home where it matters."""
    add_agency(app_on_both, "見本代理店", ms="MS-1", tokio="TM-1")
    add_agency(app_on_both, "別の代理店", ms="MS-2")
    add_user(app_on_both, "agent", Role.AGENCY, agency="見本代理店")
    add_user(app_on_both, "neighbour", Role.AGENCY, agency="別の代理店")
    add_user(app_on_both, "insurer", Role.INSURER, insurer="ms")
    add_user(app_on_both, "rival", Role.INSURER, insurer="aig")
    add_user(app_on_both, "kyokai", Role.ASSOCIATION)
    add_user(app_on_both, "auditor", Role.AUDITOR)
    add_user(app_on_both, "admin", Role.ADMINISTRATOR)
    names = ("agent", "neighbour", "insurer", "rival", "kyokai", "auditor", "admin")
    return {name: log_in(app_on_both, name) for name in names}


@pytest.mark.req("P-022", "P-007")
def test_uploads_are_counted_in_japanese_months_for_whom_they_concern(
    readers: dict[str, TestApp], clock: FixedClock
) -> None:
    def upload(at: datetime, insurer: str, agency: str = "", files: int = 1) -> None:
        def work(session: Session) -> None:
            made = make_folder(
                session,
                subject=insurer_subject(session, insurer),
                insurer_id=str(insurer_id(insurer)),
                agency_id=agency,
                files=[(f"{number}.pdf", b"") for number in range(files)],
            )
            session.execute(update(BondFile).where(BondFile.folder_id == made.folder_id).values(uploaded_at=at))

        transact(work)

    upload(jst(2026, 3, 31, 23, 59, 59), "ms", "1")
    upload(jst(2026, 4, 1), "ms", "1")
    upload(jst(2025, 5, 1), "tokio", "1", files=2)
    upload(jst(2025, 4, 30, 23, 59, 59), "ms", "1")
    upload(clock.now(), "ms")
    both, mine = {"東京海上日動": 2}, {"三井住友海上": 1}
    assert table(readers["agent"], UPLOADS) == {"2025/05": both, "2026/03": mine, "2026/04": mine}
    assert table(readers["insurer"], UPLOADS) == {"2026/03": {"三井住友海上": 1}, "2026/04": {"三井住友海上": 2}}
    whole = {"2025/05": both, "2026/03": mine, "2026/04": {"三井住友海上": 2}}
    assert table(readers["auditor"], UPLOADS) == table(readers["kyokai"], UPLOADS) == whole
    assert table(readers["neighbour"], UPLOADS) == table(readers["rival"], UPLOADS) == {}
    assert readers["admin"].get(PAGE, status=403)
    for name in ("agent", "insurer"):
        ticks = [words.get_text() for words in section(readers[name], UPLOADS).select("svg .chart__axis")]
        assert ticks[ticks.index("5月") : ticks.index("5月") + 3] == ["5月", "2025", "6月"]


@pytest.mark.req("P-022", "P-007", "A-080")
def test_folders_nearing_their_purge_are_counted_by_month(readers: dict[str, TestApp], clock: FixedClock) -> None:
    add_folders(2, insurance_end=date(2023, 4, 20), agency_id=1)
    add_folders(1, insurance_end=date(2023, 12, 31), agency_id=2)
    add_folders(1, insurance_end=date(2024, 6, 30), agency_id=1)
    expected = {"2026/04": {"件数": 2}, "2027/01": {"件数": 1}}
    assert table(readers["agent"], PURGES) == {"2026/04": {"三井住友海上": 2}}
    assert table(readers["neighbour"], PURGES) == {"2027/01": {"三井住友海上": 1}}
    for reader in ("insurer", "kyokai", "auditor"):
        assert table(readers[reader], PURGES) == {
            month: {"三井住友海上": numbers["件数"]} for month, numbers in expected.items()
        }
    assert table(readers["rival"], PURGES) == {}


@pytest.mark.req("P-022", "A-071")
def test_applications_are_counted_by_stage(readers: dict[str, TestApp], clock: FixedClock) -> None:
    now = clock.now()
    old = jst(2025, 4, 30, 23, 59)
    applications = [
        (Stage.APPLIED, now),
        (Stage.APPLIED, old),
        (Stage.REVIEWED, now),
        (Stage.REGISTERED, now - timedelta(days=300)),
        (Stage.REGISTERED, old),
        (Stage.WITHDRAWN, now),
    ]

    def apply(session: object) -> None:
        for number, (stage, at) in enumerate(applications):
            reviewed = at if stage in (Stage.REVIEWED, Stage.REGISTERED) else None
            session.add(  # type: ignore[attr-defined]
                DomainApplication(
                    receipt=f"D-{number:04}", request_key=f"k{number}", kind="add", domain=f"d{number}.example",
                    organisation="見本市", applicant_name="見本 花子", email=f"a@d{number}.example", phone="03",
                    consented_at=at, applied_at=at, batch_month=date(2026, 5, 1), stage=stage.value,
                    reviewed_at=reviewed, approved_at=reviewed if stage is Stage.REGISTERED else None,
                    registered_on=at.date() if stage is Stage.REGISTERED else None,
                )
            )  # fmt: skip

    transact(apply)
    whole = {"申請中": 2, "協会承認済": 1, "登録済": 1, "取下げ": 1}
    for reader in ("kyokai", "auditor"):
        assert table(readers[reader], APPLICATIONS) == {stage: {"件数": count} for stage, count in whole.items()}
    assert table(readers["insurer"], APPLICATIONS) == {"協会承認済": {"件数": 1}, "登録済": {"件数": 1}}
    assert "申請中" not in section(readers["insurer"], APPLICATIONS).get_text()
    assert not readers["agent"].get(PAGE).html.find("h2", string=APPLICATIONS)

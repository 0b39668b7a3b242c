"""How many files were uploaded for which insurer in which month (P-022)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import JST
from hoshou.base.dates import add_months
from hoshou.platform.fence import over_the_fence
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.services.scope import countable_folders
from hoshou.plugins.organisations.models import Insurer

MONTHS = 12


@dataclass(frozen=True)
class InsurersUploads:
    """One insurer's files month by month, as many numbers as there are months."""

    insurer: str
    position: int
    counts: tuple[int, ...]


def recent_months(today: date) -> list[date]:
    """The first days of the twelve months that end with the present one."""
    return [add_months(today.replace(day=1), distance) for distance in range(1 - MONTHS, 1)]


def uploads_by_month(session: Session, subject: Subject, months: Sequence[date]) -> list[InsurersUploads]:
    """The files that reached the reader's folders in these months of Japan, deleted ones too, in the insurers' order.

    ``months`` are first days, one after the other. Insurers without any file are left out.
    """
    starts = [_midnight(month) for month in [*months, add_months(months[-1], 1)]]
    month = case(*[(BondFile.uploaded_at < end, number) for number, end in enumerate(starts[1:])])
    statement = (
        select(Insurer.position, Insurer.short_name, month.label("month"), func.count())
        .select_from(BondFile)
        .join(BondFolder, BondFile.folder_id == BondFolder.id)
        .join(Insurer, BondFolder.insurer_id == Insurer.id)
        .where(BondFile.uploaded_at >= starts[0], BondFile.uploaded_at < starts[-1], countable_folders(subject))
        .group_by(Insurer.position, Insurer.short_name, "month")
    )
    with over_the_fence(session):
        rows = session.execute(statement).all()
    counts: dict[tuple[int, str], list[int]] = {}
    for position, insurer, number, count in rows:
        counts.setdefault((position, insurer), [0] * len(months))[number] = count
    return [
        InsurersUploads(insurer, position, tuple(numbers))
        for (position, insurer), numbers in sorted(counts.items())
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), JST)

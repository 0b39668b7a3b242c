"""What will be deleted next: each uploader's own list, and for the association counts alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from hoshou.base.dates import add_months, months_between_firsts
from hoshou.platform.fence import over_the_fence
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.services.scope import countable_folders, visible_folders
from hoshou.plugins.organisations.models import Insurer
from hoshou.plugins.retention.rules.due import NOTICE_DAYS, latest_end_due, purge_day

SOON = timedelta(days=NOTICE_DAYS[-1])
AHEAD = timedelta(days=NOTICE_DAYS[0])
YEAR = timedelta(days=366)
MOST_SHOWN = 500


@dataclass(frozen=True)
class NearFolder:
    """A folder that will be deleted on ``purge_on``."""

    folder: BondFolder
    purge_on: date


@dataclass(frozen=True)
class MonthCount:
    """How many folders of an insurer will be deleted in the month that begins on ``month``."""

    insurer: str
    short_name: str
    position: int
    month: date
    count: int


def near_folders(session: Session, subject: Subject, today: date) -> list[NearFolder]:
    """The reader's folders that will be deleted within 90 days, the first to go first, at most 500."""
    folders = session.scalars(
        select(BondFolder)
        .where(_due_by(today + AHEAD), visible_folders(subject))
        .order_by(BondFolder.insurance_end, BondFolder.id)
        .limit(MOST_SHOWN)
    )
    return [NearFolder(folder, purge_day(folder.insurance_end)) for folder in folders]


def soon_gone(session: Session, subject: Subject, today: date) -> tuple[int, date | None]:
    """How many of the reader's folders will be deleted within 30 days, and when the first."""
    count, first = session.execute(
        select(func.count(), func.min(BondFolder.insurance_end)).where(
            _due_by(today + SOON), visible_folders(subject)
        )
    ).one()
    return count, max(purge_day(first), today) if first else None


def counts_by_month(session: Session, subject: Subject, today: date) -> Sequence[MonthCount]:
    """How many of each insurer's folders will be deleted in each month of the coming year, as the reader may count."""
    statement = (
        select(Insurer.position, Insurer.name, Insurer.short_name, BondFolder.insurance_end, func.count())
        .join(BondFolder, BondFolder.insurer_id == Insurer.id)
        .where(_due_by(today + YEAR), countable_folders(subject))
        .group_by(Insurer.position, Insurer.name, Insurer.short_name, BondFolder.insurance_end)
    )
    with over_the_fence(session):
        rows = session.execute(statement).all()
    counts: Counter[tuple[date, int, str, str]] = Counter()
    for position, name, short_name, insurance_end, count in rows:
        counts[max(purge_day(insurance_end), today).replace(day=1), position, name, short_name] += count
    return [
        MonthCount(name, short_name, position, month, count)
        for (month, position, name, short_name), count in sorted(counts.items())
    ]


def coming_months(today: date) -> list[date]:
    """The first days of the months into which the coming year reaches."""
    months = months_between_firsts(today.replace(day=1), (today + YEAR).replace(day=1))
    return [add_months(today.replace(day=1), distance) for distance in range(months + 1)]


def _due_by(day: date) -> ColumnElement[bool]:
    return and_(BondFolder.deleted_at.is_(None), BondFolder.insurance_end <= latest_end_due(day))

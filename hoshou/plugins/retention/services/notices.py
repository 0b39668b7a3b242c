"""Deletions announced 90 and 30 days before, once each, to who keeps the contract (A-080).

A contract's keeper is its agency; without one, or while nobody of it can log in, its insurer.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.retention.models import RetentionNotice
from hoshou.plugins.retention.rules.due import NOTICE_DAYS, latest_end_due, notice_due, purge_day
from hoshou.plugins.retention.services.mails import NOTICE_MAIL
from hoshou.plugins.retention.services.recipients import people_of_agency, people_of_insurer

BATCH = 500
NUMBERS_PER_MAIL = 50

UnitOfWork = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Keeper:
    """An agency or an insurer as far as notices go."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class NoticeResult:
    """Folders announced, mails queued, and folders whose keepers have nobody to be told."""

    announced: int
    mails: int
    unreachable: int


def announce(
    unit_of_work: UnitOfWork, clock: Clock, keys: KeyRing, actor: Actor, today: date, list_url: str
) -> NoticeResult:
    """Queue the notices that are due by today and weren't sent: one mail a person, notice and batch.

    The note of a notice is committed with its mail, so that a run that was killed neither loses nor repeats one.
    """
    announced = mails = unreachable = last = 0
    while True:
        with unit_of_work() as session:
            folders = _near(session, today, last)
            groups: dict[tuple[Keeper, int], list[BondFolder]] = {}
            for folder, days in _unannounced(session, folders, today):
                groups.setdefault((_keeper(session, folder), days), []).append(folder)
            for (keeper, days), theirs in groups.items():
                if not keeper.addresses:
                    unreachable += len(theirs)
                    continue
                values = _values(keeper, days, theirs, list_url)
                for address in keeper.addresses:
                    queue(session, clock, keys, actor, NOTICE_MAIL, address, values, about=("retention", ""))
                session.add_all(
                    RetentionNotice(
                        folder_id=folder.id,
                        purge_on=purge_day(folder.insurance_end),
                        days=days,
                        sent_at=clock.now(),
                    )
                    for folder in theirs
                )
                announced, mails = announced + len(theirs), mails + len(keeper.addresses)
            last = folders[-1].id if folders else last
        if len(folders) < BATCH:
            return NoticeResult(announced, mails, unreachable)


def _near(session: Session, today: date, after: int) -> Sequence[BondFolder]:
    """Live folders that are due within the longest notice, and not yet."""
    horizon = latest_end_due(today + timedelta(days=NOTICE_DAYS[0]))
    return session.scalars(
        select(BondFolder)
        .where(
            BondFolder.deleted_at.is_(None),
            BondFolder.insurance_end > latest_end_due(today),
            BondFolder.insurance_end <= horizon,
            BondFolder.id > after,
        )
        .order_by(BondFolder.id)
        .limit(BATCH)
    ).all()


def _unannounced(session: Session, folders: Sequence[BondFolder], today: date) -> Iterator[tuple[BondFolder, int]]:
    sent = set(
        session.execute(
            select(RetentionNotice.folder_id, RetentionNotice.purge_on, RetentionNotice.days).where(
                RetentionNotice.folder_id.in_([folder.id for folder in folders])
            )
        ).tuples()
    )
    for folder in folders:
        days = notice_due(folder.insurance_end, today)
        if days is not None and (folder.id, purge_day(folder.insurance_end), days) not in sent:
            yield folder, days


def _keeper(session: Session, folder: BondFolder) -> Keeper:
    if folder.agency is not None:
        addresses = tuple(people_of_agency(session, folder.agency.id))
        if addresses:
            return Keeper(folder.agency.name, addresses)
    return Keeper(folder.insurer.name, tuple(people_of_insurer(session, folder.insurer_id)))


def _values(keeper: Keeper, days: int, folders: Sequence[BondFolder], list_url: str) -> dict[str, str]:
    first = min(purge_day(folder.insurance_end) for folder in folders)
    numbers = "、".join(folder.policy_number for folder in folders[:NUMBERS_PER_MAIL])
    return {
        "ORGANISATION_NAME": keeper.name,
        "DAYS": str(days),
        "COUNT": str(len(folders)),
        "FIRST_DAY": first.strftime("%Y/%m/%d"),
        "POLICY_NUMBERS": numbers,
        "LIST_URL": list_url,
    }

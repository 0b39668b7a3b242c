"""検査待ち: an upload that nobody can read until the malware scanner has answered (A16).

Files, folder and the answer to the uploader are stored as ever; URL, password and mails come with the release. So
who holds the folder's present password notices nothing, and nothing has to be taken back from anybody.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder, BondWaiting
from hoshou.plugins.bonds.services.delete_file import take_out
from hoshou.plugins.bonds.services.entomb import digests, entomb
from hoshou.plugins.bonds.services.notify import WITHDRAWN_MAIL
from hoshou.plugins.bonds.services.passwords import NewSecrets
from hoshou.plugins.bonds.services.publish import publish

WHY = "ウイルス検査で不正なプログラムが検出されたため"
"""Kept in the tombstone as data, like the reasons that staff write."""


def keep_waiting(
    session: Session, clock: Clock, actor: Actor, uploader: Subject, folder: BondFolder, files: Sequence[BondFile]
) -> None:
    """Hold back new files of a folder."""
    waiting = BondWaiting(folder_id=folder.id, user_id=uploader.user_id, email=uploader.email, since=clock.now())
    session.add(waiting)
    session.flush()
    for file in files:
        file.waiting_id = waiting.id
    session.flush()
    audit.record(session, clock, actor, "bonds.waiting", "bonds_folder", folder.id, files=_numbers(files))


def release(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    waiting_id: int,
    secrets: NewSecrets,
    public_url: str,
) -> bool:
    """The scanner found nothing: the upload takes effect. False when somebody else has settled it meanwhile."""
    held = _locked(session, waiting_id)
    if held is None:
        return False
    waiting, folder, files = held
    uploader = Subject(waiting.user_id, "", waiting.email)
    _settle(session, waiting, files)
    live = [file for file in files if file.deleted_at is None]
    if live:
        publish(session, clock, keys, actor, uploader, folder, live, secrets, public_url)
        audit.record(session, clock, actor, "bonds.released", "bonds_folder", folder.id, files=_numbers(live))
    return True


def withdraw(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, waiting_id: int, found: str
) -> int | None:
    """The scanner found something: the whole upload is taken back, and who uploaded is told.

    Returns the folder, whose buried content the caller erases after the commit (``erase_deleted``); None when
    somebody else has settled it meanwhile. A folder with nothing else in it becomes a tombstone.
    """
    held = _locked(session, waiting_id)
    if held is None:
        return None
    waiting, folder, files = held
    recipient, live = waiting.email, [file for file in files if file.deleted_at is None]
    values = {
        "COMPANY_NAME": folder.insurer.name,
        "POLICY_NO": folder.policy_number,
        "FILES": "、".join(file.stored_file.original_name for file in live),
        "FOUND": found,
    }
    detail = {"files": _numbers(live), "found": found, "sha256": digests(live)}
    _settle(session, waiting, files)
    others = session.scalar(
        select(func.count()).where(
            BondFile.folder_id == folder.id,
            BondFile.deleted_at.is_(None),
            BondFile.id.not_in([file.id for file in live]),
        )
    )
    if others:
        for file in live:
            take_out(session, clock, folder, file.number, WHY)
    else:
        entomb(session, clock, actor, folder, WHY)
    audit.record(session, clock, actor, "bonds.withdrawn", "bonds_folder", folder.id, **detail)
    queue(session, clock, keys, actor, WITHDRAWN_MAIL, recipient, values, about=("bonds_folder", folder.id))
    return folder.id


def _locked(session: Session, waiting_id: int) -> tuple[BondWaiting, BondFolder, Sequence[BondFile]] | None:
    """What waits, with its folder locked; None once it waits no more."""
    found = select(BondWaiting).where(BondWaiting.id == waiting_id)
    waiting = session.scalar(found)
    if waiting is None:
        return None
    folder = session.scalars(
        select(BondFolder).where(BondFolder.id == waiting.folder_id).with_for_update(of=BondFolder)
    ).one()
    # Settled by another before the folder was ours?
    if session.scalar(found.execution_options(populate_existing=True)) is None:
        return None
    files = session.scalars(
        select(BondFile).where(BondFile.waiting_id == waiting_id).order_by(BondFile.number)
    ).all()
    return waiting, folder, files


def _settle(session: Session, waiting: BondWaiting, files: Sequence[BondFile]) -> None:
    for file in files:
        file.waiting_id = None
    session.flush()
    session.delete(waiting)
    session.flush()


def _numbers(files: Sequence[BondFile]) -> str:
    return "、".join(str(file.number) for file in files)

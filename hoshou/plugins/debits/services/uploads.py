"""Result files between a person's hands and the books: handed in, checked in the background, taken or refused (F12)."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.files.erase import erase_buried
from hoshou.platform.files.model import bury, keep
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.debits.models.runs import ResultUpload, UploadState
from hoshou.plugins.debits.services.results import MEDIA_TYPE, ResultRefused, take_in
from hoshou.plugins.debits.services.runs import OBJECT, locked_run, require_released
from hoshou.plugins.debits.services.scope import require_handler
from hoshou.plugins.debits.services.work import UnitOfWork
from hoshou.plugins.debits.zengin.problems import Problem


def hand_in(
    session: Session, clock: Clock, actor: Actor, subject: Subject, run_id: int, name: str, blob: StoredBlob
) -> int:
    """Have a result file wait for its check; returns its number. The content was put into the store before.

    Raises Refused ``not_released``, and ``result_waits`` while another file of the run is being checked.
    """
    require_handler(subject)
    require_released(locked_run(session, run_id))
    if waiting_upload(session, run_id) is not None:
        raise Refused(
            "result_waits",
            N_("前に受け付けた結果ファイルを確認しています。終わるまでお待ちください。"),
            field="file",
        )
    stored = keep(session, clock, actor, blob, name[:255] or "result.txt", MEDIA_TYPE)
    upload = ResultUpload(
        run_id=run_id,
        stored_file_id=stored.id,
        received_at=clock.now(),
        received_by=actor.name[:200],
        received_by_id=actor.user_id,
    )
    session.add(upload)
    session.flush()
    audit.record(session, clock, actor, "debits.result_handed_in", OBJECT, run_id, sha256=blob.sha256)
    return upload.id


def waiting_upload(session: Session, run_id: int) -> ResultUpload | None:
    """The run's file that waits to be checked."""
    return session.scalar(
        select(ResultUpload).where(ResultUpload.run_id == run_id, ResultUpload.state == UploadState.WAITING.value)
    )


def waiting_uploads(session: Session) -> Sequence[int]:
    """All files that wait to be checked, oldest first."""
    return session.scalars(
        select(ResultUpload.id).where(ResultUpload.state == UploadState.WAITING.value).order_by(ResultUpload.id)
    ).all()


def newest_upload(session: Session, run_id: int) -> ResultUpload | None:
    """What was handed in last for the run."""
    newest = select(func.max(ResultUpload.id)).where(ResultUpload.run_id == run_id).scalar_subquery()
    return session.scalar(select(ResultUpload).where(ResultUpload.id == newest))


def check(unit_of_work: UnitOfWork, clock: Clock, keys: KeyRing, store: FileStore, upload_id: int) -> int | None:
    """Take the file or refuse it, in the name of whoever handed it in; returns the result's number, if any.

    A file that was checked already is left as it is.
    """
    with unit_of_work() as session:
        upload = session.get_one(ResultUpload, upload_id)
        if upload.state != UploadState.WAITING:
            return upload.result_id
        run_id, stored_file_id, blob = upload.run_id, upload.stored_file_id, upload.stored_file.blob
        actor = Actor(ActorKind.STAFF, upload.received_by, user_id=upload.received_by_id)
    data = store.read(blob)
    with unit_of_work() as session:
        locked_run(session, run_id)
        upload = session.get_one(ResultUpload, upload_id, populate_existing=True)
        if upload.state != UploadState.WAITING:
            return upload.result_id
        stored = upload.stored_file
        try:
            upload.result_id = take_in(session, clock, keys, actor, run_id, data, lambda: stored)
        except Refused as refused:
            upload.state, upload.refusal = UploadState.REFUSED.value, _written(refused)
        else:
            upload.state = UploadState.TAKEN.value
        upload.checked_at = clock.now()
        session.flush()
        result_id = upload.result_id
        is_kept = upload.result is not None and upload.result.stored_file_id == stored_file_id
        if not is_kept:
            bury(clock, stored)
        if upload.state == UploadState.REFUSED:
            audit.record(session, clock, actor, "debits.result_refused", OBJECT, run_id, sha256=stored.sha256)
    if not is_kept:
        erase_buried(unit_of_work, clock, store, [stored_file_id])
    return result_id


def _written(refused: Refused) -> str:
    problems = refused.problems if isinstance(refused, ResultRefused) else ()
    return json.dumps(
        {
            "message": refused.message,
            "values": refused.values,
            "problems": [asdict(problem) for problem in problems],
        },
        ensure_ascii=False,
    )


def refusal_of(upload: ResultUpload) -> tuple[Refused, tuple[Problem, ...]] | None:
    """Why nothing of the file was taken, with the problems by record; None where it wasn't refused."""
    if not upload.refusal:
        return None
    told = json.loads(upload.refusal)
    problems = tuple(Problem(**problem) for problem in told["problems"])
    return Refused("result_refused", told["message"], field="file", **told["values"]), problems

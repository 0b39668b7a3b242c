"""番号訂正: the right number uploaded anew and the wrong folder deleted, in one transaction (A-020, manual Q14 ア-b)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import UploadReceipt
from hoshou.plugins.bonds.rules.limits import UploadLimits
from hoshou.plugins.bonds.services.delete_folder import delete_folder, locked_folder_for
from hoshou.plugins.bonds.services.intake import PreparedUpload
from hoshou.plugins.bonds.services.upload import UploadOutcome, upload


@dataclass(frozen=True)
class Correction:
    """The folder that was made under a wrong number, and what is told about it."""

    folder_id: int
    reason: str


def correct_number(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    prepared: PreparedUpload,
    correction: Correction,
    *,
    idempotency_key: str,
    limits: UploadLimits,
    public_url: str,
) -> UploadOutcome:
    """A new folder with a new URL and a new password under the right number; the wrong one becomes a tombstone.

    The same key and content again answer the same and do nothing. The caller erases buried content after the
    commit. Raises what ``upload`` and ``delete_folder`` raise, and Refused ``number_taken`` when the right
    number already has a folder.
    """

    def take_in() -> UploadOutcome:
        return upload(
            session,
            clock,
            keys,
            actor,
            subject,
            prepared,
            idempotency_key=idempotency_key,
            limits=limits,
            public_url=public_url,
        )

    wrong = locked_folder_for(session, subject, correction.folder_id)
    # With the folder locked: the same correction running at this moment has answered by now.
    if _is_answered(session, subject, idempotency_key):
        return take_in()
    outcome = take_in()
    if not outcome.is_new:
        raise Refused(
            "number_taken",
            N_(
                "この証券番号はすでに登録されています。"
                "正しい証券番号へは追加アップロードを行い、誤った証券番号のフォルダは別に削除してください。"
            ),
            field="policy_number",
        )
    delete_folder(session, clock, actor, subject, wrong.id, correction.reason)
    audit.record(
        session,
        clock,
        actor,
        "bonds.number_corrected",
        "bonds_folder",
        outcome.folder_id,
        was=wrong.policy_number,
        folder=wrong.id,
    )
    return outcome


def _is_answered(session: Session, subject: Subject, idempotency_key: str) -> bool:
    answered = select(UploadReceipt.id).where(
        UploadReceipt.user_id == subject.user_id, UploadReceipt.key == idempotency_key
    )
    return session.scalar(answered) is not None

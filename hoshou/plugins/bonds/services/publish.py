"""An upload's files become readable: what they replace is marked, the password changes, both mails are queued.

At once when the upload needn't wait, otherwise when the malware scanner has found nothing (A-015, A-024, A16).
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFile, BondFolder
from hoshou.plugins.bonds.rules.kinds import Submission
from hoshou.plugins.bonds.services.end_access import end_access
from hoshou.plugins.bonds.services.handover import begin_handover
from hoshou.plugins.bonds.services.notify import send_password, send_url
from hoshou.plugins.bonds.services.passwords import NewSecrets
from hoshou.plugins.bonds.services.url import remember_token


def publish(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    uploader: Subject,
    folder: BondFolder,
    files: Sequence[BondFile],
    secrets: NewSecrets,
    public_url: str,
) -> bool:
    """Let out new files of a folder that the caller holds locked; returns whether mails were queued.

    The password mail and the hand-over are for ``uploader``. A folder submitted on paper has neither URL nor mails.
    """
    for replaced_id in {file.replaces_id for file in files} - {None}:
        session.get_one(BondFile, replaced_id).replaced_at = clock.now()
    if folder.submission != Submission.ELECTRONIC:
        session.flush()
        return False
    had_url = folder.token_sealed is not None
    if not had_url:
        remember_token(keys, folder, secrets.token)
    folder.password_hash = secrets.password_hash
    folder.password_serial += 1
    end_access(session, clock, folder.id, "password_changed")
    audit.record(
        session, clock, actor, "bonds.password_changed", "bonds_folder", folder.id, serial=folder.password_serial
    )
    begin_handover(session, clock, keys, folder, secrets.password, uploader)
    send_url(session, clock, keys, actor, folder, public_url, added=had_url)
    send_password(session, clock, keys, actor, folder, secrets.password, uploader)
    return True

"""再通知: the URL mail again, or a new password (A-032, D-42)."""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.services.end_access import end_access
from hoshou.plugins.bonds.services.handover import begin_handover
from hoshou.plugins.bonds.services.notify import send_password, send_url
from hoshou.plugins.bonds.services.scope import folder_for, require_uploader


def resend_url(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, subject: Subject, folder_id: int, public_url: str
) -> None:
    """Send the contractor the URL mail again. The password stays as it is."""
    folder = _open_folder(session, subject, folder_id)
    send_url(session, clock, keys, actor, folder, public_url, added=False)
    audit.record(session, clock, actor, "bonds.url_resent", "bonds_folder", folder.id)


def reissue_password(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    subject: Subject,
    folder_id: int,
    new_password: str,
    new_hash: str,
) -> None:
    """A lost password can't be sent again: a new one goes to the uploader and the old one stops working."""
    folder = _open_folder(session, subject, folder_id)
    folder.password_hash = new_hash
    folder.password_serial += 1
    end_access(session, clock, folder.id, "password_changed")
    begin_handover(session, clock, keys, folder, new_password, subject)
    send_password(session, clock, keys, actor, folder, new_password, subject)
    audit.record(
        session, clock, actor, "bonds.password_changed", "bonds_folder", folder.id, serial=folder.password_serial
    )


def _open_folder(session: Session, subject: Subject, folder_id: int) -> BondFolder:
    require_uploader(subject)
    folder = folder_for(session, subject, folder_id)
    if folder.deleted_at is not None or folder.token_sealed is None:
        raise Refused("no_viewing_url", N_("この証券には閲覧用URLがありません。"))
    return folder

"""発注者提出用フォーマット: the form that takes the viewing password to the contractor (A-023, A-028 to A-030, D-08).

A folder keeps its password as a hash only. Who got a new one by upload or reissue holds a hand-over besides: the
password sealed for half an hour, or until a later password takes its place. Only its holder can have the form made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session, contains_eager

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit
from hoshou.platform.actor import Actor
from hoshou.platform.documents import TextField, encrypted, fillable, qr_code, render
from hoshou.platform.keys import KeyRing
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFolder, BondHandover
from hoshou.plugins.bonds.services.scope import folder_for, require_uploader, visible_folders

SEALING = "bonds.handover"
LIFE = timedelta(minutes=30)
MOST_SHOWN = 50
TITLE = "発注者提出用フォーマット"
_TEMPLATE = Path(__file__).parents[1] / "documents" / "handover.typ"


@dataclass(frozen=True)
class HandoverState:
    """How far the current password is on its way.

    ``mine``: the reader got it. ``form_until``: until when the reader can have the form made, or None.
    """

    told: bool
    mine: bool
    form_until: datetime | None


@dataclass(frozen=True)
class FormContent:
    """What the form says. Its password must go into the form and nowhere else."""

    insurer: str
    policy_number: str
    password: str
    password_serial: int
    made_on: date

    @property
    def file_name(self) -> str:
        return f"{TITLE}_{self.policy_number}.pdf"


def begin_handover(
    session: Session, clock: Clock, keys: KeyRing, folder: BondFolder, password: str, holder: Subject
) -> None:
    """Put the folder's new password, whose serial is set already, in the hands of who got it."""
    session.execute(delete(BondHandover).where(BondHandover.folder_id == folder.id))
    session.add(
        BondHandover(
            folder_id=folder.id,
            password_serial=folder.password_serial,
            user_id=holder.user_id,
            password_sealed=keys.seal(
                SEALING, password.encode(), _bound_to(folder.id, folder.password_serial, holder.user_id)
            ),
            expires_at=clock.now() + LIFE,
        )
    )
    session.flush()


def handover_state(session: Session, clock: Clock, subject: Subject, folder: BondFolder) -> HandoverState | None:
    """How far the current password is on its way; None where there is nothing to hand over."""
    handover = _current(session, folder)
    if handover is None or folder.deleted_at is not None:
        return None
    mine = handover.user_id == subject.user_id
    usable = mine and handover.password_sealed is not None and clock.now() < handover.expires_at
    return HandoverState(handover.told_at is not None, mine, handover.expires_at if usable else None)


def waiting_handovers(session: Session, subject: Subject) -> Sequence[BondHandover]:
    """The current passwords, with their folders, that this user has still to tell the contractor; the oldest first."""
    return session.scalars(
        select(BondHandover)
        .join(BondHandover.folder)
        .where(
            BondHandover.user_id == subject.user_id,
            BondHandover.told_at.is_(None),
            BondHandover.password_serial == BondFolder.password_serial,
            BondFolder.deleted_at.is_(None),
            visible_folders(subject),
        )
        .options(contains_eager(BondHandover.folder))
        .order_by(BondHandover.id)
        .limit(MOST_SHOWN)
    ).all()


def form_content(session: Session, clock: Clock, keys: KeyRing, subject: Subject, folder_id: int) -> FormContent:
    """What the form will say. Raises Refused ``handover_over`` for whom the password is not, or no longer, kept."""
    handover = _usable(session, clock, subject, folder_id)
    folder = handover.folder
    bound_to = _bound_to(folder.id, handover.password_serial, handover.user_id)
    try:
        password = keys.open(SEALING, handover.password_sealed or b"", bound_to).decode()
    except InvalidTag:
        # Sealed for another folder, serial or holder, or with a key that is gone.
        raise _over() from None
    return FormContent(
        insurer=folder.insurer.name,
        policy_number=folder.policy_number,
        password=password,
        password_serial=handover.password_serial,
        made_on=clock.today(),
    )


def make_form(content: FormContent, public_url: str, verify_url: str = "") -> bytes:
    """The form as a PDF: the password filled in, 閲覧用URL, 工事名 and 受注者名 to be filled in (A-028).

    ``verify_url`` is where the orderer can check a PDF; it is printed with its QR code, unless there is none.
    """
    page = render(
        _TEMPLATE,
        {
            "document_date": content.made_on,
            "insurer": content.insurer,
            "policy_number": content.policy_number,
            "orderer_url": f"{public_url.rstrip('/')}/orderer",
            "verify_url": verify_url,
            "verify_qr": qr_code(verify_url) if verify_url else "",
        },
    )
    return fillable(
        page,
        {
            "viewing_url": TextField("閲覧用URL"),
            "viewing_password": TextField("閲覧用パスワード", content.password),
            "project_name": TextField("工事名"),
            "contractor_name": TextField("受注者名"),
        },
    )


def make_encrypted_form(content: FormContent, public_url: str, form_password: str, verify_url: str = "") -> bytes:
    """The same form, opened by a password of its own (A-029)."""
    return encrypted(make_form(content, public_url, verify_url), form_password)


def note_form(
    session: Session, clock: Clock, actor: Actor, subject: Subject, folder_id: int, serial: int, *, protected: bool
) -> None:
    """Note that a form was made, and with it the contractor's notice done.

    To be called before the form leaves: raises Refused ``handover_over`` if its password has been changed meanwhile.
    """
    handover = _usable(session, clock, subject, folder_id)
    if handover.password_serial != serial:
        raise _over()
    handover.told_at = handover.told_at or clock.now()
    action = "bonds.encrypted_form_made" if protected else "bonds.form_made"
    audit.record(session, clock, actor, action, "bonds_folder", folder_id, serial=serial)


def note_told(session: Session, clock: Clock, actor: Actor, subject: Subject, folder_id: int) -> None:
    """The holder has told the contractor without a form of ours; the sealed password is wiped."""
    require_uploader(subject)
    folder = folder_for(session, subject, folder_id)
    handover = _current(session, folder)
    if handover is None or handover.user_id != subject.user_id:
        raise _over()
    if handover.told_at is not None:
        return
    handover.told_at, handover.password_sealed = clock.now(), None
    audit.record(
        session, clock, actor, "bonds.contractor_told", "bonds_folder", folder.id, serial=handover.password_serial
    )


def wipe_passwords(session: Session, clock: Clock) -> int:
    """Wipe the sealed passwords whose time is over; returns how many."""
    statement = (
        update(BondHandover)
        .where(BondHandover.expires_at <= clock.now(), BondHandover.password_sealed.is_not(None))
        .values(password_sealed=None)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _usable(session: Session, clock: Clock, subject: Subject, folder_id: int) -> BondHandover:
    require_uploader(subject)
    folder = folder_for(session, subject, folder_id)
    state = handover_state(session, clock, subject, folder)
    handover = _current(session, folder)
    if handover is None or state is None or state.form_until is None:
        raise _over()
    return handover


def _current(session: Session, folder: BondFolder) -> BondHandover | None:
    return session.scalar(
        select(BondHandover).where(
            BondHandover.folder_id == folder.id, BondHandover.password_serial == folder.password_serial
        )
    )


def _bound_to(folder_id: int, serial: int, user_id: int) -> str:
    return f"folder:{folder_id}:password:{serial}:user:{user_id}"


def _over() -> Refused:
    return Refused(
        "handover_over",
        N_(
            "発注者提出用フォーマットを作成できるのは、アップロードまたは閲覧用パスワード再発行を行った方だけで、その後30分以内です。"
            "作成するには、閲覧用パスワードを再発行してください。"
        ),
    )

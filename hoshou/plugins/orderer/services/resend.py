"""再送: a new one-time password for a login that is still waiting for its first (A-056, A7)."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.plugins.bonds.services.hold import hold_folder
from hoshou.plugins.bonds.services.unlock import Match
from hoshou.plugins.orderer.models import OrdererAttempt
from hoshou.plugins.orderer.services.login import StartedAttempt, start_attempt
from hoshou.plugins.orderer.services.verify import TRIES_PER_CODE

PAUSE = timedelta(seconds=60)


def pause_left(attempt: OrdererAttempt, now: datetime) -> int:
    """Seconds until the code may be sent again."""
    return max(0, -int((now - attempt.issued_at - PAUSE).total_seconds()))


def resend(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    attempt: OrdererAttempt,
    *,
    life: timedelta,
    exclude_contractor: bool = False,
) -> StartedAttempt:
    """Void this login's code and start another login for the same folder and address.

    Raises Refused ``resend_too_soon``; ``attempt_over`` for a used, void or expired code and after a change
    of the viewing password (then the login begins anew); and what ``start_attempt`` raises.
    """
    now = clock.now()
    if pause_left(attempt, now):
        raise Refused("resend_too_soon", N_("再送するまで、しばらくお待ちください。"))
    claimed = session.execute(
        update(OrdererAttempt)
        .where(
            OrdererAttempt.public_id == attempt.public_id,
            OrdererAttempt.used_at.is_(None),
            OrdererAttempt.voided_at.is_(None),
            OrdererAttempt.expires_at > now,
            OrdererAttempt.tries < TRIES_PER_CODE,
        )
        .values(voided_at=now)
        .execution_options(synchronize_session=False)
    )
    folder = hold_folder(session, attempt.folder_id)
    is_current = folder.deleted_at is None and folder.password_serial == attempt.password_serial
    if claimed.rowcount == 0 or not is_current:  # type: ignore[attr-defined]
        raise Refused(
            "attempt_over", N_("発注者さま用ログイン画面に戻り、再度ワンタイムパスワードを発行してください。")
        )
    match = Match(folder.id, attempt.password_serial, is_gone=False)
    return start_attempt(
        session,
        clock,
        keys,
        actor,
        match,
        attempt.address,
        life=life,
        exclude_contractor=exclude_contractor,
    )

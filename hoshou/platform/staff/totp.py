"""The second step of staff logins: time-based codes (RFC 6238) by pyotp."""

from datetime import timedelta

import pyotp
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import update

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import digits_only
from hoshou.platform import audit, throttle
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.staff.models import StaffTotp
from hoshou.platform.staff.session import actor_of
from hoshou.platform.throttle import Limit

ISSUER = "Hoshou"
STEP_SECONDS = 30
PURPOSE = "staff-totp"


def is_confirmed(user_id: int) -> bool:
    """Whether the user must give a code."""
    row = db.session.get(StaffTotp, user_id)
    return row is not None and row.confirmed_at is not None


def start(user: User) -> str:
    """A new secret for the user, not yet in force; returns the otpauth address for the QR code."""
    here = platform()
    secret = pyotp.random_base32()
    with unit_of_work() as work:
        row = work.get(StaffTotp, user.id) or StaffTotp(user_id=user.id)
        row.sealed_secret = here.keys.seal(PURPOSE, secret.encode(), str(user.id))
        row.confirmed_at = None
        row.last_step = 0
        work.add(row)
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def secret_of(user: User) -> str:
    """The secret of a second step that is being set up, for typing in. Empty when there is none."""
    row = db.session.get(StaffTotp, user.id)
    return "" if row is None or row.confirmed_at is not None else str(_totp(row).secret)


def pending_address(user: User) -> str | None:
    """The otpauth address of a secret that was started and not confirmed."""
    row = db.session.get(StaffTotp, user.id)
    if row is None or row.confirmed_at is not None:
        return None
    return _totp(row).provisioning_uri(name=user.username, issuer_name=ISSUER)


def confirm(user: User, code: str) -> None:
    """Put the second step in force. Raises Refused when the code is wrong."""
    check(user.id, code)
    here = platform()
    with unit_of_work() as work:
        row = work.get_one(StaffTotp, user.id)
        row.confirmed_at = here.clock.now()
        audit.record(work, here.clock, actor_of(user), "staff.totp_on", "user", user.id)


def remove(user: User, code: str) -> None:
    """Do without the second step again. Raises what ``check`` raises for the code."""
    check(user.id, code)
    here = platform()
    with unit_of_work() as work:
        row = work.get(StaffTotp, user.id)
        if row is not None:
            work.delete(row)
            audit.record(work, here.clock, actor_of(user), "staff.totp_off", "user", user.id)


def check(user_id: int, code: str) -> None:
    """Accept a code once. Raises Refused when it is wrong or was used, TooManyTries after five."""
    here = platform()
    limit = Limit(f"totp/{user_id}", 5, timedelta(minutes=15))
    with unit_of_work() as work:
        throttle.reserve(work, here.clock, limit)
    row = db.session.get(StaffTotp, user_id)
    now = here.clock.now()
    given = digits_only(code)
    if row is not None:
        totp = _totp(row)
        for step in (int(now.timestamp()) // STEP_SECONDS + offset for offset in (-1, 0, 1)):
            if pyotp.utils.strings_equal(totp.generate_otp(step), given) and _use(user_id, step):
                with unit_of_work() as work:
                    throttle.release(work, limit)
                return
    raise Refused(
        "wrong_code", N_("認証コードが違うか、使用済みです。新しいコードを入力してください。"), field="code"
    )


def _use(user_id: int, step: int) -> bool:
    with unit_of_work() as work:
        result = work.execute(
            update(StaffTotp)
            .where(StaffTotp.user_id == user_id, StaffTotp.last_step < step)
            .values(last_step=step)
        )
        return result.rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _totp(row: StaffTotp) -> pyotp.TOTP:
    return pyotp.TOTP(platform().keys.open(PURPOSE, row.sealed_secret, str(row.user_id)).decode())

"""Passwords of staff: what may be one, and changing it (ASVS 6.2)."""

import re
import unicodedata
from datetime import timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import audit, tickets
from hoshou.platform.actor import Actor
from hoshou.platform.throttle import Limit
from hoshou.platform.tickets import TicketKind

SHORTEST = 12
LONGEST = 256

COMMON = frozenset(
    [
        "111111111111",
        "123123123123",
        "123456123456",
        "1234567890123",
        "12345678901234",
        "123456789012345",
        "1234567890qwerty",
        "123456789abc",
        "123qweasdzxc",
        "1q2w3e4r5t6y",
        "1q2w3e4r5t6y7u",
        "1qaz2wsx3edc",
        "1qaz2wsx3edc4rfv",
        "abcd12345678",
        "abcdefghijkl",
        "abcdefghijklm",
        "administrator",
        "administrator1",
        "aaaaaaaaaaaa",
        "asdfghjkl123",
        "asdfghjklqwe",
        "changeme1234",
        "changemenow1",
        "footballfootball",
        "hoshouhoshou",
        "iloveyou1234",
        "iloveyouforever",
        "letmein12345",
        "letmeinplease",
        "passw0rd1234",
        "password1234",
        "password12345",
        "password123456",
        "password123!",
        "passwordpassword",
        "qazwsxedcrfv",
        "qwerty123456",
        "qwertyqwerty",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
        "qwertyuiopasdf",
        "sonposonposonpo",
        "syoukensyouken",
        "tokyotokyotokyo",
        "trustno1trustno1",
        "welcome12345",
        "welcomewelcome",
        "zaq12wsxcde3",
        "zxcvbnm12345",
        "zxcvbnmasdfg",
    ]
)
"""The most used passwords that are long enough otherwise (ASVS 6.2.4)."""


def check_new_password(user: User, password: str, field: str = "password") -> None:
    """Raises Refused ``password_short``, ``password_long``, ``password_common`` or ``password_personal``."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < SHORTEST:
        raise Refused("password_short", N_("パスワードは%(n)d文字以上にしてください。"), field=field, n=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("password_long", N_("パスワードは%(n)d文字以内にしてください。"), field=field, n=LONGEST)
    if folded in COMMON or re.fullmatch(r"(.{1,4}?)\1+", folded):
        raise Refused("password_common", N_("よく使われるパスワードです。別のものにしてください。"), field=field)
    for own in (user.username, user.email):
        if own and own.casefold() in folded:
            raise Refused(
                "password_personal",
                N_("パスワードに利用者IDやメールアドレスを含めることはできません。"),
                field=field,
            )


def check_current_password(user: User, password: str) -> None:
    """Raises Refused ``password_wrong`` at the field ``current``."""
    if not check_password_hash(user.password, password):
        raise Refused("password_wrong", N_("現在のパスワードが違います。"), field="current")


def current_password_limit(user_id: int) -> Limit:
    """How often the current password may be asked for: a found open session must not find the password."""
    return Limit(f"own-password/{user_id}", 5, timedelta(minutes=15))


def set_password(session: Session, clock: Clock, actor: Actor, user: User, password: str) -> None:
    """Put a new password in force and end every session of the user.

    Raises what ``check_new_password`` raises.
    """
    check_new_password(user, password)
    user.password = generate_password_hash(password)
    tickets.end_all(session, clock, TicketKind.STAFF, str(user.id), "password")
    audit.record(session, clock, actor, "staff.password_changed", "user", user.id)

"""The second fence: while staff or the API ask, PostgreSQL itself hides rows that aren't the user's (A11, B8).

Every query is bound to its user by the plugins' own row scopes. Beside that, the session of such a request acts as
the role ``hoshou_fenced``, for which the tables' policies let through the user's rows alone: a query that forgets
its scope finds nothing of others. The policies stand in the migrations, written apart from the scopes. Jobs and
public pages act as themselves and see all. SQLite has no such thing; there the row scopes stand alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from hoshou.platform.db import db
from hoshou.platform.fence_role import POSTGRESQL, ROLE
from hoshou.platform.subject import Subject

FENCE = "hoshou.fence"

# A policy's many branches cost little to walk and a second to compile.
_PUT_UP = text(
    f"SELECT set_config('role', '{ROLE}', true), set_config('jit', 'off', true), "
    "set_config('hoshou.roles', :roles, true), "
    "set_config('hoshou.user_id', :user_id, true), set_config('hoshou.agency_id', :agency_id, true), "
    "set_config('hoshou.insurer_id', :insurer_id, true), set_config('hoshou.branch_id', :branch_id, true)"
)
_TAKE_AWAY = text("SET LOCAL ROLE NONE")

Fence = dict[str, str]


def put_up(session: Session, subject: Subject | None) -> None:
    """From here on the session sees what is the subject's; without one, nothing that is anybody's."""
    if session.get_bind().dialect.name != POSTGRESQL:
        return
    session.info[FENCE] = _settings(subject)
    if session.in_transaction():
        session.connection().execute(_PUT_UP, session.info[FENCE])


def _settings(subject: Subject | None) -> Fence:
    numbers = {name: getattr(subject, name, None) for name in ("user_id", "agency_id", "insurer_id", "branch_id")}
    return {
        "roles": ",".join(sorted(subject.roles)) if subject else "",
        **{name: "" if number is None else str(number) for name, number in numbers.items()},
    }


@event.listens_for(db.session, "after_begin")
def put_up_again(session: Session, _transaction: object, connection: Connection) -> None:
    """What was set ended with the transaction before."""
    fence = session.info.get(FENCE)
    if fence is not None:
        connection.execute(_PUT_UP, fence)


@contextmanager
def over_the_fence(session: Session) -> Iterator[None]:
    """See all rows within the block, for a rule that has to know of others' rows; nothing of them may be told."""
    fence = session.info.pop(FENCE, None)
    if fence is None:
        yield
        return
    session.connection().execute(_TAKE_AWAY)
    try:
        yield
    finally:
        session.info[FENCE] = fence
        # Where the transaction is over or failed, what went wrong is told as it was; the next one has the fence again.
        if _goes_on(session):
            session.connection().execute(_PUT_UP, fence)


def _goes_on(session: Session) -> bool:
    """Whether the session's transaction takes another statement."""
    if not session.is_active or session.connection().invalidated:
        return False
    driver: Any = session.connection().connection.driver_connection
    return bool(driver.info.transaction_status != TransactionStatus.INERROR)

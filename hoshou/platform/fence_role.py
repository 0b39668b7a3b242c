"""The database's role behind the fence: made and granted by each migration, so that no deploy forgets it (A11, A26).

Roles belong to the server, not to a database: a restored backup finds it made anew here.
"""

from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from hoshou.base.errors import Unavailable
from hoshou.base.errors import noop_gettext as N_

ROLE = "hoshou_fenced"
POSTGRESQL = "postgresql"

_CREATE_ROLE = text(
    # Databases on one server share their roles, so somebody else may be making it at this moment.
    f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN; "
    "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
)


def ensure_role(engine: Engine) -> None:
    """Have the role there, and whoever migrates a member of it. Raises Unavailable ``fence_role_missing``."""
    if engine.dialect.name != POSTGRESQL:
        return
    try:
        with engine.begin() as connection:
            if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}) is None:
                connection.execute(_CREATE_ROLE)
            if not connection.scalar(text("SELECT pg_has_role(current_user, :role, 'MEMBER')"), {"role": ROLE}):
                connection.execute(text(f"GRANT {ROLE} TO CURRENT_USER"))
    except ProgrammingError as error:
        raise Unavailable(
            "fence_role_missing",
            N_(
                "PostgreSQLにロール %(role)s を用意できません。データベースの管理者に"
                "「CREATE ROLE %(role)s NOLOGIN; GRANT %(role)s TO %(user)s;」の実行を依頼してください。"
            ),
            role=ROLE,
            user=engine.url.username or "",
        ) from error


def grant_role(engine: Engine) -> None:
    """Let the role do to the tables what the product does; to the audit log it may only add (A26)."""
    if engine.dialect.name != POSTGRESQL:
        return
    with engine.begin() as connection:
        schema = connection.dialect.identifier_preparer.quote(
            str(connection.scalar(text("SELECT current_schema()")))
        )
        for statement in (
            f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {ROLE}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {ROLE}",
            f"REVOKE UPDATE, DELETE ON {schema}.platform_audit FROM {ROLE}",
        ):
            connection.execute(text(statement))

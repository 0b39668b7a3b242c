"""What the tables' policies ask: whether the fence is up, and who looks (A11).

Revision ID: 20261122_platform_fence
Revises: 20261122_guardkun_all_insurers
"""

from alembic import op

revision = "20261122_platform_fence"
down_revision = "20261122_guardkun_all_insurers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(
        "CREATE FUNCTION hoshou_unfenced() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS "
        "$$ SELECT current_user <> 'hoshou_fenced' $$"
    )
    op.execute(
        "CREATE FUNCTION hoshou_has(VARIADIC wanted text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS "
        "$$ SELECT string_to_array(coalesce(current_setting('hoshou.roles', true), ''), ',') && wanted $$"
    )
    op.execute(
        "CREATE FUNCTION hoshou_own(kind text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS "
        "$$ SELECT nullif(current_setting('hoshou.' || kind, true), '')::integer $$"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION hoshou_unfenced(), hoshou_has(text[]), hoshou_own(text)")

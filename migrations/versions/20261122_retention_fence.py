"""The fence round purges and notices (A11): on PostgreSQL, those of the reader's own folders alone.

Revision ID: 20261122_retention_fence
Revises: 20261122_debits_fence
"""

from alembic import op

revision = "20261122_retention_fence"
down_revision = "20261122_debits_fence"
branch_labels = None
depends_on = None

OF_A_FOLDER = """
    (SELECT hoshou_unfenced()) OR EXISTS (SELECT 1 FROM bonds_folder f WHERE f.id = {table}.folder_id)
"""
TABLES = ("retention_purge", "retention_notice")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY fence ON {table} USING ({OF_A_FOLDER.format(table=table)})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"DROP POLICY fence ON {table}")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

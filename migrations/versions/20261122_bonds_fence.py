"""The fence round folders and what belongs to them (A11): on PostgreSQL, each reader's own rows alone.

Revision ID: 20261122_bonds_fence
Revises: 20261122_platform_fence
"""

from alembic import op

revision = "20261122_bonds_fence"
down_revision = "20261122_platform_fence"
branch_labels = None
depends_on = None

FOLDER = """
    (SELECT hoshou_unfenced())
    OR (SELECT hoshou_has('auditor'))
    OR ((SELECT hoshou_has('agency')) AND agency_id = (SELECT hoshou_own('agency_id')))
    OR ((SELECT hoshou_has('insurer')) AND insurer_id = (SELECT hoshou_own('insurer_id')))
"""
OF_A_FOLDER = """
    (SELECT hoshou_unfenced()) OR EXISTS (SELECT 1 FROM bonds_folder f WHERE f.id = {table}.folder_id)
"""
PARTS = ("bonds_file", "bonds_waiting", "bonds_upload_receipt", "bonds_handover")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE bonds_folder ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY fence ON bonds_folder USING ({FOLDER})")
    for table in PARTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY fence ON {table} USING ({OF_A_FOLDER.format(table=table)})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in (*PARTS, "bonds_folder"):
            op.execute(f"DROP POLICY fence ON {table}")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

"""The fence round domain applications and their votes (A11): insurers see what the association has approved.

Revision ID: 20261122_domains_fence
Revises: 20261122_bonds_fence
"""

from alembic import op

revision = "20261122_domains_fence"
down_revision = "20261122_bonds_fence"
branch_labels = None
depends_on = None

APPLICATION = """
    (SELECT hoshou_unfenced())
    OR (SELECT hoshou_has('association', 'auditor'))
    OR ((SELECT hoshou_has('insurer')) AND (SELECT hoshou_own('insurer_id')) IS NOT NULL AND reviewed_at IS NOT NULL)
"""
VOTE = """
    (SELECT hoshou_unfenced())
    OR EXISTS (SELECT 1 FROM domains_application a WHERE a.id = domains_vote.application_id)
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, condition in (("domains_application", APPLICATION), ("domains_vote", VOTE)):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY fence ON {table} USING ({condition})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("domains_vote", "domains_application"):
            op.execute(f"DROP POLICY fence ON {table}")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

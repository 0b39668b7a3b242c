"""The order in which the public list has the registered bodies.

Revision ID: 20261122_domains_bodies
Revises: 20261122_debits_ledger
"""

from alembic import op

revision = "20261122_domains_bodies"
down_revision = "20261122_debits_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_domains_domain_bodies", "domains_domain", ["state", "organisation", "department"])


def downgrade() -> None:
    op.drop_index("ix_domains_domain_bodies", table_name="domains_domain")

"""Quotes in the order of their starts, however many begin on one day (P-006).

Revision ID: 20261122_guardkun_quote_order
Revises: 20261122_orderer_fence
"""

from alembic import op

revision = "20261122_guardkun_quote_order"
down_revision = "20261122_orderer_fence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_guardkun_quote_start", "guardkun_quote")
    op.create_index("ix_guardkun_quote_start", "guardkun_quote", ["start", "id"])


def downgrade() -> None:
    op.drop_index("ix_guardkun_quote_start", "guardkun_quote")
    op.create_index("ix_guardkun_quote_start", "guardkun_quote", ["start"])

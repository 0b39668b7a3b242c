"""Whether a scheme year's insurers see all its contracts.

Revision ID: 20261122_guardkun_all_insurers
Revises: 20261122_organisations_orderer
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_guardkun_all_insurers"
down_revision = "20261122_organisations_orderer"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "guardkun_scheme_year",
        sa.Column("insurers_see_all", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("guardkun_scheme_year", "insurers_see_all")

"""Orderers, and since when their contract terms provide for bonds in electronic form.

Revision ID: 20261122_organisations_orderer
Revises: 20261122_platform_list_indexes
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_organisations_orderer"
down_revision = "20261122_platform_list_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisations_orderer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("terms_ready_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations_orderer")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_orderer_name")),
    )


def downgrade() -> None:
    op.drop_table("organisations_orderer")

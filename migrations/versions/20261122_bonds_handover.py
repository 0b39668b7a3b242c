"""Hand-overs of viewing passwords.

Revision ID: 20261122_bonds_handover
Revises: 20261122_platform_initial
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_bonds_handover"
down_revision = "20261122_platform_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bonds_handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("password_serial", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_bonds_handover_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonds_handover")),
        sa.UniqueConstraint(
            "folder_id", "password_serial", name=op.f("uq_bonds_handover_folder_id_password_serial")
        ),
    )
    op.create_index(op.f("ix_bonds_handover_expires_at"), "bonds_handover", ["expires_at"])
    op.create_index("ix_bonds_handover_waiting", "bonds_handover", ["user_id", "told_at"])


def downgrade() -> None:
    op.drop_table("bonds_handover")

"""Deletion and retention: erased content, numbers that may be used anew, purges and notices.

Revision ID: 20261122_retention_initial
Revises: 20261122_platform_initial
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_retention_initial"
down_revision = "20261122_platform_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unerased = sa.text("deleted_at IS NOT NULL AND erased_at IS NULL")
    live = sa.text("deleted_at IS NULL")
    with op.batch_alter_table("platform_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_platform_file_unerased", ["id"], unique=False, sqlite_where=unerased, postgresql_where=unerased
        )
    with op.batch_alter_table("bonds_folder", schema=None) as batch_op:
        batch_op.drop_constraint("uq_bonds_folder_insurer_id_policy_number", type_="unique")
        batch_op.create_index(
            "uq_bonds_folder_live",
            ["insurer_id", "policy_number"],
            unique=True,
            sqlite_where=live,
            postgresql_where=live,
        )
    op.create_table(
        "retention_purge",
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("insurance_end", sa.Date(), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_retention_purge_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("folder_id", name=op.f("pk_retention_purge")),
    )
    op.create_table(
        "retention_notice",
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("purge_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_retention_notice_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("folder_id", "purge_on", "days", name=op.f("pk_retention_notice")),
    )


def downgrade() -> None:
    raise NotImplementedError("the database is restored from a backup, not migrated back")

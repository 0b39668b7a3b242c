"""Uploads that wait for the malware scanner, quotas, and what was found of files' signatures.

Revision ID: 20261122_bonds_waiting
Revises: 20261122_receipts_indexes
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_bonds_waiting"
down_revision = "20261122_receipts_indexes"
branch_labels = None
depends_on = None

UNREPORTED = sa.text("signature_report IS NULL AND deleted_at IS NULL")
WAITING = sa.text("waiting_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "bonds_waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_bonds_waiting_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonds_waiting")),
    )
    op.create_index(op.f("ix_bonds_waiting_folder_id"), "bonds_waiting", ["folder_id"])
    # One statement for both databases: SQLite can't add a constraint to a table that is there.
    op.execute(
        "ALTER TABLE bonds_file ADD COLUMN waiting_id INTEGER "
        "CONSTRAINT fk_bonds_file_waiting_id_bonds_waiting REFERENCES bonds_waiting (id)"
    )
    op.add_column("bonds_file", sa.Column("signature_report", sa.Text(), nullable=True))
    op.execute(sa.text("UPDATE bonds_file SET signature_report = '[]' WHERE NOT signed"))
    op.create_index(
        "ix_bonds_file_unreported",
        "bonds_file",
        ["id"],
        sqlite_where=UNREPORTED,
        postgresql_where=UNREPORTED,
    )
    op.create_index(
        "ix_bonds_file_waiting", "bonds_file", ["waiting_id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "bonds_upload_quota",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("uploads", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("uploads >= 0", name=op.f("ck_bonds_upload_quota_uploads")),
        sa.CheckConstraint("bytes >= 0", name=op.f("ck_bonds_upload_quota_bytes")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bonds_upload_quota")),
    )
    op.create_index("ix_bonds_upload_receipt_folder", "bonds_upload_receipt", ["folder_id", "created_at"])


def downgrade() -> None:
    raise NotImplementedError("what waits for the scanner would be let out; restore a backup instead")

"""Indexes for what has happened to a folder, for folders by their insurance start, and for files by their upload.

Revision ID: 20261122_receipts_indexes
Revises: 20261122_platform_initial
"""

from alembic import op

revision = "20261122_receipts_indexes"
down_revision = "20261122_platform_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_platform_audit_object", "platform_audit", ["object_id", "object_kind", "action", "at"])
    op.drop_index("ix_platform_audit_object_id", "platform_audit")
    op.create_index("ix_bonds_folder_start", "bonds_folder", ["insurance_start", "id"])
    op.create_index("ix_bonds_folder_insurer_start", "bonds_folder", ["insurer_id", "insurance_start", "id"])
    op.create_index("ix_bonds_folder_agency_start", "bonds_folder", ["agency_id", "insurance_start", "id"])
    op.create_index("ix_bonds_file_uploaded_at", "bonds_file", ["uploaded_at"])


def downgrade() -> None:
    op.drop_index("ix_bonds_file_uploaded_at", "bonds_file")
    op.drop_index("ix_bonds_folder_agency_start", "bonds_folder")
    op.drop_index("ix_bonds_folder_insurer_start", "bonds_folder")
    op.drop_index("ix_bonds_folder_start", "bonds_folder")
    op.create_index("ix_platform_audit_object_id", "platform_audit", ["object_id"])
    op.drop_index("ix_platform_audit_object", "platform_audit")

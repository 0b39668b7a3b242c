"""Indexes for each column that staff may sort a long list by, or search by how it begins.

Revision ID: 20261122_platform_list_indexes
Revises: 20261122_debits_desk
"""

from alembic import op

revision = "20261122_platform_list_indexes"
down_revision = "20261122_debits_desk"
branch_labels = None
depends_on = None

INDEXES = (
    ("bonds_folder", "contractor_name"),
    ("bonds_folder", "created_at"),
    ("guardkun_quote", "start"),
    ("guardkun_quote", "created_at"),
    ("guardkun_member", "member_number"),
    ("guardkun_member", "joined_on"),
    ("guardkun_member", "left_on"),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_{column}", table)

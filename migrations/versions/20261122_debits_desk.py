"""Names of banks and branches as people read them, result files that wait to be checked, and what stopped a run.

Revision ID: 20261122_debits_desk
Revises: 20261122_debits_refunds
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_debits_desk"
down_revision = "20261122_debits_refunds"
branch_labels = None
depends_on = None

NAMES = ("bank_kanji", "branch_kanji")
WAITING = "state = 'waiting'"


def upgrade() -> None:
    with op.batch_alter_table("debits_mandate") as table:
        for name in NAMES:
            table.add_column(sa.Column(name, sa.String(40), nullable=False, server_default=""))
    with op.batch_alter_table("debits_run") as table:
        table.add_column(sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "debits_result_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("stored_file_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(200), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["debits_run.id"], name=op.f("fk_debits_result_upload_run_id")),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["platform_file.id"], name=op.f("fk_debits_result_upload_stored_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["debits_result.id"], name=op.f("fk_debits_result_upload_result_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_result_upload")),
        sa.UniqueConstraint("stored_file_id", name=op.f("uq_debits_result_upload_stored_file_id")),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'refused')", name=op.f("ck_debits_result_upload_state")),
        sa.CheckConstraint(
            "(state = 'waiting') = (checked_at IS NULL) AND (state = 'taken') = (result_id IS NOT NULL)"
            " AND (state = 'refused') = (refusal <> '')",
            name=op.f("ck_debits_result_upload_checked"),
        ),
    )
    op.create_index(
        "uq_debits_result_upload_waiting",
        "debits_result_upload",
        ["run_id"],
        unique=True,
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )


def downgrade() -> None:
    op.drop_index("uq_debits_result_upload_waiting", "debits_result_upload")
    op.drop_table("debits_result_upload")
    with op.batch_alter_table("debits_run") as table:
        table.drop_column("trouble")
    with op.batch_alter_table("debits_mandate") as table:
        for name in reversed(NAMES):
            table.drop_column(name)

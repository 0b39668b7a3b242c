"""Runs of scheduled jobs.

Revision ID: 20261122_platform_job_runs
Revises: 20261122_platform_initial
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_platform_job_runs"
down_revision = "20261122_platform_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "platform_job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=True),
        sa.Column("total_count", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("error_reference", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_job_run")),
        sa.UniqueConstraint("job", "due_at", name=op.f("uq_platform_job_run_job_due_at")),
    )
    with op.batch_alter_table("platform_job_run", schema=None) as batch_op:
        batch_op.create_index("ix_platform_job_run_state", ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("platform_job_run", schema=None) as batch_op:
        batch_op.drop_index("ix_platform_job_run_state")

    op.drop_table("platform_job_run")

"""Applications for domains of orderers

Revision ID: 20261122_domains_applications
Revises: 20261122_platform_initial
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_domains_applications"
down_revision = "20261122_platform_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "domains_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(length=14), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("new_domain", sa.String(length=253), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("applicant_name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_month", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(kind = 'change') = (new_domain <> '')", name=op.f("ck_domains_application_new_domain")
        ),
        sa.CheckConstraint(
            "(stage = 'registered') = (registered_on IS NOT NULL)", name=op.f("ck_domains_application_registered")
        ),
        sa.CheckConstraint("kind IN ('add', 'change', 'remove')", name=op.f("ck_domains_application_kind")),
        sa.CheckConstraint("stage <> 'rejected' OR reason <> ''", name=op.f("ck_domains_application_reason")),
        sa.CheckConstraint(
            "stage IN ('applied', 'reviewed', 'approved', 'registered', 'rejected', 'withdrawn')",
            name=op.f("ck_domains_application_stage"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('approved', 'registered') OR approved_at IS NOT NULL",
            name=op.f("ck_domains_application_approved"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('reviewed', 'approved', 'registered') OR reviewed_at IS NOT NULL",
            name=op.f("ck_domains_application_reviewed"),
        ),
        sa.CheckConstraint(
            "approved_at IS NULL OR reviewed_at IS NOT NULL", name=op.f("ck_domains_application_review_first")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domains_application")),
        sa.UniqueConstraint("receipt", name=op.f("uq_domains_application_receipt")),
        sa.UniqueConstraint("request_key", name=op.f("uq_domains_application_request_key")),
    )
    with op.batch_alter_table("domains_application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_domains_application_domain"), ["domain"], unique=False)
        batch_op.create_index(batch_op.f("ix_domains_application_stage"), ["stage"], unique=False)

    op.create_table(
        "domains_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision <> 'reject' OR reason <> ''", name=op.f("ck_domains_vote_reason")),
        sa.CheckConstraint("decision IN ('approve', 'reject')", name=op.f("ck_domains_vote_decision")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["domains_application.id"],
            name=op.f("fk_domains_vote_application_id_domains_application"),
        ),
        sa.ForeignKeyConstraint(
            ["insurer_id"],
            ["organisations_insurer.id"],
            name=op.f("fk_domains_vote_insurer_id_organisations_insurer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domains_vote")),
        sa.UniqueConstraint(
            "application_id", "insurer_id", name=op.f("uq_domains_vote_application_id_insurer_id")
        ),
    )
    with op.batch_alter_table("domains_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_domains_vote_insurer_id"), ["insurer_id"], unique=False)

    op.execute(
        "DELETE FROM domains_domain WHERE state NOT IN ('registered', 'removed') OR (state = 'registered' AND usable_from IS NULL)"
    )
    with op.batch_alter_table("domains_domain") as batch_op:
        batch_op.create_check_constraint(op.f("ck_domains_domain_state"), "state IN ('registered', 'removed')")
        batch_op.create_check_constraint(
            op.f("ck_domains_domain_usable"), "state <> 'registered' OR usable_from IS NOT NULL"
        )

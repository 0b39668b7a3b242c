"""The duties of a scheme year, calendar feeds, and guides of more than one manual.

Revision ID: 20261122_guardkun_calendar
Revises: 20261122_guardkun_scheme
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_guardkun_calendar"
down_revision = "20261122_guardkun_scheme"
branch_labels = None
depends_on = None

BOOKS = (("faq", "number"), ("contact", "subject_ja"), ("revision", "edition"), ("page", "manual_page"))
"""Tables of the guides, and the column that is unique within a manual."""


def upgrade() -> None:
    op.create_table(
        "guardkun_calendar_feed",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_guardkun_calendar_feed_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_guardkun_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_guardkun_calendar_feed_digest")),
    )
    op.create_table(
        "guardkun_scheme_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("content", sa.String(length=200), nullable=False),
        sa.Column("example", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_duty_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_duty")),
        sa.UniqueConstraint(
            "scheme_year_id", "position", name=op.f("uq_guardkun_scheme_duty_scheme_year_id_position")
        ),
    )
    for table, column in BOOKS:
        with op.batch_alter_table(f"guides_{table}") as batch_op:
            batch_op.add_column(sa.Column("book", sa.String(length=16), nullable=False, server_default="bonds"))
            batch_op.drop_constraint(batch_op.f(f"uq_guides_{table}_{column}"), type_="unique")
            batch_op.create_unique_constraint(batch_op.f(f"uq_guides_{table}_book_{column}"), ["book", column])
        with op.batch_alter_table(f"guides_{table}") as batch_op:
            batch_op.alter_column("book", server_default=None)


def downgrade() -> None:
    for table, column in BOOKS:
        op.execute(sa.text(f"DELETE FROM guides_{table} WHERE book <> 'bonds'"))  # noqa: S608 - our own names
        with op.batch_alter_table(f"guides_{table}") as batch_op:
            batch_op.drop_constraint(batch_op.f(f"uq_guides_{table}_book_{column}"), type_="unique")
            batch_op.create_unique_constraint(batch_op.f(f"uq_guides_{table}_{column}"), [column])
            batch_op.drop_column("book")
    op.drop_table("guardkun_scheme_duty")
    op.drop_table("guardkun_calendar_feed")

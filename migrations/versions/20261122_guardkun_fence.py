"""The fence round quotes, enrolments and what belongs to them (B8, B-101, B-102): on PostgreSQL, each reader's own.

Revision ID: 20261122_guardkun_fence
Revises: 20261122_domains_fence
"""

from alembic import op

revision = "20261122_guardkun_fence"
down_revision = "20261122_domains_fence"
branch_labels = None
depends_on = None

SEES_ALL = "(SELECT hoshou_unfenced()) OR (SELECT hoshou_has('lead_office', 'group_association', 'auditor'))"
REGISTERED = """
    EXISTS (
        SELECT 1 FROM guardkun_agency_registration r
        WHERE r.id = {table}.registration_id
        AND (
            ((SELECT hoshou_has('agency')) AND r.agency_id = (SELECT hoshou_own('agency_id')))
            OR ((SELECT hoshou_has('insurer', 'co_insurer')) AND r.insurer_id = (SELECT hoshou_own('insurer_id')))
        )
    )
"""
OF_A_YEAR_SEEN_WHOLE = """
    ((SELECT hoshou_has('insurer', 'co_insurer')) AND EXISTS (
        SELECT 1 FROM guardkun_scheme_insurer i JOIN guardkun_scheme_year y ON y.id = i.scheme_year_id
        WHERE y.id = {table}.scheme_year_id AND i.insurer_id = (SELECT hoshou_own('insurer_id'))
        AND (i.is_lead OR y.insurers_see_all)
    ))
"""
OF_THE_PREFECTURE = """
    ((SELECT hoshou_has('prefecture')) AND EXISTS (
        SELECT 1 FROM guardkun_unit u JOIN guardkun_member m ON m.id = u.member_id
        JOIN guardkun_prefecture_staff s ON s.prefecture_id = m.prefecture_id
        WHERE u.id = guardkun_enrolment.unit_id AND s.user_id = (SELECT hoshou_own('user_id'))
    ))
"""
OF_AN_ENROLMENT = "EXISTS (SELECT 1 FROM guardkun_enrolment e WHERE e.{column} = {table}.{key})"
PARTS = ("guardkun_instalment", "guardkun_defect", "guardkun_change", "guardkun_booking_line")


def upgrade() -> None:
    op.create_index("ix_guardkun_enrolment_quote", "guardkun_enrolment", ["quote_id"])
    if op.get_bind().dialect.name != "postgresql":
        return
    _fence(
        "guardkun_enrolment",
        SEES_ALL,
        REGISTERED.format(table="guardkun_enrolment"),
        OF_A_YEAR_SEEN_WHOLE.format(table="guardkun_enrolment"),
        OF_THE_PREFECTURE,
    )
    # Whoever sees an enrolment sees the quote that it was made from, whosever that was.
    _fence(
        "guardkun_quote",
        SEES_ALL,
        REGISTERED.format(table="guardkun_quote"),
        OF_A_YEAR_SEEN_WHOLE.format(table="guardkun_quote"),
        OF_AN_ENROLMENT.format(column="quote_id", table="guardkun_quote", key="id"),
    )
    for table in PARTS:
        _fence(table, SEES_ALL, OF_AN_ENROLMENT.format(column="id", table=table, key="enrolment_id"))


def _fence(table: str, *let_through: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY fence ON {table} USING ({' OR '.join(let_through)})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in (*PARTS, "guardkun_quote", "guardkun_enrolment"):
            op.execute(f"DROP POLICY fence ON {table}")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.drop_index("ix_guardkun_enrolment_quote", "guardkun_enrolment")

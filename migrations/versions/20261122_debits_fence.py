"""The fence round what the debits do (B8, B-074, B-075, B-078): on PostgreSQL, each reader's own rows, never an agency's.

Revision ID: 20261122_debits_fence
Revises: 20261122_guardkun_fence
"""

from alembic import op

revision = "20261122_debits_fence"
down_revision = "20261122_guardkun_fence"
branch_labels = None
depends_on = None

SEES_ALL = "(SELECT hoshou_unfenced()) OR (SELECT hoshou_has('lead_office', 'group_association', 'auditor'))"
TASK = f"""
    {SEES_ALL}
    OR (
        kind = 'prefecture' AND (SELECT hoshou_has('prefecture'))
        AND EXISTS (
            SELECT 1 FROM guardkun_enrolment e JOIN guardkun_unit u ON u.id = e.unit_id
            JOIN guardkun_member m ON m.id = u.member_id
            JOIN guardkun_prefecture_staff s ON s.prefecture_id = m.prefecture_id
            WHERE e.id = debits_task.enrolment_id AND s.user_id = (SELECT hoshou_own('user_id'))
        )
    )
    OR (
        kind = 'branch' AND (SELECT hoshou_has('insurer'))
        AND EXISTS (
            SELECT 1 FROM guardkun_enrolment e JOIN guardkun_agency_registration r ON r.id = e.registration_id
            WHERE e.id = debits_task.enrolment_id AND r.insurer_id = (SELECT hoshou_own('insurer_id'))
            AND r.branch_id = coalesce((SELECT hoshou_own('branch_id')), r.branch_id)
        )
    )
"""  # noqa: S608 - a constant
LINE = f"""
    {SEES_ALL}
    OR (
        (SELECT hoshou_has('insurer', 'prefecture'))
        AND EXISTS (SELECT 1 FROM guardkun_enrolment e WHERE e.id = debits_line.enrolment_id)
    )
"""  # noqa: S608 - a constant
HANDOFF = f"""
    {SEES_ALL} OR ((SELECT hoshou_has('co_insurer')) AND insurer_id = (SELECT hoshou_own('insurer_id')))
"""
OF_THE_HANDLERS = (
    "debits_omission",
    "debits_standing",
    "debits_lapse",
    "debits_receivable",
    "debits_transfer",
    "debits_refund",
    "debits_overpayment",
    "debits_paid_claim",
    "debits_remittance_line",
    "debits_ledger_entry",
    "debits_ledger_posting",
    "debits_ledger_levy",
)
POLICIES = {
    "debits_task": TASK,
    "debits_line": LINE,
    "debits_handoff": HANDOFF,
    **dict.fromkeys(OF_THE_HANDLERS, SEES_ALL),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, condition in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY fence ON {table} USING ({condition})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in POLICIES:
            op.execute(f"DROP POLICY fence ON {table}")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

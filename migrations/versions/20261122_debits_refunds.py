"""Overpayments, refunds, and their accounts and kinds of entries in the ledger.

Revision ID: 20261122_debits_refunds
Revises: 20261122_domains_bodies
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_debits_refunds"
down_revision = "20261122_domains_bodies"
branch_labels = None
depends_on = None

CHOICES = (
    (
        "debits_ledger_entry",
        "kind",
        ("due", "collected", "transferred", "cancelled", "remitted"),
        ("overpaid", "excess", "refunded", "returned"),
    ),
    (
        "debits_ledger_posting",
        "account",
        (
            "levy_receivable",
            "agent_clearing",
            "transfers",
            "premium_payable",
            "maintenance_fee",
            "collection_fee_receivable",
            "collection_fee",
            "remittance",
        ),
        ("premium_return", "overpayment", "refund"),
    ),
)


def upgrade() -> None:
    op.create_table(
        "debits_refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_debits_refund_amount")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_refund_enrolment_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_refund")),
        sa.UniqueConstraint("reference", name=op.f("uq_debits_refund_reference")),
    )
    op.create_index(op.f("ix_debits_refund_enrolment_id"), "debits_refund", ["enrolment_id"])
    op.create_table(
        "debits_overpayment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("instalment_id", sa.Integer(), nullable=True),
        sa.Column("transfer_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("remitted_id", sa.Integer(), nullable=True),
        sa.Column("to_return", sa.BigInteger(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("returned_by", sa.String(length=200), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(instalment_id IS NULL) <> (transfer_id IS NULL)", name=op.f("ck_debits_overpayment_one_source")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_debits_overpayment_amount")),
        sa.CheckConstraint("to_return BETWEEN 0 AND amount", name=op.f("ck_debits_overpayment_to_return")),
        sa.CheckConstraint(
            "remitted_id IS NULL OR remitted_id = instalment_id", name=op.f("ck_debits_overpayment_remitted")
        ),
        sa.CheckConstraint(
            "remitted_id IS NOT NULL OR to_return = 0", name=op.f("ck_debits_overpayment_returned_from_insurer")
        ),
        sa.CheckConstraint("returned_on IS NULL OR to_return > 0", name=op.f("ck_debits_overpayment_returned")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_overpayment_enrolment_id_guardkun_enrolment"),
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["guardkun_instalment.id"],
            name=op.f("fk_debits_overpayment_instalment_id_guardkun_instalment"),
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["debits_transfer.id"],
            name=op.f("fk_debits_overpayment_transfer_id_debits_transfer"),
        ),
        sa.ForeignKeyConstraint(
            ["remitted_id"],
            ["debits_remittance_line.instalment_id"],
            name=op.f("fk_debits_overpayment_remitted_id_debits_remittance_line"),
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["debits_refund.id"], name=op.f("fk_debits_overpayment_refund_id_debits_refund")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_overpayment")),
        sa.UniqueConstraint("instalment_id", name=op.f("uq_debits_overpayment_instalment_id")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_debits_overpayment_transfer_id")),
    )
    op.create_index("ix_debits_overpayment_enrolment", "debits_overpayment", ["enrolment_id", "id"])
    op.create_index("ix_debits_overpayment_refund", "debits_overpayment", ["refund_id", "id"])
    for table, column, before, added in CHOICES:
        allow(table, column, before, (*before, *added))


def allow(table: str, column: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Change what a column may say. The tables can't be copied on SQLite: others refer to their rows.

    There the constraint is rewritten in the schema, as SQLite's manual describes it for ALTER TABLE.
    """
    old, new = (f"{column} IN ({', '.join(map(repr, names))})" for names in (before, after))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(f"ck_{table}_{column}", table)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, new)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ? AND instr(sql, ?) > 0",
        (old, new, table, old),
    )
    if changed.rowcount != 1:
        raise RuntimeError(f"the constraint of {table}.{column} isn't the expected one")
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")


def downgrade() -> None:
    for table, column, before, added in CHOICES:
        allow(table, column, (*before, *added), before)
    op.drop_table("debits_overpayment")
    op.drop_table("debits_refund")

"""Mandates, debit runs, results, failures, settlements

Revision ID: 20261122_debits_runs
Revises: 20261122_guardkun_calendar
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_debits_runs"
down_revision = "20261122_guardkun_calendar"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "debits_agent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("consignor_code", sa.String(length=10), nullable=False),
        sa.Column("consignor_name", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("bank_code", sa.String(length=4), nullable=False),
        sa.Column("bank_name", sa.String(length=15), nullable=False),
        sa.Column("branch_code", sa.String(length=3), nullable=False),
        sa.Column("branch_name", sa.String(length=15), nullable=False),
        sa.Column("account_type", sa.String(length=1), nullable=False),
        sa.Column("account_number", sa.String(length=7), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("closing_time", sa.Time(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("lead_days BETWEEN 1 AND 20", name=op.f("ck_debits_agent_lead_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_agent")),
        sa.UniqueConstraint("consignor_code", name=op.f("uq_debits_agent_consignor_code")),
        sa.UniqueConstraint("name", name=op.f("uq_debits_agent_name")),
    )
    op.create_table(
        "debits_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("debit_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("consignor_code", sa.String(length=10), nullable=False),
        sa.Column("consignor_name", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("bank_code", sa.String(length=4), nullable=False),
        sa.Column("bank_name", sa.String(length=15), nullable=False),
        sa.Column("branch_code", sa.String(length=3), nullable=False),
        sa.Column("branch_name", sa.String(length=15), nullable=False),
        sa.Column("account_type", sa.String(length=1), nullable=False),
        sa.Column("account_number", sa.String(length=7), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("built_by", sa.String(length=200), nullable=False),
        sa.Column("built_by_id", sa.Integer(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_by", sa.String(length=200), nullable=False),
        sa.Column("sealed_by_id", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=200), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_why", sa.String(length=500), nullable=False),
        sa.CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name=op.f("ck_debits_run_closed")),
        sa.CheckConstraint("state <> 'discarded' OR discarded_why <> ''", name=op.f("ck_debits_run_discarded")),
        sa.CheckConstraint(
            "state IN ('building', 'built', 'sealing', 'sealed', 'released', 'closed', 'discarded')",
            name=op.f("ck_debits_run_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('released', 'closed') OR released_by_id IS NOT NULL",
            name=op.f("ck_debits_run_released"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sealing', 'sealed', 'released', 'closed') OR sealed_by_id IS NOT NULL",
            name=op.f("ck_debits_run_sealed"),
        ),
        sa.CheckConstraint(
            "released_by_id <> sealed_by_id AND released_by_id <> built_by_id",
            name=op.f("ck_debits_run_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["debits_agent.id"], name=op.f("fk_debits_run_agent_id_debits_agent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_run")),
    )
    with op.batch_alter_table("debits_run", schema=None) as batch_op:
        batch_op.create_index(
            "uq_debits_run_agent_date",
            ["agent_id", "debit_date"],
            unique=True,
            sqlite_where=sa.text("state <> 'discarded'"),
            postgresql_where=sa.text("state <> 'discarded'"),
        )

    op.create_table(
        "debits_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_number", sa.String(length=20), nullable=False),
        sa.Column("last_number", sa.String(length=20), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["debits_run.id"], name=op.f("fk_debits_file_run_id_debits_run")),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["platform_file.id"], name=op.f("fk_debits_file_stored_file_id_platform_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_file")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_debits_file_run_id_number")),
        sa.UniqueConstraint("stored_file_id", name=op.f("uq_debits_file_stored_file_id")),
    )
    op.create_table(
        "debits_mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("bank_code", sa.String(length=4), nullable=False),
        sa.Column("bank_name", sa.String(length=15), nullable=False),
        sa.Column("branch_code", sa.String(length=3), nullable=False),
        sa.Column("branch_name", sa.String(length=15), nullable=False),
        sa.Column("account_type", sa.String(length=1), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("seal_token", sa.String(length=32), nullable=False),
        sa.Column("tail", sa.String(length=4), nullable=False),
        sa.Column("holder", sa.String(length=30), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'returned') = (returned_on IS NOT NULL) AND (state = 'returned') = (return_reason <> '')",
            name=op.f("ck_debits_mandate_returned"),
        ),
        sa.CheckConstraint("account_type IN ('1', '2', '3', '9')", name=op.f("ck_debits_mandate_account_type")),
        sa.CheckConstraint("kind IN ('new', 'changed')", name=op.f("ck_debits_mandate_kind")),
        sa.CheckConstraint(
            "reason IN ('joining', 'account', 'name', 'representative', 'recollected')",
            name=op.f("ck_debits_mandate_reason"),
        ),
        sa.CheckConstraint("state IN ('accepted', 'returned')", name=op.f("ck_debits_mandate_state")),
        sa.CheckConstraint("effective_from > arrived_on", name=op.f("ck_debits_mandate_effective")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["debits_agent.id"], name=op.f("fk_debits_mandate_agent_id_debits_agent")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["guardkun_unit.id"], name=op.f("fk_debits_mandate_unit_id_guardkun_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_mandate")),
        sa.UniqueConstraint("seal_token", name=op.f("uq_debits_mandate_seal_token")),
    )
    with op.batch_alter_table("debits_mandate", schema=None) as batch_op:
        batch_op.create_index("ix_debits_mandate_unit", ["unit_id", "effective_from", "id"], unique=False)

    op.create_table(
        "debits_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_file_id", sa.Integer(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=200), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["debits_file.id"], name=op.f("fk_debits_result_file_id_debits_file")
        ),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["platform_file.id"], name=op.f("fk_debits_result_stored_file_id_platform_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_result")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_debits_result_fingerprint")),
        sa.UniqueConstraint("stored_file_id", name=op.f("uq_debits_result_stored_file_id")),
    )
    with op.batch_alter_table("debits_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_debits_result_file_id"), ["file_id"], unique=False)

    op.create_table(
        "debits_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("customer_number", sa.String(length=20), nullable=False),
        sa.Column("new_code", sa.String(length=1), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("result_code", sa.String(length=1), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(state IN ('paid', 'failed', 'stopped')) = (settled_at IS NOT NULL)",
            name=op.f("ck_debits_line_settled"),
        ),
        sa.CheckConstraint("new_code IN ('0', '1', '2')", name=op.f("ck_debits_line_new_code")),
        sa.CheckConstraint("state <> 'waiting' OR result_code IS NULL", name=op.f("ck_debits_line_unanswered")),
        sa.CheckConstraint(
            "state IN ('waiting', 'undecided', 'paid', 'failed', 'stopped', 'dropped')",
            name=op.f("ck_debits_line_state"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_debits_line_amount")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_line_enrolment_id_guardkun_enrolment"),
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["debits_mandate.id"], name=op.f("fk_debits_line_mandate_id_debits_mandate")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["debits_run.id"], name=op.f("fk_debits_line_run_id_debits_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_line")),
        sa.UniqueConstraint("customer_number", name=op.f("uq_debits_line_customer_number")),
        sa.UniqueConstraint("run_id", "enrolment_id", name=op.f("uq_debits_line_run_id_enrolment_id")),
    )
    with op.batch_alter_table("debits_line", schema=None) as batch_op:
        batch_op.create_index("ix_debits_line_enrolment", ["enrolment_id", "id"], unique=False)
        batch_op.create_index("ix_debits_line_mandate", ["mandate_id"], unique=False)
        batch_op.create_index("ix_debits_line_state", ["run_id", "state", "customer_number"], unique=False)

    op.create_table(
        "debits_omission",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "reason IN ('no_mandate', 'lapse_proposed', 'result_open')", name=op.f("ck_debits_omission_reason")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_omission_enrolment_id_guardkun_enrolment"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["debits_run.id"], name=op.f("fk_debits_omission_run_id_debits_run")),
        sa.PrimaryKeyConstraint("run_id", "enrolment_id", name=op.f("pk_debits_omission")),
    )
    op.create_table(
        "debits_receivable",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("required BETWEEN 0 AND 12", name=op.f("ck_debits_receivable_required")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_receivable_enrolment_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_debits_receivable")),
    )
    with op.batch_alter_table("debits_receivable", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_debits_receivable_closed_at"), ["closed_at"], unique=False)

    op.create_table(
        "debits_standing",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failures BETWEEN 0 AND 2", name=op.f("ck_debits_standing_failures")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_standing_enrolment_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_debits_standing")),
    )
    op.create_table(
        "debits_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("receiver", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("receiver IN ('association')", name=op.f("ck_debits_transfer_receiver")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_debits_transfer_amount")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_transfer_enrolment_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_transfer")),
        sa.UniqueConstraint("reference", name=op.f("uq_debits_transfer_reference")),
    )
    with op.batch_alter_table("debits_transfer", schema=None) as batch_op:
        batch_op.create_index("ix_debits_transfer_enrolment", ["enrolment_id", "id"], unique=False)

    op.create_table(
        "debits_due",
        sa.Column("instalment_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["guardkun_instalment.id"],
            name=op.f("fk_debits_due_instalment_id_guardkun_instalment"),
        ),
        sa.PrimaryKeyConstraint("instalment_id", name=op.f("pk_debits_due")),
    )
    op.create_table(
        "debits_lapse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_debits_lapse_decided")),
        sa.CheckConstraint("state <> 'waived' OR note <> ''", name=op.f("ck_debits_lapse_note_of_waiver")),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'paid', 'waived')", name=op.f("ck_debits_lapse_state")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_lapse_enrolment_id_guardkun_enrolment"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["debits_line.id"], name=op.f("fk_debits_lapse_line_id_debits_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_lapse")),
        sa.UniqueConstraint("line_id", name=op.f("uq_debits_lapse_line_id")),
    )
    with op.batch_alter_table("debits_lapse", schema=None) as batch_op:
        batch_op.create_index("ix_debits_lapse_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_debits_lapse_proposed",
            ["enrolment_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
        )

    op.create_table(
        "debits_line_part",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("instalment_id", sa.Integer(), nullable=False),
        sa.Column("premium", sa.BigInteger(), nullable=False),
        sa.Column("maintenance_fee", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("premium >= 0 AND maintenance_fee >= 0", name=op.f("ck_debits_line_part_amounts")),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["guardkun_instalment.id"],
            name=op.f("fk_debits_line_part_instalment_id_guardkun_instalment"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["debits_line.id"], name=op.f("fk_debits_line_part_line_id_debits_line")
        ),
        sa.PrimaryKeyConstraint("line_id", "instalment_id", name=op.f("pk_debits_line_part")),
    )
    with op.batch_alter_table("debits_line_part", schema=None) as batch_op:
        batch_op.create_index(
            "uq_debits_line_part_open",
            ["instalment_id"],
            unique=True,
            sqlite_where=sa.text("is_open = 1"),
            postgresql_where=sa.text("is_open"),
        )

    op.create_table(
        "debits_settlement",
        sa.Column("instalment_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("transfer_id", sa.Integer(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(line_id IS NULL) <> (transfer_id IS NULL)", name=op.f("ck_debits_settlement_one_way")
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"],
            ["guardkun_instalment.id"],
            name=op.f("fk_debits_settlement_instalment_id_guardkun_instalment"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["debits_line.id"], name=op.f("fk_debits_settlement_line_id_debits_line")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["debits_transfer.id"], name=op.f("fk_debits_settlement_transfer_id_debits_transfer")
        ),
        sa.PrimaryKeyConstraint("instalment_id", name=op.f("pk_debits_settlement")),
    )
    with op.batch_alter_table("debits_settlement", schema=None) as batch_op:
        batch_op.create_index("ix_debits_settlement_line", ["line_id"], unique=False)
        batch_op.create_index("ix_debits_settlement_transfer", ["transfer_id"], unique=False)

    op.create_table(
        "debits_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(state = 'open') = (finished_at IS NULL)", name=op.f("ck_debits_task_finished")),
        sa.CheckConstraint(
            "kind IN ('prefecture', 'branch', 'mandate', 'transfer')", name=op.f("ck_debits_task_kind")
        ),
        sa.CheckConstraint(
            "state <> 'unreachable' OR note <> ''", name=op.f("ck_debits_task_note_of_unreachable")
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'unreachable')", name=op.f("ck_debits_task_state")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_debits_task_enrolment_id_guardkun_enrolment"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["debits_line.id"], name=op.f("fk_debits_task_line_id_debits_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debits_task")),
        sa.UniqueConstraint("line_id", "kind", name=op.f("uq_debits_task_line_id_kind")),
    )
    with op.batch_alter_table("debits_task", schema=None) as batch_op:
        batch_op.create_index("ix_debits_task_enrolment", ["enrolment_id", "id"], unique=False)
        batch_op.create_index("ix_debits_task_state", ["kind", "state", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("debits_task", schema=None) as batch_op:
        batch_op.drop_index("ix_debits_task_state")
        batch_op.drop_index("ix_debits_task_enrolment")

    op.drop_table("debits_task")
    with op.batch_alter_table("debits_settlement", schema=None) as batch_op:
        batch_op.drop_index("ix_debits_settlement_transfer")
        batch_op.drop_index("ix_debits_settlement_line")

    op.drop_table("debits_settlement")
    with op.batch_alter_table("debits_line_part", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_debits_line_part_open", sqlite_where=sa.text("is_open = 1"), postgresql_where=sa.text("is_open")
        )

    op.drop_table("debits_line_part")
    with op.batch_alter_table("debits_lapse", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_debits_lapse_proposed",
            sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
        )
        batch_op.drop_index("ix_debits_lapse_state")

    op.drop_table("debits_lapse")
    op.drop_table("debits_due")
    with op.batch_alter_table("debits_transfer", schema=None) as batch_op:
        batch_op.drop_index("ix_debits_transfer_enrolment")

    op.drop_table("debits_transfer")
    op.drop_table("debits_standing")
    with op.batch_alter_table("debits_receivable", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_debits_receivable_closed_at"))

    op.drop_table("debits_receivable")
    op.drop_table("debits_omission")
    with op.batch_alter_table("debits_line", schema=None) as batch_op:
        batch_op.drop_index("ix_debits_line_state")
        batch_op.drop_index("ix_debits_line_mandate")
        batch_op.drop_index("ix_debits_line_enrolment")

    op.drop_table("debits_line")
    with op.batch_alter_table("debits_result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_debits_result_file_id"))

    op.drop_table("debits_result")
    with op.batch_alter_table("debits_mandate", schema=None) as batch_op:
        batch_op.drop_index("ix_debits_mandate_unit")

    op.drop_table("debits_mandate")
    op.drop_table("debits_file")
    with op.batch_alter_table("debits_run", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_debits_run_agent_date",
            sqlite_where=sa.text("state <> 'discarded'"),
            postgresql_where=sa.text("state <> 'discarded'"),
        )

    op.drop_table("debits_run")
    op.drop_table("debits_agent")

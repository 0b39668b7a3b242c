"""The group scheme: rate tables, scheme years, members, enrolments, changes.

Revision ID: 20261122_guardkun_scheme
Revises: 20261122_bonds_waiting
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_guardkun_scheme"
down_revision = "20261122_bonds_waiting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guardkun_number_series",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_guardkun_number_series")),
    )
    op.create_table(
        "guardkun_prefecture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.CheckConstraint("code BETWEEN 1 AND 47", name=op.f("ck_guardkun_prefecture_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_prefecture")),
        sa.UniqueConstraint("code", name=op.f("uq_guardkun_prefecture_code")),
    )
    op.create_table(
        "premium_rate_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rates_id", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_by", sa.String(length=200), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_by_id IS NOT NULL)", name=op.f("ck_premium_rate_table_approved")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'withdrawn')", name=op.f("ck_premium_rate_table_state")
        ),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)", name=op.f("ck_premium_rate_table_approved_at")
        ),
        sa.CheckConstraint("approved_by_id <> drafted_by_id", name=op.f("ck_premium_rate_table_second_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premium_rate_table")),
        sa.UniqueConstraint("rates_id", "version", name=op.f("uq_premium_rate_table_rates_id_version")),
    )
    with op.batch_alter_table("premium_rate_table", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_premium_rate_table_valid_from"), ["valid_from"], unique=False)

    op.create_table(
        "guardkun_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prefecture_id", sa.Integer(), nullable=False),
        sa.Column("member_number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_kana", sa.String(length=100), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name=op.f("ck_guardkun_member_left")),
        sa.ForeignKeyConstraint(
            ["prefecture_id"],
            ["guardkun_prefecture.id"],
            name=op.f("fk_guardkun_member_prefecture_id_guardkun_prefecture"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_member")),
        sa.UniqueConstraint(
            "prefecture_id", "member_number", name=op.f("uq_guardkun_member_prefecture_id_member_number")
        ),
    )
    with op.batch_alter_table("guardkun_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardkun_member_name"), ["name"], unique=False)

    op.create_table(
        "guardkun_prefecture_staff",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("prefecture_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prefecture_id"],
            ["guardkun_prefecture.id"],
            name=op.f("fk_guardkun_prefecture_staff_prefecture_id_guardkun_prefecture"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_guardkun_prefecture_staff_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_guardkun_prefecture_staff")),
    )
    with op.batch_alter_table("guardkun_prefecture_staff", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_guardkun_prefecture_staff_prefecture_id"), ["prefecture_id"], unique=False
        )

    op.create_table(
        "guardkun_scheme_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("policyholder", sa.String(length=100), nullable=False),
        sa.Column("product", sa.String(length=100), nullable=False),
        sa.Column("contract_form", sa.String(length=40), nullable=False),
        sa.Column("rules_version", sa.String(length=40), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lead_agency_id", sa.Integer(), nullable=True),
        sa.Column("lead_share_percent", sa.Integer(), nullable=False),
        sa.Column("calculator", sa.String(length=40), nullable=False),
        sa.Column("calculator_version", sa.Integer(), nullable=False),
        sa.Column("rates_id", sa.String(length=100), nullable=False),
        sa.Column("policy_number_pattern", sa.String(length=40), nullable=False),
        sa.Column("parent_policy_number", sa.String(length=40), nullable=False),
        sa.Column("deadline_time", sa.Time(), nullable=False),
        sa.Column("debit_day", sa.Integer(), nullable=False),
        sa.Column("first_debit_after_months", sa.Integer(), nullable=False),
        sa.Column("account_change_day", sa.Integer(), nullable=False),
        sa.Column("copied_from_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_guardkun_scheme_year_state")),
        sa.CheckConstraint(
            "lead_share_percent BETWEEN 0 AND 100", name=op.f("ck_guardkun_scheme_year_lead_share")
        ),
        sa.CheckConstraint("period_end > period_start", name=op.f("ck_guardkun_scheme_year_period")),
        sa.ForeignKeyConstraint(
            ["copied_from_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_year_copied_from_id_guardkun_scheme_year"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_agency_id"],
            ["organisations_agency.id"],
            name=op.f("fk_guardkun_scheme_year_lead_agency_id_organisations_agency"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_year")),
        sa.UniqueConstraint("period_start", name=op.f("uq_guardkun_scheme_year_period_start")),
        sa.UniqueConstraint("year", name=op.f("uq_guardkun_scheme_year_year")),
    )
    op.create_table(
        "guardkun_agency_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_number", sa.String(length=11), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(length=20), nullable=False),
        sa.Column("share_pattern", sa.String(length=3), nullable=False),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("postal_code", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["organisations_agency.id"],
            name=op.f("fk_guardkun_agency_registration_agency_id_organisations_agency"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"],
            ["organisations_branch.id"],
            name=op.f("fk_guardkun_agency_registration_branch_id_organisations_branch"),
        ),
        sa.ForeignKeyConstraint(
            ["insurer_id"],
            ["organisations_insurer.id"],
            name=op.f("fk_guardkun_agency_registration_insurer_id_organisations_insurer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_agency_registration")),
        sa.UniqueConstraint(
            "agency_id",
            "insurer_id",
            "registration_number",
            name=op.f("uq_guardkun_agency_registration_agency_id_insurer_id_registration_number"),
        ),
        sa.UniqueConstraint(
            "registration_number", name=op.f("uq_guardkun_agency_registration_registration_number")
        ),
    )
    with op.batch_alter_table("guardkun_agency_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardkun_agency_registration_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_guardkun_agency_registration_insurer_id"), ["insurer_id"], unique=False
        )

    op.create_table(
        "guardkun_booking_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issue_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "booked_at IS NULL OR started_at IS NOT NULL", name=op.f("ck_guardkun_booking_batch_booked")
        ),
        sa.CheckConstraint(
            "issue_started_at IS NULL OR booked_at IS NOT NULL", name=op.f("ck_guardkun_booking_batch_issue")
        ),
        sa.CheckConstraint(
            "certified_at IS NULL OR issue_started_at IS NOT NULL",
            name=op.f("ck_guardkun_booking_batch_certified"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_booking_batch_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_booking_batch")),
        sa.UniqueConstraint(
            "scheme_year_id",
            "start",
            "closing",
            name=op.f("uq_guardkun_booking_batch_scheme_year_id_start_closing"),
        ),
    )
    op.create_table(
        "guardkun_scheme_benefit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("days_from", sa.Integer(), nullable=True),
        sa.Column("days_to", sa.Integer(), nullable=True),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('death', 'disability', 'hospital', 'treatment')",
            name=op.f("ck_guardkun_scheme_benefit_kind"),
        ),
        sa.CheckConstraint("least <= most", name=op.f("ck_guardkun_scheme_benefit_range")),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_benefit_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_benefit")),
        sa.UniqueConstraint(
            "scheme_year_id", "position", name=op.f("uq_guardkun_scheme_benefit_scheme_year_id_position")
        ),
    )
    op.create_table(
        "guardkun_scheme_calendar_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_about", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_calendar_row_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_calendar_row")),
    )
    with op.batch_alter_table("guardkun_scheme_calendar_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_guardkun_scheme_calendar_row_scheme_year_id"), ["scheme_year_id"], unique=False
        )

    op.create_table(
        "guardkun_scheme_clause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("attaches", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_clause_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_clause")),
        sa.UniqueConstraint(
            "scheme_year_id", "position", name=op.f("uq_guardkun_scheme_clause_scheme_year_id_position")
        ),
    )
    op.create_table(
        "guardkun_scheme_cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=False),
        sa.Column("deductible_text", sa.String(length=100), nullable=False),
        sa.Column("choices", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_cover_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_cover")),
        sa.UniqueConstraint(
            "scheme_year_id", "position", name=op.f("uq_guardkun_scheme_cover_scheme_year_id_position")
        ),
    )
    op.create_table(
        "guardkun_scheme_deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("is_renewal", sa.Boolean(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("months_before", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closing >= 1 AND months_before >= 0 AND day BETWEEN 1 AND 31",
            name=op.f("ck_guardkun_scheme_deadline_day"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_deadline_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_deadline")),
        sa.UniqueConstraint(
            "scheme_year_id",
            "is_renewal",
            "closing",
            name=op.f("uq_guardkun_scheme_deadline_scheme_year_id_is_renewal_closing"),
        ),
    )
    op.create_table(
        "guardkun_scheme_insurer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("code_form", sa.String(length=20), nullable=False),
        sa.Column("commission_after_months", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["insurer_id"],
            ["organisations_insurer.id"],
            name=op.f("fk_guardkun_scheme_insurer_insurer_id_organisations_insurer"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_scheme_insurer_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_scheme_insurer")),
        sa.UniqueConstraint(
            "scheme_year_id", "insurer_id", name=op.f("uq_guardkun_scheme_insurer_scheme_year_id_insurer_id")
        ),
    )
    with op.batch_alter_table("guardkun_scheme_insurer", schema=None) as batch_op:
        batch_op.create_index(
            "uq_guardkun_scheme_insurer_lead",
            ["scheme_year_id"],
            unique=True,
            sqlite_where=sa.text("is_lead = 1"),
            postgresql_where=sa.text("is_lead"),
        )

    op.create_table(
        "guardkun_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["guardkun_member.id"], name=op.f("fk_guardkun_unit_member_id_guardkun_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_unit")),
        sa.UniqueConstraint("member_id", "name", name=op.f("uq_guardkun_unit_member_id_name")),
    )
    op.create_table(
        "guardkun_particulars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("true_from", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("company_name", sa.String(length=100), nullable=False),
        sa.Column("company_kana", sa.String(length=100), nullable=False),
        sa.Column("representative_title", sa.String(length=40), nullable=False),
        sa.Column("representative", sa.String(length=100), nullable=False),
        sa.Column("postal_code", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["guardkun_unit.id"], name=op.f("fk_guardkun_particulars_unit_id_guardkun_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_particulars")),
    )
    with op.batch_alter_table("guardkun_particulars", schema=None) as batch_op:
        batch_op.create_index("ix_guardkun_particulars_unit", ["unit_id", "true_from", "known_at"], unique=False)

    op.create_table(
        "guardkun_quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("prospect_name", sa.String(length=100), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("calculator", sa.String(length=40), nullable=False),
        sa.Column("calculator_version", sa.Integer(), nullable=False),
        sa.Column("rate_table_id", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("sales", sa.BigInteger(), nullable=False),
        sa.Column("fiscal_year_end", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("is_business_plan", sa.Boolean(), nullable=False),
        sa.Column("premium", sa.BigInteger(), nullable=False),
        sa.Column("maintenance_fee", sa.BigInteger(), nullable=False),
        sa.Column("levy", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["rate_table_id"],
            ["premium_rate_table.id"],
            name=op.f("fk_guardkun_quote_rate_table_id_premium_rate_table"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["guardkun_agency_registration.id"],
            name=op.f("fk_guardkun_quote_registration_id_guardkun_agency_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_quote_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_quote")),
        sa.UniqueConstraint("number", name=op.f("uq_guardkun_quote_number")),
    )
    with op.batch_alter_table("guardkun_quote", schema=None) as batch_op:
        batch_op.create_index("ix_guardkun_quote_list", ["registration_id", "id"], unique=False)

    op.create_table(
        "guardkun_enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_year_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("slip_number", sa.String(length=20), nullable=True),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("account_unchanged", sa.Boolean(), nullable=False),
        sa.Column("mandate_collected", sa.Boolean(), nullable=False),
        sa.Column("duties", sa.String(length=60), nullable=False),
        sa.Column("same_sales_evidence", sa.String(length=200), nullable=False),
        sa.Column("same_sales_confirmation", sa.Text(), nullable=False),
        sa.Column("agency_copy_kept", sa.Boolean(), nullable=False),
        sa.Column("branch_copy_kept", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.String(length=500), nullable=False),
        sa.Column("branch_note", sa.String(length=500), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing", sa.Integer(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_number", sa.String(length=40), nullable=True),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate_file_id", sa.Integer(), nullable=True),
        sa.Column("certificate_due", sa.Date(), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("cancelled_why", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ending IS NULL OR ending IN ('withdrawn', 'lapsed')", name=op.f("ck_guardkun_enrolment_ending")
        ),
        sa.CheckConstraint(
            "stage = 'quoted' OR stage = 'cancelled' OR unit_id IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_unit"),
        ),
        sa.CheckConstraint(
            "stage IN ('quoted', 'applied', 'registered', 'at_branch', 'at_lead', 'booked', 'certified', 'shipped', 'cancelled')",
            name=op.f("ck_guardkun_enrolment_stage"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('applied', 'registered', 'at_branch', 'at_lead') OR applied_at IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_applied"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('at_branch', 'at_lead', 'booked') OR sent_at IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_sent"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('at_lead', 'booked') OR forwarded_at IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_forwarded"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('booked', 'certified', 'shipped') OR arrived_at IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_arrived"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('booked', 'certified', 'shipped') OR booked_at IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_booked"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('certified', 'shipped') OR certified_at IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_certified"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('registered', 'at_branch', 'at_lead', 'booked') OR registered_at IS NOT NULL",
            name=op.f("ck_guardkun_enrolment_registered"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('shipped') OR shipped_at IS NOT NULL", name=op.f("ck_guardkun_enrolment_shipped")
        ),
        sa.CheckConstraint("(ending IS NULL) = (ended_on IS NULL)", name=op.f("ck_guardkun_enrolment_ended")),
        sa.CheckConstraint(
            "(policy_number IS NULL) = (booked_at IS NULL)", name=op.f("ck_guardkun_enrolment_number_at_booking")
        ),
        sa.CheckConstraint(
            "ending IS NULL OR booked_at IS NOT NULL", name=op.f("ck_guardkun_enrolment_ending_of_booked")
        ),
        sa.CheckConstraint("period_end > start", name=op.f("ck_guardkun_enrolment_period")),
        sa.CheckConstraint(
            "duties = 'facility,crowd,traffic,transport,escort,machine'", name=op.f("ck_guardkun_enrolment_duties")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_file_id"],
            ["platform_file.id"],
            name=op.f("fk_guardkun_enrolment_certificate_file_id_platform_file"),
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_guardkun_enrolment_previous_id_guardkun_enrolment"),
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["guardkun_quote.id"], name=op.f("fk_guardkun_enrolment_quote_id_guardkun_quote")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["guardkun_agency_registration.id"],
            name=op.f("fk_guardkun_enrolment_registration_id_guardkun_agency_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_year_id"],
            ["guardkun_scheme_year.id"],
            name=op.f("fk_guardkun_enrolment_scheme_year_id_guardkun_scheme_year"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["guardkun_unit.id"], name=op.f("fk_guardkun_enrolment_unit_id_guardkun_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_enrolment")),
        sa.UniqueConstraint("certificate_file_id", name=op.f("uq_guardkun_enrolment_certificate_file_id")),
        sa.UniqueConstraint("policy_number", name=op.f("uq_guardkun_enrolment_policy_number")),
        sa.UniqueConstraint("slip_number", name=op.f("uq_guardkun_enrolment_slip_number")),
    )
    with op.batch_alter_table("guardkun_enrolment", schema=None) as batch_op:
        batch_op.create_index(
            "uq_guardkun_enrolment_quote",
            ["quote_id"],
            unique=True,
            sqlite_where=sa.text("stage <> 'cancelled'"),
            postgresql_where=sa.text("stage <> 'cancelled'"),
        )
        batch_op.create_index("ix_guardkun_enrolment_list", ["registration_id", "id"], unique=False)
        batch_op.create_index("ix_guardkun_enrolment_start", ["scheme_year_id", "start", "stage"], unique=False)
        batch_op.create_index("ix_guardkun_enrolment_unit", ["unit_id", "start"], unique=False)

    op.create_table(
        "guardkun_booking_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("state <> 'deferred' OR reason <> ''", name=op.f("ck_guardkun_booking_line_reason")),
        sa.CheckConstraint(
            "state IN ('waiting', 'booked', 'certified', 'deferred')", name=op.f("ck_guardkun_booking_line_state")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["guardkun_booking_batch.id"],
            name=op.f("fk_guardkun_booking_line_batch_id_guardkun_booking_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_guardkun_booking_line_enrolment_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_booking_line")),
        sa.UniqueConstraint(
            "batch_id", "enrolment_id", name=op.f("uq_guardkun_booking_line_batch_id_enrolment_id")
        ),
    )
    with op.batch_alter_table("guardkun_booking_line", schema=None) as batch_op:
        batch_op.create_index("ix_guardkun_booking_line_enrolment", ["enrolment_id"], unique=False)
        batch_op.create_index("ix_guardkun_booking_line_state", ["batch_id", "state", "id"], unique=False)

    op.create_table(
        "guardkun_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.String(length=200), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("applied_at IS NULL OR state = 'accepted'", name=op.f("ck_guardkun_change_applied")),
        sa.CheckConstraint(
            "(kind = 'withdrawal') = (reason <> '')", name=op.f("ck_guardkun_change_reason_of_withdrawal")
        ),
        sa.CheckConstraint(
            "kind IN ('withdrawal', 'plan', 'particulars', 'agency')", name=op.f("ck_guardkun_change_kind")
        ),
        sa.CheckConstraint("reason <> 'request' OR note <> ''", name=op.f("ck_guardkun_change_note_of_request")),
        sa.CheckConstraint(
            "reason = '' OR reason IN ('bankruptcy', 'closure', 'insolvency', 'merger', 'request')",
            name=op.f("ck_guardkun_change_reason"),
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR arrived_on IS NOT NULL", name=op.f("ck_guardkun_change_arrived")
        ),
        sa.CheckConstraint("state <> 'refused' OR note <> ''", name=op.f("ck_guardkun_change_note_of_refusal")),
        sa.CheckConstraint(
            "state IN ('draft', 'at_branch', 'at_lead', 'accepted', 'refused')",
            name=op.f("ck_guardkun_change_state"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_guardkun_change_enrolment_id_guardkun_enrolment"),
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_guardkun_change_successor_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_change")),
    )
    with op.batch_alter_table("guardkun_change", schema=None) as batch_op:
        batch_op.create_index("ix_guardkun_change_enrolment", ["enrolment_id", "id"], unique=False)
        batch_op.create_index("ix_guardkun_change_state", ["state", "id"], unique=False)

    op.create_table(
        "guardkun_defect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.String(length=200), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolved_by = '')", name=op.f("ck_guardkun_defect_resolved")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_guardkun_defect_enrolment_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_defect")),
    )
    with op.batch_alter_table("guardkun_defect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guardkun_defect_enrolment_id"), ["enrolment_id"], unique=False)

    op.create_table(
        "guardkun_instalment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("premium", sa.BigInteger(), nullable=False),
        sa.Column("maintenance_fee", sa.BigInteger(), nullable=False),
        sa.Column("levy", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("levy = premium + maintenance_fee", name=op.f("ck_guardkun_instalment_levy")),
        sa.CheckConstraint("number BETWEEN 1 AND 12", name=op.f("ck_guardkun_instalment_number")),
        sa.CheckConstraint("premium >= 0 AND maintenance_fee >= 0", name=op.f("ck_guardkun_instalment_amounts")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["guardkun_enrolment.id"],
            name=op.f("fk_guardkun_instalment_enrolment_id_guardkun_enrolment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardkun_instalment")),
        sa.UniqueConstraint("enrolment_id", "number", name=op.f("uq_guardkun_instalment_enrolment_id_number")),
    )
    with op.batch_alter_table("guardkun_instalment", schema=None) as batch_op:
        batch_op.create_index("ix_guardkun_instalment_due", ["due_on", "enrolment_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("guardkun_instalment", schema=None) as batch_op:
        batch_op.drop_index("ix_guardkun_instalment_due")

    op.drop_table("guardkun_instalment")
    with op.batch_alter_table("guardkun_defect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardkun_defect_enrolment_id"))

    op.drop_table("guardkun_defect")
    with op.batch_alter_table("guardkun_change", schema=None) as batch_op:
        batch_op.drop_index("ix_guardkun_change_state")
        batch_op.drop_index("ix_guardkun_change_enrolment")

    op.drop_table("guardkun_change")
    with op.batch_alter_table("guardkun_booking_line", schema=None) as batch_op:
        batch_op.drop_index("ix_guardkun_booking_line_state")
        batch_op.drop_index("ix_guardkun_booking_line_enrolment")

    op.drop_table("guardkun_booking_line")
    with op.batch_alter_table("guardkun_enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix_guardkun_enrolment_unit")
        batch_op.drop_index("ix_guardkun_enrolment_start")
        batch_op.drop_index("ix_guardkun_enrolment_list")
        batch_op.drop_index(
            "uq_guardkun_enrolment_quote",
            sqlite_where=sa.text("stage <> 'cancelled'"),
            postgresql_where=sa.text("stage <> 'cancelled'"),
        )

    op.drop_table("guardkun_enrolment")
    with op.batch_alter_table("guardkun_quote", schema=None) as batch_op:
        batch_op.drop_index("ix_guardkun_quote_list")

    op.drop_table("guardkun_quote")
    with op.batch_alter_table("guardkun_particulars", schema=None) as batch_op:
        batch_op.drop_index("ix_guardkun_particulars_unit")

    op.drop_table("guardkun_particulars")
    op.drop_table("guardkun_unit")
    with op.batch_alter_table("guardkun_scheme_insurer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_guardkun_scheme_insurer_lead",
            sqlite_where=sa.text("is_lead = 1"),
            postgresql_where=sa.text("is_lead"),
        )

    op.drop_table("guardkun_scheme_insurer")
    op.drop_table("guardkun_scheme_deadline")
    op.drop_table("guardkun_scheme_cover")
    op.drop_table("guardkun_scheme_clause")
    with op.batch_alter_table("guardkun_scheme_calendar_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardkun_scheme_calendar_row_scheme_year_id"))

    op.drop_table("guardkun_scheme_calendar_row")
    op.drop_table("guardkun_scheme_benefit")
    op.drop_table("guardkun_booking_batch")
    with op.batch_alter_table("guardkun_agency_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardkun_agency_registration_insurer_id"))
        batch_op.drop_index(batch_op.f("ix_guardkun_agency_registration_agency_id"))

    op.drop_table("guardkun_agency_registration")
    op.drop_table("guardkun_scheme_year")
    with op.batch_alter_table("guardkun_prefecture_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardkun_prefecture_staff_prefecture_id"))

    op.drop_table("guardkun_prefecture_staff")
    with op.batch_alter_table("guardkun_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guardkun_member_name"))

    op.drop_table("guardkun_member")
    with op.batch_alter_table("premium_rate_table", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_premium_rate_table_valid_from"))

    op.drop_table("premium_rate_table")
    op.drop_table("guardkun_prefecture")
    op.drop_table("guardkun_number_series")

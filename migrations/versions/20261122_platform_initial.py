"""Everything that the first release keeps.

Revision ID: 20261122_platform_initial
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_platform_initial"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ab_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=True),
        sa.Column("description", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_register_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("registration_date", sa.DateTime(), nullable=True),
        sa.Column("registration_hash", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("last_login", sa.DateTime(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_fk"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["created_by_fk"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
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
        "domains_domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("usable_from", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'registered' OR usable_from IS NOT NULL", name=op.f("ck_domains_domain_usable")
        ),
        sa.CheckConstraint("state IN ('registered', 'removed')", name=op.f("ck_domains_domain_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domains_domain")),
        sa.UniqueConstraint("domain", name=op.f("uq_domains_domain_domain")),
    )
    op.create_table(
        "guides_clause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title_ja", sa.String(length=200), nullable=False),
        sa.Column("text_ja", sa.Text(), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "tenths IS NULL OR tenths BETWEEN 1 AND 10", name=op.f("ck_guides_clause_tenths_of_ten")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides_clause")),
        sa.UniqueConstraint("title_ja", name=op.f("uq_guides_clause_title_ja")),
    )
    op.create_table(
        "guides_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_ja", sa.String(length=200), nullable=False),
        sa.Column("text_ja", sa.Text(), nullable=False),
        sa.Column("subject_en", sa.String(length=200), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides_contact")),
        sa.UniqueConstraint("subject_ja", name=op.f("uq_guides_contact_subject_ja")),
    )
    op.create_table(
        "guides_faq",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("faq_group", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("question_ja", sa.Text(), nullable=False),
        sa.Column("answer_ja", sa.Text(), nullable=False),
        sa.Column("question_en", sa.Text(), nullable=False),
        sa.Column("answer_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides_faq")),
        sa.UniqueConstraint("number", name=op.f("uq_guides_faq_number")),
    )
    op.create_table(
        "guides_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("manual_page", sa.Integer(), nullable=True),
        sa.Column("title_ja", sa.String(length=200), nullable=False),
        sa.Column("body_ja", sa.Text(), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides_page")),
        sa.UniqueConstraint("key", name=op.f("uq_guides_page_key")),
        sa.UniqueConstraint("manual_page", name=op.f("uq_guides_page_manual_page")),
    )
    op.create_table(
        "guides_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("content_ja", sa.Text(), nullable=False),
        sa.Column("content_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides_revision")),
        sa.UniqueConstraint("edition", name=op.f("uq_guides_revision_edition")),
    )
    op.create_table(
        "guides_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flow", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("from_lanes", sa.String(length=80), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("title_ja", sa.String(length=100), nullable=False),
        sa.Column("note_ja", sa.Text(), nullable=False),
        sa.Column("title_en", sa.String(length=100), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guides_step")),
        sa.UniqueConstraint("flow", "stage", "lane", name=op.f("uq_guides_step_flow_stage_lane")),
    )
    op.create_table(
        "organisations_agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_agency_name")),
    )
    op.create_table(
        "organisations_insurer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active_from", sa.Date(), nullable=False),
        sa.Column("active_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations_insurer")),
        sa.UniqueConstraint("code", name=op.f("uq_organisations_insurer_code")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_insurer_name")),
    )
    with op.batch_alter_table("organisations_insurer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_insurer_position"), ["position"], unique=False)

    op.create_table(
        "platform_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_audit")),
        sa.UniqueConstraint("digest", name=op.f("uq_platform_audit_digest")),
        sa.UniqueConstraint("previous", name=op.f("uq_platform_audit_previous")),
    )
    with op.batch_alter_table("platform_audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_audit_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_platform_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_platform_audit_object_id"), ["object_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_platform_audit_object_kind"), ["object_kind"], unique=False)

    op.create_table(
        "platform_calendar_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_platform_calendar_year")),
    )
    op.create_table(
        "platform_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("original_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by_user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_file")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_platform_file_storage_key")),
    )
    with op.batch_alter_table("platform_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_file_key_id"), ["key_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_platform_file_sha256"), ["sha256"], unique=False)
        batch_op.create_index(
            "ix_platform_file_unerased",
            ["id"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NOT NULL AND erased_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NOT NULL AND erased_at IS NULL"),
        )

    op.create_table(
        "platform_holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_platform_holiday")),
    )
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

    op.create_table(
        "platform_mail_wording",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_platform_mail_wording")),
    )
    op.create_table(
        "platform_maintenance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_maintenance")),
    )
    with op.batch_alter_table("platform_maintenance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_maintenance_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "platform_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_key", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=1000), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=True),
        sa.Column("message_token", sa.String(length=32), nullable=False),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("about_kind", sa.String(length=64), nullable=False),
        sa.Column("about_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_outbox")),
        sa.UniqueConstraint("message_token", name=op.f("uq_platform_outbox_message_token")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_platform_outbox_unique_key")),
    )
    with op.batch_alter_table("platform_outbox", schema=None) as batch_op:
        batch_op.create_index("ix_platform_outbox_about", ["about_kind", "about_id"], unique=False)
        batch_op.create_index("ix_platform_outbox_recipient_state", ["recipient", "state"], unique=False)
        batch_op.create_index("ix_platform_outbox_state_next", ["state", "next_attempt_at"], unique=False)

    op.create_table(
        "platform_throttle",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_platform_throttle")),
    )
    op.create_table(
        "platform_ticket",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=320), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_platform_ticket")),
    )
    with op.batch_alter_table("platform_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_ticket_subject"), ["subject"], unique=False)

    op.create_table(
        "ab_api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("key_hash", sa.String(length=256), nullable=False),
        sa.Column("lookup_hash", sa.String(length=256), nullable=True),
        sa.Column("key_prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("expires_on", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.DateTime(), nullable=True),
        sa.Column("last_used_on", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("lookup_hash"),
        sa.UniqueConstraint("uuid"),
    )
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.create_index("idx_api_key_lookup_hash", ["lookup_hash"], unique=True)
        batch_op.create_index("idx_api_key_prefix", ["key_prefix"], unique=False)
        batch_op.create_index("idx_api_key_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["ab_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "role_id"),
    )
    with op.batch_alter_table("ab_group_role", schema=None) as batch_op:
        batch_op.create_index("idx_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_group_role_id", ["role_id"], unique=False)

    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["ab_permission.id"],
        ),
        sa.ForeignKeyConstraint(
            ["view_menu_id"],
            ["ab_view_menu.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("permission_id", "view_menu_id"),
    )
    with op.batch_alter_table("ab_permission_view", schema=None) as batch_op:
        batch_op.create_index("idx_permission_id", ["permission_id"], unique=False)
        batch_op.create_index("idx_view_menu_id", ["view_menu_id"], unique=False)

    op.create_table(
        "ab_user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["ab_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "group_id"),
    )
    with op.batch_alter_table("ab_user_group", schema=None) as batch_op:
        batch_op.create_index("idx_user_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "role_id"),
    )
    op.create_table(
        "bonds_folder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("policy_number", sa.String(length=40), nullable=False),
        sa.Column("contract_type", sa.String(length=32), nullable=False),
        sa.Column("national_direct", sa.Boolean(), nullable=False),
        sa.Column("submission", sa.String(length=16), nullable=False),
        sa.Column("contract_date", sa.Date(), nullable=False),
        sa.Column("insurance_start", sa.Date(), nullable=False),
        sa.Column("insurance_end", sa.Date(), nullable=False),
        sa.Column("contractor_name", sa.String(length=200), nullable=False),
        sa.Column("contractor_email", sa.String(length=254), nullable=False),
        sa.Column("orderer_name", sa.String(length=200), nullable=False),
        sa.Column("project_name", sa.String(length=300), nullable=False),
        sa.Column("override_reason", sa.String(length=500), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_serial", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["organisations_agency.id"], name=op.f("fk_bonds_folder_agency_id_organisations_agency")
        ),
        sa.ForeignKeyConstraint(
            ["insurer_id"],
            ["organisations_insurer.id"],
            name=op.f("fk_bonds_folder_insurer_id_organisations_insurer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonds_folder")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_bonds_folder_token_digest")),
    )
    with op.batch_alter_table("bonds_folder", schema=None) as batch_op:
        batch_op.create_index("ix_bonds_folder_agency", ["agency_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bonds_folder_insurance_end"), ["insurance_end"], unique=False)
        batch_op.create_index("ix_bonds_folder_list", ["insurer_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bonds_folder_policy_number"), ["policy_number"], unique=False)
        batch_op.create_index(
            "uq_bonds_folder_live",
            ["insurer_id", "policy_number"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

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

    op.create_table(
        "organisations_agency_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["organisations_agency.id"],
            name=op.f("fk_organisations_agency_code_agency_id_organisations_agency"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["insurer_id"],
            ["organisations_insurer.id"],
            name=op.f("fk_organisations_agency_code_insurer_id_organisations_insurer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations_agency_code")),
        sa.UniqueConstraint("insurer_id", "code", name=op.f("uq_organisations_agency_code_insurer_id_code")),
    )
    with op.batch_alter_table("organisations_agency_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_agency_code_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_agency_code_insurer_id"), ["insurer_id"], unique=False)

    op.create_table(
        "organisations_branch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["insurer_id"],
            ["organisations_insurer.id"],
            name=op.f("fk_organisations_branch_insurer_id_organisations_insurer"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations_branch")),
        sa.UniqueConstraint("insurer_id", "code", name=op.f("uq_organisations_branch_insurer_id_code")),
    )
    with op.batch_alter_table("organisations_branch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_branch_insurer_id"), ["insurer_id"], unique=False)

    op.create_table(
        "platform_api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_platform_api_token_user_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_platform_api_token_digest")),
    )
    with op.batch_alter_table("platform_api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "platform_staff_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_platform_staff_link_user_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_platform_staff_link")),
    )
    with op.batch_alter_table("platform_staff_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_staff_link_user_id"), ["user_id"], unique=False)

    op.create_table(
        "platform_staff_totp",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_platform_staff_totp_user_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_platform_staff_totp")),
    )
    op.create_table(
        "ab_permission_view_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["permission_view_id"], ["ab_permission_view.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("permission_view_id", "role_id"),
    )
    with op.batch_alter_table("ab_permission_view_role", schema=None) as batch_op:
        batch_op.create_index("idx_permission_view_id", ["permission_view_id"], unique=False)
        batch_op.create_index("idx_role_id", ["role_id"], unique=False)

    op.create_table(
        "bonds_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("stored_file_id", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("insurance_end", sa.Date(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_bonds_file_folder_id_bonds_folder")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["bonds_file.id"], name=op.f("fk_bonds_file_replaces_id_bonds_file")
        ),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["platform_file.id"], name=op.f("fk_bonds_file_stored_file_id_platform_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonds_file")),
        sa.UniqueConstraint("folder_id", "number", name=op.f("uq_bonds_file_folder_id_number")),
        sa.UniqueConstraint("stored_file_id", name=op.f("uq_bonds_file_stored_file_id")),
    )
    op.create_table(
        "bonds_handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("password_serial", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_bonds_handover_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonds_handover")),
        sa.UniqueConstraint(
            "folder_id", "password_serial", name=op.f("uq_bonds_handover_folder_id_password_serial")
        ),
    )
    with op.batch_alter_table("bonds_handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bonds_handover_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_bonds_handover_waiting", ["user_id", "told_at"], unique=False)

    op.create_table(
        "bonds_upload_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_bonds_upload_receipt_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bonds_upload_receipt")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_bonds_upload_receipt_user_id_key")),
    )
    op.create_table(
        "orderer_attempt",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("password_serial", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("cookie_digest", sa.String(length=64), nullable=False),
        sa.Column("otp_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_orderer_attempt_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_orderer_attempt")),
    )
    with op.batch_alter_table("orderer_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_orderer_attempt_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_orderer_attempt_folder_id"), ["folder_id"], unique=False)

    op.create_table(
        "organisations_membership",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("insurer_id", sa.Integer(), nullable=True),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "agency_id IS NULL OR (insurer_id IS NULL AND branch_id IS NULL)",
            name=op.f("ck_organisations_membership_one_home"),
        ),
        sa.CheckConstraint(
            "branch_id IS NULL OR insurer_id IS NOT NULL",
            name=op.f("ck_organisations_membership_branch_of_insurer"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["organisations_agency.id"],
            name=op.f("fk_organisations_membership_agency_id_organisations_agency"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"],
            ["organisations_branch.id"],
            name=op.f("fk_organisations_membership_branch_id_organisations_branch"),
        ),
        sa.ForeignKeyConstraint(
            ["insurer_id"],
            ["organisations_insurer.id"],
            name=op.f("fk_organisations_membership_insurer_id_organisations_insurer"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_organisations_membership_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_organisations_membership")),
    )
    with op.batch_alter_table("organisations_membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_membership_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_membership_insurer_id"), ["insurer_id"], unique=False)

    op.create_table(
        "retention_notice",
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("purge_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_retention_notice_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("folder_id", "purge_on", "days", name=op.f("pk_retention_notice")),
    )
    op.create_table(
        "retention_purge",
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("insurance_end", sa.Date(), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["bonds_folder.id"], name=op.f("fk_retention_purge_folder_id_bonds_folder")
        ),
        sa.PrimaryKeyConstraint("folder_id", name=op.f("pk_retention_purge")),
    )
    protect_audit()


def protect_audit() -> None:
    """The audit log only grows: the database itself refuses changes and removals (A26)."""
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER platform_audit_no_{event.lower()} BEFORE {event} ON platform_audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION platform_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER platform_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION platform_audit_refuse()"
    )


def downgrade() -> None:
    raise NotImplementedError("the first migration holds everything; restore a backup instead")

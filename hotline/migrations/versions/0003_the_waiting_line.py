"""The waiting line: seats, waits, offers to agents, meetings and who took part in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["receiver_id"], ["staff.id"], name=op.f("fk_absences_receiver_id_staff")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absences_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_absences_staff_id_absences_ends_at"), ["staff_id", "ends_at"], unique=False
        )

    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("typed", sa.Text(), nullable=True),
        sa.Column("opened", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_drafts_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("staff_id", "about", name=op.f("uq_drafts_staff_id_about")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_changed_at"), ["changed_at"], unique=False)

    op.create_table(
        "seats",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=8), nullable=False),
        sa.Column("sip", sa.String(length=300), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("wait_id", sa.Integer(), nullable=True),
        sa.Column("wrap_up_ends", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wants", sa.String(length=8), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_seats_company_id_companies")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_seats_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_seats")),
        sa.UniqueConstraint("wait_id", name=op.f("uq_seats_wait_id")),
    )
    with op.batch_alter_table("seats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seats_status"), ["status"], unique=False)

    op.create_table(
        "agent_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wait_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_agent_offers_call_id_calls")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_agent_offers_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_offers")),
        sa.UniqueConstraint("call_id", name=op.f("uq_agent_offers_call_id")),
        sa.UniqueConstraint("wait_id", "n", name=op.f("uq_agent_offers_wait_id_n")),
    )
    with op.batch_alter_table("agent_offers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agent_offers_staff_id_agent_offers_rung_at"), ["staff_id", "rung_at"], unique=False
        )
        batch_op.create_index(
            "uq_agent_offers_asked",
            ["staff_id"],
            unique=True,
            sqlite_where=sa.text("answer IN ('ringing', 'heard')"),
            postgresql_where=sa.text("answer IN ('ringing', 'heard')"),
        )
        batch_op.create_index(
            "uq_agent_offers_offered",
            ["wait_id"],
            unique=True,
            sqlite_where=sa.text("answer IN ('ringing', 'heard')"),
            postgresql_where=sa.text("answer IN ('ringing', 'heard')"),
        )

    op.create_table(
        "visitors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("sex", sa.String(length=8), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_visitors_case_id_cases")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_visitors_company_id_companies")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["staff.id"], name=op.f("fk_visitors_noted_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitors")),
        sa.UniqueConstraint("case_id", name=op.f("uq_visitors_case_id")),
    )
    with op.batch_alter_table("visitors", schema=None) as batch_op:
        batch_op.create_index("ix_visitors_company_came", ["company_id", "came_at"], unique=False)

    op.create_table(
        "waits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rejoined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("wanted_id", sa.Integer(), nullable=True),
        sa.Column("wanted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("last_spoken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("longest_gap_ms", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_seconds", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["staff.id"], name=op.f("fk_waits_agent_id_staff")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_waits_call_id_calls")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_waits_case_id_cases")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_waits_company_id_companies")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_waits_customer_id_customers")),
        sa.ForeignKeyConstraint(["wanted_id"], ["staff.id"], name=op.f("fk_waits_wanted_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waits")),
    )
    with op.batch_alter_table("waits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waits_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waits_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waits_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_waits_handled_seconds_waits_ended_at"), ["handled_seconds", "ended_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_waits_state_waits_emergency_waits_joined_at"),
            ["state", "emergency", "joined_at"],
            unique=False,
        )
        batch_op.create_index(
            "uq_waits_call_now",
            ["call_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("wait_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sid", sa.String(length=34), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_seconds", sa.Integer(), nullable=False),
        sa.Column("ending", sa.Boolean(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("recording", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["staff.id"], name=op.f("fk_meetings_agent_id_staff")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_meetings_call_id_calls")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_meetings_case_id_cases")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_meetings_company_id_companies")),
        sa.ForeignKeyConstraint(["wait_id"], ["waits.id"], name=op.f("fk_meetings_wait_id_waits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("name", name=op.f("uq_meetings_name")),
        sa.UniqueConstraint("sid", name=op.f("uq_meetings_sid")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_wait_id"), ["wait_id"], unique=False)
        batch_op.create_index(
            "uq_meetings_agent_now",
            ["agent_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )

    op.create_table(
        "parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handover_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_parties_call_id_calls")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_parties_handover_id_handovers")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_parties_meeting_id_meetings")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_parties_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    with op.batch_alter_table("parties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parties_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_parties_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            "uq_parties_call_now",
            ["call_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'ringing', 'in')"),
            postgresql_where=sa.text("state IN ('asked', 'ringing', 'in')"),
        )
        batch_op.create_index(
            "uq_parties_staff_now",
            ["staff_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'ringing', 'in')"),
            postgresql_where=sa.text("state IN ('asked', 'ringing', 'in')"),
        )

    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_calls_answered_by_id_staff"), "staff", ["answered_by_id"], ["id"])

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("numbered_by_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_cases_company_id_day_seq"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_cases_company_id_number"), type_="unique")
        batch_op.create_index(batch_op.f("ix_cases_number"), ["number"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_cases_numbered_by_id_day_seq"), ["numbered_by_id", "day", "seq"]
        )
        batch_op.create_unique_constraint(batch_op.f("uq_cases_numbered_by_id_number"), ["numbered_by_id", "number"])
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_numbered_by_id_companies"), "companies", ["numbered_by_id"], ["id"]
        )

    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("why", sa.String(length=12), server_default="asked", nullable=False))
        batch_op.add_column(sa.Column("bounced", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("refusal", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_handovers_receiver_id"), ["receiver_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handovers_receiver_id"))
        batch_op.drop_column("refusal")
        batch_op.drop_column("bounced")
        batch_op.drop_column("why")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_cases_numbered_by_id_companies"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_cases_numbered_by_id_number"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_cases_numbered_by_id_day_seq"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_cases_number"))
        batch_op.create_unique_constraint(batch_op.f("uq_cases_company_id_number"), ["company_id", "number"])
        batch_op.create_unique_constraint(batch_op.f("uq_cases_company_id_day_seq"), ["company_id", "day", "seq"])
        batch_op.drop_column("numbered_by_id")

    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_calls_answered_by_id_staff"), type_="foreignkey")
        batch_op.drop_column("answered_by_id")

    with op.batch_alter_table("parties", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_parties_staff_now",
            sqlite_where=sa.text("state IN ('asked', 'ringing', 'in')"),
            postgresql_where=sa.text("state IN ('asked', 'ringing', 'in')"),
        )
        batch_op.drop_index(
            "uq_parties_call_now",
            sqlite_where=sa.text("state IN ('asked', 'ringing', 'in')"),
            postgresql_where=sa.text("state IN ('asked', 'ringing', 'in')"),
        )
        batch_op.drop_index(batch_op.f("ix_parties_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_parties_call_id"))

    op.drop_table("parties")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meetings_agent_now",
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        )
        batch_op.drop_index(batch_op.f("ix_meetings_wait_id"))
        batch_op.drop_index(batch_op.f("ix_meetings_case_id"))
        batch_op.drop_index(batch_op.f("ix_meetings_call_id"))

    op.drop_table("meetings")
    with op.batch_alter_table("waits", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_waits_call_now", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_waits_state_waits_emergency_waits_joined_at"))
        batch_op.drop_index(batch_op.f("ix_waits_handled_seconds_waits_ended_at"))
        batch_op.drop_index(batch_op.f("ix_waits_customer_id"))
        batch_op.drop_index(batch_op.f("ix_waits_case_id"))
        batch_op.drop_index(batch_op.f("ix_waits_call_id"))

    op.drop_table("waits")
    with op.batch_alter_table("visitors", schema=None) as batch_op:
        batch_op.drop_index("ix_visitors_company_came")

    op.drop_table("visitors")
    with op.batch_alter_table("agent_offers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agent_offers_offered",
            sqlite_where=sa.text("answer IN ('ringing', 'heard')"),
            postgresql_where=sa.text("answer IN ('ringing', 'heard')"),
        )
        batch_op.drop_index(
            "uq_agent_offers_asked",
            sqlite_where=sa.text("answer IN ('ringing', 'heard')"),
            postgresql_where=sa.text("answer IN ('ringing', 'heard')"),
        )
        batch_op.drop_index(batch_op.f("ix_agent_offers_staff_id_agent_offers_rung_at"))

    op.drop_table("agent_offers")
    with op.batch_alter_table("seats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seats_status"))

    op.drop_table("seats")
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafts_changed_at"))

    op.drop_table("drafts")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_staff_id_absences_ends_at"))

    op.drop_table("absences")

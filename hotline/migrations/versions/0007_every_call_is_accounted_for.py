"""What was said in recordings, in writing; looks at the carrier's list of calls, and the calls that one side lacks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transcripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_sid", sa.String(length=34), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_transcripts_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["recording_sid"], ["recordings.sid"], name=op.f("fk_transcripts_recording_sid_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_transcripts_recording_sid")),
    )
    op.create_index("ix_transcripts_call_id", "transcripts", ["call_id"])
    _make_completeness()


def _make_completeness() -> None:
    op.create_table(
        "completeness_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("others", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("unlisted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completeness_runs")),
    )
    op.create_index("uq_completeness_runs_now", "completeness_runs", ["state"], unique=True, **_where())
    op.create_table(
        "missing_calls",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("lacking", sa.String(length=8), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("our_number", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_missing_calls_call_id_calls")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_missing_calls_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["completeness_runs.id"], name=op.f("fk_missing_calls_run_id_completeness_runs")
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_missing_calls")),
    )
    op.create_index("ix_missing_calls_company_id_missing_calls_at", "missing_calls", ["company_id", "at"])
    op.create_index("ix_missing_calls_run_id", "missing_calls", ["run_id"])


def _where() -> dict[str, Any]:
    """One look at a time."""
    under_way = sa.text("state = 'running'")
    return {"sqlite_where": under_way, "postgresql_where": under_way}


def downgrade() -> None:
    op.drop_table("missing_calls")
    op.drop_table("completeness_runs")
    op.drop_table("transcripts")

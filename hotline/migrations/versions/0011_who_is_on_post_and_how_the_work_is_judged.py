"""Gaps in the roster that were told; calls drawn for a check; staff reviews, breaches, own mistakes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=16), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        _names("roster_gaps", "company_id", "companies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_gaps")),
        sa.UniqueConstraint("company_id", "duty", "starts_at", name=op.f("uq_roster_gaps_company_id_duty_starts_at")),
    )
    _make_checks()
    _make_reviews()
    _make_registers()


def _names(table: str, column: str, other: str) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _make_checks() -> None:
    op.create_table(
        "quality_draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("checkpoint", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("each", sa.Integer(), nullable=False),
        sa.Column("among", sa.Integer(), nullable=False),
        sa.Column("among_print", sa.String(length=64), nullable=False),
        sa.Column("unjudged", sa.JSON(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        _names("quality_draws", "company_id", "companies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_draws")),
        sa.UniqueConstraint("company_id", "week", name=op.f("uq_quality_draws_company_id_week")),
    )
    op.create_table(
        "quality_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        _names("quality_checks", "draw_id", "quality_draws"),
        _names("quality_checks", "company_id", "companies"),
        _names("quality_checks", "agent_id", "staff"),
        _names("quality_checks", "judge_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_checks")),
        sa.UniqueConstraint("draw_id", "call_id", name=op.f("uq_quality_checks_draw_id_call_id")),
    )
    op.create_index("ix_quality_checks_agent_id", "quality_checks", ["agent_id"])
    op.create_index("ix_quality_checks_judge_id", "quality_checks", ["judge_id"])
    op.create_index("ix_quality_checks_company_id", "quality_checks", ["company_id"])


def _make_reviews() -> None:
    op.create_table(
        "staff_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("conduct", sa.Integer(), nullable=False),
        sa.Column("diligence", sa.Integer(), nullable=False),
        sa.Column("ability", sa.Integer(), nullable=False),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.Column("bonus", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        _names("staff_reviews", "company_id", "companies"),
        _names("staff_reviews", "staff_id", "staff"),
        _names("staff_reviews", "by_id", "staff"),
        _names("staff_reviews", "corrects_id", "staff_reviews"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_reviews")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_staff_reviews_corrects_id")),
    )
    op.create_index("ix_staff_reviews_staff_id_staff_reviews_year", "staff_reviews", ["staff_id", "year"])
    op.create_index(
        "uq_staff_reviews_first",
        "staff_reviews",
        ["staff_id", "kind", "period"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )


def _make_registers() -> None:
    op.create_table(
        "breaches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("repeats_id", sa.Integer(), nullable=True),
        sa.Column("counts", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by_id", sa.Integer(), nullable=True),
        sa.Column("struck_why", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        _names("breaches", "company_id", "companies"),
        _names("breaches", "staff_id", "staff"),
        _names("breaches", "repeats_id", "breaches"),
        _names("breaches", "by_id", "staff"),
        _names("breaches", "struck_by_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaches")),
    )
    op.create_index("ix_breaches_staff_id_breaches_day", "breaches", ["staff_id", "day"])
    op.create_table(
        "own_mistakes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        _names("own_mistakes", "company_id", "companies"),
        _names("own_mistakes", "staff_id", "staff"),
        _names("own_mistakes", "case_id", "cases"),
        _names("own_mistakes", "seen_by_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_mistakes")),
    )
    op.create_index("ix_own_mistakes_case_id", "own_mistakes", ["case_id"])
    op.create_index("ix_own_mistakes_staff_id", "own_mistakes", ["staff_id"])


def downgrade() -> None:
    for table in ("own_mistakes", "breaches", "staff_reviews", "quality_checks", "quality_draws", "roster_gaps"):
        op.drop_table(table)

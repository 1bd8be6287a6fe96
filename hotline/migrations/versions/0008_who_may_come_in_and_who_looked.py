"""Second factors, log-ins that are listed and ended, who looked at which customer and what was unusual about it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("wrong_since", sa.DateTime(timezone=True), nullable=True),
        _who("second_factors", "staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _who("recovery_codes", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index("ix_recovery_codes_staff_id", "recovery_codes", ["staff_id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=43), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _who("sessions", "staff_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_staff_id_sessions_ended_at", "sessions", ["staff_id", "ended_at"])
    op.create_table(
        "identities",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        _who("identities", "staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_identities")),
        sa.UniqueConstraint("name", name=op.f("uq_identities_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_identities_subject")),
    )
    _make_looks()


def _make_looks() -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _who("looks", "staff_id"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_looks_company_id_companies")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_looks_customer_id_customers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index("ix_looks_staff_id_looks_at", "looks", ["staff_id", "at"])
    op.create_index("ix_looks_customer_id_looks_at", "looks", ["customer_id", "at"])
    op.create_index("ix_looks_company_id_looks_at", "looks", ["company_id", "at"])
    op.create_table(
        "unusual_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _who("unusual_looks", "staff_id"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_unusual_looks_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unusual_looks")),
    )
    op.create_index("ix_unusual_looks_staff_id_unusual_looks_at", "unusual_looks", ["staff_id", "at"])
    op.create_index("ix_unusual_looks_company_id_unusual_looks_at", "unusual_looks", ["company_id", "at"])


def _who(table: str, column: str) -> Any:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{table}_{column}_staff"))


def downgrade() -> None:
    for table in ("unusual_looks", "looks", "identities", "sessions", "recovery_codes", "second_factors"):
        op.drop_table(table)

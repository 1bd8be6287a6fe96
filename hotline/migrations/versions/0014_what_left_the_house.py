"""Exports with who took them, when and why; reports that stand once they are made, and who is told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        _instant("asked_at", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("ceiling", sa.Integer(), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=32), nullable=True),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        _instant("done_at", nullable=True),
        _instant("expires_at", nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        _instant("taken_at", nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff.id"], name=op.f("fk_exports_asked_by_id_staff")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_exports_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_company_id", "exports", ["company_id"])
    op.create_index("ix_exports_state_exports_expires_at", "exports", ["state", "expires_at"])

    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        _instant("made_at", nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_reports_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("company_id", "period", name=op.f("uq_reports_company_id_period")),
    )

    op.create_table(
        "report_readers",
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("chosen_by_id", sa.Integer(), nullable=False),
        _instant("since", nullable=False),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["staff.id"], name=op.f("fk_report_readers_chosen_by_id_staff")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_report_readers_company_id_companies")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_report_readers_staff_id_staff")),
        sa.PrimaryKeyConstraint("company_id", "staff_id", name=op.f("pk_report_readers")),
    )


def downgrade() -> None:
    op.drop_table("report_readers")
    op.drop_table("reports")
    op.drop_table("exports")

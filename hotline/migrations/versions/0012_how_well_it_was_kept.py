"""What became of each day's promises, calls and waits, added up; log-ins that show the wallboard and nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_figures",
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_daily_figures_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", "day", "rule", name=op.f("pk_daily_figures")),
    )
    op.create_table(
        "figure_rounds",
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_figure_rounds_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_figure_rounds")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shows", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_promises_rule_due", "promises", ["company_id", "rule_id", "due_at", "verdict", "rule"])
    op.create_index("ix_promises_judged", "promises", ["company_id", "judged_at"])
    op.create_index("ix_waits_company_ended", "waits", ["company_id", "ended_at"])


def downgrade() -> None:
    op.drop_index("ix_waits_company_ended", "waits")
    op.drop_index("ix_promises_judged", "promises")
    op.drop_index("ix_promises_rule_due", "promises")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("shows")
    op.drop_table("figure_rounds")
    op.drop_table("daily_figures")

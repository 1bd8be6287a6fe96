"""Which calls and cases each export held, so that a customer's looks name the files as well."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_holdings",
        sa.Column("thing", sa.String(length=4), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("thing", "thing_id", "export_id", name=op.f("pk_export_holdings")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("export_holdings")

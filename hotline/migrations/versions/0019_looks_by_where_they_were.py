"""Looks are found by the chain in which they stand: each is held against what that chain says of it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEX = "ix_looks_chain"


def upgrade() -> None:
    op.create_index(_INDEX, "looks", ["chain"])


def downgrade() -> None:
    op.drop_index(_INDEX, table_name="looks")

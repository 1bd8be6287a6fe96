"""In which calls something anonymous was told, as a column; calls out and waits in the order in which they are read."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SLOT = "anonymous_case"


def upgrade() -> None:
    # Without a batch: both databases add such a column in place, however many calls there are.
    op.add_column("calls", sa.Column("unnamed", sa.Boolean(), server_default=sa.false(), nullable=False))
    calls = sa.table("calls", sa.column("unnamed", sa.Boolean), sa.column("slots", sa.JSON))
    told = calls.c.slots[_SLOT].as_string().is_not(None)
    op.execute(sa.update(calls).where(told).values(unnamed=sa.true()))
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_index("ix_calls_unnamed", "calls", ["id"], **_where("unnamed = 1" if on_sqlite else "unnamed"))
    op.create_index("ix_calls_out", "calls", ["company_id", "started_at", "id"], **_where("direction = 'out'"))
    op.create_index(
        "ix_complaints_about_staff_id", "complaints", ["about_staff_id"], **_where("about_staff_id IS NOT NULL")
    )
    columns = ["fact", "began", "call_id", "amount"]
    op.create_index("ix_call_facts_amount", "call_facts", columns, **_where("amount IS NOT NULL"))


def _where(condition: str) -> dict[str, Any]:
    """The rows that an index holds."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    op.drop_index("ix_call_facts_amount", "call_facts")
    op.drop_index("ix_complaints_about_staff_id", "complaints")
    op.drop_index("ix_calls_out", "calls")
    op.drop_index("ix_calls_unnamed", "calls")
    op.drop_column("calls", "unnamed")

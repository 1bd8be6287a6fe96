"""What a call can be found by: facts and blinded words in rows of their own; the searches that people keep."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_UNREAD = "indexed_seq < seq AND chain >= 'ca' AND chain < 'cb'"  # of calls and cases


def upgrade() -> None:
    # Without a batch: SQLite adds such a column in place, however many chains there are.
    op.add_column("audit_heads", sa.Column("indexed_seq", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_audit_heads_unread", "audit_heads", ["chain"], **_where(_UNREAD))

    op.create_table(
        "call_facts",
        sa.Column("fact", sa.String(length=60), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("fact", "began", "call_id", name=op.f("pk_call_facts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_call_facts_call_id", "call_facts", ["call_id"])
    op.create_table(
        "call_words",
        sa.Column("word", sa.BigInteger(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", "began", "call_id", name=op.f("pk_call_words")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_call_words_call_id", "call_words", ["call_id"])
    op.create_table(
        "call_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_call_searches_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_searches")),
    )
    op.create_index("ix_call_searches_staff_id", "call_searches", ["staff_id"])
    op.create_index("ix_calls_started", "calls", ["started_at", "id"])


def _where(condition: str) -> dict[str, Any]:
    """The rows that an index holds."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    op.drop_index("ix_calls_started", "calls")
    op.drop_table("call_searches")
    op.drop_table("call_words")
    op.drop_table("call_facts")
    op.drop_index("ix_audit_heads_unread", "audit_heads")
    op.drop_column("audit_heads", "indexed_seq")

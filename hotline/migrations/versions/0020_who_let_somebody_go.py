"""Who let somebody go, so that nobody below takes them back; on whose repairs a key reports."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a batch: both databases add such a column in place, and a table built anew would lose its trigger.
    op.add_column("api_keys", sa.Column("engineers", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("staff", sa.Column("left_by_id", sa.Integer(), nullable=True))
    staff = sa.table("staff", *(sa.column(name) for name in ("id", "active", "left_by_id")))
    known = set(op.get_bind().scalars(sa.select(staff.c.id)))
    for staff_id, by in _let_go().items():
        if by in known:
            gone = sa.update(staff).where(staff.c.id == staff_id, staff.c.active.is_(sa.false()))
            op.get_bind().execute(gone.values(left_by_id=by))


def _let_go() -> dict[Any, Any]:
    """Who said last that somebody left, as the log has it; without what somebody wrote over."""
    log = sa.table("audit_entries", *(sa.column(name) for name in ("chain", "seq", "kind", "body")))
    query = sa.select(log.c.body).where(log.c.chain == "house", log.c.kind == "staff-left").order_by(log.c.seq)
    found: dict[Any, Any] = {}
    for body in op.get_bind().scalars(query):
        try:
            fields = json.loads(bytes(body))["fields"]
            who, by = int(fields["staff"]), fields.get("by")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        found[who] = by if isinstance(by, int) else None
    return found


def downgrade() -> None:
    # A version before would let such a key report on everybody's repairs: it opens nothing instead.
    op.execute(
        "UPDATE api_keys SET revoked_at = CURRENT_TIMESTAMP WHERE revoked_at IS NULL AND scopes LIKE '%repairs%'"
    )
    op.drop_column("staff", "left_by_id")
    op.drop_column("api_keys", "engineers")

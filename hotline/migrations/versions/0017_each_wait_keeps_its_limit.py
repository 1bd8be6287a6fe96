"""By which limit of silence each wait was judged, as the log says it: a limit that changes later changes no figure."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def upgrade() -> None:
    # Without a batch: both databases add such a column in place, however many waits there are.
    op.add_column("waits", sa.Column("gap_limit_seconds", sa.Integer(), nullable=True))
    entries = sa.table("audit_entries", sa.column("id"), sa.column("kind"), sa.column("body", sa.LargeBinary))
    told = sa.select(entries.c.body).where(entries.c.kind == "waited").order_by(entries.c.id)
    limits: dict[int, int] = {}
    for (body,) in op.get_bind().execute(told).yield_per(_AT_ONCE):
        limits |= _told(body)
    waits = sa.table("waits", sa.column("id"), sa.column("gap_limit_seconds"))
    judged = sa.update(waits).where(waits.c.id == sa.bindparam("wait")).values(gap_limit_seconds=sa.bindparam("limit"))
    if limits:
        op.get_bind().execute(judged, [{"wait": wait, "limit": limit} for wait, limit in limits.items()])


def _told(body: Any) -> dict[int, int]:
    """The wait and its limit; nothing where the entry was altered, or says no limit."""
    try:
        fields = json.loads(body)["fields"]
        return {int(fields["wait"]): int(fields["limit_seconds"])}
    except (ValueError, KeyError, TypeError):
        return {}


def downgrade() -> None:
    op.drop_column("waits", "gap_limit_seconds")

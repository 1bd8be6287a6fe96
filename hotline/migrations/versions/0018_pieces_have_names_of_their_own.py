"""Each piece of a file by its name, so that a late worker overwrites none; why one failed; whose rows are on record."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NAMELESS = ("statistics", "report")  # figures: they hold no call and no case


def upgrade() -> None:
    # Without a batch: both databases add such a column in place.
    for name in ("pieces", "turns"):
        op.add_column("exports", sa.Column(name, sa.JSON(), server_default="[]", nullable=False))
    op.add_column("exports", sa.Column("failure", sa.String(length=12), nullable=True))
    op.add_column("exports", sa.Column("noted", sa.Boolean(), server_default=sa.true(), nullable=False))
    plain = (sa.column(name) for name in ("id", "what", "form", "state", "rows", "parts", "file"))
    lists = (sa.column(name, sa.JSON) for name in ("pieces", "turns"))
    exports = sa.table("exports", *plain, *lists, sa.column("noted", sa.Boolean))
    held = sa.table("export_holdings", sa.column("export_id", sa.Integer))
    known = set(op.get_bind().scalars(sa.select(held.c.export_id).distinct()))
    for row in op.get_bind().execute(sa.select(exports)).all():
        noted = row.id in known or not row.rows or row.what in _NAMELESS
        change = sa.update(exports).where(exports.c.id == row.id).values(noted=noted, **_named(row))
        op.get_bind().execute(change)
    op.drop_column("exports", "parts")


def _named(row: Any) -> dict[str, list[str]]:
    """The pieces that are counted, and under which beginnings of a name there may be more."""
    if row.file is None:
        return {"pieces": [], "turns": []}
    gathered = f"{row.file}-rows"
    stem = gathered if row.form == "xlsx" and row.state in ("asked", "gathering") else row.file
    return {"pieces": [f"{stem}-{n}" for n in range(row.parts)], "turns": [row.file, gathered]}


def downgrade() -> None:
    op.add_column("exports", sa.Column("parts", sa.Integer(), server_default="0", nullable=False))
    for name in ("noted", "failure", "turns", "pieces"):
        op.drop_column("exports", name)

"""A caller of whom there is no matter can be forgotten, and their call be held back from being destroyed."""

import sqlalchemy as sa
from alembic import op

from hotline.errors import Conflict

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ONE_THING = "(case_id IS NULL) <> (call_id IS NULL)"
_TABLES = ("holds", "erasures")


def upgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("call_id", sa.Integer(), nullable=True))
            batch_op.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
            batch_op.create_foreign_key(batch_op.f(f"fk_{table}_call_id_calls"), "calls", ["call_id"], ["id"])
            batch_op.create_check_constraint(batch_op.f(f"ck_{table}_one_thing"), _ONE_THING)
    op.create_index("ix_holds_call_id", "holds", ["call_id"])


def _refuse_to_let_go() -> None:
    """A version before would destroy what such a hold keeps, and ask nobody about such a request."""
    waiting = (
        "SELECT (SELECT count(*) FROM holds WHERE call_id IS NOT NULL AND lifted_at IS NULL)"
        " + (SELECT count(*) FROM erasures WHERE call_id IS NOT NULL AND state = 'asked')"
    )
    found = op.get_bind().execute(sa.text(waiting)).scalar_one()
    if found:
        raise Conflict(
            f"{found} holds and requests for erasure stand by a call, of which the version before knows nothing:"
            " lift and decide them first, or put back the database as it was before the upgrade; nothing was changed"
        )


def downgrade() -> None:
    _refuse_to_let_go()
    op.execute("DELETE FROM holds WHERE call_id IS NOT NULL")  # lifted and decided: the log tells of them
    op.execute("DELETE FROM erasures WHERE call_id IS NOT NULL")
    op.drop_index("ix_holds_call_id", "holds")
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"ck_{table}_one_thing"), type_="check")
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_call_id_calls"), type_="foreignkey")
            batch_op.alter_column("case_id", existing_type=sa.Integer(), nullable=False)
            batch_op.drop_column("call_id")

"""Walks the schema up and down; migrations import nothing of the application's code but the metadata."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text

from hotline.db import Instant
from hotline.domain.tables import metadata

LOCK_TIMEOUT = "5s"  # a migration that cannot get its lock gives way to the calls, not the other way round


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def run(connection: Connection) -> None:
    """Migrate on a connection that the caller opened."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,  # on SQLite as well: a step that is refused takes back those before it
        compare_type=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])

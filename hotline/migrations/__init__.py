"""The schema's steps; without them an upgrade would lose what a version before wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from hotline.errors import Conflict


def config() -> Config:
    """Alembic's configuration, without a file of its own."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.set_main_option("path_separator", "os")
    return found


def steps() -> list[str]:
    """The revisions of this version, from the first to the head."""
    return [one.revision for one in ScriptDirectory.from_config(config()).walk_revisions()][::-1]


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a revision."""
    _run(engine, lambda settings: command.upgrade(settings, revision))


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take a database back to a revision."""
    _run(engine, lambda settings: command.downgrade(settings, revision))


def check(engine: Engine) -> None:
    """Raises alembic's CommandError when the head differs from the tables in the code."""
    _run(engine, command.check)


def _run(engine: Engine, do: Callable[[Config], object]) -> None:
    with engine.connect() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        if engine.dialect.name == "sqlite":
            _rebuild(connection, lambda: do(settings))
        else:
            do(settings)
        connection.commit()


def _rebuild(connection: Connection, do: Callable[[], object]) -> None:
    """SQLite changes a table by building it anew, and would take what refers to the old one for orphans meanwhile."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        do()
        orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if orphan is not None:
            raise Conflict(
                f"the migration would leave a row of {orphan[0]} that refers to nothing; nothing was changed"
            )
        connection.commit()
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")

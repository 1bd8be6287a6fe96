"""The schema's steps; without them an upgrade would lose what a version before wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def config() -> Config:
    """Alembic's configuration, without a file of its own."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.set_main_option("path_separator", "os")
    return found


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
        do(settings)
        connection.commit()

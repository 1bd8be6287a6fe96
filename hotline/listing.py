"""How a command shows what it found; without it every list would have its own form and scripts could trust none.

A list is a plain table with times as the company's clocks show them, or with --json a JSON array with the fields that
its row function in hotline/rows.py names, instants being ISO 8601 in UTC; personal values are masked.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import psycopg
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError, ProgrammingError

from hotline import logs, runtime, settings
from hotline.errors import HotlineError
from hotline.runtime import Runtime

WRONG = 2  # the status of every refusal, as click's own for a wrong option
# SQLAlchemy's words for it, and the drivers' own, which a long reading meets directly.
DATABASE_AWAY = (OperationalError, ProgrammingError, sqlite3.DatabaseError, psycopg.Error)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
limit = click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
before = click.option("--before", type=int, metavar="ID", help="Only those before this id: the next page.")
company = click.option("--company", metavar="CODE", help="Only this company's.")


class Refusal(click.ClickException):
    """One clear sentence on stderr, and status 2."""

    exit_code = WRONG

    def show(self, file: Any = None) -> None:
        """Print the sentence."""
        click.echo(f"hotline: {self.message}", err=True)


class Commands(click.Group):
    """A group whose commands answer a refusal with a sentence, never with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises Refusal."""
        try:
            return super().invoke(ctx)
        except HotlineError as error:
            raise Refusal(str(error)) from error
        except DATABASE_AWAY as error:
            raise Refusal(_about_database(error)) from error
        except RedisError as error:
            raise Refusal("Redis does not answer: `hotline up` runs one, REDIS_URL names another") from error
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise Refusal(f"{error.filename}: {error.strerror}: HOTLINE_VAR names a folder we may write in") from error


@contextmanager
def opened() -> Iterator[Runtime]:
    """The product as the environment says, closed again at the end."""
    logs.set_up(logging.ERROR)  # that nobody listens to the news is nothing to warn an operator of
    made = runtime.make(settings.load())
    try:
        yield made
    finally:
        made.engine.dispose()
        made.redis.close()


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, limit: int | None = None) -> None:
    """Print rows: all their fields as JSON, or some columns as a table.

    At most `limit`; where a table leaves some out, a last line says so.
    """
    shown = rows[:limit]
    if as_json:
        click.echo(dumped(shown))
        return
    _show_table(shown, columns)
    if len(shown) < len(rows):
        click.echo(f"{len(shown)} shown, more with --limit or --before {shown[-1]['id']}")


def dumped(value: Any) -> str:
    """As JSON; instants as 2026-11-18T02:00:00.000000+00:00."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=_in_utc)


def cell(value: Any) -> str:
    """As a table shows it; an instant to the second, in the time zone it is given in."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], ()):
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    if not rows:
        click.echo("none")
        return
    cells = [list(columns), *([cell(row[name]) for name in columns] for row in rows)]
    widths = [max(_width(line[place]) for line in cells) for place in range(len(columns))]
    for line in cells:
        click.echo("  ".join(_padded(text, width) for text, width in zip(line, widths, strict=True)).rstrip())


def _about_database(error: Exception) -> str:
    said = str(getattr(error, "orig", error)).lower()
    if "no such table" in said or "does not exist" in said or "no such column" in said:
        return "the database lacks tables: `hotline migrate` makes them"
    return "the database does not answer: see that it runs, and what DATABASE_URL and HOTLINE_VAR say"


def _in_utc(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))

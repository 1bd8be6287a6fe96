"""Commands that copy the whole record away and bring it back; without them a broken disk would be the end of it.

The keys are never in a back-up: whoever steals one reads no personal value, and whoever restores one needs them.
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from hotline import VERSION, aftermath, backup_file, clock, listing, migrations, sounds
from hotline.backup_file import Reader, Writer
from hotline.db import Instant
from hotline.domain import checkpoints, key_proofs, verifying
from hotline.domain.act import COMMAND
from hotline.domain.findings import Report
from hotline.domain.news import Recording
from hotline.domain.seals import BackUp
from hotline.domain.tables import metadata
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime

_VERSIONS = "alembic_version"
_ALTERED = 1


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-recordings", is_flag=True, help="The sounds are kept elsewhere, such as in a bucket.")
def backup(file: Path, without_recordings: bool) -> None:
    """Copy the database as it stands at this moment, the checkpoints and the recordings; the product runs on.

    The keys are not in it: keep SEALING_KEYS, BLIND_INDEX_KEY and AUDIT_SIGNING_KEY (or keys.json) elsewhere.
    """
    with listing.opened() as runtime, backup_file.written(file, _signing(runtime)) as out:
        missing = copy_all(runtime, out, sounds_too=not without_recordings)
        rows, files = out.rows, out.files
    click.echo(f"{file}: {rows} rows and {files} files; the keys are not in it, keep them elsewhere")
    if missing:
        click.echo(f"the sounds of {missing} recordings are not where they are kept; the log says which there were")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--unsigned", is_flag=True, help="Of a version before back-ups were signed; nobody could change it since."
)
def restore(file: Path, unsigned: bool) -> None:
    """Bring a back-up into an empty database, then check the log. Status 0: it is unaltered. 1: it is not, and where.

    Checkpoints that were made after the back-up are named, and are no alteration: what they held is what is lost.

    What was owed when the back-up was made is owed again: look at the outbox before the workers run. Whom
    HOTLINE_VAR/erased.txt calls erased since is erased again, and every log-in ends.
    """
    with listing.opened() as runtime:
        about = backup_file.checked(file, None if unsigned else partial(_fits, runtime))
        key_proofs.check(runtime.sealer, about.get("proofs"))
        _make_schema(runtime.engine, str(about["revision"]))
        rows, files = _bring_back(runtime, file)
        migrations.upgrade(runtime.engine)
        told = aftermath.settle(runtime, str(about["at"]))
        report = _verified(runtime, datetime.fromisoformat(str(about["at"])))
        told += aftermath.begin_file_anew(runtime, report)
    click.echo("\n".join([f"{rows} rows and {files} files of {about['at']} are back", *told]))
    click.echo("\n".join([*(str(problem) for problem in report.problems), *report.notes]) or "no notes")
    click.echo(f"{report.entries} entries of the log: {'unaltered' if report.unaltered else 'ALTERED'}")
    sys.exit(0 if report.unaltered else _ALTERED)


def _signing(runtime: Runtime) -> backup_file.Sign:
    """Signs as the log's checkpoints are signed."""
    return lambda body: checkpoints.sign(body, runtime.settings.signing_key())


def _fits(runtime: Runtime, body: bytes, signature: str) -> bool:
    return checkpoints.fits(body, signature, checkpoints.public_key_of(runtime.settings.signing_key()))


def copy_all(runtime: Runtime, out: Writer, *, sounds_too: bool) -> int:
    """Write everything as it stands at one moment; how many sounds are not there. Raises Conflict before `migrate`."""
    checkpoint_file = runtime.settings.hotline_var / checkpoints.FILE
    made_at = clock.now()
    # Read before the database is looked at: what is exported meanwhile must not seem ahead of it.
    known = checkpoint_file.read_bytes() if checkpoint_file.exists() else b""
    with _one_moment(runtime.engine) as connection:
        revision = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar_one()  # noqa: S608
        if revision != migrations.steps()[-1]:
            raise Conflict("the database is not at this version's schema: `hotline migrate` first")
        with Session(connection) as session:
            proofs = key_proofs.made(session, runtime.sealer)
        out.begin({"version": VERSION, "revision": revision, "at": made_at.isoformat(), "proofs": proofs})
        for table in metadata.sorted_tables:
            _copy_table(connection, out, table, runtime.figures.keeping.backup_rows)
        kept = select(Recording.file).where(Recording.sha256.is_not(None)).order_by(Recording.file)
        names = [name or "" for name in connection.execute(kept).scalars()] if sounds_too else []
    out.file(checkpoints.FILE, known)
    return sum(not _copy_sound(runtime, out, name) for name in names)


def _copy_table(connection: Connection, out: Writer, table: Table, most: int) -> None:
    out.table(table.name, [column.name for column in table.columns])
    for row in connection.execute(select(table).order_by(*table.primary_key).execution_options(yield_per=most)):
        out.row([_plain(value) for value in row])


def _copy_sound(runtime: Runtime, out: Writer, name: str) -> bool:
    try:
        out.file(f"{sounds.FOLDER}/{name}", runtime.sounds.read(name))
    except NotFound:
        return False
    return True


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """The database as it stands at one moment; nobody who writes waits for it."""
    how = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**how) as connection:
        yield connection
        connection.rollback()


def _make_schema(engine: Engine, revision: str) -> None:
    """An empty database with the schema of the back-up. Raises Conflict where there is anything in it."""
    with engine.connect() as connection:
        tables = [name for name in inspect(connection).get_table_names() if name != _VERSIONS]
        filled = [name for name in tables if connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first()]  # noqa: S608
    if filled:
        raise Conflict("there are records in this database already: a back-up is restored into an empty one")
    if revision not in migrations.steps():
        raise Conflict("this back-up is of a later version: restore it with that one")
    if tables:
        migrations.downgrade(engine)
    migrations.upgrade(engine, revision)


def _bring_back(runtime: Runtime, file: Path) -> tuple[int, int]:
    """Everything or nothing of the rows, then the files; how many of each."""
    reader, rows, files = Reader(file), 0, 0
    with runtime.engine.execution_options(writes=True).begin() as connection:
        while reader.line is not None and "table" in reader.line:
            rows += _fill(connection, reader, runtime.figures.keeping.backup_rows)
        _go_on_counting(connection)
    while reader.line is not None:
        _put_back(runtime, reader.take()["file"], reader.content())
        files += 1
    return rows, files


def _fill(connection: Connection, reader: Reader, most: int) -> int:
    """Put the rows of one table in; how many.

    A row may name another of its own table that comes later: the names are put in when all rows are there.
    """
    head = reader.take()
    table = _as_it_is(connection, head["table"], head["columns"])
    later, key = _own(connection, table.name)
    count, named = 0, []
    while some := reader.rows(most):
        rows = [{name: _typed(table.c[name], v) for name, v in zip(head["columns"], row, strict=True)} for row in some]
        named += [row for row in rows if any(row[name] is not None for name in later)]
        connection.execute(insert(table), [{**row, **dict.fromkeys(later)} for row in rows])
        count += len(rows)
    for row in named:
        same = [table.c[name] == row[name] for name in key]
        connection.execute(update(table).where(*same).values({name: row[name] for name in later}))
    return count


def _as_it_is(connection: Connection, name: str, columns: list[str]) -> Table:
    """A table of the back-up's version, as the database has it."""
    found = {column["name"]: column["type"] for column in inspect(connection).get_columns(name)}
    return Table(name, MetaData(), *(Column(column, _kind(found[column])) for column in columns))


def _kind(found: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(found, DateTime):
        return Instant()
    return JSON(none_as_null=True) if isinstance(found, JSON) else found


def _own(connection: Connection, name: str) -> tuple[list[str], list[str]]:
    """The columns that name another row of the same table, and those of its key."""
    seen = inspect(connection)
    theirs = [one for one in seen.get_foreign_keys(name) if one["referred_table"] == name]
    columns = [column for one in theirs for column in one["constrained_columns"]]
    return columns, list(seen.get_pk_constraint(name)["constrained_columns"])


def _plain(value: Any) -> Any:
    """A value as JSON writes it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(column: Column[Any], value: Any) -> Any:
    """What `_plain` made plain, again."""
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(column.type, LargeBinary) else value


def _go_on_counting(connection: Connection) -> None:
    """The next row of each table gets a number that is free."""
    if connection.dialect.name != "postgresql":
        return
    for name in inspect(connection).get_table_names():
        if "id" in (column["name"] for column in inspect(connection).get_columns(name)):
            counter = connection.scalar(select(func.pg_get_serial_sequence(name, "id")))
            if counter is not None:
                last = connection.scalar(text(f"SELECT MAX(id) FROM {name}"))  # noqa: S608 - the tables' own names
                connection.execute(select(func.setval(counter, last or 1, last is not None)))


def _put_back(runtime: Runtime, name: str, content: bytes) -> None:
    """A file to where it belongs. Checkpoints that are there stay: they say what came after the back-up."""
    if name == checkpoints.FILE:
        path = runtime.settings.hotline_var / checkpoints.FILE
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return
    folder, _slash, sound = name.partition("/")
    if folder != sounds.FOLDER or not re.fullmatch(r"[0-9a-f]{32}", sound):
        raise Invalid(f"{name!r} is no file of ours")
    runtime.sounds.keep(sound, content)


def _verified(runtime: Runtime, made_at: datetime) -> Report:
    ours = {checkpoints.public_key_of(runtime.settings.signing_key())}
    with runtime.look(COMMAND) as act:
        return verifying.verify(
            act.session,
            checkpoint_file=runtime.settings.hotline_var / checkpoints.FILE,
            trusted_keys=ours,
            back_up=BackUp(made_at, ours),
        )

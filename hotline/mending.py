"""The commands that show and mend what is owed to the outside; without them only the console could."""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy import select

from hotline import listing, rows
from hotline.domain import dead_letters
from hotline.domain.act import COMMAND, Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import NotFound

_LIST = ("id", "kind", "queue", "state", "company", "case", "due_at", "attempts", "problem")
_why = click.option("--why", required=True, help="The reason; it stands in the log, sealed.")
_ids = click.argument("entry_ids", type=int, nargs=-1, required=True, metavar="ID...")


@click.group()
def outbox() -> None:
    """What is owed to the outside, such as calls and texts; what was not sent after several tries is mended here."""


@outbox.command("list")
@click.option("--state", type=click.Choice([str(state) for state in State]), help="Only those.")
@listing.before
@listing.limit
@listing.as_json
def list_outbox(state: str | None, before: int | None, limit: int, as_json: bool) -> None:
    """What is owed, newest first."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        query = select(OutboxEntry).order_by(OutboxEntry.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(OutboxEntry.id < before)
        if state:
            query = query.where(OutboxEntry.state == state)
        names = rows.Names.read(act)
        found = [rows.of_outbox(act, names, entry) for entry in act.session.scalars(query)]
        listing.show(found, _LIST, as_json=as_json, limit=limit)


@outbox.command("show")
@click.argument("entry_id", type=int)
@listing.as_json
def show_entry(entry_id: int, as_json: bool) -> None:
    """One entry: the fields of the list, what it is about (ids only), how often it was tried, who has it."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        entry = act.session.get(OutboxEntry, entry_id)
        if entry is None:
            raise NotFound(f"nothing is owed under {entry_id}: `hotline outbox list` shows what is")
        row = rows.of_outbox(act, rows.Names.read(act), entry)
        if as_json:
            click.echo(listing.dumped(row))
            return
        for name, value in row.items():
            click.echo(f"{name:12} {listing.cell(value)}")


@outbox.command("retry")
@_ids
@_why
def retry(entry_ids: tuple[int, ...], why: str) -> None:
    """Have what failed tried again at once; all of them, or none where one did not fail."""
    many = _do(dead_letters.try_again, entry_ids, why)
    click.echo(f"{many} tried again: `hotline outbox show ID` says what comes of it")


@outbox.command("give-up")
@_ids
@_why
def give_up(entry_ids: tuple[int, ...], why: str) -> None:
    """Give up what failed: it is not tried again; all of them, or none where one did not fail."""
    click.echo(f"{_do(dead_letters.give_up, entry_ids, why)} given up")


def _do(does: Callable[[Act, int, str], None], entry_ids: tuple[int, ...], why: str) -> int:
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        for entry_id in sorted(set(entry_ids)):
            does(act, entry_id, why)
    return len(set(entry_ids))

"""Commands that read the record: calls, cases, promises, the log; without them nobody could script it."""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime
from typing import Any

import click
from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError

from hotline import clock, listing, rows
from hotline.domain import (
    call_index,
    checkpoints,
    companies,
    completeness,
    promises,
    recordings,
    transcripts,
    turns,
    verifying,
)
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.findings import Report
from hotline.domain.promises import Promise, Verdict
from hotline.errors import HotlineError, NotFound
from hotline.runtime import Runtime

ALTERED = 1
_LOOK = ("from_at", "until_at", "state", "listed", "ours", "missing", "unlisted", "others")
_CALL = ("id", "started_at", "company", "direction", "caller", "colleague", "case", "owner", "answer_ms", "state")
_CASE = ("id", "number", "company", "kind", "matter", "state", "owner", "handler", "opened_at")
_PROMISE = ("id", "rule", "company", "case", "owner", "due_at", "done_at", "verdict")
_TURN = ("n", "at", "step", "said", "heard", "led_to")


@click.group()
def calls() -> None:
    """Telephone calls."""


@calls.command("list")
@listing.company
@listing.before
@listing.limit
@listing.as_json
def list_calls(company: str | None, before: int | None, limit: int, as_json: bool) -> None:
    """Calls, newest first."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        query = _page(act, select(Call), Call, company, before)
        names = rows.Names.read(act)
        found = [rows.of_call(act, names, call) for call in act.session.scalars(query.limit(limit + 1))]
        listing.show(found, _CALL, as_json=as_json, limit=limit)


@calls.command("show")
@click.argument("call_id", type=int)
@listing.as_json
def show_call(call_id: int, as_json: bool) -> None:
    """One call: the fields of the list, its turns, and the promises of its case."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        call = act.session.get(Call, call_id)
        if call is None:
            raise NotFound(f"there is no call {call_id}: `hotline calls list` shows those there are")
        names = rows.Names.read(act)
        row = rows.of_call(act, names, call)
        row["turns"] = [rows.of_turn(names, call, turn) for turn in turns.of_call(act, call_id)]
        made = promises.of_case(act, call.case_id) if call.case_id and row["case"] else []
        row["promises"] = [rows.of_promise(act, names, promise) for promise in made]
        _show_whole(row, as_json=as_json)


@click.group()
def cases() -> None:
    """Matters, each with its owner."""


@cases.command("list")
@listing.company
@click.option("--open", "only_open", is_flag=True, help="Only those not closed.")
@listing.before
@listing.limit
@listing.as_json
def list_cases(company: str | None, only_open: bool, before: int | None, limit: int, as_json: bool) -> None:
    """Cases, newest first."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        query = _page(act, select(Case), Case, company, before)
        if only_open:
            query = query.where(Case.state == "open")
        names = rows.Names.read(act)
        found = [rows.of_case(names, case) for case in act.session.scalars(query.limit(limit + 1))]
        listing.show(found, _CASE, as_json=as_json, limit=limit)


@click.group("promises")
def promises_group() -> None:
    """What was promised by the service standard, and what became of it."""


@promises_group.command("list")
@listing.company
@click.option("--verdict", type=click.Choice([str(verdict) for verdict in Verdict]), help="Only those.")
@listing.before
@listing.limit
@listing.as_json
def list_promises(company: str | None, verdict: str | None, before: int | None, limit: int, as_json: bool) -> None:
    """Promises, newest first."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        query = _page(act, select(Promise), Promise, company, before)
        if verdict:
            query = query.where(Promise.verdict == verdict)
        names = rows.Names.read(act)
        found = [rows.of_promise(act, names, promise) for promise in act.session.scalars(query.limit(limit + 1))]
        listing.show(found, _PROMISE, as_json=as_json, limit=limit)


@click.group("transcripts")
def transcripts_group() -> None:
    """What is said in recordings, for a recogniser of your own that writes it down."""


@transcripts_group.command("waiting")
@listing.limit
def waiting(limit: int) -> None:
    """The names of recordings that nobody has written down yet, one on a line, the oldest first."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        since = act.at - runtime.figures.transcripts.within.span
        for row in transcripts.waiting(act, since=since, most=limit):
            click.echo(row.file)


@transcripts_group.command("sound")
@click.argument("name")
def sound(name: str) -> None:
    """The sound of a recording as a WAV file, to stdout; that it went out goes on record."""
    with listing.opened() as runtime:
        with runtime.act(COMMAND) as act:
            row = recordings.named(act, name)
            read = recordings.reader(act, row, runtime.sounds)
            recordings.handed_out(act, row)
        sys.stdout.buffer.write(read())


@click.group()
def audit() -> None:
    """The log that only grows."""


@audit.command("verify")
@click.option("--chain", help="Only this chain, such as call:12, case:7 or house.")
@click.option("--trust", multiple=True, metavar="KEY", help="Also trust checkpoints signed by this public key, base64.")
@listing.as_json
def verify(chain: str | None, trust: tuple[str, ...], as_json: bool) -> None:
    """Is the log unaltered? Status 0: yes. 1: no, and where. 2: it could not be looked at."""
    report = _verified(chain, trust)
    if as_json:
        click.echo(listing.dumped(_as_row(report)))
    else:
        click.echo("\n".join(_as_lines(report)))
    sys.exit(0 if report.unaltered else ALTERED)


@audit.command("complete")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@listing.as_json
def complete(since: datetime, until: datetime, as_json: bool) -> None:
    """Is every call that the carrier lists in the log? Status 0: yes. 1: no, and how many. 2: nobody could tell.

    The workers look, so they must run. Which calls they are stands on the console's page.
    """
    with listing.opened() as runtime:
        with runtime.act(COMMAND) as act:
            zone = next(iter(rows.Names.read(act).zones.values()), UTC)
            begins, ends = (day.replace(tzinfo=zone) for day in (since, until + date.resolution))
            asked = completeness.ask(act, runtime.figures.completeness, since=begins, until=ends).id
        look = _looked(runtime, asked)
    found = {name: getattr(look, name) for name in _LOOK}
    click.echo(
        listing.dumped(found) if as_json else "\n".join(f"{name:12} {listing.cell(found[name])}" for name in _LOOK)
    )
    if look.state != completeness.State.DONE:
        raise listing.Refusal("the carrier did not give its whole list")
    sys.exit(ALTERED if look.missing or look.unlisted else 0)


def _looked(runtime: Runtime, look_id: int) -> completeness.Look:
    """The look when it is over. Raises Refusal where it takes longer than it may."""
    ends = clock.now() + runtime.figures.completeness.settles.span
    while clock.now() < ends:
        with runtime.look(COMMAND) as act:
            look = act.session.get_one(completeness.Look, look_id)
            if look.state != completeness.State.RUNNING:
                return look
        time.sleep(runtime.figures.upkeep.look_seconds)
    raise listing.Refusal("nobody has looked yet: is a worker running?")


def _page(
    act: Act,
    query: Select[Any],
    table: type[Call | Case | Promise],
    company: str | None,
    before: int | None,
) -> Select[Any]:
    if company is not None:
        query = query.where(table.company_id == companies.coded(act, company).id)
    if before is not None:
        query = query.where(table.id < before)
    return query.order_by(table.id.desc())


def _show_whole(row: rows.Row, *, as_json: bool) -> None:
    if as_json:
        click.echo(listing.dumped(row))
        return
    for name, value in row.items():
        if not isinstance(value, list):
            click.echo(f"{name:12} {listing.cell(value)}")
    click.echo()
    listing.show(row["turns"], _TURN, as_json=False)
    click.echo()
    listing.show(row["promises"], _PROMISE, as_json=False)


def _verified(chain: str | None, trust: tuple[str, ...]) -> Report:
    try:
        with listing.opened() as runtime:
            with runtime.look(COMMAND) as act:
                report = verifying.verify(
                    act.session,
                    checkpoint_file=runtime.settings.hotline_var / checkpoints.FILE,
                    trusted_keys={checkpoints.public_key_of(runtime.settings.signing_key()), *trust},
                    chain=chain,
                )
            _mark_altered(runtime, report)
            return report
    except (HotlineError, *listing.DATABASE_AWAY):
        raise
    except Exception as error:  # Python's own status for a crash is 1, which here would say "altered"
        raise listing.Refusal(f"the log could not be looked at: {type(error).__name__}: {error}") from error


def _mark_altered(runtime: Runtime, report: Report) -> None:
    """The calls of what was altered are found by that; where nothing can be written, what was found is told alone."""
    if report.unaltered:
        return
    try:
        with runtime.act(COMMAND) as act:
            call_index.found_altered(act, [problem.chain for problem in report.problems])
    except (HotlineError, SQLAlchemyError) as error:
        report.notes.append(f"its calls could not be marked as altered: {type(error).__name__}")


def _as_row(report: Report) -> rows.Row:
    return {
        "unaltered": report.unaltered,
        "entries": report.entries,
        "chains": report.chains,
        "checkpoints": report.checkpoints,
        "problems": [
            {"chain": one.chain, "seq": one.seq, "row": one.row, "what": str(one.what)} for one in report.problems
        ],
        "more_problems": report.more,
        "notes": report.notes,
    }


def _as_lines(report: Report) -> list[str]:
    lines = [f"{report.entries} entries in {report.chains} chains, {report.checkpoints} checkpoints"]
    lines += [str(problem) for problem in report.problems]
    if report.more:
        lines.append(f"... and {report.more} more")
    lines += [f"note: {note}" for note in report.notes]
    lines.append(f"note: {verifying.UNCOMPARED}")
    return [*lines, "unaltered" if report.unaltered else "ALTERED"]

"""Makes the files that were asked for, turn by turn; without it a long one would outlive the job that writes it.

A turn gathers rows for some seconds and keeps them sealed; then the next worker goes on behind them. A worker that dies
loses its turn alone: the next begins anew where the last noted one ended. Memory holds one piece, however long a file.
What is counted at one look is written in one turn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotline import clock, marks, sheets
from hotline.carrier import Carrier
from hotline.domain import companies, export_holdings, exports
from hotline.domain.act import CLOCK, Act
from hotline.domain.export_holdings import Held
from hotline.domain.exports import OF_A_REPORT, WAITED_FOR, Export, State, What
from hotline.domain.outbox import OutboxEntry
from hotline.domain.outbox import State as Owed
from hotline.jobs import export_pieces
from hotline.jobs.effects import Effect, Prepared
from hotline.jobs.export_kinds import Kind
from hotline.jobs.export_pieces import Pieces
from hotline.jobs.export_rows import KINDS
from hotline.jobs.export_tables import WHOLE, Tracking
from hotline.jobs.export_view import View
from hotline.papers import marked
from hotline.runtime import Runtime
from hotline.sheets import Sheet

_BEGINS = "\ufeff"  # by which Excel knows UTF-8
_BY_PAGES: Mapping[str, Kind | Tracking] = {**KINDS, What.TRACKING: Tracking()}


@dataclass
class Turn:
    """How far a turn came: what was counted at the beginning; then rows, pieces by name, the last row's number; the
    file.
    """

    counted: tuple[int, int, int] | None = None
    rows: int = 0
    pieces: list[str] = field(default_factory=list)
    cursor: int = 0
    size: int = 0
    digest: str = ""


def make(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """One turn of an export: about = {export}."""
    row = exports.get(act, entry.about["export"])
    if row.state not in WAITED_FOR or row.key is None:
        return Owed.DROPPED
    export_id, stem = row.id, exports.turn_begun(act, row)

    def ask(carrier: Carrier) -> str:
        return json.dumps(asdict(_turn(runtime, export_id, stem)))

    return Effect(ask)


def made(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime | None:
    """Note how far it came; the next turn is due at once."""
    told, row = Turn(**json.loads(answer)), exports.get(act, entry.about["export"])
    if row.state not in WAITED_FOR:
        return None
    companies.get(act, row.company_id)
    if told.counted is not None:
        n, floor, ceiling = told.counted
        exports.begun(act, row, expected=n, floor=floor, ceiling=ceiling)
        if not told.digest:
            return act.at
    exports.went_on(act, row, rows=told.rows, pieces=told.pieces, cursor=told.cursor)
    if not told.digest:
        return act.at
    exports.done(act, row, pieces=told.pieces, size=told.size, digest=told.digest)
    return None


def not_made(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It was given up: the list says so to whoever asked."""
    row = exports.get(act, entry.about["export"])
    if row.state in WAITED_FOR:
        exports.failed(act, row)


def expire(runtime: Runtime) -> None:
    """Files whose time is over can be opened by nobody any more; they and what failed go from the store.

    Raises OSError where it does not answer: then the next turn removes what is left.
    """
    with runtime.act(CLOCK) as act:
        exports.expire(act)
        gone = exports.left_over(act)
    for row in gone:
        for stem in row.turns:
            export_pieces.remove(runtime.sounds, stem)
        with runtime.act(CLOCK) as act:
            exports.gone(act, row.id)


def _turn(runtime: Runtime, export_id: int, stem: str) -> Turn:
    """One turn; which calls and cases its rows are about is on record before the turn is, and so before the file is.

    Whose lease ran out meanwhile, so that another went on or the file is over, takes what it wrote away again.
    """
    held: list[Held] = []
    told, at_once = _looked(runtime, export_id, stem, held), runtime.figures.exports.at_once
    for place in range(0, len(held), at_once):
        with runtime.act(CLOCK) as act:
            export_holdings.note(act, export_id, held[place : place + at_once])
    with runtime.look(CLOCK) as act:
        is_latest = exports.is_latest(act, export_id, stem)
    if not is_latest:
        export_pieces.remove(runtime.sounds, stem)
    return told


def _looked(runtime: Runtime, export_id: int, stem: str, held: list[Held]) -> Turn:
    """Count, or gather for a while; when nothing is left to gather, the file. What is gathered is told in `held`."""
    with runtime.look(CLOCK) as act:
        row = act.session.get_one(Export, export_id)
        companies.get(act, row.company_id)
        view, pieces = View.of(act, row, runtime.prompts), Pieces(runtime, row, stem)
        if row.what in WHOLE:
            return _at_one_look(view, row, pieces)
        kind = _BY_PAGES[row.what]
        if row.state == State.ASKED:
            return Turn(kind.bounds(view))
        if row.form == "xlsx" and row.cursor >= (row.ceiling or 0):
            told, ended = Turn(None, row.rows, row.pieces, row.cursor), True
        else:
            told, ended = _gathered(runtime, view, kind, row, pieces, held)
            ended = ended and row.form == "csv"  # a workbook is written in a turn of its own
        if ended:
            heads = _heads(view, kind, row)
            _ask_no_more(act)
            told.pieces, told.size, told.digest = pieces.whole(heads)
        return told


def _ask_no_more(act: Act) -> None:
    """What is written now takes long: a session that asks nothing meanwhile would be ended in the midst of it."""
    act.session.expunge_all()
    act.session.rollback()


def _at_one_look(view: View, row: Export, pieces: Pieces) -> Turn:
    """The file, of the rows that are counted; where they are too many for a workbook, in the next turn as a CSV."""
    found, figures = WHOLE[row.what](view, row.form), view.act.standard.engine.exports
    n = sum(len(table.rows) for table in found)
    counted = (n, 0, n) if row.state == State.ASKED else None
    if counted and (n > figures.rows_most or (row.form == "xlsx" and n > figures.sheet_most)):
        return Turn(counted)
    company, mark, code = (view.label(f"console.exports.column.{name}") for name in ("company", "copy", "code"))
    of_whom = view.company(view.criteria.company_id or row.company_id)
    copy = marked.Copy((company, mark, code), of_whom, view.tongue.text("exports.copy", n=row.id))
    sheets_of_it = marked.sheets(found, exports.marks(view.act), row.id, copy=copy, line=_line(view, row))
    _ask_no_more(view.act)
    names, size, digest = pieces.written(sheets_of_it)
    return Turn(counted, n, names, n, size, digest)


def _gathered(
    runtime: Runtime, view: View, kind: Kind | Tracking, row: Export, pieces: Pieces, held: list[Held]
) -> tuple[Turn, bool]:
    """The rows of one turn, kept; were they the last?"""
    figures, signs = runtime.figures.exports, exports.marks(view.act)
    ends, ended = clock.now() + figures.turn.span, False
    rows, cursor, hidden = row.rows, row.cursor, signs.hidden(row.id)
    if not row.pieces and row.form == "csv":
        heads = _heads(view, kind, row)
        pieces.write(_BEGINS + sheets.lines([[heads.line], heads.heads]))
    while not ended:
        found = kind.page(view, after=cursor, until=row.ceiling or 0, most=figures.at_once)
        written: list[list[Any]] = []
        for number, cells in enumerate(found.rows, rows + 1):
            written.append([*marks.marked(cells, hidden), signs.code(row.id, number)])
        pieces.add(written)
        held += found.held
        rows, cursor, ended = rows + len(found.rows), found.last or cursor, found.last is None
        view.act.session.expunge_all()
        if clock.now() > ends:
            break
    return Turn(None, rows, pieces.flush(), (row.ceiling or 0) if ended else cursor), ended


def _heads(view: View, kind: Kind | Tracking, row: Export) -> Sheet:
    """Title, headings, and the line above them."""
    heads = [*kind.heads(view), view.label("console.exports.column.code")]
    return Sheet(view.label(f"console.exports.what.{row.what}"), heads, (), _line(view, row))


def _line(view: View, row: Export) -> str:
    """Who took it, when and why (SEC-2); of figures also of which days, and a report's company."""
    act, person = view.act, view.person
    at = row.asked_at.astimezone(ZoneInfo(act.standard.timezone)).strftime("%Y-%m-%d %H:%M")
    told = {"n": row.id, "who": f"{person.name} {person.agent_number}", "at": at, "why": exports.reason_of(act, row)}
    line = [view.tongue.text("exports.line", **told)]
    if row.what in (*WHOLE, What.TRACKING):
        first, last = (day.isoformat() for day in (view.criteria.first, view.criteria.last))
        line += [view.company(view.criteria.company_id or 0)] if row.what in OF_A_REPORT else []
        line.append(view.tongue.text("tables.days", first=first, last=last))
    return " · ".join(line)

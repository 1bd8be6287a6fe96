"""A file is made whole whatever becomes of its makers, and nothing of it is left when its time is over (REC-6)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from copy import copy
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert

from hotline import clock, marks, sounds
from hotline.domain import companies, exports, reports, staff
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.calls import Call
from hotline.domain.exports import Criteria, Export, State, What
from hotline.domain.outbox import OutboxEntry
from hotline.errors import Refused
from hotline.jobs import exporting
from hotline.jobs.effects import Effect
from hotline.jobs.export_tables import Tracking
from hotline.jobs.export_view import View
from hotline.runtime import Runtime
from hotline.sheets import Cell
from hotline.sounds import Store
from tests import given, tallies
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock

NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)


class Hurried(HandClock):
    """Each time that it is read a turn's time is over: a turn comes one page far."""

    def __init__(self, now: datetime, span: timedelta) -> None:
        super().__init__(now)
        self.span = span

    def __call__(self) -> datetime:
        self.now += self.span
        return self.now


def rung(runtime: Runtime, cast: Cast) -> int:
    """Two pages of calls and some more; how many."""
    n = 2 * runtime.figures.exports.at_once + 3
    with runtime.act(COMMAND) as act:
        one = given.call(act, cast, who=cast.chen)
        names = [column.name for column in Call.__table__.columns if column.name not in ("id", "sid")]
        told = {name: getattr(one, name) for name in names}
        act.session.execute(insert(Call), [told for _ in range(n - 1)])
    return n


def asked(shop: Workshop, form: str) -> int:
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, shop.cast.heat.id)
        qian, wanted = staff.get(act, shop.cast.qian.id), Criteria(shop.cast.heat.id, *NOVEMBER)
        return exports.ask(act, qian, What.CALLS, wanted, "十一月检查来电", form=form).id


def turn(shop: Workshop, by: Runtime | None = None) -> str:
    """What the next turn of the export that was asked for last would have noted; `by`: whose worker has it."""
    with shop.runtime.act(CLOCK) as act:
        prepared = exporting.make(
            by or shop.runtime, act, act.session.get_one(OutboxEntry, shop.entries("export")[-1].id)
        )
    assert isinstance(prepared, Effect)
    return prepared.ask(shop.carrier)


def noted(shop: Workshop, answer: str) -> bool:
    """A turn's answer is noted; does another turn follow?"""
    with shop.runtime.act(CLOCK) as act:
        entry = act.session.get_one(OutboxEntry, shop.entries("export")[-1].id)
        return exporting.made(shop.runtime, act, entry, answer) is not None


def table(runtime: Runtime, export_id: int) -> list[list[str]]:
    """The rows of a file as they are read, without their codes; its digest and size are what was noted."""
    with runtime.look(COMMAND) as act:
        row = act.session.get_one(Export, export_id)
    pieces = [runtime.sealer.open_bytes(row.key, runtime.sounds.read(name)) for name in row.pieces]
    data = b"".join(pieces)
    assert (len(data), sha256(data).hexdigest()) == (row.size, row.digest)
    if row.form == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    else:
        [sheet] = openpyxl.load_workbook(io.BytesIO(data)).worksheets
        rows = [["" if cell is None else str(cell) for cell in one] for one in sheet.iter_rows(values_only=True)]
    assert row.rows == len({one[-1] for one in rows[2:]}) == len(rows[2:])
    return [[marks.without(cell) for cell in one[:-1]] for one in rows[2:]]


def kept(runtime: Runtime) -> int:
    """How many sealed pieces are in the store."""
    return len(list((runtime.settings.hotline_var / sounds.FOLDER).glob("*")))


def hurries(shop: Workshop) -> int:
    """The export is made a page at a time, and of each turn another worker died before, at its very end; the turns."""
    turns, more = 0, True
    hurried = Hurried(shop.at.now, shop.runtime.figures.exports.turn.span + timedelta(seconds=1))
    while more:
        turn(shop)
        with clock.turned_by(hurried):
            more = noted(shop, turn(shop))
        turns += 1
    return turns


def test_workers_that_die_in_the_midst_leave_the_same_file_and_nothing_stays_when_its_time_is_over(
    runtime: Runtime, cast: Cast, shop: Workshop
) -> None:
    n = rung(runtime, cast)
    for form, least in (("csv", 4), ("xlsx", 5)):
        undisturbed = asked(shop, form)
        shop.works()
        disturbed = asked(shop, form)
        assert hurries(shop) == least
        rows = table(runtime, disturbed)
        assert len(rows) == n
        assert rows == table(runtime, undisturbed)
        assert kept(runtime) >= 2
        with runtime.act(COMMAND) as act:
            for one in (undisturbed, disturbed):
                exports.get(act, one).expires_at = act.at - timedelta(seconds=1)
        exporting.expire(runtime)
        assert kept(runtime) == 0, form
    exporting.expire(runtime)  # there is nothing to look for any more


def test_of_an_export_that_failed_nothing_stays_not_even_what_a_dead_worker_had_not_noted(
    runtime: Runtime, cast: Cast, shop: Workshop
) -> None:
    rung(runtime, cast)
    for form in ("csv", "xlsx"):
        export_id = asked(shop, form)
        assert noted(shop, turn(shop)), "counted"
        with clock.turned_by(Hurried(shop.at.now, runtime.figures.exports.turn.span + timedelta(seconds=1))):
            assert noted(shop, turn(shop))
            turn(shop)
        assert kept(runtime) == 2
        exporting.expire(runtime)
        assert kept(runtime) == 2, "it is still being made"
        with runtime.act(CLOCK) as act:
            entry = act.session.get_one(OutboxEntry, shop.entries("export")[-1].id)
            exporting.not_made(runtime, act, entry, "too much")
        exporting.expire(runtime)
        assert kept(runtime) == 0, form
        with runtime.look(COMMAND) as act:
            row = act.session.get_one(Export, export_id)
            assert (row.state, row.key, row.file) == (State.FAILED, None, None)


class Hanging:
    """The store, at which one worker hangs when it keeps its first piece, until others did what they did."""

    def __init__(self, store: Store, meanwhile: Callable[[], None]) -> None:
        self._store, self._meanwhile = store, [meanwhile]
        self.read, self.remove = store.read, store.remove

    def keep(self, name: str, sealed: bytes) -> None:
        while self._meanwhile:
            self._meanwhile.pop()()
        self._store.keep(name, sealed)


def test_a_worker_that_comes_back_when_its_lease_is_over_writes_over_nothing_and_leaves_nothing(
    runtime: Runtime, cast: Cast, shop: Workshop
) -> None:
    n = rung(runtime, cast)
    for form in ("csv", "xlsx"):
        export_id = asked(shop, form)
        assert noted(shop, turn(shop)), "counted"

        def the_next_makes_it() -> None:
            with clock.turned_by(shop.at):
                while noted(shop, turn(shop)):
                    pass

        hurried = Hurried(shop.at.now, runtime.figures.exports.turn.span + timedelta(seconds=1))
        late = copy(runtime)
        late.sounds = Hanging(runtime.sounds, the_next_makes_it)
        with clock.turned_by(hurried):
            told = json.loads(turn(shop, by=late))
        assert told["rows"] == runtime.figures.exports.at_once, "it knew of a page alone"
        assert len(table(runtime, export_id)) == n
        assert kept(runtime) == (1 if form == "csv" else 2), "the file; of a workbook its rows too"
        with runtime.act(COMMAND) as act:
            exports.get(act, export_id).expires_at = act.at - timedelta(seconds=1)
        exporting.expire(runtime)
        assert (kept(runtime), len(told["pieces"])) == (0, 1)


def test_a_page_of_the_tracking_table_goes_on_behind_the_one_before(
    runtime: Runtime, cast: Cast, shop: Workshop
) -> None:
    tallies.many(runtime, cast, tallies.places(runtime, cast), seed=16, n=20)
    export_id, table = tabled(shop, What.TRACKING, "csv"), Tracking()
    with runtime.look(CLOCK) as act:
        view = View.of(act, act.session.get_one(Export, export_id), runtime.prompts)
        n, cursor, until = table.bounds(view)
        whole = table.page(view, after=cursor, until=until, most=n + 1).rows
        pages: list[list[Cell]] = []
        last: int | None = cursor
        while last is not None:
            page = table.page(view, after=last, until=until, most=3)
            pages, last = pages + page.rows, page.last
        assert pages == whole
        assert table.page(view, after=until, until=until, most=3).rows == []
    assert len(whole) == n > 6


def test_of_what_is_counted_at_one_look_a_worker_that_dies_leaves_the_same_file_and_no_companys_report_is_anothers(
    runtime: Runtime, cast: Cast, shop: Workshop
) -> None:
    tallies.many(runtime, cast, tallies.places(runtime, cast), seed=16, n=20)
    for form in ("csv", "xlsx"):
        export_id = tabled(shop, What.STATISTICS, form)
        died, told = (json.loads(turn(shop)) for _ in range(2))
        others, pieces = died.pop("pieces"), told["pieces"]
        assert died == {name: value for name, value in told.items() if name != "pieces"}
        assert not {*others} & {*pieces}
        assert not noted(shop, json.dumps(told))
        with runtime.look(COMMAND) as act:
            row = act.session.get_one(Export, export_id)
            assert (row.state, row.rows, row.pieces) == (State.DONE, row.expected, pieces)
            assert kept(runtime) == len(pieces + others)
            row_of_csv = row.rows if form == "csv" else 0
        with runtime.act(COMMAND) as act:
            exports.get(act, export_id).expires_at = act.at - timedelta(seconds=1)
        exporting.expire(runtime)
        assert (kept(runtime), row_of_csv > 50) == (0, form == "csv")
    with runtime.act(CLOCK) as act:
        companies.get(act, cast.home.id)
        report = reports.make(act, cast.home.id, reports.Span("2026-11", *NOVEMBER), {})
        assert report is not None
        report_id = report.id
    tabled(shop, What.REPORT, "csv", report=report_id)
    with pytest.raises(Refused):
        turn(shop)


def tabled(shop: Workshop, what: What, form: str, **more: Any) -> int:
    """Qian asks for a table of the heating company."""
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, shop.cast.heat.id)
        wanted = Criteria(shop.cast.heat.id, date(2026, 1, 1), date(2026, 12, 31), **more)
        return exports.ask(act, staff.get(act, shop.cast.qian.id), what, wanted, "十一月检查", form=form).id

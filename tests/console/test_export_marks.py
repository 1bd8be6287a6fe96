"""The hidden mark stands where nobody counts, in each row of each kind of file; else a pivot told two values apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import combinations

import openpyxl
import pytest
from flask import Flask

from hotline import marks
from hotline.domain import companies, promises, report_figures, reports, tracing
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Kind
from hotline.runtime import Runtime
from tests import given, tallies
from tests.console import departments, matters
from tests.console.departments import Departments
from tests.console.tables import head
from tests.console.visitor import logged_in
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock

LIST = "/console/exports"
WISH = {"first": "2026-01-01", "last": "2026-12-31", "reason": "十一月检查来电"}
CARRIERS = {"对方", "客户", "时区", "延期", "此前的时限", "副本", "公司", "被投诉公司"}
KINDS = ("calls", "cases", "complaints", "promises", "looks", "statistics", "tracking", "report")


def tables(data: bytes, form: str) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The headings and the rows of each table of a file, as a table program reads them."""
    if form == "csv":
        _line, heads, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        yield heads, rows
        return
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        _line, heads, *rows = [["" if one is None else str(one) for one in row] for row in sheet.values]
        yield heads, rows


def has_mark(cell: str) -> bool:
    return marks.without(cell) != cell


def cut_by_two(rows: list[list[str]]) -> Iterator[str]:
    """Each row without two of those columns by which it leads home; of the others none matters."""
    for row in rows:
        telling = [place for place, cell in enumerate(row) if has_mark(cell) or place == len(row) - 1]
        for pair in combinations(telling, 2):
            yield "\t".join(cell for place, cell in enumerate(row) if place not in pair)


@pytest.fixture
def report(runtime: Runtime, cast: Cast, firm: Departments, at: HandClock) -> str:
    """Calls, complaints, promises, looks and a report of the heating company; the report's number."""
    tallies.many(runtime, cast, tallies.places(runtime, cast), seed=16, n=20)
    for number in range(1, 4):
        matters.call(runtime, cast, number=number)
    departments.complains(runtime, cast, department_id=firm.repair)
    with runtime.act(COMMAND) as act:
        given.call(act, cast, sid="CA" + "9" * 32)
        for _ in range(3):
            promises.make(act, "FLT-2.sign", given.case(act, cast, kind=Kind.FAULT))
    with runtime.act(CLOCK) as act:
        heat, span = companies.get(act, cast.heat.id), reports.coming(at.now.date())[0]
        made = reports.make(act, heat.id, span, report_figures.counted(act, heat, span.first, span.last))
        assert made is not None
        return str(made.id)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_equal_is_equal_to_a_table_program_and_each_row_leads_home_without_its_code(
    app: Flask, runtime: Runtime, cast: Cast, report: str, shop: Workshop, form: str
) -> None:
    qian = logged_in(app, cast.qian)
    for call in (1, 2, 3):
        logged_in(app, cast.lin).sends(f"/console/calls/{call}/reveal", what="number", reason="回电要用")
    for what in KINDS:
        assert qian.sends(LIST, **{**WISH, "what": what, "form": form, "report": report}).location == LIST
    shop.works()
    for number, what in enumerate(KINDS, 1):
        with_marks = set[str]()
        for heads, rows in tables(qian.sends(f"{LIST}/{number}/file").get_data(), form):
            assert heads[-1] == "核对码"
            for title, column in zip(heads, zip(*rows, strict=True), strict=False):
                with_marks |= {title} if any(map(has_mark, column)) else set()
                assert len(set(column)) == len({marks.without(cell) for cell in column}), (what, title)
            for row in rows:
                with runtime.act(COMMAND) as act:
                    [source] = tracing.trace(act, "\t".join(row[:-1])).sources
                assert (source.export.id, source.is_sure, source.rows) == (number, True, frozenset()), (what, row)
            for left in cut_by_two(rows[:1]):
                with runtime.act(COMMAND) as act:
                    assert [one.export.id for one in tracing.trace(act, left).sources] == [number], (what, heads, left)
        assert with_marks, what
        assert with_marks <= CARRIERS, what


def test_a_heads_own_table_which_names_no_company_leads_home_without_any_two_columns(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, shop: Workshop
) -> None:
    departments.complains(runtime, cast, department_id=firm.repair)
    ding = logged_in(app, head(runtime, cast, firm.repair))
    assert ding.sends(LIST, **{**WISH, "what": "tracking", "form": "csv"}).location == LIST
    shop.works()
    [(heads, rows)] = tables(ding.sends(f"{LIST}/1/file").get_data(), "csv")
    assert ("公司" in heads, len(rows)) == (False, 1)
    cuts = list(cut_by_two(rows))
    assert len(cuts) >= 3
    for left in cuts:
        with runtime.act(COMMAND) as act:
            assert [one.export.id for one in tracing.trace(act, left).sources] == [1], left

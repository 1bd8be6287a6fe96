"""The tables of complaints as files: the figures of the page, text that stays text, and who took them on record."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from html import unescape

import openpyxl
import pytest
from flask import Flask

from hotline.console import complaint_statistics
from hotline.console.asking import LANGUAGES
from hotline.domain import cases
from hotline.domain.act import COMMAND
from hotline.domain.complaint_figures import COUNTED, OUTCOMES, TIMED
from hotline.domain.decisions import Decision, What
from hotline.domain.decisions import State as Settled
from hotline.runtime import Runtime
from tests import tallies
from tests.console import matters
from tests.console.tables import STATISTICS, TRACKING, head, lines_of, linked, sheets_of, takes
from tests.console.visitor import Visitor, logged_in, text_of
from tests.tallies import Counted, Places
from tests.world import ADDRESS, START, Cast

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def departments(runtime: Runtime, cast: Cast) -> Places:
    """Two of each company; the heating company's are called like formulas."""
    return tallies.places(runtime, cast, '=HYPERLINK("http://example.com")', "@锅炉房")


@pytest.fixture
def tang(app: Flask, cast: Cast) -> Visitor:
    """Tang, who keeps the registers of the whole group."""
    return logged_in(app, cast.tang.login)


def titles(app: Flask) -> Mapping[str, str]:
    """Every figure's words -> its name."""
    names = [*COUNTED, *TIMED]
    names += [f"{rule.partition('.')[0]}.{name}" for rule in tallies.RULES for name in OUTCOMES]
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        return {complaint_statistics.title(name): name for name in names}


def expected(slow: Counted) -> dict[tuple[str, str, str], int]:
    """The same from the slow count: what is not zero; without lengths of time, which lead nowhere."""
    lengths = (".median", ".longest")
    named = {(company, dept, name): n for (company, dept, name), n in slow.items() if not name.endswith(lengths)}
    return {
        (str(company or ""), {None: "", 0: "none"}.get(dept, str(dept)), name): int(n)
        for (company, dept, name), n in named.items()
        if name != "all"
    }


@pytest.mark.parametrize("seed", [11, 12])
def test_page_csv_and_xlsx_say_what_a_slow_count_of_the_rows_says(
    app: Flask, tang: Visitor, runtime: Runtime, cast: Cast, departments: Places, seed: int
) -> None:
    tallies.many(runtime, cast, departments, seed=seed)
    with runtime.look(COMMAND) as act:
        slow = tallies.slowly(act, (cast.heat.id, cast.home.id), *YEAR, reader=cast.tang.id)
    shown = {place: n for place, (n, _href) in linked(tang.opens(f"{STATISTICS}?period=2026")).items()}
    assert shown == expected(slow)
    named = titles(app)
    places = {place[:2] for place in slow}
    flat = [
        (named[row["指标"]], float(row["数值"]))
        for row in lines_of(takes(tang, STATISTICS, "csv"))
        if row["指标"] in named
    ]
    assert sorted(pair for pair in flat if pair[1]) == sorted(
        (name, n) for (*_place, name), n in slow.items() if not name.endswith(("median", "longest"))
    )
    complaints, promises, times = sheets_of(takes(tang, STATISTICS, "xlsx"))
    assert len(complaints) == len(places)
    told = sorted(n for row in complaints for title, n in row.items() if title in named and n)
    assert told == sorted(n for (*_place, name), n in slow.items() if name in COUNTED)
    assert sum(row["时限数"] for row in promises) == sum(n for (*_p, name), n in slow.items() if name.endswith(".made"))
    assert sorted(row["中位数"] for row in times) == sorted(
        n for (*_p, name), n in slow.items() if name.endswith(".median")
    )


def test_csv_and_xlsx_hold_the_rows_of_the_page(
    tang: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    tallies.many(runtime, cast, departments, seed=14, n=80)
    numbers: list[str] = []
    way = f"{TRACKING}?period=2026"
    while way:
        page = tang.opens(way)
        numbers += re.findall(r'class="row"[^>]*>(\w+)<', page.text)
        more = re.search(r'rel="next" href="(\?[^"]*before[^"]*)"', page.text)
        way = f"{TRACKING}{unescape(more[1])}" if more else ""
    [rows] = sheets_of(takes(tang, TRACKING, "xlsx"))
    lines = lines_of(takes(tang, TRACKING, "csv"))
    assert len(numbers) > 60
    assert numbers == [line["单号"] for line in lines] == [row["单号"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        for title, cell in row.items():
            told = "" if cell is None else str(cell).removeprefix("'")
            assert line[title].removeprefix("'") == told, title


def test_a_sheet_has_dates_for_dates_in_the_zone_that_it_names(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(
            act, cast.heat.id, cast.lin.id, filed_at=START, signed_at=START, signed_by_id=cast.sun.id
        )
        tallies.promise(act, made, "CMP-1.sign", "late", due_at=START + timedelta(minutes=10))
    [[row]] = sheets_of(takes(sun, TRACKING, "xlsx"))
    assert row["登记时间"] == datetime(2026, 11, 18, 10, 0)  # noqa: DTZ001 - a sheet knows no zones; a column names it
    assert row["CMP-1 办结时间"] == datetime(2026, 11, 18, 10, 11)  # noqa: DTZ001
    assert (row["时区"], row["签收人"], row["CMP-1 结果"]) == ("Asia/Shanghai", f"{cast.sun.name} 006", "迟办")


@pytest.mark.parametrize("table", [STATISTICS, TRACKING])
def test_a_name_that_looks_like_a_formula_is_text(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, table: str
) -> None:
    with runtime.act(COMMAND) as act:
        for number, department in enumerate(departments.heat, 1):
            tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, number=number, department_id=department)
    for line in lines_of(takes(sun, table, "csv")):
        for cell in line.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t")), cell
    book = openpyxl.load_workbook(io.BytesIO(takes(sun, table, "xlsx").data))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells), "the name stands there as it is"


def test_a_csv_begins_with_the_mark_by_which_excel_knows_utf_8(sun: Visitor, cast: Cast) -> None:
    answer = takes(sun, TRACKING, "csv", "period=2026-11")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=tracking-2026-11-01-2026-11-30.csv"


def test_whoever_takes_a_table_is_on_record_and_without_pressing_nothing_leaves(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, department_id=departments.heat[0])
    assert sun.opens(f"{TRACKING}/csv").status_code == 405
    takes(sun, TRACKING, "csv", f"period=2026-11&department={departments.heat[0]}&grade=none&company=999")
    [entry] = matters.entries(runtime, "house", "exported")
    assert f'"by":{cast.sun.id}' in str(entry["body"])
    assert f'"rows":1,"table":"tracking","wanted":"period=2026-11&department={departments.heat[0]}"' in str(
        entry["body"]
    )
    assert sun.sends(f"{TRACKING}/pdf", page=TRACKING).status_code == 404
    assert len(matters.entries(runtime, "house", "exported")) == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_due_at_the_end_of_a_day_is_due_on_that_day_in_a_file_too(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, form: str
) -> None:
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START)
        tallies.promise(act, made, "CMP-6.form", "open", due_at=datetime(2026, 11, 18, 16, tzinfo=UTC))
    taken = takes(sun, TRACKING, form, "period=2026-11")
    [told] = lines_of(taken) if form == "csv" else sheets_of(taken)[0]
    assert told["CMP-6 期限"] == "2026-11-18 24:00"


def test_time_that_was_approved_stands_beside_the_promise_whose_place_it_took(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START)
        first = tallies.promise(act, made, "CMP-4.settle.minor", "excused", due_at=START + timedelta(days=2))
        tallies.promise(act, made, "CMP-4.settle.minor", "open", due_at=START + timedelta(days=5))
        act.session.flush()
        decided = {"decided_by_id": cast.qian.id, "decided_at": START + timedelta(hours=2), "answer": "sealed"}
        act.session.add(
            Decision(
                case_id=made.case_id,
                what=What.EXTENSION,
                promise_id=first.id,
                wanted=(START + timedelta(days=5)).astimezone(UTC).isoformat(),
                level="manager",
                asked_by_id=cast.lin.id,
                asked_at=START + timedelta(hours=1),
                reason="sealed",
                state=Settled.APPROVED,
                **decided,
            )
        )
    told = f"{cast.lin.name} 001 11-18 11:00 申请延期至 11-23 10:00 → 已批准 {cast.qian.name} 007 11-18 12:00"
    assert told in text_of(sun.opens(TRACKING))
    [line] = lines_of(takes(sun, TRACKING, "csv"))
    assert (line["CMP-4 期限"], line["CMP-4 结果"]) == ("2026-11-23 10:00:00", "未到期")
    assert (line["延期"], line["此前的时限"]) == (told, "CMP-4 11-20 10:00 准予延期")


@pytest.mark.parametrize("leads", [True, False])
def test_no_personal_value_is_in_any_table(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, leads: bool
) -> None:
    reader = sun if leads else logged_in(app, head(runtime, cast, departments.heat[0]))
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(
            act, cast.heat.id, cast.lin.id, filed_at=START, customer_id=cast.chen.id, department_id=departments.heat[0]
        )
        case = act.session.get_one(cases.Case, made.case_id)
        case.details = {"sealed_happened": cases.seal(act, case, "锅炉漏水两天")}
        made.finding = cases.seal(act, case, "已更换阀门")
        tallies.promise(act, made, "CMP-4.settle.minor", "open", due_at=START)
    secrets = (cast.chen.number.e164[-8:], cast.chen.number.masked, ADDRESS, "锅炉漏水", "已更换阀门", "陈")
    for read in _everything(reader):
        assert [one for one in secrets if one.encode() in read] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_is_a_workbook_in_every_language(tang: Visitor, language: str) -> None:
    tang.opens(f"{STATISTICS}?lang={language}")
    statistics, tracking = (takes(tang, table, "xlsx") for table in (STATISTICS, TRACKING))
    assert (len(sheets_of(statistics)), len(sheets_of(tracking))) == (3, 1)


def _everything(visitor: Visitor) -> Iterator[bytes]:
    for table in (STATISTICS, TRACKING):
        yield visitor.opens(table).data
        yield takes(visitor, table, "csv").data
        for sheet in sheets_of(takes(visitor, table, "xlsx")):
            yield str(sheet).encode()

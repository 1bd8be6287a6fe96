"""The tables of complaints as files: the figures of the page, text that stays text, and who took them on record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from html import unescape

import openpyxl
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hotline import marks
from hotline.console.asking import LANGUAGES
from hotline.domain import cases, tracing
from hotline.domain.act import COMMAND
from hotline.domain.complaint_figures import COUNTED, OUTCOMES, TIMED
from hotline.domain.decisions import Decision, What
from hotline.domain.decisions import State as Settled
from hotline.papers import complaint_statistics
from hotline.papers.tongue import Tongue
from hotline.runtime import Runtime
from tests import tallies
from tests.console import matters
from tests.console.tables import EXPORTS, STATISTICS, TRACKING, WHY, head, lines_of, linked, sheets_of, takes
from tests.console.visitor import Visitor, logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.tallies import Counted, Places
from tests.world import ADDRESS, START, Cast

DAYS = {"first": "2026-11-01", "last": "2026-11-30"}
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def departments(runtime: Runtime, cast: Cast) -> Places:
    """Two of each company; the heating company's are called like formulas."""
    return tallies.places(runtime, cast, '=HYPERLINK("http://example.com")', "@锅炉房")


@pytest.fixture
def tang(app: Flask, cast: Cast) -> Visitor:
    """Tang, who keeps the registers of the whole group."""
    return logged_in(app, cast.tang.login)


def titles(runtime: Runtime) -> Mapping[str, str]:
    """Every figure's words -> its name."""
    names = [*COUNTED, *TIMED]
    names += [f"{rule.partition('.')[0]}.{name}" for rule in tallies.RULES for name in OUTCOMES]
    return {complaint_statistics.title(name, Tongue(runtime.prompts, "zh-CN")): name for name in names}


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
    app: Flask, tang: Visitor, runtime: Runtime, cast: Cast, departments: Places, seed: int, shop: Workshop
) -> None:
    tallies.many(runtime, cast, departments, seed=seed)
    with runtime.look(COMMAND) as act:
        slow = tallies.slowly(act, (cast.heat.id, cast.home.id), *YEAR, reader=cast.tang.id)
    shown = {place: n for place, (n, _href) in linked(tang.opens(f"{STATISTICS}?period=2026")).items()}
    assert shown == expected(slow)
    named = titles(runtime)
    places = {place[:2] for place in slow}
    flat = [
        (named[row["指标"]], float(row["数值"]))
        for row in lines_of(takes(tang, shop, STATISTICS, "csv"))
        if row["指标"] in named
    ]
    assert sorted(pair for pair in flat if pair[1]) == sorted(
        (name, n) for (*_place, name), n in slow.items() if not name.endswith(("median", "longest"))
    )
    complaints, promises, times = sheets_of(takes(tang, shop, STATISTICS, "xlsx"))
    assert len(complaints) == len(places)
    told = sorted(n for row in complaints for title, n in row.items() if title in named and n)
    assert told == sorted(n for (*_place, name), n in slow.items() if name in COUNTED)
    assert sum(row["时限数"] for row in promises) == sum(n for (*_p, name), n in slow.items() if name.endswith(".made"))
    assert sorted(row["中位数"] for row in times) == sorted(
        n for (*_p, name), n in slow.items() if name.endswith(".median")
    )


def test_csv_and_xlsx_hold_the_rows_of_the_page(
    tang: Visitor, runtime: Runtime, cast: Cast, departments: Places, shop: Workshop
) -> None:
    tallies.many(runtime, cast, departments, seed=14, n=80)
    numbers: list[str] = []
    way = f"{TRACKING}?period=2026"
    while way:
        page = tang.opens(way)
        numbers += re.findall(r'class="row"[^>]*>(\w+)<', page.text)
        more = re.search(r'rel="next" href="(\?[^"]*before[^"]*)"', page.text)
        way = f"{TRACKING}{unescape(more[1])}" if more else ""
    [rows] = sheets_of(takes(tang, shop, TRACKING, "xlsx"))
    lines = lines_of(takes(tang, shop, TRACKING, "csv"))
    assert len(numbers) > 60
    assert numbers == [line["单号"] for line in lines] == [row["单号"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        for title, cell in row.items():
            told = "" if cell is None else str(cell).removeprefix("'")
            assert line[title].removeprefix("'") == told, title


def test_a_sheet_has_dates_for_dates_in_the_zone_that_it_names(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, shop: Workshop
) -> None:
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(
            act, cast.heat.id, cast.lin.id, filed_at=START, signed_at=START, signed_by_id=cast.sun.id
        )
        tallies.promise(act, made, "CMP-1.sign", "late", due_at=START + timedelta(minutes=10))
    [[row]] = sheets_of(takes(sun, shop, TRACKING, "xlsx"))
    assert row["登记时间"] == datetime(2026, 11, 18, 10, 0)  # noqa: DTZ001 - a sheet knows no zones; a column names it
    assert row["CMP-1 办结时间"] == datetime(2026, 11, 18, 10, 11)  # noqa: DTZ001
    assert (row["时区"], row["签收人"], row["CMP-1 结果"]) == ("Asia/Shanghai", f"{cast.sun.name} 006", "迟办")


@pytest.mark.parametrize("table", [STATISTICS, TRACKING])
def test_a_name_that_looks_like_a_formula_is_text(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, table: str, shop: Workshop
) -> None:
    with runtime.act(COMMAND) as act:
        for number, department in enumerate(departments.heat, 1):
            tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START, number=number, department_id=department)
    for line in lines_of(takes(sun, shop, table, "csv")):
        for cell in line.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t")), cell
    book = openpyxl.load_workbook(io.BytesIO(takes(sun, shop, table, "xlsx").data))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)
    assert any(marks.without(str(cell.value)).startswith("=HYPERLINK") for cell in cells), (
        "the name stands there as it is"
    )


def test_a_csv_begins_with_the_mark_by_which_excel_knows_utf_8(sun: Visitor, cast: Cast, shop: Workshop) -> None:
    answer = takes(sun, shop, TRACKING, "csv", "period=2026-11")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    name = "tracking-2026-11-01-2026-11-30-1.csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_whoever_takes_a_table_is_on_record_with_what_it_was_narrowed_to_and_nothing_leaves_at_once(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, shop: Workshop
) -> None:
    charged = departments.heat[0]
    with runtime.act(COMMAND) as act:
        for number, grade in enumerate(("minor", "major", None), 1):
            tallies.complaint(
                act, cast.heat.id, cast.lin.id, filed_at=START, department_id=charged, grade=grade, number=number
            )
    narrowed = f"period=2026-11&department={charged}&grade=major&stage=enormous&company=999"
    [line] = lines_of(takes(sun, shop, TRACKING, "csv", narrowed))
    assert line["单号"] == "261118002"
    [asked] = matters.entries(runtime, "house", "export-asked")
    for told in (f'"by":{cast.sun.id}', f'"department":"{charged}"', '"grade":"major"', '"what":"tracking"'):
        assert told in str(asked["body"])
    assert WHY not in str(asked["body"])
    listed = text_of(sun.opens(EXPORTS))
    assert "投诉跟踪表 安心热力 · 2026-11-01 至 2026-11-30 · =HYPERLINK" in listed
    assert "重大" in listed
    assert sun.sends(f"{TRACKING}/csv").status_code == 404, "no file is made while somebody waits"
    refused = sun.is_refused(EXPORTS, page=EXPORTS, what="tracking", form="csv", grade="major", reason="查", **DAYS)
    assert 'name="grade" value="major"' in refused.text, "what was chosen is kept beside what was wrong"


def test_rows_of_both_tables_lead_home_and_who_heads_a_department_takes_and_sees_their_own_files_alone(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, shop: Workshop
) -> None:
    tallies.many(runtime, cast, departments, seed=15, n=20)
    ding, qian = logged_in(app, head(runtime, cast, departments.heat[0])), logged_in(app, cast.qian)
    taken = [(table, form) for table in (STATISTICS, TRACKING) for form in ("csv", "xlsx")]
    for number, (table, form) in enumerate(taken, 1):
        answer = takes(ding if number == 4 else sun, shop, table, form)
        for rows in _rows(answer, form):
            assert rows, (table, form)
            with runtime.act(COMMAND) as act:
                for text in (_joined(rows, slice(-1)), _joined(rows, slice(-1, None)) + " and the like"):
                    [source] = tracing.trace(act, text).sources
                    assert source.export.id == number, (table, form)
                    assert source.hidden or source.rows
        shown = text_of(qian.sends("/console/trace", rows=_joined(rows, slice(None))))
        assert ("丁部长" if number == 4 else cast.sun.name) in shown
    own = ding.opens(EXPORTS).text
    assert ("丁部长 61" in own, cast.sun.name in own, 'value="calls"' in own) == (True, False, False)
    assert ding.sends(f"{EXPORTS}/1/file").status_code == 404
    assert "只能导出" in text_of(
        ding.is_refused(EXPORTS, page=EXPORTS, what="calls", form="csv", reason="季度检查用", **DAYS)
    )
    assert logged_in(app, cast.lin).opens(EXPORTS).status_code == 403


def _rows(answer: TestResponse, form: str) -> Iterator[list[list[str]]]:
    """The rows of each table of a file as they stand there, marks and all."""
    if form == "csv":
        yield list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))[2:]
        return
    for sheet in openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets:
        yield [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(3, values_only=True)]


def _joined(rows: list[list[str]], part: slice) -> str:
    return "\n".join("\t".join(row[part]) for row in rows)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_due_at_the_end_of_a_day_is_due_on_that_day_in_a_file_too(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, form: str, shop: Workshop
) -> None:
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START)
        tallies.promise(act, made, "CMP-6.form", "open", due_at=datetime(2026, 11, 18, 16, tzinfo=UTC))
    taken = takes(sun, shop, TRACKING, form, "period=2026-11")
    [told] = lines_of(taken) if form == "csv" else sheets_of(taken)[0]
    assert told["CMP-6 期限"] == "2026-11-18 24:00"


def test_time_that_was_approved_stands_beside_the_promise_whose_place_it_took(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, shop: Workshop
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
    [line] = lines_of(takes(sun, shop, TRACKING, "csv"))
    assert (line["CMP-4 期限"], line["CMP-4 结果"]) == ("2026-11-23 10:00:00", "未到期")
    assert (line["延期"], line["此前的时限"]) == (told, "CMP-4 11-20 10:00 准予延期")


@pytest.mark.parametrize("leads", [True, False])
def test_no_personal_value_is_in_any_table(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, leads: bool, shop: Workshop
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
    for read in _everything(reader, shop):
        assert [one for one in secrets if one.encode() in read] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_is_a_workbook_in_every_language(tang: Visitor, language: str, shop: Workshop) -> None:
    tang.opens(f"{STATISTICS}?lang={language}")
    statistics, tracking = (takes(tang, shop, table, "xlsx") for table in (STATISTICS, TRACKING))
    assert (len(sheets_of(statistics)), len(sheets_of(tracking))) == (3, 1)


def _everything(visitor: Visitor, shop: Workshop) -> Iterator[bytes]:
    for table in (STATISTICS, TRACKING):
        yield visitor.opens(table).data
        yield takes(visitor, shop, table, "csv").data
        for sheet in sheets_of(takes(visitor, shop, table, "xlsx")):
            yield str(sheet).encode()

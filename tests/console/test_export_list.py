"""Files that leave the house: asked for with a reason, made in the background, on record, and traced when they leak."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta

import openpyxl
import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from hotline import marks
from hotline.console import trace
from hotline.domain import cases, companies, exports, looks, promises, tracing
from hotline.domain.act import COMMAND
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.cases import Kind
from hotline.domain.complaints import Complaint
from hotline.domain.exports import Export
from hotline.jobs import exporting
from hotline.runtime import Runtime
from tests import given
from tests.console import matters
from tests.console.visitor import BASE, Visitor, logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock

LIST, TRACE = "/console/exports", "/console/trace"
WHY = "十一月检查=来电"
NOVEMBER = {"first": "2026-11-01", "last": "2026-11-30", "reason": WHY}
ROWS = 9


@pytest.fixture
def qian(app: Flask, runtime: Runtime, cast: Cast) -> Visitor:
    """Qian, the heating company's manager; nine calls and a complaint were there, and one call of a sister's."""
    for number in range(1, ROWS + 1):
        matters.call(runtime, cast, number=number)
    return logged_in(app, cast.qian)


def asks(visitor: Visitor, shop: Workshop, what: str = "calls", form: str = "csv", **more: str) -> int:
    """Ask for a file, which is made; its number."""
    answer = visitor.sends(LIST, what=what, form=form, **{**NOVEMBER, **more})
    assert (answer.status_code, answer.location) == (302, LIST)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        return max(act.session.scalars(select(Export.id)))


def fetches(visitor: Visitor, export_id: int) -> TestResponse:
    answer = visitor.sends(f"{LIST}/{export_id}/file")
    answer.get_data()
    answer.close()
    return answer


def table(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200, answer.status
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def sends_file(visitor: Visitor, data: bytes, name: str) -> TestResponse:
    form = {"csrf_token": visitor.token(TRACE), "rows": "", "file": (io.BytesIO(data), name)}
    return visitor.client.post(TRACE, base_url=BASE, data=form, environ_base={"REMOTE_ADDR": "192.0.2.1"})


def kinds(runtime: Runtime, beginning: str) -> list[str]:
    """The entries of the log about exports, in order."""
    with runtime.look(COMMAND) as act:
        query = select(AuditEntry.kind).where(AuditEntry.chain == "house").order_by(AuditEntry.seq)
        return [kind for kind in act.session.scalars(query) if kind.startswith(beginning)]


def test_a_file_is_asked_for_with_a_reason_made_in_the_background_and_fetched_by_whoever_asked(
    app: Flask, runtime: Runtime, cast: Cast, qian: Visitor, shop: Workshop
) -> None:
    refused = qian.is_refused(LIST, page=LIST, **{**NOVEMBER, "what": "calls", "form": "csv", "reason": "查"})
    assert 'value="查"' in refused.text
    assert "至少" in text_of(refused)
    backwards = qian.is_refused(LIST, page=LIST, what="calls", form="csv", **{**NOVEMBER, "last": "2026-10-01"})
    assert "早于开始日" in text_of(backwards)
    export_id = asks(qian, shop)
    line, heads, *rows = table(fetches(qian, export_id))
    assert line == [f"导出 {export_id} 号 · 钱明 007 · 2026-11-18 10:00 · 理由：{WHY}"]
    assert (heads[0], heads[-1]) == ("通话号", "核对码")
    assert len(rows) == ROWS
    assert {marks.without(row[4]) for row in rows} == {"139****0088"}
    for stranger in (logged_in(app, cast.feng), logged_in(app, cast.tang)):
        assert fetches(stranger, export_id).status_code == 404
    shown = text_of(logged_in(app, cast.feng).opens(LIST))
    for told in ("钱明", WHY, "来电", "9 行", "下载过 1 次"):
        assert told in shown
    assert kinds(runtime, "export") == ["export-asked", "export-done", "export-fetched"]
    with runtime.look(COMMAND) as act:
        assert not any(WHY.encode() in body for body in act.session.scalars(select(AuditEntry.body)))


def test_its_time_over_a_file_can_be_opened_by_nobody_and_its_rows_are_still_traced(
    runtime: Runtime, qian: Visitor, shop: Workshop, at: HandClock
) -> None:
    export_id = asks(qian, shop)
    _line, _heads, *rows = table(fetches(qian, export_id))
    with runtime.act(COMMAND) as act:  # somebody who has the disk has nothing without the key
        row = exports.get(act, export_id)
        assert b"139****0088" not in runtime.sounds.read(row.pieces[0])
        row.expires_at = act.at - timedelta(seconds=1)
    exporting.expire(runtime)
    assert fetches(qian, export_id).status_code == 409
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(Export, export_id).key is None
    assert "钱明" in text_of(qian.sends(TRACE, rows="\n".join(",".join(row) for row in rows[:2])))


def test_rows_lead_home_however_they_were_cut_sorted_retyped_or_saved_anew(
    runtime: Runtime, cast: Cast, qian: Visitor, shop: Workshop
) -> None:
    first, second = asks(qian, shop), asks(qian, shop, form="xlsx")
    _line, _heads, *rows = table(fetches(qian, first))

    def traced(text: str) -> str:
        return text_of(qian.sends(TRACE, rows=text)).split("这些数据出自哪里")[0]

    def is_from(text: str, export_id: int, sure: str = "确定") -> bool:
        shown = traced(text)
        return re.findall(r"导出 (\d+) 号", shown) == [str(export_id)] and sure in shown

    part = list(reversed(rows[2:5]))
    assert is_from("\n".join("\t".join(row) for row in part), first)
    without_codes = "\n".join(" ".join(row[:-1]).lower() for row in part)
    assert is_from(without_codes, first), "the column of codes cut away"
    assert is_from("\n".join(row[4] for row in rows), first), "one column that carries the mark is enough"
    retyped = " ".join(row[-1].lower().replace("-", " ").replace("0", "o") for row in part)
    assert not re.search("[\u200b-\u2060]", retyped)
    assert is_from(retyped, first), "typed off a printed page"
    assert is_from(part[0][-1], first, "可能"), "a single code is likely, not certain"
    both = f"{without_codes}\n{table_of_book(fetches(qian, second).data)[3][4]}"
    assert traced(both).count(" 确定 ") == 2
    strangers = "\n".join(marks.without(" ".join(row[:-1])) for row in rows)
    assert "没有我们的标记" in traced(strangers)
    assert "请粘贴几行" in text_of(qian.sends(TRACE, rows="  "))
    assert kinds(runtime, "leak").count("leak-traced") == 7


def table_of_book(data: bytes) -> list[list[str]]:
    [sheet] = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_a_workbook_that_was_saved_anew_without_its_codes_leads_home_and_another_companys_manager_learns_no_more(
    app: Flask, runtime: Runtime, cast: Cast, qian: Visitor, shop: Workshop
) -> None:
    export_id = asks(qian, shop, form="xlsx")
    data = fetches(qian, export_id).data
    lines = table_of_book(data)
    assert WHY in lines[0][0]
    assert len(lines) == 2 + ROWS
    book = openpyxl.load_workbook(io.BytesIO(data))
    [sheet] = book.worksheets
    assert sheet.cell(3, 4).is_date
    sheet.delete_cols(11, 3)
    sheet.delete_rows(1, 5)
    saved = io.BytesIO()
    book.save(saved)
    assert f"导出 {export_id} 号" in text_of(sends_file(qian, saved.getvalue(), "leak.xlsx"))
    with runtime.act(COMMAND) as act:
        given.call(act, cast, firm=cast.home, sid="CA" + "9" * 32)
    hu = logged_in(app, cast.hu)
    others = fetches(hu, asks(hu, shop)).data.decode("utf-8-sig").splitlines()[2]
    shown = text_of(qian.sends(TRACE, rows=others))
    assert "安心物业的同事：请找该公司的经理或审计员" in shown
    assert "胡军" not in shown
    assert "读得出的文件" in text_of(sends_file(qian, b"PK\x03\x04 not a workbook", "leak.xlsx"))
    assert "没有我们的标记" in text_of(sends_file(qian, "号码,姓名\r\n1,陈".encode("gb18030"), "leak.csv"))


def test_of_a_large_workbook_that_excel_saved_anew_the_words_are_read_before_the_cells(
    runtime: Runtime, qian: Visitor, shop: Workshop
) -> None:
    export_id = asks(qian, shop, form="xlsx")
    saved = io.BytesIO()
    with xlsxwriter.Workbook(saved) as book:  # as Excel does: words are kept once, and cells have their numbers
        page = book.add_worksheet()
        for line, row in enumerate(table_of_book(fetches(qian, export_id).data)):
            page.write_row(line, 0, row)
    with zipfile.ZipFile(saved) as parts:
        cells = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    text = trace.read(io.BytesIO(saved.getvalue()), cells)  # behind the cells no room is left for the words
    with runtime.act(COMMAND) as act:
        [source] = tracing.trace(act, text).sources
        assert (source.export.id, source.rows, source.hidden > 0) == (export_id, frozenset(range(1, ROWS + 1)), True)
    too_much = sends_file(qian, b"x" * (runtime.figures.exports.traced_largest + 1), "leak.csv")
    too_much.request.environ["wsgi.input"].close()  # the client's own, which it leaves open
    assert too_much.status_code == 413
    assert "几行就够" in text_of(too_much)


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_that_is_broken_has_no_words(packed: int) -> None:
    book, name = io.BytesIO(), "xl/sharedStrings.xml"
    with zipfile.ZipFile(book, "w", packed) as parts:
        parts.writestr(name, "<si>…</si>" * 50)
    data = bytearray(book.getvalue())
    begins = data.find(name.encode()) + len(name) + 6
    data[begins : begins + 12] = bytes(one ^ 0xFF for one in data[begins : begins + 12])
    assert trace.read(io.BytesIO(bytes(data)), 1000) == ""


def test_what_is_hidden_from_a_reader_is_not_in_their_files_nor_a_sister_companys_rows(
    app: Flask, runtime: Runtime, cast: Cast, qian: Visitor, shop: Workshop
) -> None:
    _call, case_id = matters.complaint(runtime, cast)
    with runtime.act(COMMAND) as act:
        act.session.add(
            Complaint(case_id=case_id, about_company_id=cast.heat.id, about_staff_id=cast.qian.id, filed_at=act.at)
        )
    feng, hu = logged_in(app, cast.feng), logged_in(app, cast.hu)
    for what in ("cases", "complaints", "calls"):
        his, others = (table(fetches(who, asks(who, shop, what)))[2:] for who in (qian, feng))
        assert len(others) == len(his) + 1
        assert table(fetches(hu, asks(hu, shop, what, company=str(cast.heat.id))))[2:] == []
    assert "只能导出本公司" in text_of(hu.is_refused(LIST, page=LIST, what="looks", form="csv", **NOVEMBER))


def test_the_file_of_looks_leaves_out_what_its_page_does_calls_about_a_hidden_matter_and_anonymous_ones(
    app: Flask, runtime: Runtime, cast: Cast, qian: Visitor, shop: Workshop
) -> None:
    told_in, case_id = matters.complaint(runtime, cast)
    with runtime.act(COMMAND) as act:
        about = given.call(act, cast, sid="CA" + "8" * 32)
        about.case_id = case_id
        nameless = given.call(act, cast, sid="CA" + "9" * 32, who=cast.chen)
        firm, who = companies.get(act, cast.heat.id), cast.lin.id
        anonymous = cases.open(
            act, firm, kind=Kind.COMPLAINT, matter="complaint", owner_id=who, call=nameless, anonymous=True
        )
        for one in (case_id, anonymous.id):
            company = {"about_company_id": cast.heat.id, "about_staff_id": cast.qian.id}
            act.session.add(Complaint(case_id=one, filed_at=act.at, **company))
        hidden = {f"call:{one}" for one in (told_in, about.id, nameless.id)} | {f"case:{case_id}", anonymous.chain}
        of = {"staff_id": cast.lin.id, "company_id": cast.heat.id, "kind": looks.Kind.REVEALED, "what": "number"}
        for chain in ("call:1", *hidden):
            act.session.add(looks.Look(chain=chain, reason=act.sealer.seal("回电要用"), at=act.at, **of))

    def chains(visitor: Visitor) -> set[str]:
        return {row[4] for row in table(fetches(visitor, asks(visitor, shop, "looks")))[2:]}

    assert chains(qian) == {"call:1"}
    assert chains(logged_in(app, cast.feng)) == {"call:1"} | hidden
    assert set(re.findall(r"/console/calls/(\d+)", qian.opens("/console/looks").text)) == {"1"}


def test_each_kind_has_its_rows_and_no_number_of_a_customer(
    app: Flask, runtime: Runtime, cast: Cast, qian: Visitor, shop: Workshop
) -> None:
    with runtime.act(COMMAND) as act:
        complained = given.case(act, cast, kind=Kind.COMPLAINT)
        act.session.add(Complaint(case_id=complained.id, about_company_id=cast.heat.id, filed_at=act.at))
        matter = given.case(act, cast, kind=Kind.FAULT)
        promises.make(act, "FLT-2.sign", matter)
    logged_in(app, cast.lin).sends("/console/calls/1/reveal", what="number", reason="回电要用")
    wanted = {"cases": 2, "complaints": 1, "promises": 1, "looks": 1}
    for what, n in wanted.items():
        _line, heads, *rows = table(fetches(qian, asks(qian, shop, what, last="2026-12-31")))
        assert len(rows) == n, what
        assert all(len(row) == len(heads) for row in rows)
        assert not re.search("13900000088|13700137000", "".join(map("".join, rows)))


def test_a_long_file_is_made_piece_by_piece_and_each_row_is_in_it_once(
    runtime: Runtime, cast: Cast, qian: Visitor, shop: Workshop
) -> None:
    most = runtime.figures.exports.at_once
    with runtime.act(COMMAND) as act:
        one = act.session.scalars(select(Call)).first()
        assert one is not None
        names = [column.name for column in Call.__table__.columns if column.name not in ("id", "sid")]
        told = {name: getattr(one, name) for name in names}
        act.session.execute(insert(Call), [told for _ in range(2 * most)])
    for form in ("csv", "xlsx"):
        answer = fetches(qian, asks(qian, shop, form=form))
        rows = (table(answer) if form == "csv" else table_of_book(answer.data))[2:]
        assert len({row[-1] for row in rows}) == len({row[0] for row in rows}) == 2 * most + ROWS

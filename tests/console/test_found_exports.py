"""What a search finds leaves the house as any file does, and what was looked for stays nowhere (REC-6, SEC-2)."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline import marks
from hotline.domain import companies, customers, erasures, exports
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.exports import Export
from hotline.errors import Invalid
from hotline.jobs import exporting
from hotline.jobs.export_kinds import GATHERED
from hotline.jobs.export_rows import KINDS
from hotline.jobs.export_view import View
from hotline.jobs.exporting import Turn
from hotline.runtime import Runtime
from tests.console import departments, matters
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.looked_for import Book
from tests.world import Cast, HandClock

LIST, WHY = "/console/exports", "十一月不热的来电"


@pytest.fixture
def book(runtime: Runtime, cast: Cast) -> Book:
    """The calls of this test."""
    return Book(runtime, cast, rung=40)


def searches(who: Visitor, book: Book, **asked: str) -> tuple[str, str]:
    """Somebody fills in the form; the address of what is found, and that of the wish to take it along."""
    book.read()
    here = str(who.sends("/console/calls/search", **asked).location)
    return here, here.replace("/console?search=", "/console/searches/") + "/export"


def rows(visitor: Visitor, shop: Workshop) -> list[list[str]]:
    """The file that was asked for last is made and fetched: its rows, as they are read."""
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        last = max(act.session.scalars(select(Export.id)))
    answer = visitor.sends(f"{LIST}/{last}/file")
    assert answer.status_code == 200
    data = answer.get_data().decode("utf-8-sig")
    answer.close()
    return [[marks.without(cell) for cell in row] for row in csv.reader(io.StringIO(data, newline=""))]


def test_what_is_found_is_taken_along_with_a_reason_and_nothing_tells_what_was_looked_for(
    sun: Visitor, book: Book, shop: Workshop, runtime: Runtime
) -> None:
    cold = [book.rings("暖气不热"), book.rings("暖气还是不热")]
    book.rings("电梯坏了")
    here, wish = searches(sun, book, number="139 0000 0088", words="暖气", period="month")
    assert "导出查到的来电" in sun.opens(here).text
    refused = sun.is_refused(wish, page=here, form="csv", reason="查").text
    assert "个字" in refused
    assert 'value="查"' in refused
    assert sun.sends(wish, page=here, form="csv", reason=WHY).location == LIST
    with runtime.look(COMMAND) as act:
        [row] = act.session.scalars(select(Export))
        assert row.criteria["by"] == ["number", "words"]
        assert row.criteria["told"] == {"from": "2026-11-01T00:00"}, "the days as they were, in the company's zone"
        assert not any(word in str(row.criteria) for word in ("0088", "暖"))
        assert exports.search_of(act, row)["words"] == "暖气"
    line, heads, *found = rows(sun, shop)
    assert WHY in line[0]
    assert heads[0] == "通话号"
    assert [int(one[0]) for one in found] == cold[::-1], "in the order of the page"
    assert {one[4] for one in found} == {"139****0088"}
    with runtime.look(COMMAND) as act:
        assert "search" not in act.session.scalars(select(Export)).one().criteria, "gone with the file's last row"
    entries = [str(one["body"]) for one in matters.entries(runtime, "house", "export-asked")]
    assert '"by":["number","words"]' in entries[0]
    assert not any(word in entries[0] for word in ("暖", "0088"))
    listed = text_of(sun.opens(LIST))
    assert all(word in listed for word in ("查到的来电", "按电话号码", "按记录和录音文字里的词", WHY))


def test_of_a_search_only_choices_ids_and_instants_are_told_whatever_was_typed_into_which_field(
    sun: Visitor, book: Book, runtime: Runtime, cast: Cast
) -> None:
    book.rings("暖气不热")
    wrong = {"case": "陈丽娟13912345678", "matter": "王小明的地址", "waited": "87654321", "words": "暖气"}
    right = {"kind": "fault", "person": str(cast.lin.id), "from": "2026-11-01 08:30:07", "to": "2026-11-30T08"}
    for asked in ({**wrong, **right}, {"person": "87654321"}):
        here, wish = searches(sun, book, **asked)
        assert sun.sends(wish, page=here, form="csv", reason=WHY).location == LIST
    with runtime.look(COMMAND) as act:
        first, second = act.session.scalars(select(Export).order_by(Export.id))
        told = {"kind": "fault", "person": str(cast.lin.id), "from": "2026-11-01T08:30", "to": "2026-11-30T08:00"}
        assert first.criteria["told"] == told
        assert sorted(first.criteria["by"]) == ["case", "waited", "words"], "a matter that there is not is not asked"
        assert (second.criteria["told"], second.criteria["by"]) == ({}, ["person"])
        assert exports.search_of(act, first)["case_number"] == wrong["case"], "sealed with the file's own key"
    kept = str([first.criteria, second.criteria, *matters.entries(runtime, "house", "export-asked")])
    assert not [value for value in ("13912345678", "王小明", "87654321", "暖气") if value in kept]
    assert "按单号" in text_of(sun.opens(LIST))


def test_a_file_holds_what_its_page_shows_to_that_person_and_is_of_ones_own_search(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, shop: Workshop, lin: Visitor
) -> None:
    about = departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.qian.id)
    book = Book(runtime, cast, rung=9)
    beside, home = book.rings("暖气不热"), book.rings("电梯坏了", firm=cast.home)
    for who, seen in (
        (cast.sun, [beside, about.call_id]),
        (cast.qian, [beside]),
        (cast.tang, [home, beside, about.call_id]),
    ):
        visitor = logged_in(app, who)
        _here, wish = searches(visitor, book, direction="in")
        assert visitor.sends(wish, form="csv", reason=WHY).location == LIST
        _line, _heads, *found = rows(visitor, shop)
        assert [int(one[0]) for one in found] == seen, who
    assert logged_in(app, cast.sun).sends(wish, form="csv", reason=WHY).status_code == 404, "another's search"
    assert lin.sends(wish, form="csv", reason=WHY).status_code == 403


def test_a_file_that_waits_and_looks_for_whoever_is_erased_fails_and_says_so_to_whom_it_is_told(
    app: Flask, sun: Visitor, book: Book, shop: Workshop, runtime: Runtime, cast: Cast
) -> None:
    book.rings("暖气不热")
    with runtime.act(COMMAND) as act:
        customers.rename(act, customers.get(act, cast.chen.id), "陈丽娟")
    qian = logged_in(app, cast.qian)
    theirs: list[dict[str, str]] = [{"number": cast.chen.number.national}, {"words": "陈丽娟 暖气"}, {"case": "陈丽娟"}]
    for visitor, asked in (*((qian, one) for one in theirs), (sun, {"words": "暖气不热"})):
        _here, wish = searches(visitor, book, **asked)
        assert visitor.sends(wish, form="csv", reason=WHY).location == LIST
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        erasures.carry_out(act, cast.chen.id)
    with runtime.look(COMMAND) as act:
        *failed, other = act.session.scalars(select(Export).order_by(Export.id))
        assert [(one.state, one.key, one.failure, "search" in one.criteria) for one in failed] == [
            ("failed", None, "erased", False)
        ] * 3
        assert exports.search_of(act, other)["words"] == "暖气不热"
    rows(sun, shop)
    assert text_of(qian.opens(LIST)).count("已按本人要求删除个人信息") == 3
    assert "已按本人要求删除个人信息" not in text_of(sun.opens(LIST)), "it says of whom the file was"
    with runtime.look(COMMAND) as act:
        assert [one.state for one in act.session.scalars(select(Export).order_by(Export.id))] == ["failed"] * 3 + [
            "done"
        ]


def test_the_looks_name_the_files_that_held_a_customer_as_far_as_the_reader_may_know_of_it(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, firm: Departments, shop: Workshop
) -> None:
    departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.qian.id)
    november = {"first": "2026-11-01", "last": "2026-11-30", "form": "csv", "reason": WHY}
    number, looks = cast.chen.number.national, "/console/looks"
    of_chen, qian = f"{looks}?customer={cast.chen.id}", logged_in(app, cast.qian)
    assert "没有这个号码" in text_of(sun.is_refused(looks, page=looks, number=number))
    sun.sends(LIST, what="cases", **november)
    rows(sun, shop)
    assert sun.sends(looks, number=number).location == of_chen
    seen = text_of(sun.opens(of_chen))
    assert all(word in seen for word in ("导出 1 号", "单据", WHY, "139****0088", "下载过 1 次"))
    assert "2026-11-18 10:00" in seen.partition("起申请的导出文件")[0][-30:], "since when files are known"
    assert "起申请的导出文件" not in text_of(sun.opens(looks))
    assert "没有这个号码" in text_of(qian.is_refused(looks, page=looks, number=number)), "it says that Chen complained"
    assert "导出 1 号" not in qian.opens(of_chen).text
    book = Book(runtime, cast, rung=9)
    book.rings("暖气不热")
    for visitor, asked in ((sun, {"direction": "in"}), (qian, {"words": "暖气"})):
        _here, wish = searches(visitor, book, **asked)
        visitor.sends(wish, form="csv", reason=WHY)
        rows(visitor, shop)
    seen = qian.opens(of_chen).text
    assert [f"导出 {n} 号" in seen for n in (1, 2, 3)] == [False, True, True]
    assert "导出 1 号" in sun.opens(f"{looks}?staff={cast.sun.id}").text
    assert "导出 3 号" not in sun.opens(f"{looks}?staff={cast.sun.id}").text
    assert "导出 2 号" not in logged_in(app, cast.hu).opens(of_chen).text, "a sister company's"


def test_a_turn_goes_on_where_the_one_before_ended(
    sun: Visitor, book: Book, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    ids = [book.rings("暖气不热") for _ in range(5)]
    here, wish = searches(sun, book, words="暖气不热", kind="enquiry")
    sun.sends(wish, page=here, form="csv", reason=WHY)
    at.passes(timedelta(seconds=1))
    later = book.rings("暖气不热")
    book.read()
    with runtime.look(COMMAND) as act:
        companies.get(act, cast.heat.id)
        [row] = act.session.scalars(select(Export))
        view, kind, after, found = View.of(act, row, runtime.prompts), KINDS[row.what], 0, []
        n, floor, until = kind.bounds(view)
        while True:
            page = kind.page(view, after=after, until=until, most=2)
            found += [int(str(cells[0])) for cells in page.rows]
            if page.last is None:
                break
            after = page.last
        assert kind.page(view, after=until, until=until, most=2).rows == []
    assert (n, floor, found) == (0, 0, ids[::-1]), "and none that came after the wish"
    assert later not in found


def test_a_file_is_as_long_as_what_is_found_and_too_long_for_a_workbook_it_is_gathered_anew_as_a_csv(
    sun: Visitor, book: Book, runtime: Runtime, shop: Workshop
) -> None:
    ids = [book.rings("暖气不热") for _ in range(3)]
    _here, wish = searches(sun, book, words="暖气不热")
    sun.sends(wish, form="xlsx", reason=WHY)
    figures, [entry] = runtime.figures.exports, shop.entries("export")

    def noted(turn: Turn) -> Export:
        with runtime.act(CLOCK) as act:
            exporting.made(runtime, act, entry, json.dumps(asdict(turn)))
        with runtime.look(COMMAND) as act:
            return act.session.scalars(select(Export)).one()

    assert noted(Turn((0, 0, GATHERED))).form == "xlsx"
    assert noted(Turn(None, figures.sheet_most, ["a", "b"], 77)).cursor == 77
    anew = noted(Turn(None, figures.sheet_most + 1, ["a", "b", "c"], 55))
    assert (anew.form, anew.rows, anew.pieces, anew.cursor) == ("csv", 0, [], 0)
    with pytest.raises(Invalid):
        noted(Turn(None, figures.rows_most + 1, ["a"], 33))
    _line, _heads, *found = rows(sun, shop)
    assert [int(one[0]) for one in found] == ids[::-1]

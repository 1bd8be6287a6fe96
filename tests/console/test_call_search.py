"""An auditor finds any call by what is known of it, keeps the search, and learns nothing that is hidden (REC-6)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from hotline.console import lists, paging
from hotline.domain import cases, companies, handovers, promises
from hotline.domain.act import COMMAND
from hotline.domain.call_searches import CallSearch
from hotline.domain.cases import Kind
from hotline.runtime import Runtime
from tests.console import departments, matters
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.looked_for import Book
from tests.world import Cast, HandClock

_CALL = re.compile(r'class="row" href="/console/calls/([0-9]+)"')


@pytest.fixture
def book(runtime: Runtime, cast: Cast) -> Book:
    """The calls of this test."""
    return Book(runtime, cast)


def asks(who: Visitor, book: Book, **asked: str) -> str:
    """Somebody fills in the form; the address of what it leads to."""
    book.read()
    answer = who.sends("/console/calls/search", **asked)
    assert answer.status_code == 302, asked
    return str(answer.location)


def finds(who: Visitor, book: Book, **asked: str) -> list[int]:
    """Somebody fills in the form; the calls that are listed, newest first."""
    return [int(found) for found in _CALL.findall(who.opens(asks(who, book, **asked)).text)]


def test_a_call_is_found_by_everything_that_is_known_of_it(
    sun: Visitor, book: Book, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    cold = book.rings("三号楼暖气不热", kind=Kind.FAULT, matter="heating")
    at.passes(timedelta(hours=20))  # the next morning
    sun.logs_in(cast.sun)
    asked = book.rings("发票怎么开")
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        case = cases.get(act, book.case_of(cold))
        promises.make(act, "CBK-1.answer", case)
        handover = handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason="熟悉这户")
        act.remember(f"call:{asked}", "waited", seconds=95)
    with runtime.act(COMMAND) as act:
        handovers.answer(act, handover.id, by=cast.zhou.id, accept=True)
    both, number = [asked, cold], "139 0000 0088"
    for found, wanted in (
        (both, {}),
        (both, {"number": number}),
        ([], {"number": "13700137000"}),
        ([cold], {"case": "261118001"}),
        ([], {"case": "261118999"}),
        ([asked], {"period": "today"}),
        (both, {"period": "week"}),
        ([cold], {"to": "2026-11-18T10:00"}),
        ([asked], {"from": "2026-11-18T10:01"}),
        (both, {"person": str(cast.lin.id)}),
        ([], {"person": str(cast.zhou.id)}),
        ([cold], {"kind": "fault"}),
        ([cold], {"kind": "fault", "matter": "heating", "number": number}),
        ([], {"kind": "enquiry", "words": "暖气"}),
        ([cold], {"verdict": "open"}),
        ([], {"verdict": "broken"}),
        ([cold], {"moved": "yes"}),
        ([asked], {"waited": "94"}),
        ([], {"waited": "95"}),
        ([cold], {"words": "暖气", "direction": "in", "state": "closed"}),
        ([], {"words": "暖气", "direction": "out"}),
        ([asked], {"words": "票"}),
    ):
        assert finds(sun, book, **wanted) == found, wanted


def test_a_call_whose_record_was_changed_is_found_once_somebody_looked(
    sun: Visitor, book: Book, runtime: Runtime
) -> None:
    call_id, _other = book.rings("暖气不热"), book.rings("漏水")
    matters.alter(runtime, f"call:{call_id}", 2)
    assert finds(sun, book, altered="yes") == []
    for _ in range(2):
        assert "已被改动" in sun.opens(f"/console/calls/{call_id}").text
    assert finds(sun, book, altered="yes") == [call_id]
    assert len(matters.entries(runtime, "house", "call-found-altered")) == 1, "it is told once"


def test_what_a_check_of_the_whole_log_finds_is_found_as_well(sun: Visitor, book: Book, runtime: Runtime) -> None:
    told, beside = book.rings("暖气不热"), book.rings("漏水")
    matters.alter(runtime, f"case:{book.case_of(told)}", 1)
    assert "已被改动" in sun.sends("/console/log").text
    assert finds(sun, book, altered="yes") == [told]
    assert finds(sun, book) == [beside, told]


def test_neither_a_number_nor_a_word_stands_in_an_address_or_in_the_log(
    sun: Visitor, book: Book, runtime: Runtime, cast: Cast
) -> None:
    book.rings("暖气不热")
    here = asks(sun, book, number="13900000088", words="暖气")
    assert re.fullmatch(r"/console\?search=[0-9]+", here)
    page = sun.opens(here)
    assert "139****0088" in page.text
    assert "13900000088" not in page.text
    sun.opens(here + "&before=0")
    entry, again = matters.entries(runtime, "house", "calls-searched")
    assert again == entry | {"body": again["body"]}, (
        "a page is chosen by whoever types its address: it is on record too"
    )
    assert entry["actor"] == f"console:{cast.sun.id}"
    assert '"what":["number","words"]' in str(entry["body"])
    assert "暖气" not in str(entry["body"])
    sun.opens(asks(sun, book, kind="fault"))
    assert len(matters.entries(runtime, "house", "calls-searched")) == 2, "a kind says nothing of a person"
    with runtime.look(COMMAND) as act:
        sealed = [row.wanted for row in act.session.query(CallSearch)]
    assert not [one for one in sealed if "139" in one or "暖" in one]


def test_what_is_looked_for_often_is_kept_under_a_name_for_its_owner_alone(
    app: Flask, sun: Visitor, book: Book, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    call_id = book.rings("暖气不热")
    here = asks(sun, book, words="暖气")
    keep = here.replace("/console?search=", "/console/searches/") + "/keep"
    assert "请填一个名称" in sun.is_refused(keep, page=here, name=" ").text
    sun.sends(keep, name="不热的 <户>")
    listed = sun.opens("/console").text
    assert "不热的 &lt;户&gt;" in listed
    assert f'href="{here}"' in listed
    other = logged_in(app, cast.bai)
    assert "不热的" not in other.opens("/console").text
    assert other.opens(here).status_code == 404
    assert other.sends(keep.replace("keep", "drop")).status_code == 404
    at.passes(timedelta(days=3))
    sun.logs_in(cast.sun)
    asks(sun, book, kind="fault")
    at.passes(timedelta(days=3))
    sun.logs_in(cast.sun)
    assert finds(sun, book) == [call_id]
    with runtime.look(COMMAND) as act:
        assert act.session.query(CallSearch).count() == 2, "what nobody kept is gone, but for the last"
    assert _CALL.findall(sun.opens(here).text) == [str(call_id)]
    sun.sends(keep.replace("keep", "drop"))
    assert "不热的" not in sun.opens("/console").text
    assert sun.sends(keep.replace("keep", "hide")).status_code == 404


def test_what_cannot_be_looked_for_is_said_and_what_was_typed_is_kept(sun: Visitor, book: Book) -> None:
    book.rings("暖气不热")
    for typed, told in (
        ({"number": "12"}, "这不是一个电话号码"),
        ({"words": "？！"}, "只有标点查不到"),
        ({"from": "yesterday"}, "时间不对"),
        ({"to": "0001-01-01T00:00"}, "时间不对"),
        ({"from": "2026-11-18T10:00", "to": "2026-11-17T10:00"}, "不能早于"),
        ({"waited": "-1"}, "整数秒"),
        ({"person": "x"}, "没有这个人"),
    ):
        page = sun.is_refused("/console/calls/search", page="/console", case="261118001", **typed).text
        assert told in page, typed
        assert 'name="case" inputmode="numeric" autocomplete="off" maxlength="20" value="261118001"' in page
        assert '<details class="card fold seek" id="seek" open>' in page
        assert not _CALL.findall(page), "the whole list would pass for what was found"
        assert '<a class="button" href="/console">回到全部通话</a>' in page
    assert _CALL.findall(sun.opens("/console").text)


def test_choices_that_are_none_are_passed_over(sun: Visitor, book: Book) -> None:
    call_id = book.rings("暖气不热")
    assert finds(sun, book, kind="x", verdict="x", period="x", state="x", moved="x", matter="") == [call_id]


def test_a_long_answer_is_counted_and_turned_page_by_page(sun: Visitor, book: Book) -> None:
    ids = [book.rings("暖气不热") for _ in range(lists.PAGE + 1)]
    here = asks(sun, book, kind="enquiry")
    first = sun.opens(here)
    assert f"共 {lists.PAGE + 1} 个通话" in text_of(first)
    assert [int(one) for one in _CALL.findall(first.text)] == ids[:0:-1]
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older is not None
    rest = sun.opens("/console" + older[1].replace("&amp;", "&"))
    assert _CALL.findall(rest.text) == [str(ids[0])]
    assert 'rel="next"' not in rest.text
    newer = re.search(r'rel="prev" href="([^"]+)"', rest.text)
    assert newer is not None
    assert sun.opens("/console" + newer[1]).text.count('class="row"') == lists.PAGE
    assert 'rel="prev"' not in first.text


def test_the_way_back_leads_by_the_pages_one_came_by(app: Flask) -> None:
    def shown(query: str, more: str | None = None) -> paging.Ways:
        with app.test_request_context(f"/console?{query}"):
            return paging.ways(more)

    assert shown("", "?before=90") == paging.Ways("?before=90&back=0", None, True)
    assert shown("search=7&before=90&back=0", "?search=7&before=40") == paging.Ways(
        "?search=7&before=40&back=0.90", "?search=7", False
    )
    assert shown("search=7&before=40&back=0.90") == paging.Ways(None, "?search=7&before=90&back=0", False)
    assert shown("before=40") == paging.Ways(None, "?", True), "whoever typed it came by no page"
    assert shown("before=40&back=x.²") == paging.Ways(None, "?", True)
    long = shown("before=1&back=" + ".".join("9" * 99), "?before=5").older
    assert long is not None
    assert long.count(".") < 60


def test_a_search_shows_no_complaint_that_the_list_hides(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    about = departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.qian.id)
    book = Book(runtime, cast, rung=9)
    for asked in ({}, {"case": about.number}, {"kind": "complaint"}, {"number": "13900000088"}, {"verdict": "open"}):
        assert finds(sun, book, **asked) == [about.call_id], asked
        assert finds(logged_in(app, cast.qian), book, **asked) == [], asked
    later, qian = book.rings("发票怎么开"), logged_in(app, cast.qian)
    here = asks(qian, book, words="")
    assert _CALL.findall(qian.opens(here).text) == [str(later)]
    behind = f"{here}{'&' if '?' in here else '?'}before={about.call_id}"
    assert _CALL.findall(qian.opens(behind).text) == [str(later)], "its place in the list would tell when it was"


def test_an_anonymous_complaint_is_found_by_nothing_that_leads_to_who_told_it(
    sun: Visitor, book: Book, runtime: Runtime, cast: Cast
) -> None:
    call_id, case_id = matters.complaint(runtime, cast, anonymous=True)
    with runtime.act(COMMAND) as act:
        case = cases.get(act, case_id)
        act.remember(case.chain, "answered", words=cases.seal(act, case, "经理收钱"))
        number = case.number
    for asked in ({"number": "13900000088"}, {"case": number}, {"kind": "complaint"}, {"words": "经理"}):
        assert finds(sun, book, **asked) == [], asked
    assert finds(sun, book, person=str(cast.lin.id)) == [call_id], "that somebody rang is no secret"


def test_only_who_watches_may_search_and_only_their_own_company(
    app: Flask, lin: Visitor, book: Book, cast: Cast
) -> None:
    here, home = book.rings("暖气不热"), book.rings("电梯坏了", firm=cast.home)
    assert 'id="seek"' not in lin.opens("/console").text
    assert lin.sends("/console/calls/search", words="暖气").status_code == 403
    assert _CALL.findall(lin.opens("/console?search=1").text) == [str(here)], "their list, as ever"
    refused = logged_in(app, cast.tang).is_refused("/console/calls/search", page="/console", company="abc")
    assert "没有这家公司" in refused.text
    for who, found in ((cast.bai, [here]), (cast.hu, [home]), (cast.tang, [home, here])):
        visitor = logged_in(app, who)
        assert who == cast.tang or finds(visitor, book, company="abc") == found, "no choice of theirs"
        named = visitor.opens(asks(visitor, book, person=str(cast.hu.id))).text
        assert ("胡军" in named) is (who != cast.bai), "a sister company's people are named to nobody"
        assert finds(visitor, book, kind="enquiry") == found, who
        assert finds(visitor, book, company=str(cast.home.id)) == [
            one for one in found if who != cast.tang or one == home
        ]

"""Looking at what is masked: how much, what is unusual, who is told, and who finds out afterwards (SEC-1, SEC-2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain import audit, cases, companies, corrections, customers, looks, outbox, recordings, staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.exports import Export
from hotline.domain.looks import UnusualLooks, Why
from hotline.domain.news import Recording
from hotline.jobs import unusual
from hotline.runtime import Runtime
from tests.console import departments, matters
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import ONE_FACTOR, Cast, HandClock, number

MASKED = "139****0088"


def _figures(runtime: Runtime, cast: Cast, **figures: object) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"secrecy": {**ONE_FACTOR["secrecy"], **figures}}


def _opens(visitor: Visitor, case_id: int, reason: str = "回电核对") -> bool:
    """Look at the number of a case; whether it was shown."""
    here = f"/console/cases/{case_id}"
    answer = visitor.sends(f"{here}/reveal", what="number", reason=reason)
    return answer.status_code == 200 and "revealed" in answer.text


def _told(runtime: Runtime) -> list[tuple[str, int, str]]:
    """Who was told of whom, and why."""
    with runtime.look(COMMAND) as act:
        rows = {row.id: row for row in act.session.query(UnusualLooks)}
        entries = act.session.query(outbox.OutboxEntry).filter_by(kind=looks.TELLS).order_by(outbox.OutboxEntry.id)
        return [
            (staff.get(act, one.about["who"]).login, rows[one.about["looks"]].staff_id, rows[one.about["looks"]].why)
            for one in entries
        ]


def test_over_the_limit_no_more_is_shown_and_the_supervisor_is_told_once(
    app: Flask, lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    _figures(runtime, cast, looks_most=3)
    case_id = matters.enquiry(runtime, cast)
    assert [_opens(lin, case_id) for _ in range(5)] == [True, True, True, False, False]
    refused = lin.is_refused(
        f"/console/cases/{case_id}/reveal", page=f"/console/cases/{case_id}", what="number", reason="回电核对"
    )
    assert "暂时不能再看" in text_of(refused)
    assert _told(runtime) == [("sun", cast.lin.id, Why.LIMIT)]
    assert _opens(sun, case_id), "nobody else is held up"
    at.passes(timedelta(hours=1))
    assert _opens(logged_in(app, cast.lin), case_id)
    with runtime.look(COMMAND) as act:
        kinds = [e.kind for e in audit.entries(act.session, f"case:{case_id}")]
        owed = act.session.query(outbox.OutboxEntry).filter_by(kind=looks.TELLS).one()
        text = unusual.written(runtime, act, owed)
    assert kinds.count("revealed") == 5, "each look, and none that was refused"
    assert "林晓 001一小时内查看客户信息到了上限" in text
    assert f"/console/looks?staff={cast.lin.id}" in text


def test_an_auditor_looks_and_listens_for_a_reason_under_the_same_limit_and_within_their_company(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    _figures(runtime, cast, looks_most=3)
    call_id, case_id = matters.call(runtime, cast, number=2), matters.enquiry(runtime, cast)
    _ringing, anonymous = matters.complaint(runtime, cast, anonymous=True)
    heard, unnamed = (_recorded(runtime, call_id, id_) for id_ in (case_id, anonymous))
    bai, case, call = logged_in(app, cast.bai), f"/console/cases/{case_id}", f"/console/calls/{call_id}"
    assert _opens(bai, case_id)
    assert bai.sends(f"{call}/reveal", what="number", reason="抽查记录").status_code == 200
    assert bai.sends(f"{heard}/listen", page=case, reason="抽查录音").location == heard
    assert f'src="{heard}/sound"' in bai.opens(heard).text
    assert bai.opens(unnamed).status_code == 404, "a voice says who speaks (SEC-4)"
    assert not _opens(bai, case_id), "the fourth within an hour"
    assert _told(runtime) == [("sun", cast.bai.id, Why.LIMIT)]
    assert f"{case}/correct" not in bai.opens(case).text
    assert bai.sends(f"{case}/close", page=case, said="x", outcome="done").status_code == 403, "and does nothing"
    with runtime.act(COMMAND) as act:
        staff.get(act, cast.bai.id).company_id = cast.home.id
    for path, does in ((case, "reveal"), (call, "reveal"), (heard, "listen")):
        assert bai.opens(path).status_code == 404, path
        assert bai.sends(f"{path}/{does}", page="/console", what="number", reason="抽查记录").status_code == 404, path


def _recorded(runtime: Runtime, call_id: int, case_id: int) -> str:
    """The page of a recording of this case."""
    with runtime.act(COMMAND) as act:
        row = Recording(sid=f"RE{case_id}", call_id=call_id, case_id=case_id, state="completed", seconds=3, at=act.at)
        act.session.add(row)
        recordings.prepare(act, row)
        recordings.kept(act, row, "0" * 64)
        return f"/console/recordings/{row.file}"


def test_many_customers_within_an_hour_are_unusual_and_shown_all_the_same(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    _figures(runtime, cast, customers_most=2)
    case_ids = [matters.enquiry(runtime, cast) for _ in range(3)]
    with runtime.act(COMMAND) as act:
        for place, case_id in enumerate(case_ids):
            act.session.get_one(Case, case_id).customer_id = customers.with_number(act, number(700 + place)).id
    assert [_opens(lin, case_ids[place]) for place in (0, 1, 1, 0)] == [True] * 4
    assert _told(runtime) == []
    assert _opens(lin, case_ids[2])
    assert _told(runtime) == [("sun", cast.lin.id, Why.MANY)]


def test_whoever_is_on_the_way_to_a_repair_is_refused_nothing_and_many_customers_are_unusual_all_the_same(
    runtime: Runtime, cast: Cast
) -> None:
    _figures(runtime, cast, customers_most=2, looks_most=1)
    case_id = matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        for count in range(3):
            assert _told(runtime) == []
            customer = customers.with_number(act, number(700 + count))
            place = looks.Place(f"case:{case_id}", cast.heat.id, customer.id)
            looks.note_sheet(act, place, by=cast.wang.id, what="number")
            looks.note_sheet(act, place, by=cast.wang.id, what="address")
    assert _told(runtime) == [("sun", cast.wang.id, Why.MANY)]


def test_who_looks_for_numbers_and_words_may_do_so_for_so_long_and_the_manager_is_told(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    _figures(runtime, cast, searches_most=3, looks_most=1)
    case_id, find = matters.enquiry(runtime, cast), "/console/calls/search"
    here = str(sun.sends(find, words="暖气", number=cast.chen.number.national).location)
    assert [sun.opens(f"{here}{page}").status_code for page in ("", "&before=9")] == [200, 200]
    assert _opens(sun, case_id), "values are counted for themselves"
    assert "没有这个号码的客户" not in sun.sends("/console/looks", number=cast.chen.number.national).text
    refused = sun.opens(here)
    assert refused.status_code == 303
    said = sun.opens(str(refused.location))
    assert "最多查 3 页" in said.text
    assert 'value="暖气"' in said.text
    assert cast.chen.number.national not in said.text
    wish = here.replace("?search=", "/searches/") + "/export"
    assert sun.sends(wish, form="csv", reason="十一月检查").location == here, "which says the same"
    page = sun.is_refused("/console/looks", page="/console/looks", number=cast.chen.number.national)
    assert "最多查 3 页" in page.text
    assert _told(runtime) == [("qian", cast.sun.id, Why.SEARCHES)]
    with runtime.look(COMMAND) as act:
        owed = act.session.query(outbox.OutboxEntry).filter_by(kind=looks.TELLS).one()
        assert act.session.query(Export).count() == 0
        assert "查找到了上限" in unusual.written(runtime, act, owed)
    assert sun.opens(str(sun.sends(find, kind="enquiry").location)).status_code == 200, (
        "a kind says nothing of a person"
    )
    listed = text_of(logged_in(app, cast.qian).opens(f"/console/looks?staff={cast.sun.id}"))
    assert listed.count("找的是什么不登记") == 3
    assert "按号码或文字查找到上限" in listed
    at.passes(timedelta(hours=1))
    assert logged_in(app, cast.sun).opens(here).status_code == 200


@pytest.mark.parametrize(("who", "told"), [("lin", []), ("sun", [("qian", "night")]), ("feng", [("tang", "night")])])
def test_at_night_only_who_is_on_duty_looks_without_somebody_being_told(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock, who: str, told: list[tuple[str, str]]
) -> None:
    case_id = matters.enquiry(runtime, cast)
    at.set(at.now.replace(hour=23))
    visitor = logged_in(app, who)
    assert _opens(visitor, case_id)
    assert _opens(visitor, case_id)
    assert [(to, why) for to, _of, why in _told(runtime)] == told


def test_the_access_log_is_asked_by_customer_and_by_person(
    app: Flask, lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.enquiry(runtime, cast)
    of_chen, find = f"/console/looks?customer={cast.chen.id}", {"number": cast.chen.number.national}
    assert MASKED not in sun.opens(of_chen).text, "no look, no number"
    assert "没有这个号码的客户" in text_of(sun.is_refused("/console/looks", page="/console/looks", **find))
    assert _opens(lin, case_id, "客户要求回电")
    assert _opens(sun, case_id, "复核回电记录")
    assert "/console/looks" in sun.opens("/console/office").text
    here = sun.sends("/console/looks", page="/console/looks", number=cast.chen.number.national).location
    assert here == f"/console/looks?customer={cast.chen.id}"
    by_customer = text_of(sun.opens(here))
    for place in (f"/console/cases/{case_id}", f"/console/calls/{matters.call(runtime, cast, number=7)}"):
        assert f'href="{here}"' in sun.opens(place).text
        assert "/console/looks?customer=" not in lin.opens(place).text
    assert all(word in by_customer for word in (MASKED, "林晓 001", "客户要求回电", "孙丽 006", "电话号码"))
    assert cast.chen.number.national not in by_customer
    by_person = text_of(sun.opens(f"/console/looks?staff={cast.lin.id}"))
    assert "客户要求回电" in by_person
    assert "复核回电记录" not in by_person
    for typed, said in (("not a number", "这不是电话号码"), (number(4711).national, "没有这个号码的客户")):
        page = sun.is_refused("/console/looks", page="/console/looks", number=typed)
        assert said in text_of(page)
        assert typed in page.text
    hu = logged_in(app, cast.hu)
    assert "客户要求回电" not in text_of(hu.opens("/console/looks")), "a sister company"
    assert MASKED not in hu.opens(of_chen).text
    assert "没有这个号码的客户" in text_of(hu.is_refused("/console/looks", page="/console/looks", **find))
    assert "客户要求回电" in text_of(logged_in(app, cast.tang).opens("/console/looks"))
    assert lin.opens("/console/looks").status_code == 403


def test_a_look_says_which_of_several_corrections_was_seen(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.enquiry(runtime, cast)
    for right in ("五号楼", "六号楼"):
        with runtime.act(COMMAND) as act:
            case = cases.get(act, case_id)
            case.details = {"sealed_question": cases.seal(act, case, "三号楼"), **case.details}
            seen = corrections.last(corrections.of_case(act, case))
            corrections.correct(act, case, "question", words=right, why="记错楼号", by=cast.lin.id, seen=seen)
    whats = sorted(
        set(re.findall(r'name="what" value="(correction-[0-9]+)"', sun.opens(f"/console/cases/{case_id}").text))
    )
    assert len(whats) == 2
    for what in whats:
        assert sun.sends(f"/console/cases/{case_id}/reveal", what=what, reason="核对更正").status_code == 200
    page = text_of(sun.opens("/console/looks"))
    assert all(f"更正前后的记录和更正原因 {what.partition('-')[2]}" in page for what in whats)


def test_neither_the_reason_nor_the_number_stands_in_the_table_and_the_erased_stay_listed(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.enquiry(runtime, cast)
    _opens(lin, case_id, "陈先生要求回电")
    with runtime.act(COMMAND) as act:
        [row] = act.session.query(looks.Look)
        assert "陈先生" not in row.reason
        customers.erase(act, customers.get(act, cast.chen.id))
    assert "已清除" in text_of(sun.opens(f"/console/looks?customer={cast.chen.id}"))


def test_looks_at_a_complaint_that_is_hidden_from_the_reader_are_not_shown(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    case = departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.sun.id)
    qian = logged_in(app, cast.qian)
    assert _opens(qian, case.id, "核对投诉人")
    assert "核对投诉人" in text_of(qian.opens("/console/looks"))
    assert "核对投诉人" not in text_of(sun.opens("/console/looks"))


def test_older_looks_are_behind_the_pages_end(lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    place = looks.Place("case:1", cast.heat.id, cast.chen.id)
    matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        for count in range(60):
            looks.note_sheet(act, place, by=cast.wang.id, what=f"number-{count}")
    first = sun.opens(f"/console/looks?staff={cast.wang.id}")
    assert first.text.count("在派工单上查看") == 50
    assert "before=11" in first.text
    assert sun.opens(f"/console/looks?staff={cast.wang.id}&before=11").text.count("在派工单上查看") == 10

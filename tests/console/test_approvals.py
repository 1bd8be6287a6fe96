"""Asking a higher person on the page of a case, and deciding on the page of approvals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import decisions, promises
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.complaint_forms import Complaint
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.deciding import ANSWER, SETTLE, WHY, asks, asks_time, due, state, verdicts
from tests.world import SHANGHAI, Cast, HandClock

LIST = "/console/approvals"
DAY = timedelta(days=1)


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    """A minor complaint of Chen's that Lin took."""
    return deciding.complaint(runtime, cast)


def promise_id(runtime: Runtime, case_id: int, rule: str = SETTLE) -> int:
    with runtime.look(COMMAND) as act:
        return deciding.promised(act, case_id, rule).id


def more_time(runtime: Runtime, case_id: int, **form: str) -> dict[str, str]:
    """The form for more time as somebody fills it in: five days more, and why."""
    until = (due(runtime, case_id) + 5 * DAY).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    asked = {"what": "extension", "promise": str(promise_id(runtime, case_id)), "wanted": until, "reason": WHY}
    return asked | form


def test_more_time_is_asked_on_the_page_of_the_case_and_approved_on_the_page_of_approvals(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    here = f"/console/cases/{case_id}"
    answer = lin.sends(f"{here}/ask", page=here, **more_time(runtime, case_id))
    assert (answer.status_code, answer.location) == (302, here)
    assert "延期 等待决定" in text_of(lin.opens(here))
    qian = logged_in(app, cast.qian)
    page = qian.opens(LIST)
    shown = text_of(page)
    for said in (
        "轻微投诉处理完毕",
        "11-20 10:00 → 11-25 10:00",
        "延长 5 天",
        WHY,
        "林晓 001 提出",
        "由经理或更高一级决定",
    ):
        assert said in shown, said
    assert 'id="waits-console-approval_list"' in page.text
    answer = qian.sends("/console/decisions/1/decide", page=LIST, decide="approve", answer=ANSWER)
    assert (answer.status_code, answer.location) == (302, LIST)
    assert verdicts(runtime, case_id, SETTLE) == ["excused", "open"]
    assert "没有等您决定的申请" in text_of(qian.opens(LIST))
    told = text_of(lin.opens(LIST))
    assert "已同意" in told
    assert ANSWER in told


def test_a_decision_needs_its_reason_and_what_was_typed_stands_there_again(
    app: Flask, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    qian = logged_in(app, cast.qian)
    refused = qian.is_refused(f"/console/decisions/{asked}/decide", page=LIST, decide="approve", answer=" ")
    assert "请写下决定的理由" in refused.text
    assert state(runtime, asked) == "asked"
    qian.sends(f"/console/decisions/{asked}/decide", page=LIST, decide="refuse", answer="换别的供应商")
    assert state(runtime, asked) == "refused"
    assert "换别的供应商" in logged_in(app, cast.lin).opens(LIST).text


def test_a_refused_request_keeps_what_was_typed(lin: Visitor, runtime: Runtime, case_id: int) -> None:
    here = f"/console/cases/{case_id}"
    for form, problem in (
        ({"reason": " "}, "请写下理由"),
        ({"wanted": "2026-11-19T10:00"}, "延期须晚于原期限"),
        ({"wanted": "soon"}, "延期须晚于原期限"),
        ({"wanted": "2026-11-25T10:00+08:00"}, "延期须晚于原期限"),
        ({"what": "holiday"}, "请选择要改成什么"),
        ({"promise": "99"}, "请选择要改成什么"),
    ):
        page = lin.is_refused(f"{here}/ask", page=here, **more_time(runtime, case_id, **form)).text
        assert problem in page, form
        kept = form.get("reason", WHY).strip() if form.keys() <= {"reason", "wanted"} else ""
        assert f"{kept}</textarea>" in page, form
    with runtime.look(COMMAND) as act:
        assert decisions.of_case(act, case_id) == []


def test_only_what_may_be_asked_is_offered(app: Flask, lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.IMPORTANT)
    page = lin.opens(f"/console/cases/{case_id}").text
    assert page.count('name="promise"') == 2, "for dealing with it and for the call back, nothing else may take longer"
    assert 'max="2026-12-21T10:00"' in page
    assert 'name="wanted" value="minor"' in page
    assert 'name="wanted" value="major"' not in page
    assert 'name="wanted" value="enquiry"' in page
    assert f"/console/cases/{case_id}/ask" not in logged_in(app, cast.zhou).opens(f"/console/cases/{case_id}").text


def test_a_lower_grade_and_another_kind_are_asked_and_decided_on_the_same_pages(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    here = f"/console/cases/{case_id}"
    for form in ({"what": "lower-grade", "wanted": "minor"}, {"what": "change-kind", "wanted": "enquiry"}):
        assert lin.sends(f"{here}/ask", page=here, reason=WHY, **form).status_code == 302
    sun = logged_in(app, cast.sun)
    page = text_of(sun.opens(LIST))
    assert "重大 → 轻微" in page
    assert "投诉 → 咨询" in page
    for decision_id in (1, 2):
        sun.sends(f"/console/decisions/{decision_id}/decide", page=LIST, decide="approve", answer=ANSWER)
    with runtime.look(COMMAND) as act:
        kept = act.session.scalars(select(Complaint)).one()
        assert (kept.grade, kept.first_grade, kept.changed_to) == (Grade.MINOR, Grade.MAJOR, Kind.ENQUIRY)


def test_who_does_not_decide_is_told_who_does(app: Flask, runtime: Runtime, cast: Cast, case_id: int) -> None:
    asked = asks_time(runtime, cast.sun, case_id, due(runtime, case_id) + DAY)
    sun = logged_in(app, cast.sun)
    refused = sun.is_refused(f"/console/decisions/{asked}/decide", page=LIST, decide="approve", answer=ANSWER)
    assert "都由更高一级的另一人决定" in refused.text
    assert f"/console/decisions/{asked}/decide" not in sun.opens(LIST).text


def test_too_late_is_told_as_it_is(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int, at: HandClock
) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    at.set(due(runtime, case_id) + timedelta(seconds=1))
    late = logged_in(app, cast.qian).is_refused(
        f"/console/decisions/{asked}/decide", page=LIST, decide="approve", answer=ANSWER
    )
    assert "期限已过" in late.text
    assert f"{ANSWER}</textarea>" in late.text
    here = f"/console/cases/{case_id}"
    assert "现在不能申请" in logged_in(app, cast.lin).is_refused(
        f"{here}/ask", page=here, **more_time(runtime, case_id)
    ).text  # fmt: skip


def test_who_asked_withdraws_it(app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    sun = logged_in(app, cast.sun)
    assert sun.sends(f"/console/decisions/{asked}/withdraw", page=LIST).status_code == 404
    assert lin.sends(f"/console/decisions/{asked}/withdraw", page=LIST).location == LIST
    assert "已撤回" in text_of(lin.opens(LIST))
    assert "已经有了决定" in lin.is_refused(f"/console/decisions/{asked}/withdraw", page=LIST).text


def test_what_people_wrote_is_for_those_whom_it_concerns(
    app: Flask, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    asks_time(runtime, cast.sun, case_id, due(runtime, case_id) + DAY)
    for who, reads in (
        (cast.sun, True),
        (cast.lin, True),
        (cast.qian, True),
        (cast.feng, True),
        (cast.zhou, False),
        (cast.bai, False),
    ):
        assert (WHY in logged_in(app, who).opens(f"/console/cases/{case_id}").text) is reads, who.name


def test_whom_a_complaint_is_about_finds_nothing_of_it_among_the_approvals(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    case_id = deciding.complaint(runtime, cast, about=cast.qian)
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    qian = logged_in(app, cast.qian)
    assert "261118001" not in qian.opens(LIST).text
    sent = qian.sends(f"/console/decisions/{asked}/decide", page=LIST, decide="approve", answer=ANSWER)
    assert sent.status_code == 404
    ask = qian.sends(f"/console/cases/{case_id}/ask", page=LIST, what="lower-grade", wanted="minor", reason=WHY)
    assert ask.status_code == 404
    assert state(runtime, asked) == "asked"


def test_a_sister_company_finds_nothing_either(app: Flask, runtime: Runtime, cast: Cast, case_id: int) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    hu = logged_in(app, cast.hu)
    assert "261118001" not in hu.opens(LIST).text
    for path in (
        f"/console/decisions/{asked}/decide",
        f"/console/decisions/{asked}/withdraw",
        "/console/decisions/99/decide",
    ):
        assert hu.sends(path, page=LIST, decide="approve", answer=ANSWER).status_code == 404


def test_the_department_asks_for_time_in_its_inbox_and_sees_nothing_of_who_complained(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    case_id = deciding.complaint(runtime, cast, department_id=firm.repair)
    asks(runtime, cast.lin, case_id, Kind.ENQUIRY, why="陈 says it is only a question")
    xu, here = logged_in(app, firm.xu), f"/console/inbox/{case_id}"
    page = xu.opens(here).text
    assert page.count('name="promise"') == 1
    assert "lower-grade" not in page
    assert "陈 says" not in page
    form = more_time(runtime, case_id)
    late = xu.is_refused(f"/console/cases/{case_id}/ask", page=here, **form | {"wanted": "2026-11-19T10:00"})
    assert "延期须晚于原期限" in late.text
    assert f"{WHY}</textarea>" in late.text
    assert xu.sends(f"/console/cases/{case_id}/ask", page=here, **form).location == here
    shown = xu.opens(LIST)
    assert "261118001" in shown.text
    assert f"/console/cases/{case_id}" not in shown.text
    assert "陈 says" not in shown.text


def test_what_is_not_due_any_more_is_called_extended_only_where_more_time_was_approved(
    app: Flask, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    sun, tracked = logged_in(app, cast.sun), "/console/tables/tracking"
    graver = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    deciding.decides(runtime, cast.sun, asks(runtime, cast.lin, graver, Grade.MINOR))
    said = text_of(sun.opens(f"/console/cases/{graver}")) + text_of(sun.opens(tracked))
    assert ("不再适用 CMP-3" in said, "准予延期" in said) == (True, False)
    deciding.decides(runtime, cast.qian, asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY))
    page = text_of(sun.opens(f"/console/cases/{case_id}"))
    assert ("准予延期" in page, "不再适用" in page.replace("原时限不再适用", "")) == (True, False)
    assert "准予延期 CMP-4" in text_of(sun.opens(tracked))


@pytest.mark.parametrize("approved", [True, False])
def test_a_decided_request_still_says_from_which_grade(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, approved: bool
) -> None:
    graver = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    first = asks(runtime, cast.lin, graver, Grade.IMPORTANT)
    assert "重大 → 重要" in text_of(lin.opens(LIST)), "while it waits"
    deciding.decides(runtime, cast.sun, first, approve=approved)
    deciding.decides(runtime, cast.sun, asks(runtime, cast.lin, graver, Grade.MINOR))
    shown = text_of(lin.opens(LIST))
    assert "重大 → 重要" in shown
    assert ("重要 → 轻微" in shown, "重大 → 轻微" in shown) == (approved, not approved)


def test_nobody_above_the_highest_level_is_named(app: Flask, runtime: Runtime, cast: Cast) -> None:
    graver = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    asks(runtime, cast.qian, graver, Grade.MINOR)
    shown = text_of(logged_in(app, cast.qian).opens(LIST))
    assert "由总经理决定" in shown
    assert "总经理或更高" not in shown


def test_the_badge_counts_what_waits_for_me(app: Flask, runtime: Runtime, cast: Cast, case_id: int) -> None:
    qian = logged_in(app, cast.qian)
    assert "审批 1 项待办" not in text_of(qian.opens("/console/cases"))
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    assert "审批 1 项待办" in text_of(qian.opens("/console/cases"))
    with runtime.act(COMMAND) as act:
        promises.done(act, SETTLE, deciding.locked(act, case_id))
        decisions.lapse(act, asked)
    assert "审批 1 项待办" not in text_of(qian.opens("/console/cases"))

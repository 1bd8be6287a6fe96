"""The department's inbox: what waits to be signed, dealt with, returned, by whom, and what is never done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain import complaints, joins, redirecting, respondents, staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case, Kind
from hotline.domain.staff import Role, StaffRole
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding
from tests.console import complaining, departments, forms, matters
from tests.console.departments import HAPPENED, Departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock

INBOX = "/console/inbox"
FOUND = "派单时间抄错了，已向客户赔礼"


@pytest.fixture
def case(runtime: Runtime, cast: Cast, firm: Departments) -> Case:
    """Chen's complaint about repair, which nobody graded yet."""
    return departments.complains(runtime, cast, department_id=firm.repair)


@pytest.fixture
def xu(app: Flask, firm: Departments) -> Visitor:
    """Xu, the head of repair, is logged in."""
    return logged_in(app, firm.xu)


@pytest.mark.parametrize("page", ["/console/notices", "/console/promises"])
def test_where_a_head_looks_for_what_waits_the_page_leads_to_the_inbox(xu: Visitor, case: Case, page: str) -> None:
    shown = xu.opens(page)
    assert "“部门签收”里等您的投诉和回访意见：1件" in text_of(shown)
    assert case.number not in shown.text, "the inbox alone tells of it, without who complained"


def test_the_head_of_a_department_is_led_to_the_inbox(app: Flask, firm: Departments) -> None:
    assert Visitor(app).logs_in(firm.xu).location == INBOX


def test_the_department_reads_of_requests_about_its_own_clocks_alone(
    xu: Visitor, runtime: Runtime, cast: Cast, case: Case
) -> None:
    with runtime.act(COMMAND) as act:
        complaints.grade(act, deciding.locked(act, case.id), Grade.MINOR, by=staff.get(act, cast.sun.id), why="一户")
    deciding.asks_time(runtime, cast.lin, case.id, deciding.due(runtime, case.id) + timedelta(days=1))
    deciding.asks(runtime, cast.lin, case.id, Kind.ENQUIRY)
    shown = text_of(xu.opens(f"{INBOX}/{case.id}"))
    assert ("延期" in shown, "改为" in shown) == (True, False)


def test_the_department_signs_deals_with_it_and_returns_the_form(
    xu: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    here = f"{INBOX}/{case.id}"
    assert case.number in section(xu, "sign")
    assert HAPPENED in xu.opens(here).text
    assert xu.sends(f"{here}/sign", page=here).location == here
    assert (case.number in section(xu, "sign"), case.number in section(xu, "settle")) == (False, True)
    assert xu.sends(f"{here}/settle", page=here, text=FOUND).location == here
    assert case.number in section(xu, "return")
    assert xu.sends(f"{here}/give-back", page=here).location == here
    assert case.number not in section(xu, "return")
    assert "投诉单已交回" in xu.opens(here).text
    found = departments.of(runtime, case)
    assert (found.stage, found.signed_by_id, found.settled_by_id) == ("returned", firm.xu.id, firm.xu.id)
    assert {one["actor"] for one in matters.entries(runtime, case.chain, "complaint-settled")} == {
        f"console:{firm.xu.id}"
    }
    assert "CMP-7.tell" in forms.promised(runtime, case)


def test_every_button_may_be_pressed_twice(xu: Visitor, runtime: Runtime, case: Case) -> None:
    here = f"{INBOX}/{case.id}"
    for doing in ("sign", "sign"):
        assert xu.sends(f"{here}/{doing}", page=here).location == here
        assert "problem" not in xu.opens(here).text
    xu.sends(f"{here}/settle", page=here, text=FOUND)
    assert "已经登记过处理完毕" in xu.is_refused(f"{here}/settle", page=here, text="又一次").text
    for _ in range(2):
        xu.sends(f"{here}/give-back", page=here)
        assert "problem" not in xu.opens(here).text
    assert len(matters.entries(runtime, case.chain, "complaint-settled")) == 1
    assert len(matters.entries(runtime, case.chain, "complaint-returned")) == 1


def test_what_is_not_theirs_goes_back_with_a_reason_and_the_clocks_run_on(
    xu: Visitor, sun: Visitor, runtime: Runtime, case: Case
) -> None:
    here = f"{INBOX}/{case.id}"
    assert "请写明理由，以及可能归谁" in xu.is_refused(f"{here}/refuse", page=here, text=" ").text
    assert xu.sends(f"{here}/refuse", page=here, text="是客服约的时间").location == here
    assert "已经退回首问责任人和主管" in xu.opens(here).text
    assert "是客服约的时间" in xu.opens(here).text
    assert case.number in section(sun, "refused")
    assert departments.of(runtime, case).signed_at is None
    assert "部门已退单" in xu.is_refused(f"{here}/sign", page=here).text


def test_before_it_is_signed_nothing_else_goes_and_it_is_said_what_would_be_right(xu: Visitor, case: Case) -> None:
    here = f"{INBOX}/{case.id}"
    assert "请先签收" in xu.is_refused(f"{here}/settle", page=here, text=FOUND).text
    assert "请先登记处理情况" in xu.is_refused(f"{here}/give-back", page=here).text


def test_words_are_kept_when_they_are_refused(xu: Visitor, runtime: Runtime, firm: Departments, case: Case) -> None:
    here = f"{INBOX}/{case.id}"
    xu.sends(f"{here}/sign", page=here)
    xu.sends(f"{here}/settle", page=here, text=FOUND)
    with runtime.act(COMMAND) as act:
        respondents.give_back(act, act.session.get_one(Case, case.id), staff.get(act, firm.xu.id))
    assert "又处理了一次" not in xu.opens(here).text
    assert "已经处理或退回过了" in xu.is_refused(f"{here}/refuse", page=here, text="又处理了一次").text


def test_each_department_finds_its_own_and_no_other(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    ma, yang = logged_in(app, firm.ma), logged_in(app, firm.yang)
    sisters = departments.complains(runtime, cast, department_id=firm.garden)
    for visitor, mine, theirs in ((ma, None, case), (yang, sisters, case)):
        assert theirs.number not in visitor.opens(INBOX).text
        assert visitor.opens(f"{INBOX}/{theirs.id}").status_code == 404
        assert visitor.sends(f"{INBOX}/{theirs.id}/sign", page=INBOX).status_code == 404
        if mine is not None:
            assert "由安心热力受理" in section(visitor, "sign")


def test_whoever_leads_sees_every_department_and_what_is_put_to_nobody(
    sun: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    unnamed = departments.complains(runtime, cast)
    assert "维修部" in section(sun, "sign")
    assert unnamed.number in section(sun, "unnamed")
    page = sun.opens(f"{INBOX}/{case.id}").text
    assert f'href="/console/cases/{case.id}"' in page
    assert "sign" not in buttons(page), "the head of the department signs, and nobody for them"


def test_nobody_signs_in_the_name_of_the_department(sun: Visitor, runtime: Runtime, case: Case) -> None:
    here = f"{INBOX}/{case.id}"
    assert "别人不能代签" in sun.is_refused(f"{here}/sign", page=here).text
    assert departments.of(runtime, case).signed_at is None


def test_whom_it_is_passed_up_to_confirms_that_they_have_seen_it(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    grave = departments.complains(runtime, cast, department_id=firm.repair, grade="major", why="再三发生")
    feng = logged_in(app, cast.feng)
    assert grave.number in section(feng, "seen")
    here = f"{INBOX}/{grave.id}"
    assert feng.sends(f"{here}/seen", page=here).location == here
    assert 'id="inbox-seen"' not in feng.opens(INBOX).text
    assert "seen" not in buttons(feng.opens(here).text)


def test_what_is_passed_up_of_a_sister_company_is_seen_where_it_was_taken(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    grave = departments.complains(runtime, cast, department_id=firm.garden, grade="important", why="再三发生")
    qian, feng = logged_in(app, cast.qian), logged_in(app, cast.feng)
    assert grave.number in section(qian, "seen")
    assert grave.number not in feng.opens(INBOX).text, "whoever stands above is asked once they are rung"
    assert 'id="waits-console-inbox">1' in qian.opens(INBOX).text
    departments.link(runtime, cast, grave, cast.feng, duty="manager")
    assert grave.number in section(feng, "seen")


def test_a_full_inbox_asks_the_database_no_more_often_than_an_empty_one(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    sun, asked = logged_in(app, cast.sun), []
    sun.opens(INBOX)
    for many in (1, 5):
        for _ in range(many):
            departments.complains(runtime, cast, department_id=firm.repair)
            departments.complains(runtime, cast)
        with complaining.counted(runtime.engine) as queries:
            sun.opens(INBOX)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_what_falls_due_is_told_in_a_word_and_a_span(xu: Visitor, case: Case, at: HandClock) -> None:
    assert "还有 10 分" in text_of(xu.opens(INBOX))
    at.passes(timedelta(minutes=7))
    assert "快到期 还有 3 分" in text_of(xu.opens(INBOX))
    at.passes(timedelta(minutes=8))
    assert "超期 已超 5 分" in text_of(xu.opens(INBOX))


def test_what_falls_due_first_stands_first(
    xu: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    sooner = departments.complains(runtime, cast, department_id=firm.repair, grade="minor", why="小事")
    for one in (case, sooner):
        xu.sends(f"{INBOX}/{one.id}/sign", page=f"{INBOX}/{one.id}")
    found = section(xu, "settle")
    assert found.index(sooner.number) < found.index(case.number)


def test_how_much_waits_stands_behind_the_link_until_it_is_done(xu: Visitor, case: Case) -> None:
    assert 'id="waits-console-inbox">1' in xu.opens(INBOX).text
    xu.sends(f"{INBOX}/{case.id}/refuse", page=f"{INBOX}/{case.id}", text="不是我们")
    assert 'id="waits-console-inbox" hidden>0' in xu.opens(INBOX).text


def test_a_link_to_the_case_leads_the_department_to_its_inbox(xu: Visitor, case: Case) -> None:
    assert xu.opens(f"/console/cases/{case.id}").location == f"{INBOX}/{case.id}"


def test_after_it_was_put_to_another_department_the_first_finds_it_nowhere(
    app: Flask, xu: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    xu.sends(f"{INBOX}/{case.id}/refuse", page=f"{INBOX}/{case.id}", text="是客服约的时间")
    with runtime.act(COMMAND) as act:
        redirecting.redirect(act, act.session.get_one(Case, case.id), firm.care, by=staff.get(act, cast.sun.id))
    assert case.number not in xu.opens(INBOX).text
    for path in (f"{INBOX}/{case.id}", f"/console/cases/{case.id}"):
        assert xu.opens(path).status_code == 404
    assert case.number in section(logged_in(app, firm.ma), "sign")


def test_where_the_head_is_complained_of_a_supervisor_signs_and_the_head_finds_nothing(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    about = departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=firm.xu.id)
    xu = logged_in(app, firm.xu)
    assert about.number not in xu.opens(INBOX).text
    assert xu.opens(f"{INBOX}/{about.id}").status_code == 404
    here = f"{INBOX}/{about.id}"
    assert sun.sends(f"{here}/sign", page=here).location == here
    assert departments.of(runtime, about).signed_by_id == cast.sun.id


def test_a_joined_complaint_is_dealt_with_in_the_other_ones_form(
    xu: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    again = departments.complains(runtime, cast, department_id=firm.repair)
    with runtime.act(COMMAND) as act:
        both = [act.session.get_one(Case, one.id) for one in (again, case)]
        joins.join(act, *both, by=staff.get(act, cast.lin.id), why="同一次上门")
    found = section(xu, "sign")
    assert (case.number in found, again.number in found) == (True, False)
    assert "在那一单里一并处理" in xu.opens(f"{INBOX}/{again.id}").text
    assert "另有 1 次投诉" in xu.opens(f"{INBOX}/{case.id}").text


def test_an_agent_has_no_inbox_and_no_button_is_made_up(lin: Visitor, xu: Visitor, case: Case) -> None:
    assert lin.opens(INBOX).status_code == 403
    assert xu.sends(f"{INBOX}/{case.id}/close", page=INBOX).status_code == 404
    assert xu.posts(f"{INBOX}/{case.id}/sign").status_code == 400


def test_the_inbox_is_in_english_when_asked(xu: Visitor, case: Case) -> None:
    assert "To sign for" in text_of(xu.opens(f"{INBOX}?lang=en"))
    assert "Sign for it" in text_of(xu.opens(f"{INBOX}/{case.id}"))


def test_a_head_who_leads_as_well_sees_the_company(app: Flask, runtime: Runtime, firm: Departments, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        ma = staff.get(act, firm.ma.id)
        ma.roles.append(StaffRole(role=Role.SUPERVISOR))
    assert case.number in logged_in(app, firm.ma).opens(INBOX).text


def section(visitor: Visitor, name: str) -> str:
    """What stands in one part of the inbox; nothing where the part is not there."""
    return visitor.opens(INBOX).text.partition(f'id="inbox-{name}"')[2].partition("</section>")[0]


def buttons(page: str) -> set[str]:
    """What can be pressed."""
    return {name for name in ("sign", "refuse", "settle", "give-back", "seen") if f'/{name}"' in page}

"""From whom a complaint is hidden: in lists, by number, at the desk, in the register, and as somebody to give it to."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import not_, select

from hotline.domain import discretion, handovers, own_mistakes, staff
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.own_mistakes import OwnMistake
from hotline.domain.staff import Role, StaffRole
from hotline.runtime import Runtime
from tests import given
from tests.console import departments, forms
from tests.console.departments import Departments
from tests.console.forms import NEW, PHONE, SAID
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.talks import Talk
from tests.world import Cast

LISTS = ("/console", "/console/cases", "/console/promises", "/console/desk")


@pytest.fixture
def case(runtime: Runtime, cast: Cast, firm: Departments) -> Case:
    """Chen complains of Zhou, and of repair."""
    return departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.zhou.id)


def test_lists_are_without_it_for_whom_it_is_about_and_for_the_department(
    app: Flask, lin: Visitor, cast: Cast, firm: Departments, case: Case
) -> None:
    for path in LISTS:
        assert case.number in lin.opens(path).text, path
        for who in (cast.zhou, firm.xu):
            assert case.number not in logged_in(app, who).opens(path).text, (path, who)


def test_what_is_not_counted_for_somebody_is_what_they_may_not_know_of(
    runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    """One that is joined with it too; another that is about nobody is hidden from who heads a department alone."""
    joined, other = (departments.complains(runtime, cast, department_id=firm.care) for _ in range(2))
    with runtime.act(COMMAND) as act:
        by_case = {one.case_id: one for one in act.session.scalars(select(Complaint))}
        by_case[joined.id].joined_to_id = by_case[case.id].id
    with runtime.look(COMMAND) as act:
        mine, every = {case.id, joined.id}, {case.id, joined.id, other.id}
        for who, hides in ((cast.zhou, mine), (cast.lin, set()), (firm.xu, every)):
            person = given.person(act, who)
            assert set(act.session.scalars(discretion.hidden(person))) == hides, who
            assert set(act.session.scalars(select(Case.id).where(not_(discretion.cases(person))))) == hides, who


def test_by_its_number_it_is_not_there(app: Flask, cast: Cast, firm: Departments, case: Case) -> None:
    for who, status in ((cast.zhou, 404), (firm.xu, 302)):
        visitor = logged_in(app, who)
        assert visitor.opens(f"/console/cases/{case.id}").status_code == status
        assert visitor.opens(f"/console/cases/{case.id}/opened").status_code == 404
        assert visitor.opens(f"/console/calls/{case.call_id}").status_code == 404
        assert visitor.opens(f"/console/calls/{case.call_id}/form").status_code == 404
        for form in ("reveal", "close", "called-back"):
            answer = visitor.sends(f"/console/cases/{case.id}/{form}", page="/console", what="number", reason="看一看")
            assert answer.status_code in (403, 404), form


def test_a_call_with_another_matter_in_it_is_hidden_all_the_same(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    forms.saves(lin, f"/console/calls/{case.call_id}/form", kind="enquiry", question="何时停暖", read_back="yes")
    assert forms.opened(runtime).call_id == case.call_id
    for who in (cast.zhou, firm.xu):
        assert logged_in(app, who).opens(f"/console/calls/{case.call_id}").status_code == 404


def test_a_call_that_is_hidden_is_no_place_to_go_on_behind(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    """Else whoever must not know of it could find out, row by row, when it was."""
    with runtime.act(CALLER) as act:
        later = f'/console/calls/{given.call(act, cast, sid="CA" + "9" * 32).id}"'
    for who in (cast.zhou, firm.xu):
        assert later in logged_in(app, who).opens(f"/console?before={case.call_id}").text
    assert later not in lin.opens(f"/console?before={case.call_id}").text


def test_whoever_heads_another_department_does_not_read_who_complained_either(
    app: Flask, firm: Departments, case: Case
) -> None:
    assert logged_in(app, firm.ma).opens(f"/console/cases/{case.id}").status_code == 404


def test_a_head_who_answers_for_a_complaint_of_another_department_works_on_it(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Case, case.id).owner_id = firm.ma.id
    assert logged_in(app, firm.ma).opens(f"/console/cases/{case.id}").status_code == 200
    unnamed = departments.complains(runtime, cast, anonymous=True, department_id=firm.repair)
    with runtime.act(COMMAND) as act:
        act.session.get_one(Case, unnamed.id).owner_id = firm.ma.id
    assert logged_in(app, firm.ma).opens(f"/console/cases/{unnamed.id}").status_code == 404


def test_a_head_who_takes_calls_as_well_sees_what_is_about_others(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    with runtime.act(COMMAND) as act:
        for who in (firm.ma, firm.xu):
            person = staff.get(act, who.id)
            person.roles.append(StaffRole(role=Role.AGENT))
    assert logged_in(app, firm.ma).opens(f"/console/cases/{case.id}").status_code == 200
    assert logged_in(app, firm.xu).opens(f"/console/cases/{case.id}").status_code == 302


def test_who_complained_is_not_told_to_the_department_when_they_ring_again(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    with runtime.act(COMMAND) as act:
        zhou = staff.get(act, cast.lin.id)
        zhou.roles.append(StaffRole(role=Role.DEPARTMENT_HEAD))
        zhou.department_id = firm.repair
    talk = Talk(runtime, cast)
    talk.talk()
    page = logged_in(app, cast.lin).opens("/console/desk").text
    assert "139****0088" in page, "Chen is on the line"
    assert case.number not in page


def test_it_is_given_to_nobody_from_whom_it_is_hidden(
    lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case
) -> None:
    here = f"/console/cases/{case.id}"
    offered = lin.opens(here).text.partition('name="receiver"')[2].partition("</select>")[0]
    assert f'<option value="{cast.sun.id}"' in offered
    for who in (cast.zhou, firm.xu):
        assert f'<option value="{who.id}"' not in offered
        lin.is_refused(f"{here}/hand-over", page=here, receiver=str(who.id), reason="请您接手")
    with runtime.look(COMMAND) as act:
        assert handovers.open_of(act, case.id) is None


def test_the_register_of_visitors_is_without_them(app: Flask, lin: Visitor, cast: Cast, firm: Departments) -> None:
    came = {"channel": "walk_in", "phone": PHONE, "name": "曾乐", "about": f"d{firm.repair}", "accused": "周静"}
    forms.saves(lin, NEW, **SAID, **came)
    assert "曾**" in lin.opens("/console/visitors").text
    for who in (cast.zhou, firm.xu):
        assert "曾**" not in logged_in(app, who).opens("/console/visitors").text


def test_how_many_matters_a_colleague_has_open_does_not_tell_of_it(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.sun.id)
    owns = "1 件未结的事"
    assert owns in text_of(logged_in(app, cast.qian).opens("/console/staff"))
    assert owns not in text_of(logged_in(app, cast.sun).opens("/console/staff"))


def test_whom_it_is_about_marks_nothing_that_was_reported_of_it(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    about = departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.sun.id)
    with runtime.act(COMMAND) as act:
        mistake = own_mistakes.report(
            act, given.person(act, cast.lin), act.session.get_one(Case, about.id), "没登记清楚"
        )
        id_ = mistake.id
    assert logged_in(app, cast.sun).sends(f"/console/own-mistakes/{id_}/seen").status_code == 404
    assert logged_in(app, cast.sun).sends(f"/console/own-mistakes/{id_ + 1}/seen").status_code == 404
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(OwnMistake, id_).seen_at is None

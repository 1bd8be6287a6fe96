"""Handing a matter over on the page: who is asked sees it masked, accepts it, or says why not."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import absences, cases, handovers
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, Person

REASON = "她熟悉这栋楼的锅炉"


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    """Chen's enquiry, owned by Lin."""
    return matters.enquiry(runtime, cast)


def asks(lin: Visitor, case_id: int, receiver: Person, reason: str = REASON) -> None:
    here = f"/console/cases/{case_id}"
    answer = lin.sends(f"{here}/hand-over", page=here, receiver=str(receiver.id), reason=reason)
    assert (answer.status_code, answer.location) == (302, here)


def owner(runtime: Runtime, case_id: int) -> int:
    with runtime.look(COMMAND) as act:
        return cases.get(act, case_id).owner_id


def test_a_colleague_sees_the_matter_masked_and_accepts_it(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    asks(lin, case_id, cast.zhou)
    zhou = logged_in(app, cast.zhou)
    assert "等我答复的移交 1" in text_of(zhou.opens("/console/handovers"))
    page = text_of(zhou.opens("/console/handovers/1"))
    assert "139****0088" in page
    assert cast.chen.number.national not in page
    assert REASON in page
    assert owner(runtime, case_id) == cast.lin.id
    answer = zhou.sends("/console/handovers/1/answer", page="/console/handovers/1", answer="accept")
    assert answer.location == f"/console/cases/{case_id}"
    assert owner(runtime, case_id) == cast.zhou.id
    assert f"移交已接收 → {cast.zhou.name}" in text_of(zhou.opens(answer.location))


def test_who_declines_says_why_and_the_giver_reads_it(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    asks(lin, case_id, cast.zhou)
    zhou = logged_in(app, cast.zhou)
    here = "/console/handovers/1"
    refused = zhou.is_refused(f"{here}/answer", page=here, answer="decline", refusal=" ")
    assert "请写下不接收的理由" in refused.text
    zhou.sends(f"{here}/answer", page=here, answer="decline", refusal="本周都在外面培训")
    assert owner(runtime, case_id) == cast.lin.id
    assert "本周都在外面培训" in lin.opens(f"/console/cases/{case_id}").text
    assert "本周都在外面培训" not in logged_in(app, cast.sun).opens(f"/console/cases/{case_id}").text
    assert "已经有了答复" in zhou.is_refused(f"{here}/answer", page=here, answer="accept").text


def test_the_giver_withdraws_what_is_not_answered(lin: Visitor, runtime: Runtime, cast: Cast, case_id: int) -> None:
    asks(lin, case_id, cast.zhou)
    assert "我请别人接手的" in lin.opens("/console/handovers").text
    lin.sends("/console/handovers/1/withdraw", page="/console/handovers/1")
    assert "已撤回" in lin.opens("/console/handovers/1").text
    again = lin.is_refused("/console/handovers/1/withdraw", page="/console/handovers/1")
    assert "已经有了答复" in again.text
    assert owner(runtime, case_id) == cast.lin.id


def test_a_refused_request_keeps_what_was_typed(lin: Visitor, runtime: Runtime, cast: Cast, case_id: int) -> None:
    here = f"/console/cases/{case_id}"
    for form in ({"reason": REASON}, {"receiver": str(cast.lin.id), "reason": REASON}):
        page = lin.is_refused(f"{here}/hand-over", page=here, **form).text
        assert f"{REASON}</textarea>" in page
        assert "请选择一位在岗" in page
    no_reason = lin.is_refused(f"{here}/hand-over", page=here, receiver=str(cast.zhou.id), reason=" ")
    assert "请写下理由" in no_reason.text
    with runtime.look(COMMAND) as act:
        assert handovers.of_case(act, case_id) == []


def test_only_the_owner_is_offered_the_form_and_only_colleagues_who_are_there(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    with runtime.act(COMMAND) as act:
        absences.note(
            act, staff_id=cast.qian.id, receiver_id=cast.feng.id, starts_at=act.at, ends_at=act.at.replace(day=28)
        )
    page = lin.opens(f"/console/cases/{case_id}").text
    for who, there in ((cast.zhou, True), (cast.hu, True), (cast.qian, False), (cast.he, False), (cast.bai, False)):
        assert (f'<option value="{who.id}">{who.name}' in page) is there, who
    assert "hand-over" not in logged_in(app, cast.zhou).opens(f"/console/cases/{case_id}").text
    refused = logged_in(app, cast.zhou).sends(
        f"/console/cases/{case_id}/hand-over", page="/console", receiver=str(cast.sun.id), reason=REASON
    )
    assert refused.status_code == 303
    assert owner(runtime, case_id) == cast.lin.id


def test_a_matter_is_raised_with_what_was_tried(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    here = f"/console/cases/{case_id}"
    assert "请写下理由或已试过的办法" in lin.is_refused(f"{here}/raise", page=here, tried=" ").text
    lin.sends(f"{here}/raise", page=here, tried="已两次上门，仍不热")
    sun = logged_in(app, cast.sun)
    page = text_of(sun.opens("/console/handovers/1"))
    assert "已两次上门，仍不热" in page
    assert "上报" in page
    assert "已有一个移交在等答复" in lin.is_refused(f"{here}/raise", page="/console/cases/1", tried="x").text
    sun.sends("/console/handovers/1/answer", page="/console/handovers/1", answer="accept")
    assert owner(runtime, case_id) == cast.sun.id


def test_who_is_asked_in_a_sister_company_sees_the_request_and_after_accepting_the_case(
    app: Flask, lin: Visitor, cast: Cast, case_id: int
) -> None:
    asks(lin, case_id, cast.wu)
    wu = logged_in(app, cast.wu)
    assert wu.opens(f"/console/cases/{case_id}").status_code == 404
    assert wu.opens("/console/handovers/1").status_code == 200
    assert logged_in(app, cast.hu).opens("/console/handovers/1").status_code == 404
    wu.sends("/console/handovers/1/answer", page="/console/handovers/1", answer="accept")
    assert "261118001" in wu.opens(f"/console/cases/{case_id}").text
    assert "安心物业" in lin.opens(f"/console/cases/{case_id}").text, "the company that took it sees where it is"


def test_nobody_else_sees_or_answers_a_request(app: Flask, lin: Visitor, cast: Cast, case_id: int) -> None:
    asks(lin, case_id, cast.zhou)
    assert lin.sends("/console/handovers/1/answer", page="/console/handovers/1", answer="accept").status_code == 404
    hu = logged_in(app, cast.hu)
    assert hu.sends("/console/handovers/1/answer", page="/console", answer="accept").status_code == 404
    assert lin.opens("/console/handovers/9").status_code == 404


def test_the_company_that_took_a_case_finds_it_under_its_number_when_a_sister_company_has_it(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    matters.enquiry(runtime, cast)
    asks(lin, case_id, cast.wu)
    logged_in(app, cast.wu).sends("/console/handovers/1/answer", page="/console/handovers/1", answer="accept")
    for who in (cast.lin, cast.wu):
        page = logged_in(app, who).opens("/console/cases?number=261118001").text
        assert f"/console/cases/{case_id}" in page
        assert "261118002" not in page
    assert "261118001" not in logged_in(app, cast.hu).opens("/console/cases?number=261118002").text

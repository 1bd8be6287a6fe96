"""Matters brought and repairs reported by other systems; if this broke, a fault in an app would reach nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline.domain import audit, cases, repairs
from hotline.domain.act import COMMAND
from hotline.domain.api_keys import ApiKey, Scope
from hotline.domain.cases import Case, Kind
from hotline.domain.repairs import RepairOrder, Stage
from hotline.domain.staff import Role
from hotline.runtime import Runtime
from tests import complaining, deciding
from tests.api.sender import CALLBACKS, CASES, COMPLAINTS, Sender, said
from tests.world import Cast, HandClock

COLD: dict[str, Any] = {
    "kind": "fault", "matter": "heating", "description": "暖气不热，两个房间", "phone": "138 0000 1234",
    "address": "3号楼2单元501", "name": "李梅",
}  # fmt: skip
ASKED = {"kind": "enquiry", "description": "暖气费怎么交", "phone": "13800001234"}
LEFT = {"kind": "message", "description": "请给 501 回个话", "recipient": "王师傅"}
FOUND: dict[str, Any] = {"found": "更换阀门，试压正常", "tested": True, "customer_signed": True}


@pytest.fixture
def app_of_ours(app: Flask, runtime: Runtime, cast: Cast) -> Sender:
    """The company's app: it brings matters, and sees how those stand."""
    return Sender(app, runtime, cast.heat, [Scope.CASES_WRITE])


@pytest.fixture
def contractor(app: Flask, runtime: Runtime, cast: Cast) -> Sender:
    """The system of the firm whose engineers go out for the heating company."""
    return Sender(app, runtime, cast.heat, [Scope.REPAIRS], [cast.wang, cast.zhao])


def brings(sender: Sender, _name: str | None = None, **fields: Any) -> TestResponse:
    return sender.posts(CASES, _name, **fields)


def stands(sender: Sender, number: str) -> Any:
    answer = sender.asks(number, of=CASES)
    assert answer.status_code == 200, answer.text
    return said(answer)


def lacks(answer: TestResponse) -> list[str]:
    assert answer.status_code == 400, answer.text
    return [one["field"] for one in said(answer)["errors"]]


def order_of(runtime: Runtime) -> RepairOrder:
    with runtime.look(COMMAND) as act:
        return act.session.scalars(select(RepairOrder)).one()


def test_a_fault_from_an_app_rings_an_engineer_as_one_told_on_the_telephone(
    app_of_ours: Sender, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    answer = brings(app_of_ours, "the-same", **COLD)
    assert answer.status_code == 201, answer.text
    (case,) = app_of_ours.cases()
    assert (case.number, case.kind, case.matter, case.owner_id) == (
        said(answer)["number"], "fault", "heating", cast.lin.id,
    )  # fmt: skip
    assert [one["rule"] for one in said(answer)["promises"]] == ["FLT-2.notify", "FLT-2.sign"]
    order = order_of(runtime)
    assert (order.stage, order.scope) == ("reported", "unclear")
    with runtime.look(COMMAND) as act:
        kept = {name: cases.unseal(act, case, value) for name, value in case.details.items()}
        assert cases.unseal(act, case, order.address or "") == COLD["address"]
        entries = audit.entries(act.session, case.chain)
    assert kept == {
        "sealed_remark": COLD["description"], "sealed_address": COLD["address"], "sealed_contact": "+8613800001234",
        "sealed_name": "李梅",
    }  # fmt: skip
    assert not any("李梅".encode() in one.body or b"13800001234" in one.body for one in entries)
    at.passes(timedelta(minutes=2))
    assert said(brings(app_of_ours, "the-same", **COLD)) == said(answer), "sent twice, opened once"
    assert len(app_of_ours.cases()) == 1


def test_a_question_is_answered_by_a_call_and_a_message_is_passed_on(app_of_ours: Sender, runtime: Runtime) -> None:
    asked, left = said(brings(app_of_ours, **ASKED)), said(brings(app_of_ours, **LEFT))
    assert [one["rule"] for one in asked["promises"]] == ["CBK-1.answer"]
    assert [one["rule"] for one in left["promises"]] == ["SEC-3.message"]
    with runtime.look(COMMAND) as act:
        message = app_of_ours.cases()[1]
        assert cases.unseal(act, message, message.details["sealed_for"]) == "王师傅"


def test_what_is_lacking_is_said_all_at_once_and_nothing_is_kept(app_of_ours: Sender) -> None:
    assert lacks(brings(app_of_ours, kind="fault", description="不热")) == ["matter", "address", "phone"]
    assert lacks(brings(app_of_ours, **ASKED, address="x", recipient="y")) == ["address", "recipient"]
    assert lacks(brings(app_of_ours, kind="emergency", description="", phone="1")) == ["kind", "description", "phone"]
    assert lacks(brings(app_of_ours, **COLD | {"matter": "software"})) == ["matter"]
    assert app_of_ours.cases() == []


def test_a_stranger_cannot_have_one_number_rung_all_day_but_a_fault_is_never_turned_away(app_of_ours: Sender) -> None:
    assert [brings(app_of_ours, **ASKED).status_code for _once in range(4)] == [201, 201, 201, 429]
    assert brings(app_of_ours, **COLD).status_code == 201


def test_how_a_matter_stands_is_told_to_who_brought_it_and_to_the_companys_own_systems(
    app: Flask, runtime: Runtime, cast: Cast, app_of_ours: Sender
) -> None:
    number = said(brings(app_of_ours, **COLD))["number"]
    found = stands(app_of_ours, number)
    assert (found["state"], found["closed"], found["repair"]["stage"]) == ("open", None, "reported")
    assert COLD["address"] not in str(found)
    assert [one["verdict"] for one in found["promises"]] == ["open", "open"]
    reader = Sender(app, runtime, cast.heat, [Scope.CASES_READ])
    assert stands(reader, number) == found
    elsewhere = Sender(app, runtime, cast.home, [Scope.CASES_READ, Scope.CASES_WRITE])
    for other in (Sender(app, runtime, cast.heat, [Scope.CASES_WRITE]), elsewhere):
        assert other.asks(number, of=CASES).status_code == 404
    complaint = said(Sender(app, runtime, cast.heat).files(happened="夜里停暖"))["number"]
    assert reader.asks(complaint, of=CASES).status_code == 404, "those whom it is about read there"


def test_a_key_opens_what_it_is_for_and_says_what_else_would(app: Flask, runtime: Runtime, cast: Cast) -> None:
    doors = {COMPLAINTS: "complaints", CALLBACKS: "callbacks", CASES: "cases.write", f"{CASES}/1": "cases.read"}
    theirs = {Scope.REPAIRS: [cast.wang]}
    senders = {scope: Sender(app, runtime, cast.heat, [scope], theirs.get(scope, [])) for scope in Scope}
    for path, needed in doors.items():
        for scope, sender in senders.items():
            answer = sender.asks("1", of=CASES) if path.endswith("1") else sender.posts(path)
            opens = scope == needed or (path.endswith("1") and scope is Scope.CASES_WRITE)
            assert (answer.status_code == 403) is not opens, (path, scope)
            if not opens:
                assert f"needs the scope {needed}" in said(answer)["detail"]
                assert f'scope="{needed}"' in answer.headers["WWW-Authenticate"]
    web_form = Sender(app, runtime, cast.heat)
    assert web_form.files(happened="夜里停暖").status_code == 201, "keys from before open what they did"
    assert brings(web_form, **COLD).status_code == 403


def test_a_contractors_engineer_signs_goes_arrives_and_is_done(
    app_of_ours: Sender, contractor: Sender, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    number = said(brings(app_of_ours, **COLD))["number"]
    for stage in ("signed", "on_the_way", "arrived"):
        at.passes(timedelta(minutes=3))
        answer = contractor.reports(number, stage=stage, engineer="003")
        assert (answer.status_code, said(answer)) == (200, {"number": number, "stage": stage}), answer.text
    answer = contractor.reports(number, "done-once", stage="done", engineer="003", **FOUND)
    assert answer.status_code == 200, answer.text
    assert contractor.reports(number, "done-once", stage="done", engineer="003", **FOUND).status_code == 200
    order = order_of(runtime)
    assert (order.stage, order.engineer_id, order.tested, order.customer_signed) == ("done", cast.wang.id, True, True)
    with runtime.look(COMMAND) as act:
        assert cases.unseal(act, act.session.get_one(Case, order.case_id), order.found or "") == FOUND["found"]
    found = stands(app_of_ours, number)
    assert [found["repair"][name][11:16] for name in ("signed", "on_the_way", "arrived", "done")] == [
        "02:03", "02:06", "02:09", "02:09",
    ]  # fmt: skip
    assert {one["rule"]: one["verdict"] for one in found["promises"]}["FLT-2.sign"] == "kept"


def test_what_cannot_follow_is_refused_and_says_why(
    app: Flask, app_of_ours: Sender, contractor: Sender, runtime: Runtime, cast: Cast
) -> None:
    number = said(brings(app_of_ours, **COLD))["number"]

    def refused(stage: str, engineer: str = "003", **more: Any) -> str:
        answer = contractor.reports(number, stage=stage, engineer=engineer, **more)
        assert answer.status_code == 409, answer.text
        return str(said(answer)["detail"])

    assert "reported cannot become arrived" in refused("arrived")
    assert "reported cannot become done" in refused("done", **FOUND)
    assert contractor.reports(number, "first", stage="signed", engineer="003").status_code == 200
    assert refused("on_the_way", "004") == "somebody else signed for this repair: only who signed for it reports on it"
    assert "signed cannot become signed" in refused("signed", "004")
    assert contractor.reports(number, stage="arrived", engineer="003").status_code == 200
    assert "arrived cannot become on_the_way" in refused("on_the_way")
    assert lacks(contractor.reports(number, stage="done", engineer="003")) == ["found", "tested", "customer_signed"]
    assert lacks(contractor.reports(number, stage="arrived", engineer="003", tested=True)) == ["tested"]
    assert lacks(contractor.reports(number, stage="arrived", engineer="001")) == ["engineer"], "an agent goes nowhere"
    assert contractor.reports("990101001", stage="signed", engineer="003").status_code == 404
    with runtime.act(COMMAND) as act:
        theirs = complaining.hired(act, cast.home, "秦岭", "qin", 44, Role.ENGINEER)
    other = Sender(app, runtime, cast.home, [Scope.REPAIRS], [theirs])
    assert other.reports(number, stage="on_the_way", engineer="044").status_code == 404
    again = said(brings(app_of_ours, **COLD))["number"]
    answer = contractor.reports(again, "first", stage="signed", engineer="003")
    assert answer.status_code == 409, "the same name for another matter"
    assert order_stage(runtime, number) is Stage.ARRIVED


def test_a_key_reports_on_the_repairs_of_the_engineers_it_names_and_learns_of_no_others(
    app: Flask, app_of_ours: Sender, contractor: Sender, runtime: Runtime, cast: Cast
) -> None:
    number = said(brings(app_of_ours, **COLD))["number"]
    other = Sender(app, runtime, cast.heat, [Scope.REPAIRS], [cast.zhao])
    for guessed in (number, "990101001"):
        assert lacks(other.reports(guessed, stage="signed", engineer="003")) == ["engineer"], (
            "whether it is there or not"
        )
    assert contractor.reports(number, stage="signed", engineer="003").status_code == 200
    answer = other.reports(number, stage="done", engineer="004", **FOUND)
    assert (answer.status_code, "003" in answer.text) == (409, False), "nor is told whose it is"
    with runtime.act(COMMAND) as act:  # a key of a version before
        act.session.get_one(ApiKey, contractor.key_id).engineers = []
    answer = contractor.reports(number, stage="arrived", engineer="003")
    assert answer.status_code == 403
    assert "hotline key add --scope repairs --engineer NUMBER" in said(answer)["detail"]
    assert order_stage(runtime, number) is Stage.SIGNED


def test_a_complaint_that_two_people_changed_into_another_kind_stays_hidden_from_other_systems(
    app: Flask, contractor: Sender, runtime: Runtime, cast: Cast
) -> None:
    reader = Sender(app, runtime, cast.heat, [Scope.CASES_READ])
    about_zhou = deciding.complaint(runtime, cast, about=cast.zhou)
    deciding.decides(runtime, cast.qian, deciding.asks(runtime, cast.lin, about_zhou, Kind.FAULT))
    (case,) = reader.cases()
    assert (case.kind, order_of(runtime).stage) == ("fault", "reported")
    assert reader.asks(case.number, of=CASES).status_code == 404
    assert contractor.reports(case.number, stage="signed", engineer="003").status_code == 404
    assert order_of(runtime).stage == "reported"


def order_stage(runtime: Runtime, number: str) -> Stage:
    with runtime.look(COMMAND) as act:
        case = act.session.scalars(select(Case).where(Case.number == number)).one()
        order = repairs.of_case(act, case.id)
        assert order is not None
        return Stage(order.stage)

"""The engineer's sheet: what a link shows, what its buttons do, and what they never do twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import companies, dispatches, repairs
from hotline.domain.act import COMMAND
from hotline.domain.outbox import OutboxEntry
from hotline.domain.repairs import RepairOrder
from hotline.domain.staff import Duty
from hotline.runtime import Runtime
from tests import given
from tests.console import matters
from tests.console.visitor import Visitor, text_of
from tests.domain.departures import dismissed
from tests.world import ADDRESS, Cast, HandClock

DONE = {"found": "换了阀芯", "tested": "yes", "customer_signed": "yes"}


@pytest.fixture
def sheet(runtime: Runtime, cast: Cast) -> str:
    """Wang's link to the repair of Chen's radiator."""
    return f"/sheet/{matters.link(runtime, cast, matters.repair(runtime, cast), cast.wang)}"


def test_the_sheet_tells_what_is_broken_and_hides_whose_it_is(stranger: Visitor, sheet: str) -> None:
    page = text_of(stranger.opens(sheet))
    assert "安心热力" in page
    assert "单号 261118001" in page
    assert "家里不热 一个房间不热" in page
    assert ADDRESS not in page
    assert "0088" not in page


def test_the_sheet_is_kept_by_nobody_on_the_way(stranger: Visitor, sheet: str) -> None:
    headers = stranger.opens(sheet).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]


def test_the_engineer_signs_goes_arrives_and_finishes(
    stranger: Visitor, runtime: Runtime, cast: Cast, sheet: str
) -> None:
    for button, word in (("sign", "已签收"), ("on-the-way", "在路上"), ("arrived", "已到达")):
        assert stranger.sends(f"{sheet}/{button}", page=sheet).location == sheet
        assert f'aria-current="step"><span>{word}' in stranger.opens(sheet).text
    done = stranger.sends(f"{sheet}/done", page=sheet, **DONE)
    assert done.location == sheet
    assert "已完成，辛苦了" in stranger.opens(sheet).text
    order = _order(runtime)
    assert (order.stage, order.engineer_id, order.tested, order.customer_signed) == ("done", cast.wang.id, True, True)
    moves = matters.entries(runtime, "case:1", "repair")
    assert {move["actor"] for move in moves} == {f"link:{cast.wang.id}"}


def test_every_button_may_be_pressed_twice(stranger: Visitor, runtime: Runtime, sheet: str) -> None:
    for button in ("sign", "sign", "on-the-way", "on-the-way", "arrived", "arrived", "on-the-way"):
        assert stranger.sends(f"{sheet}/{button}", page=sheet).location == sheet
    for _ in range(2):
        assert stranger.sends(f"{sheet}/done", **DONE).location == sheet
    assert len(matters.entries(runtime, "case:1", "repair")) == 4
    assert len(matters.entries(runtime, "case:1", "repair-done")) == 1


def test_nothing_said_of_what_was_found_is_refused_and_the_answers_are_kept(stranger: Visitor, sheet: str) -> None:
    stranger.sends(f"{sheet}/sign", page=sheet)
    refused = stranger.is_refused(f"{sheet}/done", page=sheet, **DONE | {"found": " ", "customer_signed": "no"})
    assert "请写下查到了什么" in refused.text
    assert 'name="tested" value="yes" required checked' in refused.text
    assert 'name="customer_signed" value="no" required checked' in refused.text


@pytest.mark.parametrize("missing", ["tested", "customer_signed"])
def test_whether_it_was_tested_and_signed_must_be_answered(
    stranger: Visitor, runtime: Runtime, sheet: str, missing: str
) -> None:
    stranger.sends(f"{sheet}/sign", page=sheet)
    refused = stranger.is_refused(f"{sheet}/done", page=sheet, **DONE | {missing: ""})
    assert "请回答是否当面试过、客户是否签字" in refused.text
    assert "换了阀芯</textarea>" in refused.text
    assert _order(runtime).stage == "signed"


def test_a_no_is_an_answer_and_the_console_shows_it_as_something_to_look_at(
    stranger: Visitor, sun: Visitor, sheet: str
) -> None:
    stranger.sends(f"{sheet}/sign", page=sheet)
    assert stranger.sends(f"{sheet}/done", page=sheet, **DONE | {"customer_signed": "no"}).location == sheet
    page = sun.opens("/console/cases/1").text
    assert '<span class="mark kept">当面试过' in page
    assert '<span class="mark late">客户没有签字' in page


def test_what_cannot_be_mended_now_is_reported_with_a_reason_and_the_customer_is_promised_the_result(
    stranger: Visitor, runtime: Runtime, sheet: str
) -> None:
    stranger.sends(f"{sheet}/sign", page=sheet)
    assert "请写下为什么现在修不好" in stranger.is_refused(f"{sheet}/put-off", page=sheet, found=" ").text
    for _ in range(2):
        assert stranger.sends(f"{sheet}/put-off", page=sheet, found="缺阀芯").location == sheet
    page = stranger.opens(sheet).text
    assert "已报告现在修不好" in page
    assert f"{sheet}/put-off" not in page
    assert len(matters.entries(runtime, "case:1", "repair-put-off")) == 1
    assert "阀芯" not in str(matters.entries(runtime, "case:1", "repair-put-off"))
    assert stranger.sends(f"{sheet}/done", page=sheet, **DONE).location == sheet
    assert "已完成，辛苦了" in stranger.opens(sheet).text


def test_what_was_found_is_sealed(stranger: Visitor, runtime: Runtime, sheet: str) -> None:
    stranger.sends(f"{sheet}/sign", page=sheet)
    stranger.sends(f"{sheet}/done", page=sheet, **DONE)
    assert "阀芯" not in str(_order(runtime).found)
    assert "阀芯" not in str(matters.entries(runtime, "case:1", "repair-done"))


def test_the_engineer_passes_it_on_and_may_still_think_better_of_it(
    stranger: Visitor, runtime: Runtime, sheet: str
) -> None:
    assert stranger.sends(f"{sheet}/decline", page=sheet).location == sheet
    assert matters.answers(runtime, 1) == ["declined"]
    assert "您已转给下一位" in stranger.opens(sheet).text
    stranger.sends(f"{sheet}/sign", page=sheet)
    assert matters.answers(runtime, 1) == ["signed"]


def test_passing_it_on_by_the_link_ends_the_ringing_call(stranger: Visitor, runtime: Runtime, sheet: str) -> None:
    stranger.sends(f"{sheet}/decline", page=sheet)
    with runtime.look(COMMAND) as act:
        [owed] = act.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "end-call"))
        [asked] = dispatches.offers(act, 1)
    assert owed.about["call"] == asked.call_id


def test_what_was_signed_for_is_not_passed_on_any_more(stranger: Visitor, runtime: Runtime, sheet: str) -> None:
    stranger.sends(f"{sheet}/sign", page=sheet)
    stranger.is_refused(f"{sheet}/decline", page=sheet)
    assert matters.answers(runtime, 1) == ["signed"]


def test_when_a_colleague_was_first_the_sheet_says_so_and_shows_no_values(
    stranger: Visitor, runtime: Runtime, cast: Cast, sheet: str
) -> None:
    other = f"/sheet/{matters.link(runtime, cast, 1, cast.zhao)}"
    stranger.sends(f"{sheet}/sign", page=sheet)
    assert "已经有同事签收" in stranger.opens(other).text
    for button in ("sign", "on-the-way", "show-address", "done"):
        refused = stranger.is_refused(f"{other}/{button}", page=other, **DONE)
        assert ADDRESS not in refused.text
    assert _order(runtime).engineer_id == cast.wang.id


def test_before_signing_nothing_can_be_reported(stranger: Visitor, runtime: Runtime, sheet: str) -> None:
    for button in ("on-the-way", "arrived", "done"):
        stranger.is_refused(f"{sheet}/{button}", page=sheet, **DONE)
    assert _order(runtime).stage == "reported"


@pytest.mark.parametrize(("what", "value"), [("address", ADDRESS), ("number", "13900000088")])
def test_a_value_is_shown_once_and_the_look_is_remembered(
    stranger: Visitor, runtime: Runtime, cast: Cast, sheet: str, what: str, value: str
) -> None:
    stranger.sends(f"{sheet}/sign", page=sheet)
    assert value in stranger.sends(f"{sheet}/show-{what}", page=sheet).text
    assert value not in stranger.opens(sheet).text
    [look] = matters.entries(runtime, "case:1", "revealed")
    assert look["actor"] == f"link:{cast.wang.id}"
    assert value not in str(look["body"])


@pytest.mark.parametrize("buttons", [(), ("decline",), ("sign", "done")])
def test_address_and_number_are_for_whoever_signed_until_the_work_is_done(
    stranger: Visitor, runtime: Runtime, sheet: str, buttons: tuple[str, ...]
) -> None:
    for button in buttons:
        stranger.sends(f"{sheet}/{button}", page=sheet, **DONE)
    assert "show-" not in stranger.opens(sheet).text
    for what in ("address", "number"):
        stranger.is_refused(f"{sheet}/show-{what}", page=sheet)
    assert matters.entries(runtime, "case:1", "revealed") == []


@pytest.mark.parametrize("token", ["none", "%00", "a" * 300])
def test_an_unknown_link_is_politely_refused(stranger: Visitor, cast: Cast, token: str) -> None:
    gone = stranger.opens(f"/sheet/{token}")
    assert gone.status_code == 404
    assert "链接已经失效" in gone.text
    assert stranger.sends(f"/sheet/{token}/sign").status_code == 404


def test_a_link_that_ran_out_is_politely_refused(
    stranger: Visitor, runtime: Runtime, sheet: str, at: HandClock
) -> None:
    at.passes(timedelta(days=8))
    gone = stranger.opens(sheet)
    assert gone.status_code == 404
    assert "链接已经失效" in gone.text
    assert stranger.sends(f"{sheet}/sign").status_code == 404
    assert _order(runtime).stage == "reported"


@pytest.mark.parametrize("signed", [False, True])
def test_a_link_is_no_way_in_for_who_left(
    stranger: Visitor, runtime: Runtime, cast: Cast, sheet: str, signed: bool
) -> None:
    if signed:
        stranger.sends(f"{sheet}/sign", page=sheet)
    else:
        stranger.opens(sheet)
    dismissed(runtime, cast.wang)
    for button in ("sign", "on-the-way", "show-address", "show-number"):
        assert stranger.sends(f"{sheet}/{button}", **DONE).status_code == 404, button
    assert stranger.opens(sheet).status_code == 404
    assert (_order(runtime).stage, _order(runtime).engineer_id) == ("reported", None)


def test_a_button_is_refused_without_its_forms_token_and_unknown_buttons_are_not_there(
    stranger: Visitor, runtime: Runtime, sheet: str
) -> None:
    assert stranger.posts(f"{sheet}/sign").status_code == 400
    assert stranger.sends(f"{sheet}/close", page=sheet).status_code == 404
    assert stranger.opens(f"{sheet}/sign").status_code == 405
    assert _order(runtime).stage == "reported"


def test_the_sheet_is_in_english_when_asked(stranger: Visitor, sheet: str) -> None:
    page = text_of(stranger.opens(f"{sheet}?lang=en"))
    assert "Sign for it" in page
    assert "One room is cold" in page


def test_security_signs_for_a_fire_without_a_repair(stranger: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        case = given.case(act, cast, matter="fire")
        dispatches.begin(act, case, Duty.SECURITY)
    here = f"/sheet/{matters.link(runtime, cast, 1, cast.he)}"
    assert stranger.sends(f"{here}/sign", page=here).location == here
    assert "您已签收，请马上处理" in stranger.opens(here).text
    stranger.is_refused(f"{here}/done", page=here, **DONE)


def _order(runtime: Runtime) -> RepairOrder:
    with runtime.look(COMMAND) as act:
        order = repairs.of_case(act, 1)
        assert order is not None
        return order

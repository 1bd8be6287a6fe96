"""The buttons of a call: pause, ask in, hand over, record, end; what is against the standard is said, not done."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.console import in_call
from hotline.domain import calls, controls, handovers, meetings, staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.parties import Mode, Recording, Role, State
from hotline.domain.seats import Status
from hotline.runtime import Runtime
from tests import given
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.talks import Talk
from tests.world import Cast, Person

DESK = "/console/desk"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Lin talks with Chen."""
    made = Talk(runtime, cast)
    made.talk()
    made.free(cast.zhou)
    return made


def press(visitor: Visitor, talk: Talk, action: str, **form: object) -> None:
    """Press a button of the call; it is done."""
    path = f"/console/meetings/{talk.meeting_id}/{action}"
    assert visitor.sends(path, page=DESK, **{name: str(value) for name, value in form.items()}).location == DESK


def refused(visitor: Visitor, talk: Talk, action: str, **form: object) -> str:
    """Press a button of the call; it is not done. What the page says."""
    path = f"/console/meetings/{talk.meeting_id}/{action}"
    return text_of(visitor.is_refused(path, page=DESK, **{name: str(value) for name, value in form.items()}))


def owned(talk: Talk) -> Case:
    """An open matter of Chen's that Lin owns."""
    with talk.runtime.act(COMMAND) as act:
        return given.case(act, talk.cast)


def test_the_page_shows_who_is_in_and_what_to_say_before_a_pause(lin: Visitor, talk: Talk) -> None:
    told = text_of(lin.opens(DESK))
    assert "林晓 001 座席 在通话中" in told
    assert "客户 在通话中" in told
    assert "对不起，请您稍等片刻好吗？" in told


def test_a_pause_begins_with_the_customers_consent_and_ends_with_an_apology(lin: Visitor, talk: Talk) -> None:
    press(lin, talk, "hold")
    assert talk.meeting().held_at is not None
    assert "对不起，让您久等了" in text_of(lin.opens(DESK))
    press(lin, talk, "resume")
    assert talk.meeting().held_at is None
    assert [len(talk.owed(kind)) for kind in ("hold", "resume")] == [1, 1]


def test_a_pause_pressed_twice_is_told_to_have_changed_meanwhile(lin: Visitor, talk: Talk) -> None:
    press(lin, talk, "hold")
    assert "情况有变" in refused(lin, talk, "hold")


def test_a_colleague_is_asked_in_and_sent_off_again(lin: Visitor, talk: Talk) -> None:
    press(lin, talk, "expert", who=talk.cast.zhou.id)
    assert talk.party(talk.cast.zhou).role == Role.EXPERT
    leg = talk.party(talk.cast.zhou).call_id
    told = text_of(lin.opens(DESK))
    assert "周静 002 协助 已邀请" in told
    assert "不再邀请" in told
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)
    told = text_of(lin.opens(DESK))
    assert "请他离开" in told, "who is there already is not uninvited"
    assert "不再邀请" not in told
    press(lin, talk, "send-off", who=talk.cast.zhou.id)
    assert {"call": leg} in talk.owed("end-call")


def test_whom_one_may_ask_is_listed_with_their_status_by_company(lin: Visitor, talk: Talk) -> None:
    talk.free(talk.cast.wu)
    page = lin.opens(DESK).text
    mine, sisters = page.index('label="安心热力"'), page.index('label="安心物业"')
    assert mine < sisters
    assert "吴敏 021 · 空闲" in page
    assert f'<option value="{talk.cast.lin.id}">' not in page


def test_a_busy_colleague_is_not_rung(lin: Visitor, talk: Talk) -> None:
    press(lin, talk, "expert", who=talk.cast.zhou.id)
    assert "情况有变" in refused(lin, talk, "expert", who=talk.cast.zhou.id)


@pytest.mark.parametrize("who", ["", "99999"])
def test_somebody_must_be_chosen(lin: Visitor, talk: Talk, who: str) -> None:
    assert "请选择一位同事" in refused(lin, talk, "expert", who=who)


def test_a_matter_is_handed_over_when_the_colleague_accepts_and_not_before(
    app: Flask, lin: Visitor, talk: Talk
) -> None:
    case = owned(talk)
    press(lin, talk, "hand-over", who=talk.cast.zhou.id, case=case.id, why="她熟悉这台锅炉")
    assert _owner(talk, case) == talk.cast.lin.id
    assert "同事请您加入通话" in text_of(logged_in(app, talk.cast.zhou).opens(DESK))
    talk.with_leg(meetings.accepted, talk.party(talk.cast.zhou).call_id)
    assert _owner(talk, case) == talk.cast.zhou.id


def test_nobody_leaves_before_the_colleague_has_answered(lin: Visitor, talk: Talk) -> None:
    press(lin, talk, "hand-over", who=talk.cast.zhou.id, case=owned(talk).id, why="她熟悉")
    for action in ("end", "leave"):
        assert "对方接受之前由您负责" in refused(lin, talk, action)
    assert not talk.meeting().ending


def test_after_the_handover_the_giver_leaves_and_the_customer_is_not_alone(
    app: Flask, lin: Visitor, talk: Talk
) -> None:
    press(lin, talk, "hand-over", who=talk.cast.zhou.id, case=owned(talk).id, why="她熟悉")
    leg = talk.party(talk.cast.zhou).call_id
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)
    press(lin, talk, "leave")
    talk.leaves(talk.party(talk.cast.lin).call_id)
    assert talk.meeting().agent_id == talk.cast.zhou.id
    assert "结束通话" in text_of(logged_in(app, talk.cast.zhou).opens(DESK))


def test_the_form_after_a_handover_is_of_the_call_that_was_handed_over(lin: Visitor, talk: Talk) -> None:
    earlier = talk.call_id
    talk.leaves(earlier)
    lin.sends(f"{DESK}/wrapped-up", page=DESK)
    with talk.acting() as act:
        calls.locked(act, earlier).sid = None
    talk.talk()
    press(lin, talk, "hand-over", who=talk.cast.zhou.id, case=owned(talk).id, why="她熟悉")
    leg = talk.party(talk.cast.zhou).call_id
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)
    talk.leaves(talk.party(talk.cast.lin).call_id)
    assert talk.seat(talk.cast.lin).status == Status.WRAP_UP
    page = lin.opens(DESK).text
    assert f'id="form-of-call-{talk.call_id}"' in page
    assert f'id="form-of-call-{earlier}"' not in page


def test_a_handover_says_why_and_what(lin: Visitor, talk: Talk) -> None:
    assert "请写明原因" in refused(lin, talk, "hand-over", who=talk.cast.zhou.id, case=owned(talk).id)
    assert "请先保存来电记录单" in refused(lin, talk, "hand-over", who=talk.cast.zhou.id, why="她熟悉")


def test_only_the_owner_hands_a_matter_over(lin: Visitor, talk: Talk) -> None:
    with talk.runtime.act(COMMAND) as act:
        of_another = given.case(act, talk.cast, owner=talk.cast.zhou)
    assert "case-hand-over" not in lin.opens(DESK).text, "a matter of another is not offered"
    told = refused(lin, talk, "hand-over", who=talk.cast.wu.id, case=of_another.id, why="他熟悉")
    assert "只有首问责任人" in told
    assert talk.party(talk.cast.wu).id is None


def test_a_recording_is_paused_while_a_number_is_asked(lin: Visitor, talk: Talk) -> None:
    with talk.acting() as act:
        meetings.get(act, talk.meeting_id).recording = Recording.ON
    assert "暂停录音" in text_of(lin.opens(DESK))
    press(lin, talk, "pause-recording")
    assert "录音已暂停" in text_of(lin.opens(DESK))
    press(lin, talk, "resume-recording")
    assert talk.meeting().recording == Recording.ON


def test_the_end_asks_the_customer_whether_there_is_anything_else(lin: Visitor, talk: Talk) -> None:
    press(lin, talk, "end")
    assert talk.call(talk.call_id).step == "anything-else"
    assert "正在结束" in text_of(lin.opens(DESK))
    talk.leaves(talk.call_id)
    assert talk.seat(talk.cast.lin).status == Status.WRAP_UP


def test_an_outsider_has_no_button_in_somebody_elses_call(app: Flask, talk: Talk) -> None:
    zhou = logged_in(app, talk.cast.zhou)
    for action in ("hold", "end", "leave", "expert"):
        assert "情况有变" in refused(zhou, talk, action)
    assert not talk.meeting().ending
    blown_up = zhou.sends(f"/console/meetings/{talk.meeting_id}/blow-up", page=DESK)
    assert (blown_up.status_code, blown_up.headers["HX-Reswap"]) == (404, "none")


def test_a_button_pressed_as_the_customer_hangs_up_is_told_to_come_too_late(lin: Visitor, talk: Talk) -> None:
    lin.opens(DESK)
    talk.leaves(talk.call_id)
    assert "情况有变" in refused(lin, talk, "end")


def asks_in(lin: Visitor, talk: Talk, role: Role) -> Person:
    """Somebody is asked into the call as this, and their telephone rings."""
    if role is Role.SUPERVISOR:
        with talk.acting() as act:
            sun = staff.get(act, talk.cast.sun.id)
            controls.supervise(act, meetings.get(act, talk.meeting_id), sun, Mode.TALK)
        return talk.cast.sun
    talk.free(talk.cast.zhou)
    handed = {"case": owned(talk).id, "why": "她熟悉"} if role is Role.RECEIVER else {}
    press(lin, talk, "hand-over" if handed else "expert", who=talk.cast.zhou.id, **handed)
    return talk.cast.zhou


ASKED_IN = pytest.mark.parametrize("role", [Role.EXPERT, Role.RECEIVER, Role.SUPERVISOR])


@ASKED_IN
@pytest.mark.parametrize("left", [False, True])
def test_who_is_being_rung_or_has_left_has_no_button_in_the_call(
    app: Flask, lin: Visitor, talk: Talk, role: Role, left: bool
) -> None:
    person = asks_in(lin, talk, role)
    if left:
        talk.with_leg(meetings.turned_down, talk.party(person).call_id, State.DECLINED)
    visitor = logged_in(app, person)
    for action in in_call.ACTIONS:
        assert "情况有变" in refused(visitor, talk, action, who=talk.cast.lin.id)
    assert not talk.meeting().ending
    assert not talk.owed("end-call")


@ASKED_IN
def test_only_the_agent_and_who_leads_send_somebody_off(app: Flask, lin: Visitor, talk: Talk, role: Role) -> None:
    person = asks_in(lin, talk, role)
    leg = talk.party(person).call_id
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)
    does = press if role is Role.SUPERVISOR else refused
    does(logged_in(app, person), talk, "send-off", who=talk.cast.lin.id)
    sent_off = {"call": talk.party(talk.cast.lin).call_id} in talk.owed("end-call")
    assert sent_off == (role is Role.SUPERVISOR)


def test_a_guest_sees_the_call_and_can_only_leave(app: Flask, lin: Visitor, talk: Talk) -> None:
    press(lin, talk, "expert", who=talk.cast.wu.id)
    leg = talk.party(talk.cast.wu).call_id
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)
    wu = logged_in(app, talk.cast.wu)
    told = text_of(wu.opens(DESK))
    assert "离开通话" in told
    assert "结束通话" not in told
    assert wu.opens(f"/console/calls/{talk.call_id}").status_code == 200, "a sister company's call, as a guest"
    press(wu, talk, "leave")
    talk.leaves(leg)
    assert talk.party(talk.cast.wu).state == State.LEFT


def test_a_call_out_of_a_case_has_its_script_at_hand(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        meetings.call_out(act, case, given.person(act, cast.lin), words_version=given.WORDS)
    page = lin.opens(DESK)
    assert "请接起电话" in text_of(page)
    assert "林晓 001 座席 已邀请" in text_of(page)
    assert f"/console/cases/{case.id}/call" in page.text


def _owner(talk: Talk, case: Case) -> int:
    with talk.runtime.look(COMMAND) as act:
        request = act.session.get(handovers.Handover, 1)
        assert request is not None
        return act.session.get_one(Case, case.id).owner_id

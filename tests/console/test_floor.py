"""The floor: who waits, who answers, who talks; a supervisor listens, coaches, joins, and sets a seat away."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import audit
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.parties import Mode, Role
from hotline.domain.seats import Seat, Status
from hotline.runtime import Runtime
from tests import tallies
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.talks import Talk
from tests.world import Cast

FLOOR = "/console/floor"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Lin talks with Chen."""
    made = Talk(runtime, cast)
    made.talk()
    return made


def supervises(visitor: Visitor, talk: Talk, mode: str, **form: str) -> str | None:
    path = f"/console/meetings/{talk.meeting_id}/supervise"
    return visitor.sends(path, page=FLOOR, mode=mode, **form).location


def test_a_supervisor_sees_line_seats_and_conversations(sun: Visitor, talk: Talk) -> None:
    talk.free(talk.cast.zhou)
    told = text_of(sun.opens(FLOOR))
    assert "林晓 001 · 安心热力" in told
    assert "周静 002 空闲" in told
    assert "0088" not in told


@pytest.mark.parametrize("mode", list(Mode))
def test_a_supervisor_takes_part_and_it_is_on_record(sun: Visitor, talk: Talk, mode: Mode) -> None:
    assert supervises(sun, talk, mode) == FLOOR
    party = talk.party(talk.cast.sun)
    assert (party.role, party.mode) == (Role.SUPERVISOR, mode)
    assert talk.told("asked-in")[-1]["mode"] == mode


def test_who_listens_may_coach_next_and_stop(sun: Visitor, talk: Talk) -> None:
    supervises(sun, talk, "listen")
    supervises(sun, talk, "coach")
    assert talk.party(talk.cast.sun).mode == Mode.COACH
    assert talk.told("mode-changed")[-1]["now"] == "coach"
    supervises(sun, talk, "stop")
    assert {"call": talk.party(talk.cast.sun).call_id} in talk.owed("end-call")


def test_stopping_what_never_began_does_nothing(sun: Visitor, talk: Talk) -> None:
    assert supervises(sun, talk, "stop") == FLOOR
    assert talk.owed("end-call") == []


def test_one_calls_page_offers_it_too_and_leads_back_to_it(sun: Visitor, talk: Talk) -> None:
    page = f"/console/calls/{talk.call_id}"
    assert "监听" in text_of(sun.opens(page))
    assert supervises(sun, talk, "listen", on="call") == page
    assert "监听 · 已邀请" in text_of(sun.opens(page))


def test_an_agent_supervises_nobody(lin: Visitor, talk: Talk) -> None:
    assert lin.sends(f"/console/meetings/{talk.meeting_id}/supervise", page="/console/desk").status_code == 403
    assert "监听" not in text_of(lin.opens(f"/console/calls/{talk.call_id}"))


def test_another_companys_supervisor_does_not_hear_it(app: Flask, talk: Talk) -> None:
    hu = logged_in(app, talk.cast.hu)
    assert "林晓" not in text_of(hu.opens(FLOOR))
    path = f"/console/meetings/{talk.meeting_id}/supervise"
    assert hu.sends(path, page=FLOOR, mode="listen").status_code == 404
    assert hu.sends(path, page=FLOOR, mode="shout").status_code == 400


def test_a_conversation_that_is_over_says_so(sun: Visitor, talk: Talk) -> None:
    talk.leaves(talk.call_id)
    path = f"/console/meetings/{talk.meeting_id}/supervise"
    assert "情况有变" in text_of(sun.is_refused(path, page=FLOOR, mode="listen"))


def test_a_supervisor_sets_a_seat_away_with_a_reason_that_the_log_keeps_sealed(
    sun: Visitor, runtime: Runtime, talk: Talk
) -> None:
    talk.free(talk.cast.zhou)
    path = f"/console/seats/{talk.cast.zhou.id}/status"
    assert "请写明原因" in text_of(sun.is_refused(path, page=FLOOR, status="away", why=" "))
    assert sun.sends(path, page=FLOOR, status="away", why="身体不适").location == FLOOR
    seat = talk.seat(talk.cast.zhou)
    assert (seat.status, seat.why) == (Status.AWAY, "supervisor")
    with runtime.look(COMMAND) as act:
        entry = [one for one in audit.entries(act.session, seat.chain) if one.kind == "seat-set"][-1]
        assert act.sealer.open(entry.fields["reason"]) == "身体不适"
    assert "由主管设置" in text_of(sun.opens(FLOOR))


def test_a_supervisor_sets_nobody_free_and_nobody_of_another_company(sun: Visitor, talk: Talk) -> None:
    path = f"/console/seats/{talk.cast.zhou.id}/status"
    assert sun.sends(path, page=FLOOR, status="free", why="全员上线").status_code == 400
    wu = f"/console/seats/{talk.cast.wu.id}/status"
    assert sun.sends(wu, page=FLOOR, status="off", why="下班了").status_code == 404


def test_whoever_answers_no_calls_gets_no_seat_by_being_set_off(sun: Visitor, runtime: Runtime, talk: Talk) -> None:
    wang = talk.cast.wang.id
    assert sun.sends(f"/console/seats/{wang}/status", page=FLOOR, status="off", why="下班了").status_code == 404
    with runtime.look(COMMAND) as act:
        assert act.session.get(Seat, wang) is None


def test_a_supervisor_ends_a_wrap_up_that_was_left_open(sun: Visitor, talk: Talk) -> None:
    path = f"/console/seats/{talk.cast.lin.id}/status"
    assert sun.sends(path, page=FLOOR, status="free", why="有人在等").status_code == 400, "in a call"
    talk.leaves(talk.call_id)
    assert "结束整理" in text_of(sun.opens(FLOOR))
    assert sun.sends(path, page=FLOOR, status="free", why="有人在等").location == FLOOR
    assert talk.seat(talk.cast.lin).status == Status.FREE
    assert talk.told("seat-set", f"seat:{talk.cast.lin.id}")[-1]["status"] == "free"


def test_whoever_is_on_the_line_without_an_agent_is_counted_and_shown_masked(sun: Visitor, talk: Talk) -> None:
    assert "正在通话 1 林晓" in text_of(sun.opens(FLOOR))
    talk.leaves(talk.call_id)  # back with the machine, which asks whether there is anything else
    told = text_of(sun.opens(FLOOR))
    assert "正在通话 1 139****0088" in told
    assert talk.cast.chen.number.national not in told


def test_whoever_is_complained_of_in_a_call_is_led_to_no_page_that_is_hidden_from_them(
    app: Flask, sun: Visitor, runtime: Runtime, talk: Talk
) -> None:
    page = f"/console/calls/{talk.call_id}"
    assert page in sun.opens(FLOOR).text
    with runtime.act(COMMAND) as act:
        about = tallies.complaint(
            act, talk.cast.heat.id, talk.cast.lin.id, filed_at=act.at, about_staff_id=talk.cast.sun.id
        )
        act.session.get_one(Case, about.case_id).call_id = talk.call_id
    assert sun.opens(page).status_code == 404
    shown = sun.opens(FLOOR)
    assert page not in shown.text
    assert "林晓 001 · 安心热力" in text_of(shown), "that somebody talks is no secret"
    path = f"/console/meetings/{talk.meeting_id}/supervise"
    assert path not in shown.text
    for mode in Mode:
        refused, nothing = (sun.sends(at, page=FLOOR, mode=mode) for at in (path, "/console/meetings/77/supervise"))
        assert refused.status_code == nothing.status_code == 404
        assert text_of(refused) == text_of(nothing), "as if there were no such conversation"
    qian = logged_in(app, talk.cast.qian)
    assert page in qian.opens(FLOOR).text
    assert path in qian.opens(FLOOR).text
    assert path in qian.opens(page).text


def test_whoever_is_complained_of_while_they_listen_may_still_leave(sun: Visitor, talk: Talk) -> None:
    supervises(sun, talk, "listen")
    talk.complains(talk.cast.sun)
    path = f"/console/meetings/{talk.meeting_id}/supervise"
    assert sun.sends(path, page=FLOOR, mode="talk").status_code == 404
    assert supervises(sun, talk, "stop") == FLOOR
    assert talk.told("mode-changed") == []
    assert {"call": talk.party(talk.cast.sun).call_id} in talk.owed("end-call")


def test_an_auditor_sees_the_floor_and_touches_nothing(app: Flask, talk: Talk) -> None:
    bai = logged_in(app, talk.cast.bai)
    page = bai.opens(FLOOR)
    assert "林晓 001" in text_of(page)
    assert 'name="mode"' not in page.text
    assert 'name="status"' not in page.text

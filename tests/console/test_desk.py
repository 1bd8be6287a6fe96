"""My desk: my status, by what I am rung, who waits, who is calling and why, what I owe."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from hotline.domain import (
    calls,
    cases,
    controls,
    customers,
    desk,
    handovers,
    meetings,
    promise_looks,
    promises,
    staff,
)
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.matching import Answer
from hotline.domain.seats import Status
from hotline.runtime import Runtime
from tests import given
from tests.console import matters
from tests.console.visitor import Visitor, text_of
from tests.domain import waiting
from tests.domain.talks import Talk
from tests.world import Cast, HandClock

DESK = "/console/desk"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Chen's call and what becomes of it."""
    return Talk(runtime, cast)


def test_the_first_look_at_a_desk_makes_its_seat_and_nobody_is_rung_there_yet(lin: Visitor, talk: Talk) -> None:
    page = lin.opens(DESK)
    assert page.status_code == 200
    assert 'id="choose-off" accesskey="o" aria-keyshortcuts="Alt+O" aria-pressed="true"' in page.text
    assert talk.seat(talk.cast.lin).status == Status.OFF


@pytest.mark.parametrize(("before", "status"), [("off", "free"), ("free", "break"), ("free", "away"), ("free", "off")])
def test_an_agent_says_what_they_do_and_it_is_on_record(lin: Visitor, talk: Talk, before: str, status: str) -> None:
    lin.sends(f"{DESK}/status", page=DESK, status=before)
    assert lin.sends(f"{DESK}/status", page=DESK, status=status).location == DESK
    assert talk.seat(talk.cast.lin).status == status
    assert f'state seat-{status}"' in lin.opens(DESK).text
    assert talk.told("seat-status", f"seat:{talk.cast.lin.id}")[-1]["status"] == status


@pytest.mark.parametrize("status", ["busy", "wrap_up", "", "asleep"])
def test_nobody_chooses_what_comes_about_by_itself(lin: Visitor, status: str) -> None:
    assert lin.sends(f"{DESK}/status", page=DESK, status=status).status_code == 400


def test_during_a_call_a_break_is_noted_and_taken_up_afterwards(lin: Visitor, talk: Talk) -> None:
    talk.talk()
    lin.sends(f"{DESK}/status", page=DESK, status="break")
    assert "通话结束后：休息" in text_of(lin.opens(DESK))
    assert talk.seat(talk.cast.lin).status == Status.BUSY


def test_two_calls_unanswered_are_told_as_the_reason_for_being_away(lin: Visitor, runtime: Runtime, talk: Talk) -> None:
    talk.free(talk.cast.lin)
    for n in (1, 2):
        waiting.joins(runtime, talk.cast, n)
        waiting.answers(runtime, waiting.offered(runtime), Answer.NO_ANSWER)
    assert "连续两次来电未接" in text_of(lin.opens(DESK))


def test_a_sip_telephone_needs_an_address_which_is_kept_and_never_shown(lin: Visitor, talk: Talk) -> None:
    assert "请填写 SIP 地址" in text_of(lin.is_refused(f"{DESK}/device", page=DESK, device="sip", sip="lin"))
    assert lin.sends(f"{DESK}/device", page=DESK, device="sip", sip="sip:lin@desk.example").location == DESK
    page = lin.opens(DESK).text
    assert "已保存" in page
    assert "desk.example" not in page
    assert talk.seat(talk.cast.lin).device == "sip"


def test_whoever_has_no_number_is_told_so_and_an_unknown_device_is_none(
    lin: Visitor, runtime: Runtime, talk: Talk
) -> None:
    talk.rung_in_the_browser(talk.cast.lin)
    with runtime.act(COMMAND) as act:
        staff.get(act, talk.cast.lin.id).phone = None
    assert "没有登记您的电话号码" in text_of(lin.is_refused(f"{DESK}/device", page=DESK, device="phone"))
    assert lin.sends(f"{DESK}/device", page=DESK, device="pigeon").status_code == 400


def test_an_agent_says_in_which_languages_they_answer(lin: Visitor, talk: Talk) -> None:
    assert "接听语言：全部" in text_of(lin.opens(DESK))
    assert lin.sends(f"{DESK}/languages", page=DESK, language="en").location == DESK
    page = lin.opens(DESK)
    assert "接听语言：English" in text_of(page)
    assert 'value="en" id="language-en" checked' in page.text
    assert talk.seat(talk.cast.lin).languages == ["en"]
    lin.sends(f"{DESK}/languages", page=DESK)
    assert talk.seat(talk.cast.lin).languages == []
    assert lin.sends(f"{DESK}/languages", page=DESK, language="fr").status_code == 400


def test_the_line_is_shown_without_a_personal_value(lin: Visitor, runtime: Runtime, talk: Talk) -> None:
    talk.free(talk.cast.lin)
    matters.enquiry(runtime, talk.cast)
    talk.waits()
    line = text_of(lin.opens(DESK)).partition("排队")[2].partition("我的承诺")[0]
    assert "安心热力" in line
    assert "等 林晓 001" in line
    assert "0088" not in line
    assert "陈" not in line


def test_the_longest_silence_of_a_wait_is_shown(lin: Visitor, runtime: Runtime, talk: Talk, at: HandClock) -> None:
    talk.waits()
    at.passes(timedelta(seconds=14))
    with talk.acting() as act:
        wait = act.session.get_one(type(talk.wait()), talk.wait().id)
        wait.longest_gap_ms = 14_000
    page = text_of(lin.opens(DESK))
    assert "最长静默 14 秒" in page
    assert "0:14" in page


def test_a_silence_of_less_than_a_second_is_none(lin: Visitor, talk: Talk) -> None:
    talk.waits()
    with talk.acting() as act:
        act.session.get_one(type(talk.wait()), talk.wait().id).longest_gap_ms = 999
    assert "最长静默" not in text_of(lin.opens(DESK))


def test_a_ringing_caller_is_told_masked_with_matters_contacts_and_why_me(
    lin: Visitor, runtime: Runtime, talk: Talk
) -> None:
    matters.call(runtime, talk.cast, number=7)
    case_id = matters.enquiry(runtime, talk.cast)
    talk.free(talk.cast.lin, talk.cast.zhou)
    talk.waits()
    talk.offered()
    page = lin.opens(DESK)
    told = text_of(page)
    assert "来电：安心热力" in told
    assert "139****0088 · 陈**" in told
    assert "因为您是客户未结事项的首问责任人" in told
    assert f"/console/cases/{case_id}" in page.text
    assert "/console/calls/1" in page.text, "the call before"
    assert "13900000088" not in page.text


def test_of_a_caller_who_stays_unnamed_nothing_is_told(lin: Visitor, runtime: Runtime, talk: Talk) -> None:
    call_id, case_id = matters.complaint(runtime, talk.cast, anonymous=True)
    talk.free(talk.cast.lin)
    with talk.acting() as act:
        desk.join(act, calls.locked(act, call_id))
    talk.offered()
    told = text_of(lin.opens(DESK))
    assert "匿名" in told
    assert "0088" not in told
    assert "陈" not in told.partition("排队")[0]
    assert f"/console/cases/{case_id}" not in lin.opens(DESK).text.partition("排队")[0]


def test_what_i_owe_stands_in_the_order_in_which_it_falls_due(lin: Visitor, runtime: Runtime, talk: Talk) -> None:
    with talk.acting() as act:
        later = given.case(act, talk.cast)
        promises.make(act, "CBK-1.answer", later)
        sooner, none = given.case(act, talk.cast), given.case(act, talk.cast, kind=Kind.MESSAGE)
        promises.make(act, "CBK-2.missed", sooner)
        of_another = given.case(act, talk.cast, owner=talk.cast.zhou)
        promises.make(act, "CBK-2.missed", of_another)
        numbers = [case.number for case in (sooner, later, none)]
        other = of_another.number
        case_id = sooner.id
    page = lin.opens(DESK)
    assert f"/console/cases/{case_id}/call" in page.text.partition("我的承诺")[2], "kept by a call, which starts there"
    told = text_of(page).partition("我的未结事项")[2]
    assert [told.index(number) for number in numbers] == sorted(told.index(number) for number in numbers)
    assert other not in told


def test_what_was_broken_before_is_on_the_list_of_whoever_answers_for_it_now_and_on_nobody_elses(
    lin: Visitor, talk: Talk, at: HandClock
) -> None:
    with talk.acting() as act:
        case = given.case(act, talk.cast, owner=talk.cast.zhou)
        made = promises.make(act, "CBK-1.answer", case)
    assert "未能当场答复的咨询回电" not in text_of(lin.opens(DESK))
    at.set(made.over_at)
    with talk.acting() as act:
        promise_looks.look(act, [made.id])
        handovers.force(act, cases.get(act, case.id), receiver_id=talk.cast.lin.id)
    lin.logs_in(talk.cast.lin)
    assert "未能当场答复的咨询回电" in text_of(lin.opens(DESK))


def test_of_much_that_is_owed_the_most_pressing_is_shown_and_the_rest_counted(lin: Visitor, talk: Talk) -> None:
    with talk.acting() as act:
        numbers = [given.case(act, talk.cast).number for _ in range(14)]
    told = text_of(lin.opens(DESK)).partition("我的未结事项")[2]
    assert "还有 2 项" in told
    assert [number in told for number in numbers] == [True] * 12 + [False] * 2


def test_a_wrap_up_counts_down_and_is_done_when_the_form_is(lin: Visitor, talk: Talk) -> None:
    talk.talk()
    talk.leaves(talk.call_id)
    page = lin.opens(DESK)
    assert "整理记录 剩余 2:00" in text_of(page)
    assert lin.sends(f"{DESK}/wrapped-up", page=DESK).location == DESK
    assert talk.seat(talk.cast.lin).status == Status.FREE


@pytest.mark.parametrize("closed", ["wrapped-up", "status"])
def test_how_long_the_form_was_open_belongs_to_the_time_the_caller_took(
    lin: Visitor, talk: Talk, at: HandClock, closed: str
) -> None:
    talk.talk()
    at.passes(timedelta(seconds=70))
    talk.leaves(talk.call_id)
    at.passes(timedelta(seconds=30))
    lin.sends(f"{DESK}/{closed}", page=DESK, status="free")
    assert talk.wait().handled_seconds == 100


def test_a_name_is_masked_but_for_its_first_character_and_gone_when_erased(
    lin: Visitor, runtime: Runtime, talk: Talk
) -> None:
    talk.free(talk.cast.lin)
    with runtime.act(COMMAND) as act:
        customers.rename(act, customers.get(act, talk.cast.chen.id), "陈小明")
    talk.waits()
    talk.offered()
    assert "陈**" in lin.opens(DESK).text
    matters.erase(runtime, talk.cast.chen)
    assert "陈**" not in lin.opens(DESK).text


def test_every_access_key_of_the_page_is_told_and_no_two_are_the_same(lin: Visitor, talk: Talk) -> None:
    talk.rung_in_the_browser(talk.cast.lin)
    talk.talk()
    page = lin.opens(DESK).text
    keys = re.findall(r'accesskey="(\w)"', page)
    told = {key.lower() for key in re.findall(r"<dt><kbd>(\w)</kbd></dt>", page)}
    assert len(keys) == len(set(keys)) > 10
    assert set(keys) <= told


def test_news_of_other_conversations_does_not_reach_my_desk(lin: Visitor, talk: Talk) -> None:
    talk.talk()
    talk.free(talk.cast.zhou)
    [address] = re.findall(r'hx-sse:connect="([^"]+)"', lin.opens(DESK).text)
    mine = talk.cast.lin.id
    assert parse_qs(urlsplit(unescape(address)).query) == {"about": [f"seat:{mine} staff:{mine}"], "also": ["line"]}
    with talk.acting() as act:
        controls.hold(act, meetings.get(act, talk.meeting_id), mine)
        assert {f"meeting:{talk.meeting_id}", f"seat:{mine}"} <= act.news
        assert f"seat:{talk.cast.zhou.id}" not in act.news


def test_a_script_gets_the_live_part_anew(lin: Visitor, app: Flask) -> None:
    token = lin.token(DESK)
    answer = lin.client.post(
        f"{DESK}/status",
        base_url="https://hotline.example.com",
        data={"csrf_token": token, "status": "free"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert 'state seat-free"' in answer.text

"""The page of calls back: what begins next, what waits for a person, what may be changed by whom, what is over."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import callbacks, cases, companies, owed_calls, staff
from hotline.domain.act import COMMAND
from hotline.domain.callbacks import Callback, Outcome, State, Style
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Case
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from tests import rung
from tests.complaining import Filed, House
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import PASSWORD_HASH, SHANGHAI, Cast, HandClock

LIST, AGREED = "/console/callbacks", "2026-11-19T09:30"
HOUR = timedelta(hours=1)


@pytest.fixture
def missed(runtime: Runtime, cast: Cast) -> int:
    """Chen rang in vain, and is to be rung by itself."""
    return rung.owes(runtime, cast)


@pytest.fixture
def asked(runtime: Runtime, cast: Cast) -> int:
    """Chen asked something whose answer a person has to find first."""
    return rung.owes(runtime, cast, "CBK-1.answer")


def row_of(page: str, callback_id: int) -> str:
    """What a reader sees in the row of a callback."""
    found = re.search(rf'<tr id="callback-{callback_id}">(.*?)</tr>', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def tried_in_vain(runtime: Runtime, cast: Cast) -> None:
    """Lin takes the next attempt, and the customer does not answer."""
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    rung.ends(runtime, rung.takes(runtime), CallState.UNANSWERED)


def test_what_begins_next_stands_before_what_waits_for_a_person(
    lin: Visitor, runtime: Runtime, cast: Cast, asked: int, at: HandClock
) -> None:
    later, missed = rung.owes(runtime, cast), rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, later, at=at.now + HOUR, by=cast.lin.id)
    page = lin.opens(LIST).text
    assert re.findall(r'<tr id="callback-(\d+)">', page) == [str(one) for one in (missed, later, asked)]
    assert "待人安排" in row_of(page, asked)
    assert "11-18 11:00 上午 已约定" in row_of(page, later)


def test_a_row_says_who_by_a_mask_what_was_promised_and_how_near_that_is(
    app: Flask, cast: Cast, lin: Visitor, missed: int, at: HandClock
) -> None:
    row = row_of(lin.opens(LIST).text, missed)
    assert "139****0088" in row
    assert "CBK-2 未到期" in row
    assert "还没拨过" in row
    at.passes(HOUR)
    assert "CBK-2 超期" in row_of(logged_in(app, cast.lin).opens(LIST).text, missed)


def test_each_attempt_says_when_and_how_it_ended(lin: Visitor, runtime: Runtime, cast: Cast, missed: int) -> None:
    tried_in_vain(runtime, cast)
    row = row_of(lin.opens(LIST).text, missed)
    assert "11-18 10:00 无人接听 上午" in row
    assert "11-18 12:00 中午" in row, "the next attempt is in another part of the day"


def test_while_the_customer_is_rung_nothing_can_be_planned(
    lin: Visitor, runtime: Runtime, cast: Cast, missed: int
) -> None:
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    waits = row_of(lin.opens(LIST).text, missed)
    assert "等座席接听" in waits
    assert "正在拨打" not in waits, "nobody is, before one of ours has accepted"
    rung.takes(runtime)
    row = row_of(lin.opens(LIST).text, missed)
    assert "正在拨打" in row
    assert "约定时间" not in waits + row
    assert "正在拨打" in lin.is_refused(f"{LIST}/{missed}/now", page=LIST).text


def test_call_now_is_due_at_once_and_asks_whoever_pressed_it_first(
    lin: Visitor, runtime: Runtime, cast: Cast, asked: int, at: HandClock
) -> None:
    assert lin.sends(f"{LIST}/{asked}/now").location == LIST
    planned = rung.found(runtime, asked)
    assert (planned.next_at, planned.wanted_id) == (at.now, cast.lin.id)
    assert "林晓" in row_of(lin.opens(LIST).text, asked)


def test_a_time_is_agreed_by_the_companys_clock(lin: Visitor, runtime: Runtime, asked: int) -> None:
    assert lin.sends(f"{LIST}/{asked}/agree", at=AGREED, until="2026-11-19T11:00").status_code == 302
    planned = rung.found(runtime, asked)
    assert planned.next_at == datetime(2026, 11, 19, 9, 30, tzinfo=SHANGHAI)
    assert planned.until_at == datetime(2026, 11, 19, 11, tzinfo=SHANGHAI)
    assert rung.verdicts(runtime, asked)["CBK-3.time"] == "open"
    assert "11-19 09:30 上午 已约定 到11-19 11:00" in row_of(lin.opens(LIST).text, asked)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"at": "2026-11-18T09:00"}, "已经过了"),
        ({"at": "2026-11-18T22:00"}, "夜间不给客户打电话"),
        ({"at": AGREED, "until": AGREED}, "要在开始之后"),
        ({"at": ""}, "哪一天几点"),
        ({"at": "bald"}, "哪一天几点"),
        ({"at": "9999-12-31T23:59"}, "哪一天几点"),
    ],
)
def test_a_time_at_which_nobody_can_be_rung_is_refused_in_words(
    lin: Visitor, runtime: Runtime, asked: int, typed: dict[str, str], said: str
) -> None:
    assert said in text_of(lin.is_refused(f"{LIST}/{asked}/agree", page=LIST, **typed))
    assert rung.found(runtime, asked).next_at is None


def test_an_agreed_time_is_kept_on_a_holiday(lin: Visitor, runtime: Runtime, asked: int) -> None:
    lin.sends(f"{LIST}/{asked}/agree", at="2027-01-01T10:00")
    assert rung.found(runtime, asked).next_at == datetime(2027, 1, 1, 10, tzinfo=SHANGHAI)


def test_nobody_is_rung_any_more_for_a_reason_that_stands_sealed_in_the_matter(
    lin: Visitor, runtime: Runtime, missed: int
) -> None:
    assert "写明为什么" in lin.is_refused(f"{LIST}/{missed}/cancel", page=LIST, why=" ").text
    lin.sends(f"{LIST}/{missed}/cancel", why="客户到前台来过了")
    assert rung.found(runtime, missed).state == State.CANCELLED
    assert "已取消" in row_of(lin.opens(LIST).text, missed)
    here = "/console/cases/1"
    page = lin.opens(here).text
    assert "客户到前台来过了" not in page
    [what] = re.findall(r'value="(cancelled-\d+)"', page)
    assert "客户到前台来过了" in lin.sends(f"{here}/reveal", page=here, what=what, reason="复核取消原因").text
    assert "已经结束" in lin.is_refused(f"{LIST}/{missed}/cancel", page=LIST, why="again").text


def test_on_the_page_of_the_case_the_same_is_done_and_leads_back_there(
    lin: Visitor, runtime: Runtime, asked: int
) -> None:
    here = "/console/cases/1"
    assert 'id="callback-1"' in lin.opens(here).text
    refused = lin.is_refused(f"{LIST}/{asked}/agree", page=here, case="1", at="2026-11-18T22:00")
    assert "夜间不给客户打电话" in refused.text
    assert lin.sends(f"{LIST}/{asked}/agree", case="1", at=AGREED).location == here
    assert "11-19 09:30 上午 已约定" in text_of(lin.opens(here))


def test_whoever_neither_answers_for_it_nor_leads_changes_nothing(
    app: Flask, cast: Cast, runtime: Runtime, missed: int, sun: Visitor
) -> None:
    zhou = logged_in(app, cast.zhou)
    assert "立即回电" not in zhou.opens(LIST).text
    for doing in ("now", "agree", "cancel"):
        assert zhou.sends(f"{LIST}/{missed}/{doing}", at=AGREED, why="x").status_code == 403
    assert rung.found(runtime, missed).state == State.OPEN
    assert "立即回电" in row_of(sun.opens(LIST).text, missed)


def test_another_company_sees_and_changes_nothing_of_it(app: Flask, cast: Cast, missed: int) -> None:
    wu = logged_in(app, cast.wu)
    assert f'id="callback-{missed}"' not in wu.opens(LIST).text
    assert wu.sends(f"{LIST}/{missed}/now").status_code == 404


@pytest.mark.parametrize("path", ["99/now", "1/away"])
def test_what_is_not_there_is_not_found(lin: Visitor, missed: int, path: str) -> None:
    assert lin.sends(f"{LIST}/{path}").status_code == 404


def test_whoever_a_complaint_is_about_sees_no_call_back_of_it(
    complaint: Filed, house: House, app: Flask, runtime: Runtime
) -> None:
    with runtime.act(COMMAND) as act:
        staff.get(act, house.liu.id).password_hash = PASSWORD_HASH
        case = act.session.get_one(Case, complaint.id)
        companies.get(act, case.company_id)
        owed = callbacks.owe(act, case, "CMP-9.callback").id
    head = logged_in(app, house.liu)
    assert complaint.case.number not in head.opens(LIST).text
    assert head.sends(f"{LIST}/{owed}/now").status_code == 404


def test_a_call_back_that_is_hidden_is_no_place_to_go_on_behind(
    complaint: Filed, house: House, app: Flask, runtime: Runtime, lin: Visitor, missed: int
) -> None:
    """Else whoever must not know of it could find out when it was over."""
    with runtime.act(COMMAND) as act:
        staff.get(act, house.liu.id).password_hash = PASSWORD_HASH
        case = act.session.get_one(Case, complaint.id)
        [hidden] = act.session.scalars(select(Callback).where(Callback.case_id == case.id))
        owed_calls.end(act, case, hidden, State.UNREACHED)
        later = callbacks.owe(act, rung.case_of(act, missed), "CBK-1.answer")
        owed_calls.end(act, rung.case_of(act, missed), later, State.UNREACHED)
        behind, row = f"{LIST}?before={hidden.id}", f'id="callback-{later.id}"'
    assert row in logged_in(app, house.liu).opens(behind).text
    assert row not in lin.opens(behind).text


def test_what_is_over_says_why_the_newest_first_and_goes_on_over_the_page(
    lin: Visitor, runtime: Runtime, cast: Cast, at: HandClock, missed: int
) -> None:
    with runtime.act(COMMAND) as act:
        case = rung.case_of(act, missed)
        owed_calls.end(act, case, act.session.get_one(Callback, missed), State.UNREACHED, why="no-number")
    at.passes(timedelta(seconds=1))
    with runtime.act(COMMAND) as act:
        case = rung.case_of(act, missed)
        for _ in range(50):
            owed_calls.end(act, case, callbacks.owe(act, case, "CBK-1.answer"), State.SERVED)
    page = lin.opens(LIST).text
    assert "客户来电，已接待" in page
    assert f'id="callback-{missed}"' not in page
    [older] = re.findall(r'rel="next" href="([^"]+)"', page)
    last = lin.opens(LIST + older).text
    assert re.findall(r'<tr id="callback-(\d+)">', last) == [str(missed)]
    assert "未能接通 没有可拨的号码" in row_of(last, missed)


def test_every_state_and_every_end_of_an_attempt_has_a_word() -> None:
    names = [f"state.{one}" for one in State if one != State.OPEN] + [f"outcome.{one}" for one in Outcome]
    for name in names:
        assert Prompts().text(f"console.callbacks.{name}", "zh-CN")


def test_the_number_that_is_shown_is_the_one_that_is_rung(
    lin: Visitor, runtime: Runtime, cast: Cast, missed: int
) -> None:
    with runtime.act(COMMAND) as act:
        case = rung.case_of(act, missed)
        case.details = {**case.details, "sealed_contact": cases.seal(act, case, "+8613900007777")}
    assert "139****7777" in row_of(lin.opens(LIST).text, missed)
    assert "0088" not in row_of(lin.opens(LIST).text, missed)


def test_a_call_in_which_the_machine_tells_a_result_says_so(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    told = rung.owes(runtime, cast, "FLT-5.result", style=Style.INFORM)
    assert "自动告知" in row_of(lin.opens(LIST).text, told)

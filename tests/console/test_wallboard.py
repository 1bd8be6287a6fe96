"""The wallboard: what it shows, when it calls for help, and that it stays on a wall for days and opens nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from hotline.domain import audit, cases, companies
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.cases import Kind
from hotline.domain.companies import Company
from hotline.domain.dispatches import Dispatch
from hotline.domain.log_ins import Session
from hotline.domain.promises import Promise
from hotline.domain.seats import Seat
from hotline.domain.waits import Wait
from hotline.runtime import Runtime
from tests import tallies
from tests.console.visitor import BASE, Visitor, logged_in, text_of
from tests.world import ONE_FACTOR, Cast, Firm, HandClock

BOARD = "/console/wallboard"
_TILE = re.compile(r'<section class="tile( alarm)?" id="tile-(\w+)".*?<p class="figure">(.*?)</p>', re.S)
Tiles = dict[str, tuple[str, bool]]  # each figure as it is read, and whether it calls for help


def tiles(visitor: Visitor, query: str = "") -> Tiles:
    shown = visitor.opens(BOARD + query)
    assert shown.status_code == 200
    found = _TILE.findall(shown.text)
    return {name: (" ".join(re.sub("<[^>]+>", " ", figure).split()), bool(alarm)) for alarm, name, figure in found}


@pytest.fixture
def busy(runtime: Runtime, cast: Cast) -> Cast:
    """The heating company has two callers in line, one agent free, promises and a dispatch; its sister has a caller."""
    with runtime.act(COMMAND) as act:
        for number, (firm, ago, silent) in enumerate(((cast.heat, 90, 20), (cast.heat, 30, 3), (cast.home, 400, 1))):
            _caller(act, firm, cast.lin.id, number, ago=timedelta(seconds=ago), silent=timedelta(seconds=silent))
        for staff_id, status in ((cast.lin.id, "busy"), (cast.zhou.id, "free"), (cast.sun.id, "off")):
            at = {"since": act.at, "idle_since": act.at, "seen_at": act.at}
            seat = Seat(staff_id=staff_id, company_id=cast.heat.id, status=status, device="phone", languages=[], **at)
            act.session.add(seat)
        heat = companies.get(act, cast.heat.id)
        case = cases.open(act, heat, kind=Kind.FAULT, matter="heating", owner_id=cast.lin.id)
        for verdict, minutes in (("open", 60), ("kept", -10), ("late", -20), ("broken", -30), ("open", 61)):
            _promise(act, case.id, cast, verdict, timedelta(minutes=minutes))
        _promise(act, case.id, cast, "broken", timedelta(hours=-10, microseconds=0))  # at midnight: of yesterday
        for duty in ("repair", "lead"):
            act.session.add(Dispatch(case_id=case.id, duty=duty, urgent=True, posted_at=act.at))
    return cast


def _caller(act: Act, firm: Firm, owner_id: int, number: int, *, ago: timedelta, silent: timedelta) -> None:
    call = Call(
        sid=f"CA{number:032d}",
        direction="in",
        company_id=firm.id,
        owner_id=owner_id,
        our_number=firm.number,
        state="talking",
        step="wait",
        language="zh-CN",
        words_version="tests",
        slots={},
        started_at=act.at - ago,
        answer_ms=900 if number else 21_000,
        cause=None if number else "late-answer",
    )
    act.session.add(call)
    act.session.flush()
    act.session.add(
        Wait(
            call_id=call.id,
            company_id=firm.id,
            emergency=False,
            joined_at=act.at - ago,
            last_spoken_at=act.at - silent,
            language="zh-CN",
        )
    )


def _promise(act: Act, case_id: int, cast: Cast, verdict: str, due: timedelta) -> None:
    made = {"case_id": case_id, "company_id": cast.heat.id, "owner_id": cast.lin.id, "calendar": "tests"}
    at = {"made_at": act.at - timedelta(days=1), "due_at": act.at + due}
    act.session.add(Promise(rule="FLT-2.sign", rule_id="FLT-2", verdict=verdict, **made, **at))


def test_the_board_shows_how_it_stands_with_one_company_and_with_the_group(app: Flask, busy: Cast) -> None:
    theirs = tiles(logged_in(app, busy.sun))
    assert theirs == {
        "waiting": ("2", False),
        "longest": ("1:30", True),  # above 60 s
        "silent": ("0:20", True),  # above the 15 s of ANS-4
        "agents": ("1 忙碌 1 整理记录 0 休息 0 离开 0", False),
        "answered": ("50% 2 个来电中 1 个", True),
        "picked_up": ("— 0 次响铃中 0 次", False),
        "due_soon": ("1", False),  # of two that are open the one due within the hour
        "broken": ("2", True),  # late and broken; what fell due at midnight was yesterday's
        "unsigned": ("1", False),  # a matter, though two have to sign for it
    }
    tang = logged_in(app, busy.tang)
    of_group = tiles(tang)
    assert (of_group["waiting"], of_group["longest"]) == (("3", True), ("6:40", True))
    home = tiles(tang, f"?company={busy.home.id}")
    assert (home["waiting"][0], home["answered"], home["agents"][1]) == ("1", ("100% 1 个来电中 1 个", False), True)


def test_when_it_calls_for_help_is_the_companys_own(app: Flask, runtime: Runtime, busy: Cast) -> None:
    with runtime.act(COMMAND) as act:
        own = {"waiting": 2, "longest_wait": "5 min", "in_time": 50, "due_soon": 1, "broken": 3, "free_agents": 2}
        theirs = update(Company).where(Company.id == busy.heat.id)
        act.session.execute(theirs.values(overrides={**ONE_FACTOR, "wallboard": {**own, "due_within": "2 h"}}))
    found = tiles(logged_in(app, busy.sun))
    assert {name for name, (_figure, alarm) in found.items() if alarm} == {"waiting", "silent", "agents", "due_soon"}
    assert found["due_soon"][0] == "2"


def test_what_is_hidden_from_the_reader_is_not_counted(app: Flask, runtime: Runtime, sun: Visitor, busy: Cast) -> None:
    before = tiles(sun)
    with runtime.act(COMMAND) as act:
        about = tallies.complaint(act, busy.heat.id, busy.lin.id, number=9, filed_at=act.at, about_staff_id=busy.sun.id)
        for verdict, minutes in (("open", 5), ("broken", -5)):
            _promise(act, about.case_id, busy, verdict, timedelta(minutes=minutes))
        act.session.add(Dispatch(case_id=about.case_id, duty="respondent", urgent=False, posted_at=act.at))
    assert tiles(sun) == before
    others = tiles(logged_in(app, busy.qian))
    assert [int(others[name][0]) - int(before[name][0]) for name in ("due_soon", "broken", "unsigned")] == [1, 1, 1]


def test_on_a_wall_it_lasts_for_days_and_opens_nothing_else(
    sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    assert sun.sends(BOARD, page=BOARD).location == BOARD
    for path in ("/console", "/console/cases", "/console/staff", "/console/office"):
        assert sun.opens(path).location == BOARD, path
    assert sun.sends("/console/logout").location == BOARD, "that would end the log-ins on other machines too"
    at.passes(timedelta(days=29))
    shown = sun.opens(BOARD, **{"HX-Request": "true"})
    assert shown.status_code == 200
    assert "结束大屏显示" in text_of(shown)
    at.passes(timedelta(days=2))
    assert sun.opens(BOARD).status_code == 302
    with runtime.look(COMMAND) as act:
        assert [one.kind for one in audit.entries(act.session, "house") if one.kind == "wallboard-shown"]


def test_a_cookie_from_before_it_was_on_the_wall_opens_nothing_else_either(sun: Visitor, at: HandClock) -> None:
    with sun.client.session_transaction(base_url=BASE) as kept:
        before = dict(kept)
    sun.sends(BOARD)
    with sun.client.session_transaction(base_url=BASE) as kept:
        kept.clear()
        kept.update(before)
    assert sun.opens("/console/cases").location == BOARD
    at.passes(timedelta(days=29))
    assert sun.opens(BOARD).status_code == 200, "and it lasts as before"


def test_without_being_shown_on_a_wall_a_log_in_ends_as_ever(sun: Visitor, cast: Cast, at: HandClock) -> None:
    assert sun.opens(BOARD).status_code == 200
    at.passes(timedelta(minutes=31))
    assert sun.opens(BOARD, **{"HX-Request": "true"}).status_code == 401


def test_a_wall_is_ended_from_the_wall_and_from_afar(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    walls = [logged_in(app, cast.sun) for _ in range(2)]
    for wall in walls:
        wall.sends(BOARD)
    walls[0].sends(f"{BOARD}/end")
    assert [wall.opens(BOARD).status_code for wall in (*walls, sun)] == [302, 200, 200]
    at.passes(timedelta(days=1))
    again = logged_in(app, cast.sun)
    with runtime.look(COMMAND) as act:
        row = act.session.scalars(select(Session).where(Session.shows, Session.ended_at.is_(None))).one()
    assert f"/{row.id}/" in again.opens("/console/account").text, "listed, though others of that day are over"
    with runtime.act(COMMAND) as act:
        act.session.execute(update(Session).where(Session.id == row.id).values(ended_at=act.at))
    assert walls[1].opens(BOARD).status_code == 302


def test_an_agent_has_no_wallboard(lin: Visitor, cast: Cast) -> None:
    assert lin.opens(BOARD).status_code == 403

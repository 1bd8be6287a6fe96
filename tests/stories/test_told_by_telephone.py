"""Who is rung about a broken promise, as it is heard; if this broke, the highest would read of it next morning."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.domain import cases, companies, notices, promises, seats, staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.seats import Device
from hotline.simulator.phone import Phone
from tests import given
from tests.line import Line

RULE = "CMP-2.pass_up.major"  # by midnight; half an hour later the general manager is rung


def kinds(line: Line, case: Case) -> list[str]:
    return [kind for kind, _fields in line.chain(case.chain) if kind.startswith("notice-")]


def told(line: Line, person_id: int) -> list[str]:
    """What somebody was told of, by the names of the texts."""
    with line.look() as act:
        return list(act.session.scalars(select(Notice.text).where(Notice.staff_id == person_id).order_by(Notice.id)))


@pytest.fixture
def broken(line: Line) -> Case:
    """It is past midnight, and what was promised for the day was not done; nobody was rung so far."""
    with line.runtime.act(COMMAND) as act:
        case = given.case(act, line.cast)
        promises.make(act, RULE, case)
    line.passes(hours=14, minutes=10)
    assert line.promised(case) == {RULE: "broken"}
    return case


def rung(line: Line, who: str = "feng", within: float = 25 * 60) -> Phone:
    return line.phone(who).rings(within=within)


def done(line: Line, case: Case) -> None:
    with line.runtime.act(COMMAND) as act:
        companies.get(act, case.company_id)
        promises.done(act, RULE, cases.get(act, case.id))


def test_the_general_manager_hears_what_is_not_done_and_says_so_by_a_key(line: Line, broken: Case) -> None:
    feng = rung(line).answers().hears("安心热力").hears("2 6 1 1 1 8 0 0 1").hears("重大投诉当日上报总经理")
    feng.hears("11月18日24点").hears("请您马上处理").presses("1").hears("已经记下")
    line.passes(minutes=20)
    assert kinds(line, broken) == ["notice-heard"]
    assert len([call for call in line.calls() if call.staff_id == line.cast.feng.id]) == 1
    assert line.calls()[-1].case_id == broken.id


def test_nothing_that_is_said_names_the_customer(line: Line, broken: Case) -> None:
    feng = rung(line).answers().hears("请您马上处理")
    feng.presses("3").hears("请您马上处理").hangs_up()
    assert not any(personal in str(feng.heard) for personal in ("陈", line.cast.chen.number.national, "501"))


def test_a_voicemail_has_heard_nothing_and_it_rings_again(line: Line, broken: Case) -> None:
    rung(line).goes_to_voicemail()
    line.passes(minutes=1)
    assert kinds(line, broken) == []
    rung(line, within=180).answers().hears("请您马上处理").presses("1").hears("已经记下")
    assert kinds(line, broken) == ["notice-heard"]


@pytest.mark.parametrize("habit", ["busy", "no-answer", "fails", "voicemail"])
def test_rung_three_times_in_vain_others_are_told(line: Line, broken: Case, habit: str) -> None:
    line.phone("feng").habit(habit)
    line.passes(minutes=45)
    assert kinds(line, broken) == ["notice-unheard"]
    assert len([call for call in line.calls() if call.staff_id == line.cast.feng.id]) == 3
    line.phone("sun").receives("无人确认")
    assert told(line, line.cast.feng.id).count("notice-unheard") == 0


def test_above_a_manager_who_hears_nothing_the_general_manager_is_rung(line: Line) -> None:
    escalate = [{"after": "10 min", "role": "manager", "by": "call"}]
    line.changes(line.cast.heat, promise_rules={"CMP-2.pass_up.important": {"escalate": escalate}})
    line.phone("qian").habit("no-answer")
    with line.runtime.act(COMMAND) as act:
        case = given.case(act, line.cast)
        promises.make(act, "CMP-2.pass_up.important", case)
    line.passes(minutes=69)
    rung(line, within=20 * 60).answers().hears("请您马上处理").presses("1").hears("已经记下")
    line.phone("feng").receives("已多次电话催办")
    assert kinds(line, case) == ["notice-unheard", "notice-heard"]


def test_a_page_that_was_open_silences_no_telephone(line: Line, broken: Case) -> None:
    with line.runtime.act(COMMAND) as act:
        ids = [one.id for one in notices.of(act, line.cast.feng.id, before=None, most=9)]
        notices.seen(act, staff.get(act, line.cast.feng.id), ids)
    rung(line).answers().hears("请您马上处理").presses("1").hears("已经记下")
    line.phone("feng").does_not_ring(within=20 * 60)
    with line.look() as act:
        assert notices.unseen(act, line.cast.feng.id) == 0


def test_what_was_heard_on_the_telephone_waits_on_no_page(line: Line, broken: Case) -> None:
    rung(line).answers().hears("请您马上处理").presses("1").hears("已经记下")
    with line.look() as act:
        new = act.session.scalars(select(Notice).where(Notice.staff_id == line.cast.feng.id, Notice.seen_at.is_(None)))
        assert [one.text for one in new if one.by_call] == []


def test_whose_desk_is_in_the_browser_is_rung_on_the_telephone_all_the_same(line: Line, broken: Case) -> None:
    with line.runtime.act(COMMAND) as act:
        seats.of(act, staff.get(act, line.cast.feng.id)).device = Device.BROWSER
    rung(line).answers().hears("请您马上处理")


def test_what_is_done_before_the_step_rings_nobody(line: Line, broken: Case) -> None:
    done(line, broken)
    line.phone("feng").does_not_ring(within=60 * 60)


def test_what_is_done_while_it_rings_is_said_to_be_done(line: Line, broken: Case) -> None:
    feng = rung(line)
    done(line, broken)
    feng.answers().hears("刚刚已经办好")
    line.phone("feng").does_not_ring(within=20 * 60)
    assert kinds(line, broken) == []


def test_whoever_talks_on_our_line_is_rung_when_that_is_over(line: Line, broken: Case) -> None:
    line.passes(minutes=19)
    with line.runtime.act(COMMAND) as act:
        company, feng = companies.get(act, line.cast.heat.id), given.person(act, line.cast.feng)
        promise = promises.make(act, "EMG-2.acknowledge", cases.get(act, broken.id))
        notices.tell(act, feng, Occasion(broken, "promise-broken", "2", promise.id, urgent=True, by_call=True))
        assert company.id == feng.company_id
    first = rung(line, within=30).answers().hears("请您马上处理")
    line.passes(minutes=1)
    first.hears("请您马上处理").presses("1").hears("已经记下").hangs_up()
    rung(line, within=60).answers().hears("重大投诉当日上报总经理").presses("1").hears("已经记下")
    assert kinds(line, broken) == ["notice-heard", "notice-heard"]

"""Every way that the table declares for the line and for whoever answers it is really walked, by callers and agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from hotline.domain import audit
from hotline.domain.seats import Status
from hotline.simulator import driver
from hotline.simulator import meetings as conferences
from hotline.simulator.faults import Trouble
from hotline.simulator.phone import Phone
from hotline.voice import desk_flow
from hotline.voice.flow import FLOW
from hotline.voice.steps import Go, Step, Tell, leads_of
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_desk_webhooks import posts
from tests.stories.test_line import asks_for_a_person, talks_with

DECLARED = {(step, lead) for step, row in FLOW.items() for lead in leads_of(row)}
WITH_A_PERSON = {*desk_flow.LINE, *desk_flow.AGENTS}
WANTED = {pair for pair in DECLARED if WITH_A_PERSON.intersection(pair)}
UNREACHABLE = "anonymous"  # nobody rings them back meanwhile
# Walked by tests/voice/test_flow.py: wherever a caller may ask for a person.
ANYWHERE = {pair for pair in WANTED if pair[1] is Step.AGENT and pair[0] is not Step.MAIN}


def walked(line: Line) -> set[tuple[Step, Step]]:
    """Every pair of steps that followed one another in any call, read from the log."""
    found: set[tuple[Step, Step]] = set()
    with line.look() as act:
        for call in line.calls():
            found |= {(Step(a), Step(b)) for a, b in _pairs(audit.entries(act.session, call.chain))}
    return found


def _pairs(entries: object) -> Iterator[tuple[str, str]]:
    """Of a turn the step it led to is known; what was gone over on the way was told just before."""
    at, over, answering = "", list[str](), False
    for entry in entries:  # type: ignore[attr-defined]
        fields = entry.fields
        if entry.kind == "call-led":
            way = [*fields["over"], fields["to"]]
            yield from pairwise(way)
            over, at = (way, at) if answering or not at else ([], fields["to"])
            answering = True
        elif entry.kind == "call-moved":
            yield from [(at, fields["to"])] if at else []
            at, over, answering = fields["to"], [], not isinstance(FLOW[Step(fields["to"])], (Go, Tell))
        elif entry.kind == "turn":
            yield from pairwise([fields["step"], *(over or [fields["led_to"]])][:2])
            at, over, answering = fields["led_to"], [], True


def waits(line: Line, desk: Desk) -> None:
    """Out of the line on every way: the place kept, asked for again, waited long enough, nobody on duty."""
    lin = line.cast.lin
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    keeper = asks_for_a_person(line, "+8613900000501").hears("请按1").presses("1").hears("对吗").presses("1")
    keeper.hears("还有什么需要").presses("1").hears("请按0").presses("0").hears("位置已经保留").hangs_up()
    patient = asks_for_a_person(line, UNREACHABLE).hears("请按1")
    desk.is_now(lin, Status.OFF)
    talking.hangs_up()
    patient.hears("没有人能接听").hangs_up()
    asks_for_a_person(line, UNREACHABLE).hears("联系电话").hangs_up()
    desk.sits(lin)


def rung_back(line: Line, desk: Desk, answers: Callable[[Phone], object]) -> None:
    """The kept place comes up; the customer answers in this way."""
    agent = desk.takes(line.cast.lin)
    answers(line.phone("+8613900000501").rings().answers().hears("请按1"))
    agent.stays_silent(8)
    desk.wraps_up(line.cast.lin)


def legs(line: Line, desk: Desk) -> None:
    """Agents who decline, press nothing, and find the caller gone."""
    lin = line.cast.lin
    caller = asks_for_a_person(line, UNREACHABLE)
    line.phone("lin").rings().answers().hears("请按2").presses("2")
    caller.hears("没有人能接听").hangs_up()
    caller = asks_for_a_person(line, UNREACHABLE)
    for _ in range(2):
        line.phone("lin").rings().answers().stays_silent(30)
    caller.hears("没有人能接听").hangs_up()
    desk.is_now(lin, Status.FREE)
    for before in ("rings", "hears"):
        caller = asks_for_a_person(line, UNREACHABLE)
        agent = line.phone("lin").rings()
        heard = agent.answers().hears("请按1") if before == "hears" else agent
        gone_unnoticed(line, caller)
        (heard.presses("1") if before == "hears" else heard.answers()).hears("不在线上").stays_silent(8)
    caller = asks_for_a_person(line, UNREACHABLE)
    line.phone("lin").rings().answers().hears("请按1").presses("1")
    caller.hangs_up()
    line.passes(seconds=20)


def gone_unnoticed(line: Line, caller: Phone) -> None:
    """The caller hangs up, and ending the colleague's leg fails at first."""
    line.exchange.faults.order(Trouble.REST_BUSY, times=9, matching="/Calls/CA")
    caller.hangs_up()
    line.passes(seconds=1)
    line.exchange.faults.clear()


def ends(line: Line, desk: Desk) -> None:
    """Every end of a conversation: on purpose, by the carrier, before it came about, and by a broken line."""
    lin = line.cast.lin
    caller = talks_with(line, desk, "+8613900000521")
    desk.ends(lin)
    caller.hears("还有什么需要").hangs_up()
    desk.wraps_up(lin)
    caller = talks_with(line, desk, "+8613900000522")
    put_out_by_the_carrier(line)
    caller.hears("还有什么需要").hangs_up()
    desk.wraps_up(lin)
    line.exchange.faults.order(Trouble.DROP, times=8, matching="/voice/meeting/")
    caller = talks_with(line, desk, UNREACHABLE)
    put_out_by_the_carrier(line)
    caller.hears("刚才通话断了").hangs_up()
    line.passes(seconds=20)
    desk.sits(lin)
    caller = talks_with(line, desk, UNREACHABLE)
    desk.is_now(lin, Status.OFF)
    line.phone("lin").hangs_up()
    caller.hears("刚才通话断了").hears("联系电话").hangs_up()
    line.exchange.problems.clear()


def put_out_by_the_carrier(line: Line) -> None:
    """The customer, who came in last, is out of the conference, and still on the line."""
    board = line.exchange.board
    [customer] = [one for room in board.conferences.values() for one in room.participants if one.end_on_exit]
    with line.exchange.timetable.changed:
        driver.interrupt(board, customer.leg, conferences.Left("participant_updated_via_api"))
    line.passes(seconds=5)


def invitations(line: Line, desk: Desk) -> None:
    """A colleague accepts, declines, presses nothing, comes too late; an agent rings out in vain."""
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    for key, then in (("2", "好的"), ("", "好的"), ("1", "")):
        desk.asks_in(lin, line.cast.wang)
        expert = line.phone("wang").rings().answers().hears("请按1")
        (expert.presses(key) if key else expert.stays_silent(12)).hears(then).stays_silent(8)
    for picked_up in (False, True):
        desk.asks_in(lin, line.cast.zhao)
        late = line.phone("zhao").rings()
        heard = late.answers().hears("请按1") if picked_up else late
        gone_unnoticed(line, caller)
        (heard.presses("1") if picked_up else heard.answers()).hears("通话已经结束").stays_silent(8)
        desk.wraps_up(lin)
        caller = talks_with(line, desk, "chen") if not picked_up else caller
    calls_out(line, desk)


def calls_out(line: Line, desk: Desk) -> None:
    """A customer who does not answer, one who does, and one who says so when the agent has just given up."""
    lin, case, who = line.cast.lin, line.cases()[0], line.phone("+8613900000501")
    desk.calls_out(lin, case.id)
    line.phone("lin").rings().answers().hears("请按1").presses("1")
    who.rings().lets_it_ring()
    line.passes(seconds=10)
    for talks in (True, False):
        desk.calls_out(lin, case.id)
        line.phone("lin").rings().answers().hears("请按1").presses("1")
        who.rings().answers().hears("请按1")
        if talks:
            who.presses("1").stays_silent(5).hangs_up()
            desk.wraps_up(lin)
            line.passes(seconds=8)
    call = line.calls()[-1]
    desk.ends_at_once(lin)
    assert "我们再给您回电" in posts(line, f"/voice/turn/{call.id}/{call.turn}", call, Digits="1").text
    line.passes(seconds=20)


def without_a_menu(line: Line, desk: Desk) -> None:
    line.changes(line.cast.heat, flow={"menu": False})
    desk.sits(line.cast.lin)
    line.passes(seconds=20)
    caller = line.rings("+8613900000531").hears("正在为您接通工作人员")
    desk.takes(line.cast.lin)
    caller.hears("♪ beep").hangs_up()


def test_every_way_with_a_person_is_walked(line: Line, desk: Desk) -> None:
    waits(line, desk)
    rung_back(line, desk, lambda phone: phone.presses("2").hears("再给您回电"))
    legs(line, desk)
    ends(line, desk)
    invitations(line, desk)
    without_a_menu(line, desk)
    missing = WANTED - ANYWHERE - walked(line)
    assert not missing, "; ".join(sorted(f"{step} -> {lead}" for step, lead in missing))

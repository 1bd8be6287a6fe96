"""The table of the call: no step is a dead end, and every way it declares is really walked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select

from hotline.domain import audit, calls, cases, companies, customers, dispatches, notices, promises, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.dispatches import Dispatch
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Duty
from hotline.runtime import Runtime
from hotline.voice import desk_flow, inform, survey
from hotline.voice.flow import ENTRIES, FLOW, check
from hotline.voice.steps import Row, Step, Tell, leads_of, says
from tests import world
from tests.voice.ring import Ring, Rings

DECLARED = {(step, lead) for step, row in FLOW.items() for lead in leads_of(row)}
ELSEWHERE = {*desk_flow.LINE, *desk_flow.AGENTS, *survey.SURVEY, *inform.INFORM}  # walked by their own
BY_ITSELF = {pair for pair in DECLARED if not ELSEWHERE.intersection(pair)}
ITEMS = ["fault", "complaint", "enquiry", "message", "progress", "lost_property", "agent"]


def test_the_table_is_whole() -> None:
    assert check() == []


def test_a_step_without_a_row_is_found() -> None:
    flow: dict[Step, Row] = {step: row for step, row in FLOW.items() if step != Step.FEE}
    assert "fee has no row" in check(flow)


def test_a_step_that_is_never_reached_is_found() -> None:
    flow = {**FLOW, Step.COMPLAINT: Tell(says(), Step.FAREWELL)}
    assert "complaint-named is never reached" in check(flow)


def test_a_step_from_which_no_end_is_reached_is_found() -> None:
    flow = {**FLOW, Step.LINGER: Tell(says(), Step.FAREWELL)}
    assert "linger never comes to an end" in check(flow)
    assert "menu never comes to an end" in check(flow)


def walks(ring: Ring, script: str) -> Ring:
    """Walk a call: a key, "s" silence, "say" words or a message, "+number" a number keyed in."""
    for token in script.split():
        if ring.now is not None and ring.now.hangs_up:
            break
        match token:
            case "s":
                ring.stays_silent()
            case "say":
                ring.says("幸福小区6号楼")
            case _ if token.startswith("+"):
                ring.keys(token[1:])
            case _:
                ring.presses(token)
    return ring


# At the property company: 1 emergency 2 fault 3 complaint 4 enquiry 5 message 6 progress 7 lost property.
WALKS = """
8 9 0 1 1 2 1
0 2 +13900000077 2 +13900000077 1 2 2
0 2 s s s 1 0 1
s s s 1 2 s s s s s s s s s s s
1 s s s say say say 2 3
1 2 s s s s s s s s s 2 s
2 s s s say 1 2
2 s s s say 2 say 2 say 2 say 1
2 1 s s s s s s say 1
2 2 3 1 1 1 1 2 2 3 1 1 2 s s s 1
2 2 3 1 1 2 2 1 2 2 3 1 1 2 1 say 1 1 2 3 1 say 1
2 2 3 1 1 s s s 1
2 2 1 say say say 2 2
3 1 say 1 1 3 2 say 1 3 s s s say 1
4 say 1 1 5 say say 1 1 5 s s s say 1 2
6 s s s 1 1 7 say 1 2
6 +1 +2 +3 1 1 1
2 0 1 0 1
2 2 0 1 2 0 1
2 2 3 1 1 1 0 1
2 s s s say 0 1
3 0 1 2 1
4 say 0 1
4 say 2 +13900000077 0 1
"""
WITHHELD = """
0 s s s 1 0 +13900000077 1 9 2 1 0 1 1 1 4 say 1 1 7 say 1 2
0 +13900000077 2 +13900000077 2 +13900000077 2 1
3 1 say s s s 1 5 say say s s s 2
2 2 3 3 say 1 +13900000077 1 1 4 say 2 s s s 2
"""
OPEN = "1 s s s", "2 s s s", "3 s s s", "4 say", "5 say", "6 s s s", "7 say", "8 9 0", "s s s"


def test_every_way_that_the_table_declares_is_walked(
    rings: Rings, runtime: Runtime, cast: world.Cast, at: world.HandClock
) -> None:
    _change(runtime, cast.home.id, flow={"items": ITEMS})
    for place, script in enumerate(WALKS.strip().splitlines()):
        walks(rings(to=cast.home.number, from_=world.number(500 + place).e164).begins(), script).hangs_up()
    for script in WITHHELD.strip().splitlines():
        walks(rings(to=cast.home.number, from_="anonymous").begins(), script).hangs_up()
    _known_callers(rings, runtime, cast)
    _colleagues(rings, runtime, cast)
    _change(runtime, cast.home.id, flow={"items": ITEMS, "menu": False, "asks_satisfaction": False})
    for script in OPEN:
        walks(rings(to=cast.home.number, from_="anonymous").begins(), script).hangs_up()
    walks(rings(to=cast.home.number).begins(), "0 1 1 2").hangs_up()
    _nuisance(rings, runtime, cast, at)
    missing = BY_ITSELF - set(_walked(runtime))
    assert not missing, "; ".join(sorted(f"{step} -> {lead}" for step, lead in missing))


def _known_callers(rings: Rings, runtime: Runtime, cast: world.Cast) -> None:
    """Chen: a fault, the same again, another, one out of agreement; and how far it is."""
    for to, script in (
        (cast.heat.number, "2 1 2 1 1 1"),
        (cast.heat.number, "3 1 2 1 1"),
        (cast.heat.number, "2 1"),
        (cast.heat.number, "2 2 2 2 2 say 1"),
        (cast.heat.number, "2 s s s"),
        (cast.heat.number, "0 1 2"),
        (cast.heat.number, "4 say 1 2"),
        (cast.heat.number, "3 +261118002"),
        (cast.home.number, "2 2 3 3 1"),
        (cast.home.number, "2 2 1 say"),
        (cast.heat.number, "2 2 2 2 0 1"),
    ):
        walks(rings(to=to, from_=cast.chen.number.e164).begins(), script).hangs_up()
    _change(runtime, cast.heat.id, repair={"asks_agreement": True})
    with runtime.act(COMMAND) as act:
        place = customers.place_with(act, cast.chen.id, cast.heat.id)
        assert place is not None
        place.agreement_ends = date(2026, 1, 1)
    walks(rings(from_=cast.chen.number.e164).begins(), "2 2 1 2 1 1 1").hangs_up()


def _colleagues(rings: Rings, runtime: Runtime, cast: world.Cast) -> None:
    """Wang and Zhao: offers signed, declined, unanswered, gone; the work told by phone, and told too late.

    Feng is told of what was not done.
    """
    wang = cast.wang.number.e164
    walks(_rung(rings, runtime, cast.wang), "2")
    walks(_rung(rings, runtime, cast.zhao), "3 s s s")
    late, early = _rung(rings, runtime, cast.zhao), _rung(rings, runtime, cast.wang)
    walks(early, "1")
    walks(late, "1").hears("已经有同事签收了")
    _rung(rings, runtime, cast.zhao).hears("已经有同事签收了")
    walks(rings(from_=wang).begins(), "s s s")
    walks(rings(from_=wang).begins(), "0 s s s")
    for script in ("3 s s s", "4 s s s", "4 say", "3 say s s s", "3 say 1 s s s", "1", "1", "2", "2"):
        walks(rings(from_=wang).begins(), script)
    late, early = walks(rings(from_=wang).begins(), "3 say 1"), walks(rings(from_=wang).begins(), "3 say 2")
    later = walks(rings(from_=wang).begins(), "4")
    walks(early, "2")
    walks(late, "1").hears("没有记下来")
    walks(later, "say").hears("没有记下来")
    walks(_told(rings, runtime, cast.feng), "3 s s s").hears("过一会儿再打给您")
    walks(_told(rings, runtime, cast.feng), "1").hears("已经记下")
    _told(rings, runtime, cast.feng, done=True).hears("刚刚已经办好")


def _rung(rings: Rings, runtime: Runtime, who: world.Person) -> Ring:
    """A colleague is rung about the first repair, and picks up."""
    with runtime.act(COMMAND) as act:
        dispatch = act.session.scalars(
            select(Dispatch).where(Dispatch.duty == Duty.REPAIR).order_by(Dispatch.id)
        ).first()
        assert dispatch is not None
        case = cases.get(act, dispatch.case_id)
        placed = _place(act, case, who, Step.REPAIR_OFFER)
        dispatches.offer(act, dispatch, staff.get(act, who.id), placed)
    return _picks_up(rings, who, placed)


def _told(rings: Rings, runtime: Runtime, who: world.Person, *, done: bool = False) -> Ring:
    """A colleague is rung about a promise that was not kept, or was after all, and picks up."""
    with runtime.act(COMMAND) as act:
        case = cases.get(act, 1)
        companies.get(act, case.company_id)
        promise, person = promises.make(act, "CBK-1.answer", case), staff.get(act, who.id)
        notices.tell(act, person, Occasion(case, "promise-broken", str(promise.id), promise.id))
        (notice,) = notices.of(act, person.id, before=None, most=1)
        due = promise.due_at.isoformat()
        placed = _place(act, case, who, Step.NOTICE, notice=notice.id, ring=1, rule=promise.rule, due=due)
        if done:
            promises.done(act, promise.rule, case)
    return _picks_up(rings, who, placed)


def _place(act: Act, case: Case, who: world.Person, first: Step, **slots: object) -> Call:
    company, colleague = companies.get(act, case.company_id), staff.get(act, who.id)
    return calls.place(
        act, company, colleague=colleague, case_id=case.id, owner_id=case.owner_id, words_version="x", slots=slots,
        our_number=companies.number_of(act, company), first_step=first,
    )  # fmt: skip


def _picks_up(rings: Rings, who: world.Person, placed: Call) -> Ring:
    ring = rings(to=who.number.e164)
    ring.now = ring.asks(f"/voice/outbound/{placed.id}")
    return ring


def _nuisance(rings: Rings, runtime: Runtime, cast: world.Cast, at: world.HandClock) -> None:
    with runtime.act(COMMAND) as act:
        ends = act.at + timedelta(days=1)
        row = customers.flag_nuisance(act, cast.unknown, reason="x", flagged_by=cast.lin.id, expires_at=ends)
        customers.confirm_nuisance(act, row.id, cast.sun.id)
    rings().begins().hears("不办理业务")


def _change(runtime: Runtime, company_id: int, **overrides: object) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, company_id).overrides = overrides


def _walked(runtime: Runtime) -> Iterable[tuple[Step, Step]]:
    """Every pair of steps that followed one another in any call, read from the log."""
    with runtime.look(COMMAND) as act:
        for call in act.session.scalars(select(Call)):
            over: list[str] = []
            for entry in audit.entries(act.session, call.chain):
                if entry.kind == "call-led":
                    over = [*entry.fields["over"], entry.fields["to"]]
                    yield from _pairs(over)
                    over = [] if over[0] in ENTRIES else over  # how the call began leads from no turn
                elif entry.kind == "turn":
                    yield from _pairs([entry.fields["step"], *(over or [entry.fields["led_to"]])][:2])
                    over = []


def _pairs(steps: list[str]) -> Iterable[tuple[Step, Step]]:
    return ((Step(one), Step(other)) for one, other in pairwise(steps))

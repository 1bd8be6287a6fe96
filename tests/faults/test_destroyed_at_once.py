"""What is destroyed while somebody holds it, rings, or destroys it too: one waits for the other, then looks again."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pyotp
import pytest

from hotline.domain import calls, cases, companies, customers, disposals, erasures, holds, second_factors, staff
from hotline.domain.act import CALLER, CLOCK, COMMAND, Act
from hotline.domain.seats import Seat
from hotline.domain.second_factors import SecondFactor
from hotline.errors import Conflict
from hotline.runtime import Runtime
from hotline.web import create_app
from tests import given
from tests.console.visitor import Visitor
from tests.world import Cast, HandClock

SET_UP = "/console/login/set-up"
WHY = "客户来信要求删除"


@pytest.fixture
def settled(runtime: Runtime, cast: Cast) -> int:
    """A matter of Chen's that is closed, and the request to erase her."""
    with runtime.act(COMMAND) as act:
        matter = given.case(act, cast)
        matter.details = {"sealed_question": cases.seal(act, matter, "何时供热")}
        cases.mark_closed(act, matter, by=cast.lin.id, outcome="十五号")
        return matter.id


def while_open(runtime: Runtime, first: Callable[[Act], object], then: Callable[[], Any]) -> Future[Any]:
    """One has done it and is not through; another begins, and has a moment to come past."""
    with ThreadPoolExecutor(1) as pool:
        with runtime.act(COMMAND) as act:
            first(act)
            act.session.flush()
            begun = pool.submit(then)
            ends = time.monotonic() + 0.4
            while not begun.done() and time.monotonic() < ends:
                time.sleep(0.01)
        return begun


def test_no_hold_is_placed_and_no_call_begun_beside_a_key_that_goes(runtime: Runtime, cast: Cast, settled: int) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        asked = erasures.ask(act, cases.get(act, settled), by=given.person(act, cast.sun), reason=WHY).id

    def erases(act: Act) -> None:
        companies.get(act, cast.heat.id)
        erasures.decide(act, asked, by=given.person(act, cast.qian), approve=True, answer=WHY)

    def rings() -> tuple[int, str | None]:
        with runtime.act(CALLER) as act:
            found = customers.with_number(act, cast.chen.number)
            return found.id, found.key

    def holds_it() -> int:
        with runtime.act(COMMAND) as act:
            companies.get(act, cast.heat.id)
            matter, by = cases.get(act, settled), given.person(act, cast.sun)
            return holds.place(act, matter, whole_customer=False, by=by, reason=WHY).id

    def both() -> tuple[tuple[int, str | None], BaseException | None]:
        with ThreadPoolExecutor(2) as pool:
            ringing, held = pool.submit(rings), pool.submit(holds_it)
            return ringing.result(), held.exception()

    (who, key), refused = while_open(runtime, erases, both).result()
    assert isinstance(refused, Conflict), refused
    assert who != cast.chen.id, "whoever rings from the number now is a new customer"
    assert key is not None


@pytest.mark.parametrize("known", [True, False])
def test_a_call_that_is_being_held_is_not_destroyed_beside_it(
    runtime: Runtime, cast: Cast, at: HandClock, known: bool
) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen if known else None)
        call.put(sealed_looks=calls.seal(act, call, "漏水"))
        calls.progress(act, call, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
    at.set(at.now.replace(year=2030))
    with runtime.act(CLOCK) as act:
        drawn = disposals.draw_up(act, cast.heat.id, by=None, most=9)
        assert drawn is not None
        disposals.decide(act, drawn.id, by=given.person(act, cast.qian), approve=True, answer=WHY)

    def holds_it(act: Act) -> None:
        companies.get(act, cast.heat.id)
        by, held = given.person(act, cast.sun), act.session.get_one(calls.Call, call.id)
        holds.place(act, held, whole_customer=False, by=by, reason=WHY)

    def destroys() -> None:
        with runtime.act(CLOCK) as act:
            disposals.carry_out(act, drawn.id, most=9)

    while_open(runtime, holds_it, destroys).result()
    with runtime.look(COMMAND) as act:
        assert disposals.counts(act, drawn.id)["call", disposals.Item.KEPT] == 1
        assert "sealed_looks" in act.session.get_one(calls.Call, call.id).slots


def test_the_clock_and_a_supervisor_draw_up_one_list(runtime: Runtime, cast: Cast, settled: int, at: HandClock) -> None:
    at.set(at.now.replace(year=2030))

    def draws() -> object:
        with runtime.act(CLOCK) as act:
            return disposals.draw_up(act, cast.heat.id, by=None, most=9)

    second = while_open(
        runtime, lambda act: disposals.draw_up(act, cast.heat.id, by=given.person(act, cast.sun), most=9), draws
    )
    assert isinstance(second.exception(), Conflict)


def test_of_two_who_set_up_a_second_factor_at_once_the_first_counts(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {}
        given.seat(act, cast.sun)
    late = Visitor(create_app(runtime))
    assert late.logs_in(cast.sun).location == SET_UP
    page = late.opens(SET_UP).text
    secret = page.partition('class="typed">')[2].partition("<")[0].replace(" ", "")
    code = pyotp.TOTP(secret).at(at.now)

    def confirms(act: Act) -> None:
        companies.get(act, cast.heat.id)
        assert act.lock(Seat, cast.sun.id) is not None
        person = staff.locked(act, cast.sun.id)
        offered = second_factors.offer(act)
        right = pyotp.TOTP(act.sealer.open(offered)).at(at.now)
        assert second_factors.confirm(act, person, offered, right) is not None
        first.append(offered)

    first: list[str] = []
    answer = while_open(runtime, confirms, lambda: late.sends(SET_UP, page=SET_UP, code=code)).result()
    assert (answer.status_code, answer.location) == (302, "/console/login")
    with runtime.look(COMMAND) as act:
        assert [act.session.get_one(SecondFactor, cast.sun.id).secret] == first

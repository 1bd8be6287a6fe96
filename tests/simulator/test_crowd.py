"""A crowd that acts by itself: many callers against a few agents on one exchange, the same day for the same seed."""

from __future__ import annotations

import pytest

from hotline.simulator.crowd import Crowd, Reply
from hotline.simulator.legs import CallStatus, Habit
from tests.simulator.product import AGENT, BASE, CUSTOMER, HOTLINE, World, say


def number(index: int) -> str:
    """The telephone of the caller with this number."""
    return f"+86138{index:08}"


def waiting(world: World) -> None:
    """A hotline at which everybody waits, may press 1 to leave, and is told goodbye."""
    world.product.at("/in", '<Enqueue action="/left" waitUrl="/wait">main</Enqueue>')
    world.product.at("/wait", f'<Gather numDigits="1" timeout="2" action="/key">{say("请稍等，按 1 回电")}</Gather>')
    world.product.at("/key", "<Leave/>")
    world.product.at("/left", say("再见"))


def test_a_caller_presses_on_hearing_and_another_runs_out_of_patience(world: World) -> None:
    waiting(world)
    crowd = Crowd(world.exchange, seed=1)
    crowd.caller(number(1), HOTLINE, at=0, replies=[Reply("按 1", "1")])
    crowd.caller(number(2), HOTLINE, at=5, patience=20)
    world.exchange.advance(60)
    results = [one.form.get("QueueResult") for one in world.product.at_path("/left")]
    assert results == ["leave", "hangup"]


def test_somebody_rung_hangs_up_on_hearing_what_they_waited_for(world: World) -> None:
    world.product.at("/matter", f'<Gather numDigits="1" action="/taken">{say("按 1 接受")}</Gather>')
    world.product.at("/taken", say("谢谢") + '<Pause length="60"/>')
    crowd = Crowd(world.exchange, seed=1)
    agent = crowd.rung(AGENT, [Reply("按 1", "1"), Reply("谢谢", seconds=4)], after=2)
    world.client.calls.create(to=AGENT, from_=HOTLINE, url=f"{BASE}/matter")
    world.exchange.advance(30)
    assert world.product.last("/taken")["Digits"] == "1"
    assert agent.leg is not None
    assert (agent.leg.status, agent.leg.ended_by) == (CallStatus.COMPLETED, "callee")


def test_a_reply_is_given_once_in_each_call_and_anew_in_the_next(world: World) -> None:
    waiting(world)
    world.product.at("/key", "")
    crowd = Crowd(world.exchange, seed=1)
    for at in (0, 30):
        crowd.caller(CUSTOMER, HOTLINE, at=at, replies=[Reply("按 1", "1")], patience=25)
    world.exchange.advance(60)
    assert len(world.product.at_path("/key")) == 2


def test_a_telephone_that_declines_by_habit_is_busy_after_ringing(world: World) -> None:
    Crowd(world.exchange, seed=1).rung(AGENT, habit=Habit.DECLINES, after=3)
    call = world.client.calls.create(to=AGENT, from_=HOTLINE, url=f"{BASE}/matter")
    world.agent.rings()
    world.exchange.advance(3)
    assert world.client.calls(call.sid).fetch().status == "busy"


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_is_the_same_day(seed: int) -> None:
    assert _day(seed) == _day(seed)
    assert _day(seed) != _day(seed + 10)


def _day(seed: int) -> list[str]:
    """Who leaves the line by a key and who by hanging up, in order."""
    world = World()
    waiting(world)
    crowd = Crowd(world.exchange, seed)
    for index in range(60):
        patience, likes = 15 + index % 7 * 5, Reply("按 1", "1", chance=0.2, times=3)
        crowd.caller(number(index), HOTLINE, at=index, replies=[likes], patience=patience)
    world.exchange.advance(180)
    assert len(world.product.at_path("/left")) == 60
    return [f"{one.form['From']} {one.form['QueueResult']}" for one in world.product.at_path("/left")]

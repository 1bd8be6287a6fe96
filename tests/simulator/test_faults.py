"""Faults on request: contract section 3; the product's bad days are rehearsed with them."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.simulator.product import BASE, ENGINEER, HOTLINE, World, say


def place(world: World) -> Any:
    """Ring the engineer over REST."""
    return world.client.calls.create(to=ENGINEER, from_=HOTLINE, url=f"{BASE}/in")


def test_a_repeated_document_is_asked_for_twice_with_one_token(world: World) -> None:  # section 3.3
    count = iter(range(9))
    world.product.at("/in", lambda form: say(f"第{next(count)}次"))
    world.exchange.faults.order("repeat")
    world.customer.dial(HOTLINE).hears("第1次").does_not_hear("第0次")
    one, other = world.product.at_path("/in")
    assert one.form == other.form
    assert one.headers["I-Twilio-Idempotency-Token"] == other.headers["I-Twilio-Idempotency-Token"]


def test_callbacks_change_places(world: World) -> None:
    world.exchange.faults.order("reorder", matching="/status")
    events = ["initiated", "ringing", "answered", "completed"]
    world.client.calls.create(
        to=ENGINEER, from_=HOTLINE, url=f"{BASE}/in", status_callback=f"{BASE}/status", status_callback_event=events
    )
    world.engineer.rings().declines()
    told = [(one.form["SequenceNumber"], one.form["CallStatus"]) for one in world.product.at_path("/status")]
    assert told == [("1", "ringing"), ("0", "initiated"), ("2", "busy")]


def test_a_callback_kept_back_arrives_in_the_end(world: World) -> None:
    world.own(status=f"{BASE}/status")
    world.product.at("/in", "")
    world.exchange.faults.order("reorder", matching="/status")
    world.customer.dial(HOTLINE).stays_silent(1)
    assert world.statuses() == []
    world.exchange.advance(5)
    assert world.statuses() == ["completed"]


def test_a_delayed_webhook_comes_later(world: World) -> None:
    world.product.at("/in", say("您好"))
    world.exchange.faults.order("delay", seconds=4)
    world.customer.dial(HOTLINE).does_not_hear("您好", within=3).hears("您好", within=2)


def test_a_lost_callback_is_lost(world: World) -> None:
    world.own(status=f"{BASE}/status")
    world.exchange.faults.order("drop", times=2, matching="/status")
    world.customer.dial(HOTLINE).stays_silent(10)
    assert world.statuses() == []


def test_the_caller_hangs_up_while_the_document_is_on_its_way(world: World) -> None:
    world.own(status=f"{BASE}/status")
    world.product.at("/in", say("您好"))
    world.exchange.faults.order("hang-up", matching="/in")
    world.customer.dial(HOTLINE).stays_silent(3)
    world.customer.does_not_hear("您好")
    assert world.statuses() == ["no-answer"]


def test_a_fault_meets_only_what_it_was_ordered_for_and_only_so_often(world: World) -> None:
    world.product.at("/in", say("您好"))
    fault = world.exchange.faults.order("fail", matching="/other")
    world.customer.dial(HOTLINE).hears("您好")
    assert fault.times == 1
    assert world.exchange.faults.happened == []
    world.exchange.faults.clear()
    assert world.exchange.faults.waiting == []


def test_a_fault_that_could_never_happen_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="at least once"):
        world.exchange.faults.order("drop", times=0)
    with pytest.raises(ValueError, match="mischief"):
        world.exchange.faults.order("mischief")


def test_a_refused_number_is_refused_until_allowed(world: World) -> None:
    world.exchange.faults.refuse(ENGINEER, code=21215)
    with pytest.raises(TwilioRestException) as caught:
        place(world)
    assert caught.value.code == 21215
    world.exchange.faults.allow(ENGINEER)
    assert place(world).status == "queued"


@pytest.mark.parametrize(
    ("trouble", "status", "code", "placed"),
    [("rest-429", 429, 20429, 0), ("rest-500", 500, 20500, 0), ("rest-500-done", 500, 20500, 1)],
)
def test_a_rest_error_says_nothing_of_whether_it_was_done(
    world: World, trouble: str, status: int, code: int, placed: int
) -> None:  # section 6.2
    world.exchange.faults.order(trouble, matching="POST")
    with pytest.raises(TwilioRestException) as caught:
        place(world)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert len(world.client.calls.list()) == placed


@pytest.mark.parametrize(("trouble", "placed"), [("rest-time-out", 0), ("rest-time-out-done", 1)])
def test_a_rest_request_without_an_answer_may_have_been_done(world: World, trouble: str, placed: int) -> None:
    world.exchange.faults.order(trouble)
    with pytest.raises(requests.exceptions.ReadTimeout):
        place(world)
    assert len(world.client.calls.list(to=ENGINEER)) == placed

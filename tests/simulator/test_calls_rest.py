"""Calls placed and changed over REST: contract sections 2.1, 2.6, 2.7, 6; every ring of an engineer rests on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.simulator.product import ACCOUNT, BASE, ENGINEER, HOTLINE, TOKEN, World, say

EVENTS = ["initiated", "ringing", "answered", "completed"]


def place(world: World, **more: Any) -> Any:
    """Ring the engineer over REST."""
    world.product.at("/matter", say("有一张报修单"))
    told = {"status_callback": f"{BASE}/status", "status_callback_event": EVENTS}
    given = {"to": ENGINEER, "from_": HOTLINE, "url": f"{BASE}/matter"}
    return world.client.calls.create(**(given | told | more))


def test_a_call_is_queued_rings_and_runs_its_document_when_answered(world: World) -> None:
    call = place(world)
    assert (call.status, call.direction, call.to) == ("queued", "outbound-api", ENGINEER)
    world.engineer.rings(within=2).answers().hears("报修单")
    assert world.product.last("/matter")["CallStatus"] == "in-progress"
    assert world.client.calls(call.sid).fetch().status == "in-progress"


def test_every_callback_has_its_number_time_and_source_in_order(world: World) -> None:  # section 2.6
    place(world)
    world.engineer.rings().answers().hears("报修单").stays_silent(10)
    told = [one.form for one in world.product.at_path("/status")]
    assert [one["CallStatus"] for one in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [one["SequenceNumber"] for one in told] == ["0", "1", "2", "3"]
    assert {one["CallbackSource"] for one in told} == {"call-progress-events"}
    assert all(one["Timestamp"].endswith("+0000") for one in told)
    assert "CallDuration" not in told[2]
    assert (told[3]["CallDuration"], told[3]["Duration"], told[3]["SipResponseCode"]) == ("1", "1", "200")


def test_without_a_list_of_events_only_the_end_is_told(world: World) -> None:
    place(world, status_callback_event=[])
    world.engineer.rings().declines()
    assert world.statuses() == ["busy"]


@pytest.mark.parametrize(
    ("habit", "status", "code"),
    [("busy", "busy", "486"), ("fails", "failed", "404"), ("no-answer", "no-answer", "487")],
)
def test_a_call_that_is_not_answered_says_why(world: World, habit: str, status: str, code: str) -> None:
    world.engineer.habit(habit)
    place(world, timeout=15)
    world.exchange.advance(30)
    last = world.product.last("/status")
    assert (last["CallStatus"], last["SipResponseCode"]) == (status, code)
    assert "CallDuration" not in last
    assert world.product.at_path("/matter") == []


def test_the_ring_timeout_is_kept_to_the_second(world: World) -> None:
    place(world, timeout=15)
    world.engineer.rings().stays_silent(14.5)
    assert world.engineer.state == "ringing"
    world.engineer.stays_silent(1)
    assert world.engineer.state == "idle"


def test_without_a_timeout_it_rings_for_a_minute(world: World) -> None:  # section 6
    place(world)
    world.engineer.rings().stays_silent(59)
    assert world.engineer.state == "ringing"
    world.engineer.stays_silent(2)
    assert world.statuses()[-1] == "no-answer"


def test_somebody_on_another_call_is_busy(world: World) -> None:
    world.product.at("/in", say("您好") + '<Pause length="60"/>')
    world.engineer.dial(HOTLINE)
    place(world)
    world.exchange.advance(5)
    assert world.statuses()[-1] == "busy"


def test_a_call_cancelled_while_queued_is_never_told(world: World) -> None:  # section 2.1
    place(world, to=HOTLINE)
    call = place(world)
    assert world.client.calls(call.sid).update(status="canceled").status == "canceled"
    world.engineer.does_not_ring(within=10)
    assert all(one.form["CallSid"] != call.sid for one in world.product.at_path("/status"))


def test_a_call_cancelled_while_ringing_is_told(world: World) -> None:
    call = place(world)
    world.engineer.rings()
    world.client.calls(call.sid).update(status="canceled")
    assert world.engineer.state == "idle"
    assert world.statuses()[-1] == "canceled"


def test_one_call_a_second_leaves_the_queue(world: World) -> None:  # section 6.2
    calls = [place(world, to=f"+86139000010{n:02}") for n in range(3)]
    assert [call.queue_time for call in calls] == ["0", "1000", "2000"]
    world.exchange.advance(0)
    assert world.statuses() == ["initiated"]
    world.exchange.advance(2)
    assert world.statuses().count("initiated") == 3


def test_a_live_call_is_sent_to_another_document_or_ended(world: World) -> None:
    world.product.at("/in", say("您好") + '<Pause length="60"/>')
    world.product.at("/else", say("换了一页") + '<Pause length="60"/>')
    world.customer.dial(HOTLINE).hears("您好")
    call = world.client.calls(world.product.last("/in")["CallSid"])
    call.update(url=f"{BASE}/else")
    world.customer.hears("换了一页")
    call.update(twiml=f"<Response>{say('直接说')}<Pause length='60'/></Response>")
    world.customer.hears("直接说")
    assert call.update(status="completed").status == "completed"
    assert world.customer.state == "idle"
    assert call.update(status="completed").status == "completed"  # section 6.2: safe to repeat
    with pytest.raises(TwilioRestException) as caught:
        call.update(url=f"{BASE}/else")
    assert (caught.value.status, caught.value.code) == (400, 21220)


def test_a_document_handed_in_cannot_ask_for_itself_again(world: World) -> None:  # section 1.9, error 11100
    place(world, url=None, twiml=f"<Response><Gather>{say('请按键')}</Gather></Response>")
    world.engineer.rings().answers().hears("请按键").presses("1#").hears("application error")
    assert 11100 in world.codes()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "139"}, 21211),
        ({"from_": ""}, 21213),
        ({"from_": "+8610000000"}, 21210),
        ({"url": "ftp://h/x"}, 21205),
        ({"url": "https://a_b.example/x"}, 21205),
        ({"url": None}, 21205),
        ({"url": None, "twiml": "x" * 4001}, 21218),
        ({"status_callback_event": ["initiated ringing"]}, 21626),
        ({"status_callback": "nowhere"}, 21609),
        ({"method": "PUT"}, 21206),
        ({"timeout": 601}, 20001),
        ({"send_digits": "1" * 33}, 21219),
        ({"machine_detection": "Perhaps"}, 21212),
    ],
)
def test_a_wrong_parameter_is_refused_with_its_number(world: World, wrong: dict[str, Any], code: int) -> None:
    given: dict[str, Any] = {"to": ENGINEER, "from_": HOTLINE, "url": f"{BASE}/matter"} | wrong
    with pytest.raises(TwilioRestException) as caught:
        world.client.calls.create(**given)
    assert (caught.value.status, caught.value.code) == (400, code)
    assert world.exchange.board.calls == {}


def test_wrong_credentials_are_refused_and_api_keys_taken(world: World) -> None:
    with pytest.raises(TwilioRestException) as caught:
        Client(ACCOUNT, "wrong", http_client=world.wire).calls("CA1").fetch()
    assert (caught.value.status, caught.value.code) == (401, 20003)
    world.exchange.board.api_keys["SK1"] = "secret"
    assert Client("SK1", "secret", ACCOUNT, http_client=world.wire).calls.list() == []
    assert TOKEN not in str(caught.value)


def test_a_call_that_does_not_exist_is_404(world: World) -> None:
    with pytest.raises(TwilioRestException) as caught:
        world.client.calls("CA" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_calls_are_found_by_number_status_and_time(world: World) -> None:
    first = place(world)
    world.engineer.rings().declines()
    world.exchange.advance(3600)
    between = world.clock.now() - timedelta(minutes=30)
    second = place(world)
    assert [call.sid for call in world.client.calls.list(to=ENGINEER)] == [second.sid, first.sid]
    assert [call.sid for call in world.client.calls.list(status="busy")] == [first.sid]
    assert [call.sid for call in world.client.calls.list(start_time_after=between)] == [second.sid]
    assert [call.sid for call in world.client.calls.list(start_time_before=between)] == [first.sid]
    assert world.client.calls.list(to="+8613000000000") == []


def test_a_long_list_comes_in_pages(world: World) -> None:
    for n in range(5):
        place(world, to=f"+86139000010{n:02}")
    assert len(world.client.calls.list(page_size=2)) == 5
    theirs = [place(world, to=ENGINEER).sid for _ in range(2)]
    assert [call.sid for call in world.client.calls.list(page_size=1, to=ENGINEER)] == theirs[::-1]


def test_keys_are_sent_before_the_document(world: World) -> None:
    place(world, send_digits="12w3")
    world.engineer.rings().answers().hears("12w3").hears("报修单")


def test_the_numbers_of_the_account_are_listed(world: World) -> None:
    [number] = world.client.incoming_phone_numbers.list()
    assert (number.phone_number, number.voice_url) == (HOTLINE, f"{BASE}/in")

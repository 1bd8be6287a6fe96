"""Texts: contract section 6 (SMS); the case number and the engineer's link travel by them."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.product import BASE, CUSTOMER, HOTLINE, World


def send(world: World, **more: Any) -> Any:
    """Text the customer."""
    given: dict[str, Any] = {"to": CUSTOMER, "from_": HOTLINE, "body": "您的编号 260112001"} | more
    return world.client.messages.create(status_callback=f"{BASE}/text", **given)


def test_a_text_is_queued_sent_and_delivered(world: World) -> None:
    message = send(world)
    assert (message.status, message.num_segments) == ("queued", "1")
    world.customer.receives("260112001")
    told = [one.form for one in world.product.at_path("/text")]
    assert [one["MessageStatus"] for one in told] == ["sent", "delivered"]
    assert {one["MessageSid"] for one in told} == {message.sid}
    assert world.client.messages(message.sid).fetch().status == "delivered"
    assert [text.sender for text in world.customer.texts] == [HOTLINE]


def test_a_number_that_takes_no_texts_is_undelivered(world: World) -> None:
    world.customer.refuses_texts()
    send(world)
    world.exchange.advance(5)
    told = world.product.last("/text")
    assert (told["MessageStatus"], told["ErrorCode"]) == ("undelivered", "30005")
    assert world.customer.texts == []
    with pytest.raises(AssertionError, match="got no text"):
        world.customer.receives("260112001", within=1)


def test_chinese_has_seventy_characters_a_segment(world: World) -> None:
    assert send(world, body="字" * 71).num_segments == "2"
    assert send(world, body="a" * 160).num_segments == "1"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "123"}, 21211),
        ({"body": ""}, 21602),
        ({"body": "字" * 1601}, 21617),
        ({"from_": "+8610000000"}, 21210),
        ({"from_": None}, 21603),
    ],
)
def test_a_wrong_text_is_refused_with_its_number(world: World, wrong: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as caught:
        send(world, **wrong)
    assert (caught.value.status, caught.value.code) == (400, code)


def test_texts_are_listed_redacted_and_deleted(world: World) -> None:
    message = send(world)
    world.exchange.advance(5)
    assert [one.sid for one in world.client.messages.list(to=CUSTOMER)] == [message.sid]
    assert world.client.messages(message.sid).update(body="").body == ""
    assert world.client.messages(message.sid).delete()
    assert world.client.messages.list() == []

"""How webhooks are delivered: contract sections 1, 2.9, 3; retries, limits and fallbacks meet the product here."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Response, redirect

from hotline.simulator.clock import ManualClock
from hotline.simulator.courier import Answer, TooSlow
from hotline.simulator.exchange import Exchange
from hotline.simulator.figures import END_SENTENCE
from hotline.simulator.overrides import BadOverride, Overrides, split
from tests.simulator.product import ACCOUNT, BASE, HOTLINE, TOKEN, World, say

BROKEN = Response("broken", 503, mimetype="text/plain")


def in_turn(world: World, path: str, *told: str | Response) -> None:
    """Let a path give these answers one after the other, the last for ever."""
    left = list(told)
    world.product.at(path, lambda form: left.pop(0) if len(left) > 1 else left[0])


def tokens(world: World, path: str) -> list[str]:
    """The idempotency token of every request at a path."""
    return [one.headers["I-Twilio-Idempotency-Token"] for one in world.product.at_path(path)]


def test_the_first_webhook_says_that_the_phone_still_rings(world: World) -> None:  # section 2.1
    world.product.at("/in", say("您好"))
    world.customer.dial(HOTLINE).hears("您好")
    first = world.product.last("/in")
    assert (first["CallStatus"], first["Direction"]) == ("ringing", "inbound")
    assert first["Caller"] == first["From"]
    assert first["Called"] == first["To"]
    assert first["FromCity"] == ""
    assert len(first["CallSid"]) == 34
    assert "CallToken" in first


def test_a_5xx_is_not_retried_by_default_and_the_caller_hears_the_carriers_error(world: World) -> None:
    world.product.at("/in", BROKEN)
    world.customer.dial(HOTLINE).hears(END_SENTENCE).stays_silent(10)
    assert world.customer.state == "idle"
    assert len(world.product.at_path("/in")) == 1
    assert world.codes() == [11200]


def test_a_5xx_is_retried_when_asked_for_with_the_same_token(world: World) -> None:  # sections 3.2, 3.3
    world.own(voice=f"{BASE}/in#rc=2&rp=ct,5xx")
    in_turn(world, "/in", BROKEN, BROKEN, say("您好"))
    world.customer.dial(HOTLINE).hears("您好", within=2)
    assert len(world.product.asked) == 3
    assert len(set(tokens(world, "/in"))) == 1
    assert all("#" not in one.url for one in world.product.asked)


def test_two_different_webhooks_have_different_tokens(world: World) -> None:
    world.own(status=f"{BASE}/status")
    world.product.at("/in", say("您好"))
    world.customer.dial(HOTLINE).stays_silent(10)
    assert tokens(world, "/in") != tokens(world, "/status")


def test_a_dropped_connection_is_retried_once_by_default(world: World) -> None:
    world.product.at("/in", say("您好"))
    world.exchange.faults.order("drop")
    world.customer.dial(HOTLINE).hears("您好")
    assert world.codes() == []


def test_a_connection_dropped_twice_is_error_11205(world: World) -> None:
    world.product.at("/in", say("您好"))
    world.exchange.faults.order("drop", times=2)
    world.customer.dial(HOTLINE).hears(END_SENTENCE)
    assert world.codes() == [11205]


def test_an_answer_slower_than_15_seconds_goes_to_the_fallback(world: World) -> None:  # sections 2.9, 3.1
    world.own(fallback=f"{BASE}/fallback")
    world.product.at("/in", say("太晚了"))
    world.product.at("/fallback", say("系统繁忙"))
    world.exchange.faults.order("time-out", matching="/in")
    world.customer.dial(HOTLINE).does_not_hear("系统繁忙", within=14).hears("系统繁忙", within=2)
    world.customer.does_not_hear("太晚了")
    told = world.product.last("/fallback")
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11205", f"{BASE}/in")
    assert told["CallSid"] == world.product.last("/in")["CallSid"]


def test_a_shorter_read_limit_leaves_time_for_a_retry(world: World) -> None:  # section 3.2
    world.own(voice=f"{BASE}/in#rc=1&rp=rt&rt=5000")
    world.product.at("/in", say("您好"))
    world.exchange.faults.order("time-out")
    world.customer.dial(HOTLINE).does_not_hear("您好", within=4).hears("您好", within=2)
    assert len(set(tokens(world, "/in"))) == 1


def test_a_broken_fallback_leaves_only_the_carriers_sentence(world: World) -> None:
    world.own(fallback=f"{BASE}/fallback")
    world.product.at("/in", BROKEN)
    world.product.at("/fallback", BROKEN)
    world.customer.dial(HOTLINE).hears(END_SENTENCE)
    assert world.codes() == [11200, 11200]


def test_a_document_that_cannot_be_carried_out_goes_to_the_fallback(world: World) -> None:
    world.own(fallback=f"{BASE}/fallback")
    world.product.at("/in", Response("<Respons/>", mimetype="text/xml"))
    world.product.at("/fallback", say("系统繁忙"))
    world.customer.dial(HOTLINE).hears("系统繁忙")
    assert world.product.last("/fallback")["ErrorCode"] == "12102"


def test_a_redirect_is_followed_by_get_and_loses_the_parameters(world: World) -> None:  # section 1.6
    world.product.at("/in", lambda form: redirect("/moved"))  # type: ignore[arg-type, return-value]
    world.product.at("/moved", say("您好"))
    world.customer.dial(HOTLINE).hears("您好")
    moved = world.product.at_path("/moved")[0]
    assert (moved.method, moved.form) == ("GET", {})


def test_more_than_ten_redirects_are_error_11215(world: World) -> None:
    world.product.at("/in", lambda form: redirect("/in"))  # type: ignore[arg-type, return-value]
    world.customer.dial(HOTLINE).hears(END_SENTENCE)
    assert len(world.product.asked) == 11
    assert 11215 in world.codes()


def test_addresses_in_a_document_may_be_relative_to_it(world: World) -> None:  # section 1.9
    world.own(voice=f"{BASE}/voice/in?x=1#rc=1")
    world.product.at("/voice/in", "<Redirect>next?y=2</Redirect>")
    world.product.at("/voice/next", say("下一页"))
    world.customer.dial(HOTLINE).hears("下一页")
    assert world.product.at_path("/voice/next")[0].url == f"{BASE}/voice/next?y=2"


def test_a_host_with_an_underscore_is_error_11210(world: World) -> None:  # section 1.8
    world.own(voice="https://hot_line.example.com/in")
    world.customer.dial(HOTLINE).hears(END_SENTENCE)
    assert world.codes() == [11210]


def test_a_refused_notification_is_only_a_warning(world: World) -> None:  # section 1.4
    world.own(status=f"{BASE}/status")
    world.product.at("/in", say("您好"))
    world.product.at("/status", Response(status=403))
    world.customer.dial(HOTLINE).hears("您好").stays_silent(10)
    assert [(one.code, one.level) for one in world.exchange.problems] == [(15003, "warning")]


def test_overrides_are_read_from_the_fragment_and_kept_within_their_range() -> None:  # section 3.2
    assert split("https://h/x#rc=3&rp=ct,rt,5xx&rt=5000") == (
        "https://h/x",
        Overrides(retries=3, policy=frozenset({"ct", "rt", "5xx"}), read_ms=5000),
    )
    assert split("https://h/x#rc=9&ct=1")[1] == Overrides(retries=5, connect_ms=100)
    assert split("https://h/x")[1] == Overrides()
    assert Overrides(policy=frozenset({"all"})).retries_on("4xx")
    with pytest.raises(BadOverride) as caught:
        split("https://h/x#rp=sometimes")
    assert caught.value.code == 11243


def test_retries_end_when_the_total_time_is_used_up() -> None:
    tries = []

    def slow(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        tries.append(timeout)
        raise TooSlow("no answer")

    exchange = Exchange(account_sid=ACCOUNT, auth_token=TOKEN, sender=slow, clock=ManualClock())
    world = World()
    exchange.board.numbers = world.exchange.board.numbers
    world.own(voice=f"{BASE}/in#rc=5&rp=rt&rt=6000")
    exchange.dial(exchange.line("+8613800001111"), HOTLINE)
    exchange.advance(60)
    assert tries == [6.0, 6.0, 6.0]
    assert exchange.problems[0].code == 11203


def test_a_fallback_that_leads_nowhere_is_not_asked_again(world: World) -> None:  # section 2.9
    world.own(fallback=f"{BASE}/fallback")
    world.product.at("/in", BROKEN)
    world.product.at("/fallback", "<Redirect>ftp://elsewhere/x</Redirect>")
    world.customer.dial(HOTLINE).hears(END_SENTENCE, within=5)
    assert len(world.product.at_path("/fallback")) == 1
    assert world.codes() == [11200, 11100]

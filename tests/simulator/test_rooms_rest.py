"""Queues, conferences and recordings as resources: contract section 6; reconciling with the carrier rests on them."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.product import AGENT, BASE, HOTLINE, World, say


def refused(action: Any, *args: Any, **kwargs: Any) -> tuple[int, int]:
    """The status and number with which a request is refused."""
    with pytest.raises(TwilioRestException) as caught:
        action(*args, **kwargs)
    return caught.value.status, caught.value.code


def test_a_queue_is_made_resized_listed_and_deleted(world: World) -> None:
    queues = world.client.queues
    queue = queues.create(friendly_name="main", max_size=20)
    assert (queue.friendly_name, queue.max_size, queue.current_size) == ("main", 20, 0)
    assert queues(queue.sid).update(max_size=30).max_size == 30
    assert queues(queue.sid).update(friendly_name="night").friendly_name == "night"
    assert [one.sid for one in queues.list()] == [queue.sid]
    assert queues(queue.sid).delete()
    assert refused(queues(queue.sid).fetch) == (404, 20404)


def test_a_queue_that_cannot_be_is_refused(world: World) -> None:
    queues = world.client.queues
    queues.create(friendly_name="main")
    assert refused(queues.create, friendly_name="main") == (400, 22003)
    assert refused(queues.create, friendly_name="q" * 65) == (400, 22001)
    assert refused(queues.create, friendly_name="big", max_size=5001) == (400, 20001)


def wait(world: World) -> str:
    """A customer waits in a queue; gives the queue's sid."""
    world.product.at("/in", "<Enqueue waitUrl=''>main</Enqueue>")
    world.customer.dial(HOTLINE)
    world.exchange.advance(12)
    return str(world.client.queues.list()[0].sid)


def test_those_who_wait_are_seen_with_place_and_time(world: World) -> None:
    queue = world.client.queues(wait(world))
    [member] = queue.members.list()
    assert (member.position, member.wait_time) == (1, 11)
    assert queue.members("Front").fetch().call_sid == member.call_sid
    assert refused(queue.members("CA0").fetch) == (404, 20404)
    assert refused(queue.delete) == (400, 22002)
    assert refused(queue.members("Front").update, url="") == (400, 21205)


def test_a_queue_remembers_how_long_its_callers_waited(world: World) -> None:
    queue = world.client.queues(wait(world))
    world.customer.hangs_up()
    assert queue.fetch().average_wait_time == 12


def confer(world: World) -> Any:
    """A customer and an agent in a conference."""
    world.product.at("/in", '<Dial><Conference beep="false">room</Conference></Dial>')
    for phone in (world.customer, world.agent):
        phone.dial(HOTLINE)
        world.exchange.advance(1)
    return world.client.conferences(str(world.client.conferences.list(friendly_name="room")[0].sid))


def test_a_conference_is_seen_with_its_state_and_people(world: World) -> None:
    conference = confer(world)
    assert conference.fetch().status == "in-progress"
    assert [one.status for one in conference.participants.list()] == ["connected", "connected"]
    assert world.client.conferences.list(status="completed") == []
    world.customer.hangs_up()
    world.agent.hangs_up()
    ended = conference.fetch()
    assert (ended.status, ended.reason_conference_ended) == ("completed", "last-participant-left")
    assert refused(conference.participants("CA0").fetch) == (404, 20404)


def test_one_participant_alone_hears_an_announcement_or_is_told_to_coach(world: World) -> None:
    conference = confer(world)
    customer, agent = world.customer.call, world.agent.call
    assert customer is not None
    assert agent is not None
    world.product.at("/news", say("对方要求录音"))
    conference.participants(customer.sid).update(announce_url=f"{BASE}/news")
    world.customer.hears("录音")
    world.agent.does_not_hear("录音", within=3)
    coach = conference.participants(agent.sid).update(coaching=True, call_sid_to_coach=customer.sid)
    assert (coach.coaching, coach.call_sid_to_coach) == (True, customer.sid)
    assert conference.participants(agent.sid).update(coaching=False).coaching is False
    assert refused(conference.participants("nobody").update, muted=True) == (404, 20404)


def test_an_announcement_that_cannot_be_heard_fails_and_the_talk_goes_on(world: World) -> None:
    conference = confer(world)
    conference.update(announce_url=f"{BASE}/missing")
    world.exchange.advance(2)
    world.customer.speaks("喂")
    world.agent.hears("喂")


def test_somebody_invited_who_does_not_answer_is_in_no_conference(world: World) -> None:
    conference = confer(world)
    world.engineer.habit("no-answer")
    conference.participants.create(
        to=world.engineer.number, from_=HOTLINE, timeout=10, status_callback=f"{BASE}/status"
    )
    world.exchange.advance(20)
    assert world.statuses() == ["no-answer"]
    assert len(conference.participants.list()) == 2


def test_an_invited_coach_with_nobody_to_coach_is_sent_away(world: World) -> None:
    conference = confer(world)
    conference.participants.create(
        to=world.engineer.number, from_=HOTLINE, coaching=True, call_sid_to_coach="CA" + "0" * 32
    )
    world.engineer.rings().answers().stays_silent(1)
    assert world.engineer.state == "idle"
    assert 13240 in world.codes()


def test_recordings_are_listed_by_call_and_refuse_what_is_over(world: World) -> None:
    world.product.at("/in", say("您好") + '<Pause length="60"/>')
    world.customer.dial(HOTLINE).hears("您好")
    sid = world.product.last("/in")["CallSid"]
    call = world.client.calls(sid)
    tape = call.recordings.create(recording_channels="dual")
    assert tape.channels == 2
    assert [one.sid for one in call.recordings.list()] == [tape.sid]
    assert [one.sid for one in world.client.recordings.list(call_sid=sid)] == [tape.sid]
    assert refused(call.recordings("Twilio.CURRENT").update, status="rewound") == (400, 20001)
    world.customer.hangs_up()
    assert refused(call.recordings("Twilio.CURRENT").update, status="paused") == (404, 20404)
    assert refused(call.recordings.create) == (400, 21220)
    assert refused(world.client.recordings("RE0").delete) == (404, 20404)
    assert world.client.recordings.list(call_sid="CA0") == []
    assert AGENT not in str(world.client.recordings.list()[0])


def test_an_unknown_path_and_another_account_are_404(world: World) -> None:
    assert refused(world.client.api.v2010.accounts("AC" + "2" * 32).calls("CA0").fetch) == (404, 20404)
    assert refused(world.client.api.v2010.account.addresses("AD0").fetch) == (404, 20404)

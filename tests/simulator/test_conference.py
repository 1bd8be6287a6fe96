"""<Dial><Conference> and its REST side: contract sections 2.8, 5.3 and 6; hold, coach and hand-over rest on it."""

from __future__ import annotations

from twilio.rest.api.v2010.account.conference import ConferenceContext

from hotline.simulator.phone import Phone
from tests.simulator.product import BASE, HOTLINE, World, say

EVENTS = "start end join leave mute hold announcement"


def room(attributes: str = "") -> str:
    """A document that meets the others in one room."""
    return (
        f'<Dial action="/after"><Conference statusCallback="/events" statusCallbackEvent="{EVENTS}" '
        f'beep="false" {attributes}>room-1</Conference></Dial>'
    )


def meet(world: World, customer: str = "", agent: str = "") -> ConferenceContext:
    """Customer and agent in one conference."""
    world.product.at("/in", room(customer))
    world.product.at("/agent", room(agent))
    world.product.at("/after", say("会议之后"))
    world.customer.dial(HOTLINE)
    join(world, world.agent, "/agent")
    return world.client.conferences(str(world.client.conferences.list()[0].sid))


def join(world: World, phone: Phone, path: str) -> None:
    """Ring somebody who then runs this document."""
    world.client.calls.create(to=phone.number, from_=HOTLINE, url=f"{BASE}{path}")
    phone.rings().answers()
    world.exchange.advance(1)


def sid(phone: Phone) -> str:
    """The CallSid of the phone's call."""
    assert phone.call is not None
    return phone.call.sid


def events(world: World) -> list[str]:
    """The conference events told so far, by sequence number."""
    told = sorted(world.product.at_path("/events"), key=lambda one: int(one.form["SequenceNumber"]))
    return [one.form["StatusCallbackEvent"] for one in told]


def test_those_in_the_room_hear_each_other(world: World) -> None:
    meet(world)
    world.customer.speaks("我家停水了")
    world.agent.hears("停水", within=0).speaks("我来处理")
    world.customer.hears("我来处理", within=0)
    assert events(world) == ["participant-join", "participant-join", "conference-start"]


def test_the_first_hears_music_until_somebody_may_start_it(world: World) -> None:
    world.product.at("/in", room('startConferenceOnEnter="false" waitUrl="/music"'))
    world.product.at("/music", say("等待中"))
    world.product.at("/agent", room())
    world.customer.dial(HOTLINE).hears("等待中").stays_silent(20)
    assert len(world.product.at_path("/music")) == 1  # the document of a conference is not looped
    join(world, world.agent, "/agent")
    world.customer.speaks("喂")
    world.agent.hears("喂")


def test_on_hold_a_caller_hears_the_hold_document_and_nobody_else(world: World) -> None:
    conference = meet(world)
    world.product.at("/hold", say("请稍候"))
    conference.participants(sid(world.customer)).update(hold=True, hold_url=f"{BASE}/hold")
    world.customer.hears("请稍候")
    world.agent.speaks("客户听不见")
    world.customer.does_not_hear("听不见").speaks("还在吗")
    world.agent.does_not_hear("还在吗")
    conference.participants(sid(world.customer)).update(hold=False)
    world.agent.speaks("谢谢等待")
    world.customer.hears("谢谢等待")
    assert world.product.at_path("/hold")[0].method == "GET"  # section 6: HoldUrl is asked by GET
    assert events(world)[-2:] == ["participant-hold", "participant-unhold"]


def test_muted_is_heard_by_nobody(world: World) -> None:
    conference = meet(world)
    participant = conference.participants(sid(world.agent)).update(muted=True)
    assert participant.muted is True
    world.agent.speaks("喂")
    world.customer.does_not_hear("喂", within=1)


def test_a_coach_is_heard_by_the_one_coached_alone(world: World) -> None:
    meet(world)
    world.product.at("/coach", room(f'coach="{sid(world.agent)}"'))
    join(world, world.engineer, "/coach")
    world.engineer.speaks("先道歉")
    world.agent.hears("先道歉", within=0)
    world.customer.does_not_hear("先道歉", within=1).speaks("好的")
    world.engineer.hears("好的")


def test_a_coach_of_nobody_is_error_13240_and_goes_on(world: World) -> None:
    meet(world)
    world.product.at("/coach", room(f'coach="CA{"0" * 32}"') + say("没有进入"))
    join(world, world.engineer, "/coach")
    world.engineer.hears("没有进入")
    assert 13240 in world.codes()


def test_a_label_used_twice_is_16025_and_the_leg_is_not_added(world: World) -> None:
    meet(world, agent='participantLabel="agent"')
    world.product.at("/twin", room('participantLabel="agent"') + say("没有进入"))
    join(world, world.engineer, "/twin")
    world.engineer.hears("没有进入")
    assert 16025 in world.codes()


def test_the_last_to_leave_ends_the_conference(world: World) -> None:
    meet(world)
    world.agent.hangs_up()
    world.customer.hangs_up()
    world.exchange.advance(1)
    last = world.product.last("/events")
    assert (last["StatusCallbackEvent"], last["ReasonConferenceEnded"]) == (
        "conference-end",
        "last-participant-left",
    )
    left = [one.form for one in world.product.at_path("/events") if "ReasonParticipantLeft" in one.form]
    assert {one["ReasonParticipantLeft"] for one in left} == {"participant_hung_up"}


def test_one_who_ends_it_by_leaving_sends_the_others_to_their_action(world: World) -> None:
    meet(world, agent='endConferenceOnExit="true"')
    world.agent.hangs_up()
    world.customer.hears("会议之后")
    assert world.product.last("/after")["DialCallStatus"] == "answered"
    assert "DialCallSid" not in world.product.last("/after")
    assert world.product.last("/events")["ReasonConferenceEnded"] == ("participant-with-end-conference-on-exit-left")


def test_kicked_and_ended_over_rest(world: World) -> None:
    conference = meet(world)
    conference.participants(sid(world.agent)).delete()
    world.agent.hears("会议之后")
    assert conference.update(status="completed").status == "completed"
    world.customer.hears("会议之后")
    assert world.product.last("/events")["ReasonConferenceEnded"] == "conference-ended-via-api"


def test_somebody_is_added_over_rest_and_joins_on_answering(world: World) -> None:
    conference = meet(world)
    added = conference.participants.create(
        to=world.engineer.number, from_=HOTLINE, label="engineer", beep="false", timeout=20
    )
    assert added.status == "queued"
    world.engineer.rings().answers().speaks("我是工程师")
    world.customer.hears("工程师")
    assert conference.participants("engineer").fetch().call_sid == added.call_sid
    assert len(conference.participants.list()) == 3


def test_everybody_hears_an_announcement(world: World) -> None:
    conference = meet(world)
    world.product.at("/news", say("通话将被录音"))
    conference.update(announce_url=f"{BASE}/news")
    world.customer.hears("录音")
    world.agent.hears("录音")
    world.exchange.advance(5)
    assert "announcement-end" in events(world)


def test_a_recorded_conference_reports_its_recording_with_its_sid(world: World) -> None:
    meet(world, customer='record="record-from-start" recordingStatusCallback="/tape"')
    world.exchange.advance(10)
    world.customer.hangs_up()
    world.agent.hangs_up()
    world.exchange.advance(5)
    tape = world.product.last("/tape")
    assert tape["ConferenceSid"].startswith("CF")
    assert (tape["RecordingSource"], tape["RecordingChannels"]) == ("Conference", "1")


def test_a_waiting_document_that_fails_keeps_the_caller_out(world: World) -> None:  # section 5.3
    world.product.at("/in", room('waitUrl="/missing-type"'))
    world.product.at("/after", say("稍后再试"))
    world.product.at("/missing-type", "<Record/>")
    world.customer.dial(HOTLINE).hears("稍后再试")
    assert world.product.last("/after")["DialCallStatus"] == "failed"


def test_a_full_conference_lets_nobody_in(world: World) -> None:
    meet(world, customer='maxParticipants="2"')
    world.product.at("/third", room() + say("没有进入"))
    join(world, world.engineer, "/third")
    world.engineer.hears("没有进入")
    assert len(world.client.conferences.list()) == 1

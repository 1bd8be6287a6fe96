"""From the queue into a conference and out of it again: contract sections 2.3, 2.8, 6 and 7, in one piece."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.conference import ConferenceContext

from hotline.simulator.phone import Phone
from tests.simulator.product import BASE, HOTLINE, World, say

EVENTS = "start end join leave hold modify announcement"


def room(ends: bool) -> str:
    """A document that meets the others in one room."""
    exits = str(ends).lower()
    return (
        f'<Dial action="/after"><Conference statusCallback="/events" statusCallbackEvent="{EVENTS}" beep="false" '
        f'endConferenceOnExit="{exits}">opaque</Conference></Dial>'
    )


def sid(phone: Phone) -> str:
    """The CallSid of the phone's call."""
    assert phone.call is not None
    return phone.call.sid


def told(world: World, event: str) -> list[dict[str, str]]:
    """The notices of one conference event."""
    return [one.form for one in world.product.at_path("/events") if one.form["StatusCallbackEvent"] == event]


@pytest.fixture
def conference(world: World) -> ConferenceContext:
    """An agent who accepted, and the caller fetched out of the queue to them."""
    world.product.at("/in", '<Enqueue action="/left" waitUrl="/wait">main</Enqueue>')
    world.product.at("/wait", say("请稍等") + '<Pause length="8"/>')
    world.product.at("/left", lambda form: "" if form["QueueResult"] == "redirected" else say("离开"))
    world.product.at("/agent", room(ends=False))
    world.product.at("/join", say("让您久等了") + room(ends=True))
    world.product.at("/after", lambda form: say("会后") + '<Pause length="5"/>')
    world.customer.dial(HOTLINE).hears("请稍等")
    world.client.calls.create(to=world.agent.number, from_=HOTLINE, url=f"{BASE}/agent")
    world.agent.rings().answers()
    queue = world.client.queues.list()[0]
    world.client.queues(str(queue.sid)).members(sid(world.customer)).update(url=f"{BASE}/join")
    world.customer.hears("让您久等了").stays_silent(3)
    return world.client.conferences(str(world.client.conferences.list(status="in-progress")[0].sid))


@pytest.mark.usefixtures("conference")
def test_the_notice_of_the_fetch_does_not_disturb_the_talk(world: World) -> None:
    assert [one.form["QueueResult"] for one in world.product.at_path("/left")] == ["redirected"]
    world.agent.speaks("您好")
    world.customer.hears("您好", within=0).speaks("停水了")
    world.agent.hears("停水了", within=0)


def test_a_customer_moved_out_ends_the_conference_and_sends_the_agent_on(
    world: World, conference: ConferenceContext
) -> None:
    world.product.at("/else", say("请问还有什么需要帮您？"))
    world.client.calls(sid(world.customer)).update(url=f"{BASE}/else")
    world.customer.hears("还有什么")
    world.agent.hears("会后")
    assert told(world, "participant-leave")[0]["ReasonParticipantLeft"] == "participant_updated_via_api"
    reason = "participant-with-end-conference-on-exit-kicked"
    assert told(world, "conference-end")[0]["ReasonConferenceEnded"] == reason
    assert conference.fetch().status == "completed"


@pytest.mark.usefixtures("conference")
def test_the_customers_leg_is_recorded_without_what_is_said_in_a_pause(world: World) -> None:
    call = world.client.calls(sid(world.customer))
    call.recordings.create(recording_status_callback=f"{BASE}/tape")
    world.exchange.advance(10)
    call.recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip")
    world.exchange.advance(30)
    call.recordings("Twilio.CURRENT").update(status="in-progress")
    world.exchange.advance(5)
    world.customer.hangs_up()
    world.exchange.advance(3)
    assert world.product.last("/tape")["RecordingDuration"] == "15"


def test_an_announcement_to_all_is_heard_by_each_and_its_end_told_once(
    world: World, conference: ConferenceContext
) -> None:
    world.product.at("/news", say("主管已加入"))
    conference.update(announce_url=f"{BASE}/news")
    world.customer.hears("主管")
    world.agent.hears("主管")
    world.exchange.advance(5)
    assert len(told(world, "announcement-end")) == 1


def test_a_second_announcement_is_not_lost_and_no_announcement_is_heard_twice(
    world: World, conference: ConferenceContext
) -> None:
    world.product.at("/one", say("第一句"))
    world.product.at("/two", say("第二句"))
    customer = conference.participants(sid(world.customer))
    customer.update(announce_url=f"{BASE}/one")
    world.customer.hears("第一句")
    customer.update(announce_url=f"{BASE}/two")
    world.customer.hears("第二句")
    customer.update(hold=True)
    customer.update(hold=False)
    world.exchange.advance(5)
    assert [one.text for one in world.customer.heard].count("第二句") == 1


def test_coaching_somebody_who_is_not_there_is_refused_and_a_change_is_told(
    world: World, conference: ConferenceContext
) -> None:
    agent = conference.participants(sid(world.agent))
    with pytest.raises(TwilioRestException) as refused:
        agent.update(coaching=True, call_sid_to_coach="CA" + "0" * 32)
    assert (refused.value.status, refused.value.code) == (400, 13240)
    agent.update(coaching=True, call_sid_to_coach=sid(world.customer))
    world.exchange.advance(1)
    assert [one["Coaching"] for one in told(world, "participant-modify")] == ["true"]


@pytest.mark.usefixtures("conference")
def test_an_agent_whose_line_drops_leaves_the_customer_there_to_be_moved(world: World) -> None:
    world.agent.hangs_up()
    world.exchange.advance(2)
    assert told(world, "conference-end") == []
    world.product.at("/dropped", say("对不起，线路断了"))
    world.client.calls(sid(world.customer)).update(url=f"{BASE}/dropped")
    world.customer.hears("线路断了")


@pytest.mark.parametrize("address", ["client:op_7", "sip:agent7@pbx.example.com"])
def test_browsers_and_sip_telephones_are_rung_like_others(world: World, address: str) -> None:
    desk = Phone(world.exchange, address, "desk")
    world.product.at("/offer", say("有来电"))
    world.client.calls.create(to=address, from_=HOTLINE, url=f"{BASE}/offer")
    desk.rings().answers().hears("有来电")


def test_a_browser_phone_whose_page_is_closed_is_not_reached(world: World) -> None:
    desk = Phone(world.exchange, "client:op_7", "desk")
    desk.line.reachable = False
    world.client.calls.create(to=desk.number, from_=HOTLINE, url=f"{BASE}/offer", status_callback=f"{BASE}/status")
    desk.does_not_ring(within=5)
    assert world.statuses() == ["no-answer"]


def test_only_a_ringing_telephone_can_decline(world: World) -> None:
    world.product.at("/in", say("您好") + '<Pause length="20"/>')
    world.customer.dial(HOTLINE).hears("您好")
    with pytest.raises(AssertionError, match="not ringing"):
        world.customer.declines()
    assert world.customer.state == "in-progress"

"""<Dial> to telephones: contract sections 2.4 and 5.3 (Dial, Number); putting through rests on it."""

from __future__ import annotations

from flask import Response

from hotline.simulator.phone import Phone
from tests.simulator.product import AGENT, BASE, ENGINEER, HOTLINE, World, say

EVERY_EVENT = "initiated ringing answered completed"
PRESS_ONE = f'<Gather action="/accept" numDigits="1" timeout="5">{say("按一接听")}</Gather><Hangup/>'


def put_through(world: World, nouns: str, attributes: str = "") -> None:
    """Let the hotline dial these, and a customer dial the hotline."""
    world.product.at("/in", f'<Dial action="/done" {attributes}>{nouns}</Dial>{say("后面")}')
    world.product.at("/done", say("通话结束"))
    world.customer.dial(HOTLINE)


def test_both_hear_each_other_and_the_action_learns_that_they_talked(world: World) -> None:
    put_through(world, f"<Number>{ENGINEER}</Number>")
    world.engineer.rings(within=3).answers()
    world.customer.speaks("您好，我家暖气不热")
    world.engineer.hears("暖气不热", within=0).speaks("马上到")
    world.customer.hears("马上到", within=0)
    world.engineer.hangs_up()
    world.customer.hears("通话结束")
    told = world.product.last("/done")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "true")
    assert int(told["DialCallDuration"]) >= 2
    assert told["DialCallSid"].startswith("CA")


def test_the_child_leg_shows_its_parent(world: World) -> None:
    put_through(
        world,
        f'<Number statusCallback="/status" statusCallbackEvent="{EVERY_EVENT}">{ENGINEER}</Number>',
    )
    world.engineer.rings().answers().hangs_up()
    world.exchange.advance(1)
    first = world.product.at_path("/status")[0].form
    assert first["ParentCallSid"] == world.product.last("/in")["CallSid"]
    assert first["Direction"] == "outbound-dial"
    assert world.statuses() == ["initiated", "ringing", "in-progress", "completed"]


def test_busy_no_answer_and_failure_are_told_apart(world: World) -> None:
    for habit, status in (("busy", "busy"), ("no-answer", "no-answer"), ("fails", "failed")):
        world.engineer.habit(habit)
        put_through(world, ENGINEER, 'timeout="10"')
        world.customer.hears("通话结束")
        assert world.product.last("/done")["DialCallStatus"] == status
        assert world.product.last("/done")["DialBridged"] == "false"
        world.customer.hangs_up()


def test_the_ring_timeout_is_five_seconds_longer_than_asked(world: World) -> None:
    put_through(world, ENGINEER, 'timeout="10"')
    world.engineer.rings()
    world.customer.does_not_hear("通话结束", within=14).hears("通话结束", within=2)


def test_without_an_action_the_document_goes_on(world: World) -> None:
    world.product.at("/in", f'<Dial timeout="5">{ENGINEER}</Dial>{say("没人接")}')
    world.customer.dial(HOTLINE).hears("没人接")


def test_a_whisper_accepts_only_by_running_out(world: World) -> None:
    world.product.at("/whisper", PRESS_ONE)
    world.product.at("/accept", lambda form: "" if form["Digits"] == "1" else "<Hangup/>")
    put_through(world, f'<Number url="/whisper">{ENGINEER}</Number>')
    world.engineer.rings().answers().hears("按一接听").presses("1")
    world.customer.speaks("喂")
    world.engineer.hears("喂")


def test_an_answering_machine_does_not_swallow_the_customer(world: World) -> None:
    world.product.at("/whisper", PRESS_ONE)
    world.engineer.habit("voicemail")
    put_through(world, f'<Number url="/whisper">{ENGINEER}</Number>')
    world.customer.hears("通话结束", within=90)
    assert world.product.last("/done")["DialBridged"] == "false"


def test_a_dial_inside_a_whisper_is_error_13201(world: World) -> None:
    world.product.at("/whisper", f"<Dial>{AGENT}</Dial>")
    put_through(world, f'<Number url="/whisper">{ENGINEER}</Number>')
    world.engineer.rings().answers()
    world.customer.hears("通话结束")
    assert 13201 in world.codes()


def test_the_first_to_answer_wins_and_the_others_stop_ringing(world: World) -> None:
    put_through(world, f"<Number>{ENGINEER}</Number><Number>{AGENT}</Number>")
    world.engineer.rings()
    world.agent.rings().answers()
    assert world.engineer.state == "idle"
    assert world.exchange.board.calls[world.product.last("/in")["CallSid"]].live
    world.customer.hangs_up()
    assert world.agent.state == "idle"


def test_one_after_the_other_when_sequential(world: World) -> None:
    put_through(world, f"<Number>{ENGINEER}</Number><Number>{AGENT}</Number>", 'sequential="true" timeout="5"')
    world.engineer.rings(within=3)
    assert world.agent.state == "idle"
    world.agent.rings(within=12).answers()
    world.customer.speaks("喂")
    world.agent.hears("喂")


def test_a_caller_id_that_is_not_ours_is_refused(world: World) -> None:
    put_through(world, ENGINEER, 'callerId="+8610999999"')
    world.customer.hears("通话结束")
    assert world.product.last("/done")["DialCallStatus"] == "failed"
    assert 13247 in world.codes()


def test_the_customers_hanging_up_ends_the_other_leg_and_is_told(world: World) -> None:
    put_through(world, ENGINEER)
    world.engineer.rings().answers()
    world.customer.hangs_up()
    assert world.engineer.state == "idle"
    assert world.product.last("/done")["CallStatus"] == "completed"


def test_the_caller_is_not_answered_before_the_bridge_when_asked_so(world: World) -> None:
    put_through(world, ENGINEER, 'answerOnBridge="true"')
    world.engineer.rings()
    assert world.customer.state == "ringing"
    world.engineer.answers()
    assert world.customer.state == "in-progress"


def test_a_recorded_dial_tells_where_the_recording_is(world: World) -> None:
    put_through(world, ENGINEER, f'record="record-from-answer-dual" recordingStatusCallback="{BASE}/tape"')
    world.engineer.rings().answers()
    world.exchange.advance(20)
    world.engineer.hangs_up()
    world.exchange.advance(5)
    assert world.product.last("/done")["RecordingUrl"].startswith("https://api.twilio.com/2010-04-01/Accounts/AC")
    tape = world.product.last("/tape")
    assert (tape["RecordingStatus"], tape["RecordingSource"], tape["RecordingChannels"]) == (
        "completed",
        "DialVerb",
        "2",
    )
    assert tape["RecordingDuration"] == "20"
    assert tape["CallSid"] == world.product.last("/in")["CallSid"]


def test_a_partner_sent_to_another_document_leaves_the_customer_to_the_action(world: World) -> None:
    put_through(world, ENGINEER)
    world.product.at("/else", say("另一段"))
    world.engineer.rings().answers()
    child = world.engineer.call
    assert child is not None
    world.client.calls(child.sid).update(url=f"{BASE}/else")
    world.engineer.hears("另一段")
    world.customer.hears("通话结束")
    assert "DialCallDuration" not in world.product.last("/done")


def test_star_hangs_up_the_partner_when_asked_so(world: World) -> None:
    put_through(world, ENGINEER, 'hangupOnStar="true"')
    world.engineer.rings().answers()
    world.customer.presses("*").hears("通话结束")
    assert world.engineer.state == "idle"


def test_a_browser_phone_is_rung_by_its_identity(world: World) -> None:
    browser = Phone(world.exchange, "client:op_12")
    put_through(world, "<Client><Identity>op_12</Identity><Parameter name='case' value='1'/></Client>")
    browser.rings().answers()
    world.customer.speaks("喂")
    browser.hears("喂")


def test_a_whisper_that_cannot_be_fetched_lets_the_engineer_go(world: World) -> None:
    world.product.at("/whisper", Response(status=500))
    put_through(world, f'<Number url="/whisper">{ENGINEER}</Number>')
    world.engineer.rings().answers().stays_silent(1)
    assert world.engineer.state == "idle"
    world.customer.hears("通话结束")
    assert 11200 in world.codes()


def test_a_machine_is_reported_beside_the_dial(world: World) -> None:  # section 2.7
    put_through(world, f'<Number machineDetection="Enable" amdStatusCallback="/amd">{ENGINEER}</Number>')
    world.engineer.rings().goes_to_voicemail().stays_silent(5)
    assert world.product.last("/amd")["AnsweredBy"] == "machine_start"


def test_star_gives_up_ringing_when_asked_so(world: World) -> None:
    put_through(world, f"<Number>{ENGINEER}</Number><Number>{AGENT}</Number>", 'hangupOnStar="true" sequential="true"')
    world.engineer.rings()
    world.customer.presses("1").presses("*").hears("通话结束")
    world.agent.does_not_ring(within=10)


def test_the_time_limit_ends_the_talk(world: World) -> None:
    put_through(world, ENGINEER, 'timeLimit="30"')
    world.engineer.rings().answers().stays_silent(29)
    assert world.engineer.state == "in-progress"
    world.customer.hears("通话结束", within=2)
    assert world.engineer.state == "idle"


def test_keys_are_sent_to_the_number_dialled(world: World) -> None:
    put_through(world, f'<Number sendDigits="ww12">{ENGINEER}</Number>')
    world.engineer.rings().answers().hears("ww12").hears("connected")


def test_a_customer_sent_elsewhere_lets_the_engineer_go(world: World) -> None:
    put_through(world, ENGINEER)
    world.product.at("/else", say("另一段"))
    world.engineer.rings().answers()
    world.client.calls(world.product.last("/in")["CallSid"]).update(url=f"{BASE}/else")
    world.customer.hears("另一段")
    assert world.engineer.state == "idle"

"""Answering machines: contract section 2.7; a machine must never pass for an engineer who accepted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.product import BASE, ENGINEER, HOTLINE, World, say


def place(world: World, **more: Any) -> None:
    """Ring the engineer with detection."""
    world.product.at("/matter", say("有一张报修单") + '<Pause length="30"/>')
    given = {"url": f"{BASE}/matter", "machine_detection": "Enable"}
    world.client.calls.create(to=ENGINEER, from_=HOTLINE, **(given | more))
    world.engineer.rings()


@pytest.mark.parametrize(("kind", "verdict"), [("Enable", "machine_start"), ("DetectMessageEnd", "machine_end_beep")])
def test_a_machine_is_told_apart_before_the_document_is_asked_for(world: World, kind: str, verdict: str) -> None:
    place(world, machine_detection=kind)
    world.engineer.goes_to_voicemail().hears("报修单")
    assert world.product.last("/matter")["AnsweredBy"] == verdict


def test_detection_that_ends_too_early_does_not_know(world: World) -> None:
    place(world, machine_detection="DetectMessageEnd", machine_detection_timeout=3)
    world.engineer.goes_to_voicemail().hears("报修单")
    assert world.product.last("/matter")["AnsweredBy"] == "unknown"


def test_a_person_waits_in_silence_until_detection_ends(world: World) -> None:
    place(world)
    world.engineer.answers().does_not_hear("报修单", within=2).hears("报修单", within=2)
    assert world.product.last("/matter")["AnsweredBy"] == "human"


def test_asynchronous_detection_reports_beside_the_call(world: World) -> None:
    place(world, async_amd="true", async_amd_status_callback=f"{BASE}/amd")
    world.engineer.goes_to_voicemail().hears("报修单", within=1)
    assert "AnsweredBy" not in world.product.last("/matter")
    world.exchange.advance(5)
    told = world.product.last("/amd")
    assert set(told) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert (told["AnsweredBy"], told["MachineDetectionDuration"]) == ("machine_start", "4000")


def test_asynchronous_detection_without_a_callback_is_warning_21262(world: World) -> None:
    place(world, async_amd="true")
    world.engineer.answers()
    assert 21262 in world.codes()


def test_detection_is_ignored_where_keys_are_sent(world: World) -> None:
    place(world, send_digits="1")
    world.engineer.answers().hears("报修单", within=1)
    assert "AnsweredBy" not in world.product.last("/matter")


def test_a_voicemail_phone_answers_late_speaks_and_hangs_up_in_the_end(world: World) -> None:
    world.product.at("/said", say("听到了"))
    ask = f'<Gather input="speech dtmf" language="cmn-Hans-CN" action="/said">{say("请按一")}</Gather>'
    place(
        world, url=None, twiml=f"<Response>{ask.replace('/said', BASE + '/said')}</Response>", machine_detection="none"
    )
    world.engineer.declines()
    world.engineer.habit("voicemail")
    place(
        world, url=None, twiml=f"<Response>{ask.replace('/said', BASE + '/said')}</Response>", machine_detection="none"
    )
    world.engineer.stays_silent(14)
    assert world.engineer.state == "ringing"
    world.engineer.hears("听到了", within=40)
    assert "留言" in world.product.last("/said")["SpeechResult"]
    assert "Digits" not in world.product.last("/said")


def test_a_machine_added_to_a_conference_is_reported(world: World) -> None:
    world.client.conferences("room").participants.create(
        to=ENGINEER,
        from_=HOTLINE,
        machine_detection="Enable",
        amd_status_callback=f"{BASE}/amd",
    )
    world.engineer.rings().goes_to_voicemail()
    world.exchange.advance(5)
    assert world.product.last("/amd")["AnsweredBy"] == "machine_start"

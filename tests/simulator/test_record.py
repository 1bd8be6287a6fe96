"""<Record> and recordings: contract sections 2.5, 5.3 and 6; a spoken statement rests on them."""

from __future__ import annotations

import base64
import io
import wave

import pytest
from twilio.base.exceptions import TwilioRestException

from hotline.simulator.rest import Reply, Request
from tests.simulator.product import ACCOUNT, BASE, ENGINEER, HOTLINE, TOKEN, World, say


def ask(world: World, attributes: str = "") -> None:
    """Let the customer leave a message."""
    world.product.at("/in", f'<Record action="/done" recordingStatusCallback="/tape" {attributes}/>{say("后面")}')
    world.product.at("/done", say("已记录"))
    world.customer.dial(HOTLINE).hears("beep").stays_silent(1)


def test_a_key_ends_the_recording_and_is_told(world: World) -> None:
    ask(world)
    world.customer.speaks("电梯坏了，请派人来修").presses("#").hears("已记录")
    told = world.product.last("/done")
    assert told["Digits"] == "#"
    assert told["RecordingUrl"].endswith(told["RecordingSid"])
    assert int(told["RecordingDuration"]) == 2


def test_silence_ends_it_and_is_trimmed_off(world: World) -> None:
    ask(world, 'timeout="4" finishOnKey="#"')
    world.customer.speaks("电梯坏了，请派人来修")
    world.customer.does_not_hear("已记录", within=3).hears("已记录", within=2)
    assert world.product.last("/done")["Digits"] == ""
    assert world.product.last("/done")["RecordingDuration"] == "2"


def test_the_longest_length_ends_it(world: World) -> None:
    ask(world, 'maxLength="8" timeout="0" trim="do-not-trim"')
    world.customer.hears("已记录", within=10)
    assert world.product.last("/done")["RecordingDuration"] == "8"


def test_hanging_up_ends_it_with_the_word_hangup(world: World) -> None:
    ask(world)
    world.customer.speaks("电梯坏了").hangs_up()
    told = world.product.last("/done")
    assert (told["Digits"], told["CallStatus"]) == ("hangup", "completed")


def test_the_file_comes_later_than_the_action(world: World) -> None:
    ask(world)
    world.customer.speaks("电梯坏了").presses("1").hears("已记录")
    assert world.product.at_path("/tape") == []
    world.exchange.advance(3)
    tape = world.product.last("/tape")
    assert (tape["RecordingStatus"], tape["RecordingSource"]) == ("completed", "RecordVerb")
    assert tape["RecordingSid"] == world.product.last("/done")["RecordingSid"]


def test_all_states_are_told_when_asked_for(world: World) -> None:
    ask(world, 'recordingStatusCallbackEvent="in-progress completed absent"')
    world.customer.presses("1").stays_silent(5)
    assert [one.form["RecordingStatus"] for one in world.product.at_path("/tape")] == [
        "in-progress",
        "completed",
    ]


def media(world: World, sid: str, kind: str, query: dict[str, list[str]] | None = None) -> Reply:
    """The sound of a recording, asked for as a program does."""
    secret = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}{kind}"
    return world.exchange.rest(Request("GET", path, query or {}, authorization=f"Basic {secret}"))


def test_the_sound_has_the_length_that_was_told_and_can_be_deleted(world: World) -> None:
    ask(world)
    world.customer.speaks("电梯坏了，请派人来修").presses("#").stays_silent(5)
    told = world.product.last("/done")
    with wave.open(io.BytesIO(media(world, told["RecordingSid"], ".wav").body)) as sound:
        assert sound.getnframes() / sound.getframerate() == int(told["RecordingDuration"])
    assert media(world, told["RecordingSid"], ".mp3").body.startswith(b"\xff\xf3")
    assert media(world, told["RecordingSid"], ".wav", {"RequestedChannels": ["2"]}).status == 400
    assert world.client.recordings(told["RecordingSid"]).delete()
    assert media(world, told["RecordingSid"], ".wav").status == 404
    with pytest.raises(TwilioRestException, match="not found"):
        world.client.recordings(told["RecordingSid"]).fetch()
    kept = world.client.recordings(told["RecordingSid"]).fetch(include_soft_deleted=True)
    assert kept.duration == told["RecordingDuration"]


def test_a_live_recording_is_paused_over_rest(world: World) -> None:
    world.product.at("/in", '<Pause length="60"/>' + say("完"))
    world.product.at("/in", say("好") + '<Pause length="60"/>')
    world.customer.dial(HOTLINE).hears("好")
    call = world.client.calls(world.product.last("/in")["CallSid"])
    tape = call.recordings.create(recording_status_callback="https://hotline.example.com/tape")
    world.exchange.advance(10)
    call.recordings("Twilio.CURRENT").update(status="paused")
    world.exchange.advance(20)
    call.recordings("Twilio.CURRENT").update(status="in-progress")
    world.exchange.advance(5)
    call.recordings("Twilio.CURRENT").update(status="stopped")
    world.exchange.advance(3)
    assert world.product.last("/tape")["RecordingDuration"] == "15"
    assert world.client.recordings(str(tape.sid)).fetch().source == "StartCallRecordingAPI"


def test_a_call_recorded_from_the_start_tells_of_it_at_its_end(world: World) -> None:  # section 2.6, Record=true
    world.product.at("/in", say("有一张报修单") + '<Pause length="20"/>')
    told = {"status_callback": f"{BASE}/status", "recording_status_callback": f"{BASE}/tape"}
    world.client.calls.create(to=ENGINEER, from_=HOTLINE, url=f"{BASE}/in", record=True, **told)
    world.engineer.rings().answers().stays_silent(10).hangs_up()
    world.exchange.advance(3)
    ended = world.product.last("/status")
    assert (ended["CallStatus"], ended["RecordingDuration"]) == ("completed", "10")
    assert world.product.last("/tape")["RecordingSid"] == ended["RecordingSid"]
    assert world.product.last("/tape")["RecordingSource"] == "OutboundAPI"


def test_a_recording_started_in_a_document_runs_beside_what_follows(world: World) -> None:
    world.product.at(
        "/in",
        f'<Start><Recording channels="dual" recordingStatusCallback="/tape"/></Start>{say("您好")}<Pause length="9"/>',
    )
    world.customer.dial(HOTLINE).hears("您好").stays_silent(5).hangs_up()
    world.exchange.advance(3)
    assert world.product.last("/tape")["RecordingChannels"] == "2"
    assert world.product.last("/tape")["RecordingDuration"] == "5"


def test_a_recording_stopped_while_paused_ends_at_the_pause(world: World) -> None:
    world.product.at("/in", say("好") + '<Pause length="60"/>')
    world.customer.dial(HOTLINE).hears("好")
    call = world.client.calls(world.product.last("/in")["CallSid"])
    tape = call.recordings.create()
    world.exchange.advance(10)
    call.recordings("Twilio.CURRENT").update(status="paused")
    world.exchange.advance(20)
    call.recordings("Twilio.CURRENT").update(status="stopped")
    world.exchange.advance(3)
    stopped = world.client.recordings(str(tape.sid)).fetch()
    assert (stopped.status, stopped.duration) == ("completed", "10")

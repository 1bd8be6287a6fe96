"""What the carrier writes down against the contract; if this broke, words would be lost, or left lying there."""

from __future__ import annotations

import pytest

from hotline.carrier import CarrierError
from hotline.carrier.twilio import TwilioCarrier
from hotline.simulator.board import SERVICES
from hotline.simulator.exchange import Exchange
from hotline.simulator.faults import Trouble
from hotline.simulator.rooms import Recording, Said
from hotline.transcribers import Listed, Progress, Turn

[SERVICE] = SERVICES
ONE, OTHER = "RE" + "1" * 32, "RE" + "2" * 32


def test_a_recording_is_written_down_once_read_whole_and_deleted(carrier: TwilioCarrier, exchange: Exchange) -> None:
    said = [Said(n, n + 1, f"sentence {n}") for n in range(1200)]  # more than a page
    _tape(exchange, ONE, said)
    _tape(exchange, OTHER, [])
    assert carrier.find_transcript(ONE) is None
    carrier.ask_transcript(OTHER, SERVICE)
    carrier.ask_transcript(ONE, SERVICE)
    there = carrier.find_transcript(ONE)
    assert there is not None
    assert there.progress is Progress.UNDER_WAY
    exchange.advance(30)
    assert carrier.find_transcript(ONE) == Listed(there.sid, Progress.WRITTEN)
    assert carrier.read_transcript(there.sid) == [Turn(n, n + 1, "", f"sentence {n}") for n in range(1200)]
    carrier.delete_transcript(there.sid)
    carrier.delete_transcript(there.sid)
    assert carrier.find_transcript(ONE) is None
    assert carrier.find_transcript(OTHER) is not None


def test_a_second_one_is_refused_and_asked_for_again_later(carrier: TwilioCarrier, exchange: Exchange) -> None:
    """Its list may lag behind, so that a refusal does not mean that it will never be."""
    _tape(exchange, ONE, [])
    carrier.ask_transcript(ONE, SERVICE)
    with pytest.raises(CarrierError) as raised:
        carrier.ask_transcript(ONE, SERVICE)
    assert (raised.value.word, raised.value.permanent, raised.value.unknown) == ("transcript-refused", False, False)


def test_what_became_of_a_request_without_answer_is_looked_up(carrier: TwilioCarrier, exchange: Exchange) -> None:
    _tape(exchange, ONE, [])
    exchange.faults.order(Trouble.REST_SILENT_LATE, matching="POST /v2/Transcripts")
    with pytest.raises(CarrierError) as raised:
        carrier.ask_transcript(ONE, SERVICE)
    assert raised.value.unknown
    assert carrier.find_transcript(ONE) is not None


def test_too_short_a_recording_fails(carrier: TwilioCarrier, exchange: Exchange) -> None:
    _tape(exchange, ONE, [Said(0, 1, "yes")], seconds=1)
    carrier.ask_transcript(ONE, SERVICE)
    exchange.advance(30)
    there = carrier.find_transcript(ONE)
    assert there is not None
    assert there.progress is Progress.FAILED


def _tape(exchange: Exchange, sid: str, said: list[Said], *, seconds: int = 1200) -> None:
    tape = Recording(sid, "CA" + "1" * 32, "RecordVerb", exchange.clock.now(), "completed", seconds)
    tape.said = said
    exchange.board.recordings[sid] = tape

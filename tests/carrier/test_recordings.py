"""The sound of a recording against the contract; if this broke, no message could be heard (contract 6, 9)."""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hotline.carrier import CarrierError
from hotline.carrier.twilio import TwilioCarrier
from hotline.settings import CarrierAccount
from hotline.simulator.exchange import Exchange
from hotline.simulator.rooms import Recording
from hotline.standard import loader

SID = "RE" + "1" * 32
FIGURES = replace(loader.platform().carrier, sound_largest=1_000_000)


def test_a_recording_is_fetched_as_it_is_and_deleted_once(carrier: TwilioCarrier, exchange: Exchange) -> None:
    _tape(exchange, seconds=7)
    with wave.open(io.BytesIO(carrier.fetch_recording(SID))) as sound:
        assert sound.getnframes() / sound.getframerate() == 7
    carrier.delete_recording(SID)
    carrier.delete_recording(SID)
    assert exchange.board.recordings[SID].deleted


def test_how_long_a_recording_is_the_carrier_says_once_it_is_complete(
    carrier: TwilioCarrier, exchange: Exchange
) -> None:
    _tape(exchange, seconds=7)
    assert carrier.recorded_seconds(SID) == 7
    exchange.board.recordings[SID].status = "processing"
    assert carrier.recorded_seconds(SID) is None


def test_a_recording_that_is_gone_is_not_asked_for_again(carrier: TwilioCarrier) -> None:
    with pytest.raises(CarrierError) as raised:
        carrier.fetch_recording(SID)
    assert (raised.value.word, raised.value.permanent) == ("gone", True)


def test_over_the_network_the_account_s_secret_is_shown(server: Server, account: CarrierAccount) -> None:
    server.body = b"RIFF" * 100_000
    assert _away(server, account).fetch_recording(SID) == server.body
    assert server.asked == [f"/2010-04-01/Accounts/{account.sid}/Recordings/{SID}.wav"]
    assert server.authorized[0].startswith("Basic ")


def test_no_redirect_takes_the_secret_elsewhere(server: Server, account: CarrierAccount) -> None:
    server.status, server.leads_to = 302, "/elsewhere"
    with pytest.raises(CarrierError):
        _away(server, account).fetch_recording(SID)
    assert len(server.asked) == 1


def test_a_sound_larger_than_any_that_we_ask_for_is_broken_off(server: Server, account: CarrierAccount) -> None:
    server.body = b"RIFF" * 500_000
    with pytest.raises(CarrierError) as raised:
        _away(server, account).fetch_recording(SID)
    assert (raised.value.word, raised.value.permanent) == ("answer-not-readable", False)


def test_a_sound_that_trickles_in_is_broken_off(server: Server, account: CarrierAccount) -> None:
    server.body = b"RIFF" * 100_000
    hasty = replace(FIGURES, sound_within=replace(FIGURES.sound_within, amount=0))
    with pytest.raises(CarrierError) as raised:
        _away(server, account, hasty).fetch_recording(SID)
    assert raised.value.word == "no-answer-from-carrier"


class Server(ThreadingHTTPServer):
    """Answers every GET in one way, and keeps what it was asked and by whom."""

    status, body, leads_to = 200, b"", ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked, self.authorized = list[str](), list[str]()


class _Answers(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.authorized.append(self.headers.get("Authorization", ""))
        self.send_response(self.server.status)
        if self.server.leads_to:
            self.send_header("Location", self.server.leads_to)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
        except OSError:
            self.close_connection = True  # the client broke off

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _away(server: Server, account: CarrierAccount, figures: object = FIGURES) -> TwilioCarrier:
    base = f"http://127.0.0.1:{server.server_address[1]}"
    return TwilioCarrier(replace(account, api_base=base), figures)  # type: ignore[arg-type]


def _tape(exchange: Exchange, *, seconds: int) -> None:
    tape = Recording(SID, "CA" + "1" * 32, "RecordVerb", exchange.clock.now())
    tape.duration, tape.status = seconds, "completed"
    exchange.board.recordings[SID] = tape


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=[0.01])
        thread.start()
        yield made
        made.shutdown()
        thread.join()

"""The carrier's client against the contract; if this broke, no telephone would ring (contract 2.6, 3.4, 6)."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from twilio.http import HttpClient
from twilio.http.response import Response

from hotline.carrier import CarrierError, LegState
from hotline.carrier.twilio import TwilioCarrier
from hotline.settings import CarrierAccount
from hotline.simulator.exchange import Exchange
from hotline.simulator.faults import Trouble
from hotline.simulator.phone import Phone
from hotline.standard import loader
from tests.carrier.lines import OURS, WANG, ZHAO, ring, write

EARLIER = datetime(2026, 11, 18, 1, 59, tzinfo=UTC)


def test_a_call_rings_for_as_long_as_asked_and_reports_every_step(carrier: TwilioCarrier, exchange: Exchange) -> None:
    sid = ring(carrier, seconds=25)
    Phone(exchange, WANG).rings(within=5)
    exchange.advance(60)
    assert carrier.fetch_call(sid).state is LegState.UNANSWERED
    told = [one.params["CallStatus"] for one in exchange.passages if "/status/7" in one.url]
    assert told == ["initiated", "ringing", "no-answer"]


def test_no_machine_is_looked_for_since_a_key_decides(account: CarrierAccount) -> None:
    wire = Wire(201, '{"sid": "CA1"}')
    ring(TwilioCarrier(account, loader.platform().carrier, wire))
    assert not [name for name in wire.data if name.startswith("MachineDetection")]
    assert wire.data["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]


@pytest.mark.parametrize(
    ("does", "state"),
    [("answers", LegState.TALKING), ("declines", LegState.BUSY), ("lets_it_ring", LegState.UNANSWERED)],
)
def test_what_became_of_a_call_is_told_in_our_words(
    carrier: TwilioCarrier, exchange: Exchange, does: str, state: LegState
) -> None:
    sid = ring(carrier)
    assert carrier.fetch_call(sid).state in (LegState.PLACED, LegState.RINGING)
    getattr(Phone(exchange, WANG).rings(within=5), does)()
    exchange.advance(40)
    assert carrier.fetch_call(sid).state is state


def test_a_call_is_ended_while_it_rings_and_ending_it_again_is_fine(carrier: TwilioCarrier, exchange: Exchange) -> None:
    sid = ring(carrier)
    phone = Phone(exchange, WANG).rings(within=5)
    carrier.end_call(sid)
    assert phone.state == "idle"
    carrier.end_call(sid)
    carrier.end_call("CA" + "0" * 32)


def test_the_calls_to_one_number_are_found_oldest_first_even_while_they_queue(
    carrier: TwilioCarrier, exchange: Exchange
) -> None:
    early = ring(carrier)
    exchange.advance(120)
    sids = [ring(carrier), ring(carrier)]
    ring(carrier, ZHAO)
    since = exchange.clock.now()
    assert [one.sid for one in carrier.find_calls(to=WANG, from_=OURS, since=since)] == sids
    assert [one.sid for one in carrier.find_calls(to=WANG, from_=OURS, since=EARLIER)] == [early, *sids]


def test_a_call_of_the_same_second_is_found_though_the_carrier_drops_fractions(
    carrier: TwilioCarrier, exchange: Exchange
) -> None:
    exchange.advance(0.4)
    sid = ring(carrier)
    since = exchange.clock.now() + timedelta(milliseconds=300)
    assert [one.sid for one in carrier.find_calls(to=WANG, from_=OURS, since=since)] == [sid]


def test_a_text_is_sent_and_found_again_with_its_words(carrier: TwilioCarrier, exchange: Exchange) -> None:
    sid = write(carrier, body="请签收 261118001")
    write(carrier, ZHAO)
    Phone(exchange, WANG).receives("261118001")
    (found,) = carrier.find_texts(to=WANG, since=EARLIER)
    assert (found.sid, found.body) == (sid, "请签收 261118001")


def test_a_trial_accounts_preface_is_no_part_of_our_words(account: CarrierAccount) -> None:
    listed = (
        '{"messages": [{"sid": "SM1", "date_created": "Wed, 18 Nov 2026 02:00:00 +0000",'
        ' "body": "Sent from your Twilio trial account - 请签收"}]}'
    )
    (found,) = TwilioCarrier(account, loader.platform().carrier, Wire(200, listed)).find_texts(to=WANG, since=EARLIER)
    assert found.body == "请签收"


@pytest.mark.parametrize(
    ("code", "word", "permanent"),
    [
        (21211, "number-wrong", True),
        (21610, "receiver-unsubscribed", True),
        (21611, "too-many-texts", False),
        (21999, "refused", True),
    ],
)
def test_the_carriers_numbers_become_our_words(
    carrier: TwilioCarrier, exchange: Exchange, code: int, word: str, permanent: bool
) -> None:
    exchange.faults.refuse(WANG, code)
    with pytest.raises(CarrierError) as raised:
        ring(carrier)
    error = raised.value
    assert (error.word, error.permanent, error.unknown, error.code) == (word, permanent, False, code)
    assert error.__suppress_context__  # the carrier's own words hold the address asked


@pytest.mark.parametrize("trouble", [Trouble.REST_SILENT, Trouble.REST_BROKEN])
def test_without_an_answer_to_a_change_nobody_knows_what_was_done(
    carrier: TwilioCarrier, exchange: Exchange, trouble: Trouble
) -> None:
    exchange.faults.order(trouble)
    with pytest.raises(CarrierError) as raised:
        write(carrier)
    assert (raised.value.unknown, raised.value.permanent) == (True, False)


@pytest.mark.parametrize("trouble", [Trouble.REST_SILENT, Trouble.REST_BROKEN, Trouble.REST_BUSY])
def test_without_an_answer_to_a_question_it_is_simply_asked_again(
    carrier: TwilioCarrier, exchange: Exchange, trouble: Trouble
) -> None:
    exchange.faults.order(trouble)
    with pytest.raises(CarrierError) as raised:
        carrier.find_texts(to=WANG, since=EARLIER)
    assert (raised.value.unknown, raised.value.permanent) == (False, False)


def test_too_many_requests_means_not_done(carrier: TwilioCarrier, exchange: Exchange) -> None:
    exchange.faults.order(Trouble.REST_BUSY)
    with pytest.raises(CarrierError) as raised:
        write(carrier)
    assert (raised.value.unknown, raised.value.permanent) == (False, False)


def test_a_wrong_token_is_worth_another_try_once_it_is_mended(account: CarrierAccount, exchange: Exchange) -> None:
    wire = Wire(401, '{"code": 20003, "message": "Authenticate", "status": 401}')
    with pytest.raises(CarrierError) as raised:
        write(TwilioCarrier(account, loader.platform().carrier, wire))
    assert (raised.value.word, raised.value.permanent) == ("account-refused", False)


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "", "{}", '{"sid": null}'])
def test_an_answer_that_cannot_be_read_leaves_it_unknown(account: CarrierAccount, body: str) -> None:
    with pytest.raises(CarrierError) as raised:
        write(TwilioCarrier(account, loader.platform().carrier, Wire(201, body)))
    assert raised.value.unknown


def test_a_problem_in_the_newer_form_is_understood_too(account: CarrierAccount) -> None:
    """Such a one is no subclass of the older exception (contract 6.1)."""
    problem = '{"type": "https://x", "title": "Invalid To", "status": 400, "code": 21211}'
    with pytest.raises(CarrierError) as raised:
        write(TwilioCarrier(account, loader.platform().carrier, Wire(400, problem)))
    assert (raised.value.word, raised.value.permanent) == ("number-wrong", True)


def test_where_nobody_listens_nothing_was_done(account: CarrierAccount, free_port: int) -> None:
    away = TwilioCarrier(replace(account, api_base=f"http://127.0.0.1:{free_port}"), loader.platform().carrier)
    with pytest.raises(CarrierError) as raised:
        write(away)
    assert (raised.value.word, raised.value.unknown) == ("carrier-unreachable", False)


def test_a_connection_cut_in_mid_request_leaves_it_unknown(account: CarrierAccount, cutting_port: int) -> None:
    cut = TwilioCarrier(replace(account, api_base=f"http://127.0.0.1:{cutting_port}"), loader.platform().carrier)
    with pytest.raises(CarrierError) as raised:
        write(cut)
    assert raised.value.unknown


def test_an_api_key_signs_in_the_tokens_place(account: CarrierAccount) -> None:
    wire = Wire(201, '{"sid": "SM1"}')
    keyed = replace(account, api_key="SK" + "1" * 32, api_secret="secret")
    write(TwilioCarrier(keyed, loader.platform().carrier, wire))
    assert wire.auth == (keyed.api_key, "secret")
    assert f"/Accounts/{account.sid}/" in wire.url


def test_no_number_reaches_the_log_or_an_errors_words(
    account: CarrierAccount, cutting_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    cut = TwilioCarrier(replace(account, api_base=f"http://127.0.0.1:{cutting_port}"), loader.platform().carrier)
    with caplog.at_level(logging.INFO), pytest.raises(CarrierError) as raised:
        cut.find_texts(to=WANG, since=EARLIER)
    assert WANG[1:] not in caplog.text + repr(raised.value)
    assert raised.value.__suppress_context__


class Wire(HttpClient):  # type: ignore[misc]  # the package ships no types
    """Answers every request with one answer, and keeps the last request."""

    def __init__(self, status: int, body: str) -> None:
        self.answer = Response(status, body)
        self.url, self.data, self.auth = "", dict[str, object](), ("", "")

    def request(self, method: str, uri: str, **rest: object) -> object:
        self.url, self.data, self.auth = uri, dict(rest.get("data") or {}), rest.get("auth")  # type: ignore[call-overload,assignment]
        assert not parse_qs(urlsplit(uri).query)
        return self.answer


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def cutting_port() -> Iterator[int]:
    """Reads a request and hangs up on it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_cut, args=[server])
        thread.start()
        yield int(server.getsockname()[1])
        thread.join()


def _cut(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)

"""Bad input at the carrier's door: the right status, the right sentence, nothing lost, never a 500."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import product

import pytest
from redis import Redis
from sqlalchemy import func, select

from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.turns import Turn
from hotline.runtime import Runtime
from hotline.settings import load
from tests import world
from tests.voice.ring import Document, Ring, Rings

HOOKS = (
    "/voice/inbound", "/voice/turn/1/1", "/voice/outbound/1", "/voice/resume", "/voice/status", "/voice/status/1",
    "/voice/recording/1", "/voice/text", "/voice/fallback", "/voice/fallback/number", "/voice/nowhere",
)  # fmt: skip


def count(runtime: Runtime, table: type[Call] | type[Turn]) -> int:
    with runtime.look(COMMAND) as act:
        return act.session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_not_signed_is_refused_with_an_empty_body(rings: Rings) -> None:
    for path, signature in product(HOOKS, ("", "bm9ib2R5", "\udcff\udcfe", "x" * 5000)):
        answer = rings().send(path, signature=signature)
        assert (answer.status_code, answer.data) == (403, b""), path


def test_a_signature_of_another_secret_or_over_another_form_is_refused(rings: Rings) -> None:
    for path in HOOKS:
        assert rings().send(path, token="another").status_code == 403, path
        assert rings().send(path, body="CallSid=CA1").status_code == 403, path


def test_another_account_is_refused(rings: Rings) -> None:
    for path, account in product(HOOKS, ("AC" + "2" * 32, None)):
        assert rings().send(path, {"AccountSid": account}).status_code == 403, path


def test_any_method_but_post_is_refused_with_an_empty_body(rings: Rings) -> None:
    for path, method in product(HOOKS, ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")):
        answer = rings().send(path, method=method)
        assert (answer.status_code, answer.data) == (405, b""), (method, path)


def test_a_large_body_is_refused_before_it_is_read(rings: Rings) -> None:
    for path in HOOKS:
        answer = rings().send(path, body="SpeechResult=" + "x" * 1_000_000)
        assert (answer.status_code, answer.data) == (413, b""), path


def test_a_trailing_slash_is_no_redirect(rings: Rings) -> None:
    answer = rings().send("/voice/inbound/")
    assert (answer.status_code, answer.data) == (404, b"")


def test_a_token_in_rotation_is_taken(settings_with_two_tokens: Runtime, cast: world.Cast, rings: Rings) -> None:
    ring = rings()
    assert "安心热力" in Document(ring.send("/voice/inbound", token="the-next-token").text).words


@pytest.fixture
def settings_with_two_tokens(runtime: Runtime, database_url: str, redis_url: str) -> Runtime:
    var = runtime.settings.hotline_var
    environment = world.environment(database_url=database_url, redis_url=redis_url, var=var)
    runtime.settings = load({**environment, "TWILIO_AUTH_TOKENS_ALSO": "the-next-token"})
    return runtime


def test_a_repeated_parameter_is_refused(rings: Rings) -> None:
    ring = rings().begins()
    body = "&".join(f"{name}={value}" for name, value in ring.standard.items()) + "&Digits=1&Digits=1"
    assert ring.send("/voice/turn/1/1", {"Digits": "1"}, body=body).status_code == 403


@pytest.mark.parametrize("sid", [None, "", "CA1", "CA" + "G" * 32, "CA" + "1" * 33, "x" * 10_000])
def test_without_the_name_of_its_call_a_webhook_is_nothing(rings: Rings, runtime: Runtime, sid: str | None) -> None:
    for path in HOOKS:
        if path not in ("/voice/text", "/voice/nowhere"):
            assert rings().send(path, {"CallSid": sid}).status_code == 400, path
    assert count(runtime, Call) == 0


def test_without_a_called_number_the_caller_hears_that_it_is_not_in_service(rings: Rings) -> None:
    for called in (None, "", "+1", "client:x", "\x00"):
        assert "暂未开通" in rings().asks("/voice/inbound", {"To": called}).words


@pytest.mark.parametrize(
    "from_",
    ["anonymous", "unknown", "+266696687", "", "sip:8613800001111@example.com", "client:13800001111", "x" * 900],
)
def test_a_caller_without_a_number_is_greeted_and_asked_for_one(rings: Rings, runtime: Runtime, from_: str) -> None:
    ring = rings(from_=from_).begins().hears("您好，安心热力").presses("0").hears("请输入您的联系电话")
    ring.keys("13900000088").hears("1 3 9 0 0 0 0 0 0 8 8").presses("1").hears("什么时候").presses("1").hears("单号是")
    with runtime.look(COMMAND) as act:
        assert act.session.scalars(select(Call)).one().owner_id


def test_a_missing_from_is_a_number_withheld(rings: Rings) -> None:
    assert "您好，安心热力" in rings().asks("/voice/inbound", {"From": None}).words


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"SequenceNumber": None, "CallStatus": "completed"},
        {"SequenceNumber": "minus one", "CallStatus": "completed"},
        {"SequenceNumber": "9" * 400, "CallStatus": "completed"},
        {"SequenceNumber": "-1", "CallStatus": "nonsense"},
        {"SequenceNumber": "1", "CallStatus": None},
        {"SequenceNumber": "1", "CallStatus": "failed", "SipResponseCode": "4" * 500},
        {"Timestamp": "yesterday", "CallDuration": "long"},
    ],
)
def test_odd_news_of_a_call_is_taken_quietly(rings: Rings, params: dict[str, str | None]) -> None:
    ring = rings().begins()
    assert ring.send("/voice/status", params).status_code == 204
    assert ring.send("/voice/status/1", params).status_code == 204


def test_news_of_a_call_that_nobody_knows_is_taken_quietly(rings: Rings) -> None:
    assert rings().send("/voice/status", {"CallStatus": "completed"}).status_code == 204


@pytest.mark.parametrize("path", ["/voice/turn/1/1", "/voice/status/1", "/voice/recording/1", "/voice/outbound/1"])
def test_another_calls_address_opens_nothing(rings: Rings, path: str) -> None:
    rings().begins()
    stranger = rings().begins()
    answer = stranger.send(path, {"Digits": "1", "RecordingSid": "RE" + "1" * 32})
    assert (answer.status_code, answer.data) == (403, b"")


@pytest.mark.parametrize("path", ["/voice/turn/99/1", "/voice/status/99", "/voice/recording/99", "/voice/outbound/99"])
def test_a_call_that_does_not_exist_is_not_found(rings: Rings, path: str) -> None:
    assert rings().send(path).status_code == 404


@pytest.mark.parametrize("sid", [None, "", "RE1", "x" * 900])
def test_a_recording_without_a_name_is_refused(rings: Rings, sid: str | None) -> None:
    ring = rings().begins()
    assert ring.send("/voice/recording/1", {"RecordingSid": sid, "RecordingStatus": "completed"}).status_code == 400


def test_a_text_without_a_name_is_refused(rings: Rings) -> None:
    assert rings().send("/voice/text", {"MessageSid": None}).status_code == 400
    told = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered" * 50}
    assert rings().send("/voice/text", told).status_code == 204


SPEECH = {
    "control characters": "%00%01%1B%0B",
    "lone surrogates": "%ED%A0%80%ED%BF%BF",
    "half a character": "%E6%88",
    "what XML cannot hold": "%EF%BF%BE%EF%BF%BF",
    "markup": "%3C%2FSay%3E%3CHangup%2F%3E%26amp%3B",
    "raw bytes": "\u00ff\u00fe",
}


@pytest.mark.parametrize("spoken", SPEECH.values(), ids=SPEECH.keys())
def test_speech_that_is_no_text_is_read_back_as_far_as_it_is(rings: Rings, spoken: str) -> None:
    ring = rings().begins().presses("2221").hears("地址")
    ring.now = Document(_raw(ring, f"3号楼{spoken}"))
    assert "3号楼" in ring.now.words
    assert "Hangup" not in {element.tag for element in ring.now.root.iter()}


def _raw(ring: Ring, spoken: str) -> str:
    """Post a speech result whose bytes are given as they are."""
    assert ring.now is not None
    path = str(ring.now.action).removeprefix(ring.base)
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in ring.standard.items())
    return ring.raw(path, f"{body}&SpeechResult={spoken}".encode()).text


def test_replayed_after_an_hour_and_after_the_end_it_changes_nothing(
    rings: Rings, runtime: Runtime, at: world.HandClock
) -> None:
    ring = rings().begins().presses("2")
    first = ring.send("/voice/turn/1/1", {"CallStatus": "in-progress", "Digits": "2"})
    assert count(runtime, Turn) == 1
    ring.hangs_up()
    turns = count(runtime, Turn)
    at.passes(timedelta(hours=1))
    for path in ("/voice/inbound", "/voice/turn/1/1", "/voice/turn/1/2", "/voice/resume"):
        again = ring.send(path, {"CallStatus": "in-progress", "Digits": "2"})
        assert again.status_code == 200
    ring.hangs_up()
    assert first.status_code == 200
    assert (count(runtime, Call), count(runtime, Turn)) == (1, turns)


def test_nothing_personal_is_logged_or_left_in_redis(
    rings: Rings, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ring = rings(from_="+8613812345678").begins().presses("2221").says("幸福路18号6楼")
    ring.send("/voice/turn/1/1", {"SpeechResult": "幸福路18号6楼"}, signature="wrong")
    ring.hangs_up()
    redis = Redis.from_url(runtime.settings.redis)
    kept = caplog.text + "".join(str(redis.dump(key)) + str(key) for key in redis.scan_iter())
    redis.close()
    assert "13812345678" not in kept
    assert "幸福路" not in kept

"""Group robots over HTTP, against a local platform; if this broke, a message would be refused or be said twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from hotline.carrier import CarrierError, robots
from hotline.chats import Address, Kind
from hotline.standard import loader
from tests import chatroom
from tests.chatroom import PATHS, Room

AT = datetime(2026, 11, 18, 2, 0, 0, 250_000, tzinfo=UTC)
SECRET = "SEC0123456789"


@pytest.fixture
def room() -> Iterator[Room]:
    with chatroom.serving() as made:
        yield made


def say(to: Address, text: str = "请签收 261118001") -> None:
    robots.send(loader.platform().carrier, to, text, AT)


def refused(to: Address) -> tuple[str, bool, bool]:
    """The word of a refusal, whether trying again is useless, whether it may have been said."""
    with pytest.raises(CarrierError) as found:
        say(to)
    return found.value.word, found.value.permanent, found.value.unknown


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Kind.FEISHU, {"msg_type": "text", "content": {"text": "请签收 261118001"}}),
        (Kind.DINGTALK, {"msgtype": "text", "text": {"content": "请签收 261118001"}}),
        (Kind.WECOM, {"msgtype": "text", "text": {"content": "请签收 261118001"}}),
    ],
)
def test_each_platform_is_told_in_its_own_shape(room: Room, kind: Kind, body: dict[str, Any]) -> None:
    say(room.robot(kind))
    (told,) = room.told
    assert told.body == body
    whole = told.path + "".join(f"?{name}={value}" for name, value in told.query.items())
    assert whole == PATHS[kind], "without a secret nothing is signed"


def test_feishu_is_signed_in_the_body_by_seconds(room: Room) -> None:
    say(room.robot(Kind.FEISHU, SECRET))
    body = room.told[0].body
    assert body["timestamp"] == "1794967200"
    key = f"1794967200\n{SECRET}".encode()
    assert body["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


def test_dingtalk_is_signed_in_the_query_by_milliseconds(room: Room) -> None:
    say(room.robot(Kind.DINGTALK, SECRET))
    query = room.told[0].query
    assert query["access_token"] == "the-group-of-the-tests"
    assert query["timestamp"] == "1794967200250"
    signed = hmac.new(SECRET.encode(), f"1794967200250\n{SECRET}".encode(), hashlib.sha256).digest()
    assert query["sign"] == base64.b64encode(signed).decode(), "plus and slash survive the query"


def test_an_older_answer_of_feishu_is_understood(room: Room) -> None:
    room.answers_with(StatusCode=0, StatusMessage="success")
    say(room.robot(Kind.FEISHU))
    room.answers_with(StatusCode=19024)
    assert refused(room.robot(Kind.FEISHU)) == ("robot-not-allowed", True, False)


@pytest.mark.parametrize(
    ("kind", "answer", "meaning"),
    [
        (Kind.FEISHU, {"code": 11232}, ("too-many-requests", False, False)),
        (Kind.FEISHU, {"code": 19001}, ("robot-gone", True, False)),
        (Kind.FEISHU, {"code": 19021, "msg": "sign match fail"}, ("robot-not-allowed", True, False)),
        (Kind.DINGTALK, {"errcode": 130101}, ("too-many-requests", False, False)),
        (Kind.DINGTALK, {"errcode": 310000}, ("robot-not-allowed", True, False)),
        (Kind.DINGTALK, {"errcode": 400013}, ("robot-gone", True, False)),
        (Kind.DINGTALK, {"errcode": -1}, ("carrier-in-trouble", False, False)),
        (Kind.WECOM, {"errcode": 45009}, ("too-many-requests", False, False)),
        (Kind.WECOM, {"errcode": 93000}, ("robot-gone", True, False)),
        (Kind.WECOM, {"errcode": 4711}, ("refused", False, False)),
    ],
)
def test_an_error_inside_a_200_is_an_error(
    room: Room, kind: Kind, answer: dict[str, Any], meaning: tuple[str, bool, bool]
) -> None:
    room.answers_with(200, **answer)
    assert refused(room.robot(kind)) == meaning


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (301, ("refused", False, False)),
        (404, ("robot-gone", True, False)),
        (429, ("too-many-requests", False, False)),
        (502, ("carrier-in-trouble", False, True)),
        (chatroom.HANGS_UP, ("no-answer-from-carrier", False, True)),
    ],
)
def test_what_the_web_answers_is_told_in_our_words(room: Room, status: int, meaning: tuple[str, bool, bool]) -> None:
    room.answers_with(status, b"<html>")
    assert refused(room.robot()) == meaning
    assert len(room.told) == 1, "no redirect is followed: the key to the group goes nowhere else"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"code": "0"}', b'{"code": true}', b"[" * 40_000, b'{"code": 0}' + b" " * 99_999]
)
def test_an_answer_that_says_nothing_leaves_it_unknown(room: Room, body: bytes) -> None:
    room.answers_with(200, body)
    assert refused(room.robot()) == ("answer-not-readable", False, True)


def test_nobody_there_is_surely_not_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert refused(Address(Kind.WECOM, origin + PATHS[Kind.WECOM])) == ("carrier-unreachable", False, False)


def test_an_error_never_names_the_address(room: Room) -> None:
    room.answers_with(chatroom.HANGS_UP)
    with pytest.raises(CarrierError) as found:
        say(room.robot())
    told = f"{found.value!r} {found.value.__cause__!r}"
    assert not re.search("the-group|127.0.0.1", told)


def test_every_platform_has_its_numbers() -> None:
    assert set(robots.CODES) == set(Kind)
    assert {one.word for codes in robots.CODES.values() for one in codes.values() if one.permanent} == robots.FINAL

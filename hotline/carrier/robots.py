"""Messages to group robots (群机器人) over HTTP; without it a robot would be an address that nobody calls.

A platform answers errors inside a 200, each by its own numbers. What a robot has cannot be asked: a message whose
outcome is unknown is never sent again.
"""

from __future__ import annotations

import base64
import hmac
import json
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import requests

from hotline.carrier import CarrierError
from hotline.carrier.codes import Meaning
from hotline.carrier.refusals import in_our_words
from hotline.chats import Address, Kind
from hotline.standard.engine import CarrierFigures

_LARGEST = 65536  # bytes of an answer; theirs have some hundred

_TOO_MANY = Meaning("too-many-requests", False)
_IN_TROUBLE = Meaning("carrier-in-trouble", False)
_GONE = Meaning("robot-gone", True)
_NOT_ALLOWED = Meaning("robot-not-allowed", True)  # its keywords, its list of addresses or its signature forbid it

# The platforms' own numbers; what stands here not is refused and tried again, for it may pass.
CODES: dict[Kind, dict[int, Meaning]] = {
    Kind.FEISHU: {
        9499: _TOO_MANY,  # also a body that it cannot read; ours is always the same
        11232: _TOO_MANY,
        19001: _GONE,
        19021: _NOT_ALLOWED,
        19022: _NOT_ALLOWED,
        19024: _NOT_ALLOWED,
    },
    Kind.DINGTALK: {
        -1: _IN_TROUBLE,
        90018: _TOO_MANY,
        90030: _TOO_MANY,
        130101: _TOO_MANY,
        300001: _GONE,
        310000: _NOT_ALLOWED,
        400013: _GONE,
        400101: _GONE,
        400102: _GONE,
        400106: _GONE,
        410100: _TOO_MANY,
    },
    Kind.WECOM: {
        -1: _IN_TROUBLE,
        45009: _TOO_MANY,
        45033: _TOO_MANY,
        93000: _GONE,
    },
}
_CODE = {Kind.FEISHU: ("code", "StatusCode"), Kind.DINGTALK: ("errcode",), Kind.WECOM: ("errcode",)}
FINAL = frozenset({_GONE.word, _NOT_ALLOWED.word})  # these are about the robot, not about one message


def send(figures: CarrierFigures, to: Address, text: str, at: datetime) -> None:
    """Let a robot say a text in its group. `at`: now, for the signature. Raises CarrierError.

    No redirect is followed: the key to the group goes to the address that we were given, and nowhere else.
    """
    limits = (figures.connect_timeout.seconds, figures.timeout.seconds)
    url, body = _signed(to, text, at)
    with (
        in_our_words(changes=True),
        requests.post(url, json=body, timeout=limits, stream=True, allow_redirects=False) as answer,
    ):
        _judge(to.kind, answer.status_code, _read(answer))


def _signed(to: Address, text: str, at: datetime) -> tuple[str, dict[str, Any]]:
    """Where the message goes, and its body, in the platform's shape."""
    if to.kind is Kind.FEISHU:
        return to.url, {"msg_type": "text", "content": {"text": text}} | _signature_in_body(to.secret, at)
    return to.url + _signature_in_query(to.secret, at), {"msgtype": "text", "text": {"content": text}}


def _signature_in_body(secret: str | None, at: datetime) -> dict[str, str]:
    """Feishu: seconds; what is signed is nothing, and the key is time and secret."""
    if secret is None:
        return {}
    seconds = str(int(at.timestamp()))
    return {"timestamp": seconds, "sign": _hmac(f"{seconds}\n{secret}", "")}


def _signature_in_query(secret: str | None, at: datetime) -> str:
    """DingTalk: milliseconds; time and secret are signed with the secret."""
    if secret is None:
        return ""
    millis = str(int(at.timestamp() * 1000))
    return "&" + urlencode({"timestamp": millis, "sign": _hmac(secret, f"{millis}\n{secret}")})


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


def _read(answer: requests.Response) -> bytes:
    """The body of an answer. Raises ValueError for one that is too large."""
    body = bytearray()
    for piece in answer.iter_content(_LARGEST):
        body += piece
        if len(body) > _LARGEST:
            raise ValueError("an answer larger than any that a robot gives")
    return bytes(body)


def _judge(kind: Kind, status: int, body: bytes) -> None:
    """Raise what the answer means, unless it means that the group has the message."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CarrierError("carrier-in-trouble", unknown=True)
    code = _code(kind, body)
    if code == 0 and status == HTTPStatus.OK:
        return
    if code is None and status == HTTPStatus.OK:
        raise CarrierError("answer-not-readable", unknown=True)
    meaning = CODES[kind].get(code or 0) or _by_status(status)
    raise CarrierError(meaning.word, permanent=meaning.permanent, code=code)


def _code(kind: Kind, body: bytes) -> int | None:
    """The number that the platform answers with; None where the answer has none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = [answer[name] for name in _CODE[kind] if name in answer] if isinstance(answer, dict) else []
    return found[0] if found and isinstance(found[0], int) and not isinstance(found[0], bool) else None


def _by_status(status: int) -> Meaning:
    if status == HTTPStatus.NOT_FOUND:
        return _GONE
    return _TOO_MANY if status == HTTPStatus.TOO_MANY_REQUESTS else Meaning("refused", False)

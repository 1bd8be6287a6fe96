"""One call, webhook by webhook; without it bad input could not be sent, for the simulator sends none."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote_to_bytes, urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hotline.runtime import Runtime
from hotline.voice import guard
from hotline.web import create_app
from tests import world
from tests.contract import emitted

ENCODED = "application/x-www-form-urlencoded"


class Document:
    """A document as a telephone takes it: what is said, and where an answer goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = ET.fromstring(text)

    @property
    def words(self) -> str:
        """Everything that is said."""
        return "".join("".join(say.itertext()) for say in self.root.iter("Say"))

    @property
    def asks(self) -> str:
        """Gather, Record, Pause (the line is kept) or nothing."""
        return next((verb for verb in ("Gather", "Record", "Pause") if self.root.find(verb) is not None), "")

    @property
    def action(self) -> str | None:
        """Where the call goes on, with or without an answer."""
        verb = next((one for one in self.root if one.tag in ("Gather", "Record")), None)
        named = verb.get("action") if verb is not None else self.root.findtext("Redirect")
        return named.partition("#")[0] if named else None

    @property
    def hangs_up(self) -> bool:
        """Whether the call ends with this document."""
        return self.action is None


class Ring:
    """A caller's call as the carrier sees it. Signed as the carrier signs, unless told otherwise."""

    def __init__(self, runtime: Runtime, app: Flask, *, to: str, from_: str, sid: str | None = None) -> None:
        account = runtime.settings.carrier
        self.runtime, self.token, self.base = runtime, account.tokens[0], runtime.settings.base_url
        self.web = app.test_client()
        self.sid = sid or f"CA{secrets.token_hex(16)}"
        self.standard = {
            "CallSid": self.sid, "AccountSid": account.sid, "From": from_, "To": to, "CallStatus": "ringing",
            "ApiVersion": "2010-04-01", "Direction": "inbound", "Caller": from_, "Called": to, "FromCity": "",
        }  # fmt: skip
        self.sequence = 0
        self.now: Document | None = None

    def send(self, path: str, params: Mapping[str, str | None] | None = None, **how: str) -> TestResponse:
        """Post the standard parameters and these; None leaves one out. `how`: token, signature, body, method."""
        form = {name: value for name, value in {**self.standard, **(params or {})}.items() if value is not None}
        body = how.get("body", "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in form.items()))
        signed = guard.signature(how.get("token", self.token), self.base + path, form)
        answer = self.web.open(
            path, base_url=self.base, method=how.get("method", "POST"), data=body, content_type=ENCODED,
            headers={guard.HEADER: how.get("signature", signed)},
        )  # fmt: skip
        if answer.status_code == 200 and answer.mimetype == "text/xml":
            emitted.document(answer.text, self.base + path)
        return answer

    def raw(self, path: str, body: bytes) -> TestResponse:
        """Post bytes as they are, rightly signed over what they mean to the carrier."""
        pairs = (one.partition(b"=") for one in body.split(b"&"))
        form = {name.decode(): unquote_to_bytes(value).decode("utf-8", "surrogateescape") for name, _, value in pairs}
        headers = {guard.HEADER: guard.signature(self.token, self.base + path, form)}
        answer = self.web.post(path, base_url=self.base, data=body, content_type=ENCODED, headers=headers)
        assert answer.status_code == 200, answer.status_code
        emitted.document(answer.text, self.base + path)
        return answer

    def asks(self, path: str, params: Mapping[str, str | None] | None = None) -> Document:
        """Ask for a document, which must come."""
        answer = self.send(path, params)
        assert answer.status_code == 200, f"{answer.status_code} at {path}"
        return Document(answer.text)

    def begins(self) -> Ring:
        """The telephone rings at ours."""
        self.now = self.asks("/voice/inbound")
        return self

    def answers(self, params: Mapping[str, str | None]) -> Ring:
        """Go on to where the present document leads."""
        assert self.now is not None
        assert self.now.action is not None, "the call is over"
        self.now = self.asks(_path(self.now.action), {"CallStatus": "in-progress", **params})
        return self

    def presses(self, keys: str) -> Ring:
        """Press one key after another, each for one question."""
        for key in keys:
            self.answers({"Digits": key})
        return self

    def keys(self, digits: str) -> Ring:
        """Key in a number, for one question."""
        return self.answers({"Digits": digits})

    def says(self, text: str) -> Ring:
        """Say something, or leave a message where one is recorded."""
        if self.now is not None and self.now.asks == "Record":
            url = f"https://api.twilio.com/2010-04-01/Accounts/x/Recordings/RE{secrets.token_hex(16)}"
            return self.answers({"RecordingUrl": url, "RecordingDuration": "7", "Digits": "#"})
        return self.answers({"SpeechResult": text, "Confidence": "0.91"})

    def stays_silent(self) -> Ring:
        """Say nothing until the question is over."""
        return self.answers({"Digits": ""})

    def hears(self, words: str) -> Ring:
        """These words are in the present document."""
        assert self.now is not None
        assert words in re.sub(r"\s+", " ", self.now.words), self.now.words
        return self

    def hangs_up(self) -> Ring:
        """The caller is gone; the number's status callback tells so, without a sequence number."""
        assert self.send("/voice/status", {"CallStatus": "completed", "CallDuration": "9"}).status_code == 204
        return self


Rings = Callable[..., Ring]


@pytest.fixture
def rings(runtime: Runtime, cast: world.Cast) -> Rings:
    """Call somebody: rings(to=..., from_=...) begins nothing yet."""
    app = create_app(runtime)

    def ring(*, to: str = cast.heat.number, from_: str = cast.unknown.e164, sid: str | None = None) -> Ring:
        return Ring(runtime, app, to=to, from_=from_, sid=sid)

    return ring


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

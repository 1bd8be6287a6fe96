"""Carries webhooks to whatever URL a document names: without it no answer, retry or signature would ever be tried."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import urlencode, urljoin, urlsplit

from hotline.simulator import faults, figures, overrides, signing
from hotline.simulator.clock import Timetable

log = logging.getLogger(__name__)
_FIELDS_KEPT = 8192

_KEEPS_METHOD = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_REDIRECTS = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}) | _KEEPS_METHOD


class ConnectFailed(Exception):
    """Raised by a sender: nobody answered at that address."""


class TooSlow(Exception):
    """Raised by a sender: the answer did not come in time."""


@dataclass(frozen=True)
class Answer:
    """What a web server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Sender = Callable[[str, str, Mapping[str, str], bytes, float], Answer]
Result = Answer | ConnectFailed | TooSlow


class Kind(StrEnum):
    """Whether the answer is a document to be heard, is ignored, or is a sound."""

    DOCUMENT = "document"
    NOTICE = "notification"
    MEDIA = "media"


@dataclass(frozen=True)
class Webhook:
    """One request of the carrier's: `url` absolute, possibly with overrides in its fragment."""

    url: str
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = Kind.DOCUMENT


@dataclass(frozen=True)
class Outcome:
    """How a webhook ended: an answer below 400 from `url`, or the carrier's error number."""

    url: str
    answer: Answer | None = None
    code: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Passage:
    """One try, as it was made: what went out and what came back (status None: nothing did)."""

    at: datetime
    kind: Kind
    method: str
    url: str
    params: Mapping[str, str]
    token: str
    status: int | None
    body: bytes


Done = Callable[[Outcome], None]


@dataclass
class Courier:
    """What every delivery shares. `pool`: where requests are made; without one they are made on the spot."""

    timetable: Timetable
    sender: Sender
    auth_token: str
    faults: faults.Faults
    passages: list[Passage]
    cut: Callable[[str], None]
    pool: Executor | None = None
    held: list[Callable[[], None]] = field(default_factory=list)

    def carry(self, hook: Webhook, done: Done) -> None:
        """Make this request, with retries and redirects; `done` hears the outcome, later, under the lock."""
        try:
            url, how = overrides.split(hook.url)
        except overrides.BadOverride as error:
            self._refuse(hook, error.code, done)
            return
        host = urlsplit(url).hostname
        if not host or "_" in host:
            self._refuse(hook, 11210, done)
        else:
            _Delivery(self, hook, done, how, url).begin()

    def release(self) -> None:
        """Send what was kept back so that it should arrive late."""
        kept, self.held = self.held, []
        for send in kept:
            send()

    def _refuse(self, hook: Webhook, code: int, done: Done) -> None:
        self.timetable.after(0, lambda: done(Outcome(hook.url, code=code, reason="bad URL")))


@lru_cache(maxsize=_FIELDS_KEPT)
def _field(name: str, value: str) -> str:
    return urlencode({name: value})


def _form(params: Mapping[str, str]) -> str:
    """The parameters as they cross the wire; most of a call's are the same each time, so they are kept encoded."""
    return "&".join(_field(name, value) for name, value in params.items())


class _Delivery:
    """One webhook on its way: its tries, its redirects, its time."""

    def __init__(self, courier: Courier, hook: Webhook, done: Done, how: overrides.Overrides, url: str) -> None:
        self.courier, self.hook, self.done, self.how = courier, hook, done, how
        self.url, self.method, self.params = url, hook.method.upper(), dict(hook.params)
        self.token = secrets.token_hex(16)
        self.tries_left, self.redirects = how.retries, 0
        self.started = courier.timetable.now()

    def begin(self) -> None:
        """Send, or meet the trouble that was ordered for this try."""
        fault = self.courier.faults.take(self._possible(), self.url)
        trouble = fault.trouble if fault is not None else None
        if fault is not None and trouble is faults.Trouble.DELAY:
            self.courier.timetable.after(fault.seconds, lambda: self._send(None))
        elif trouble is faults.Trouble.REORDER:
            self.courier.held.append(lambda: self._send(None))
            self.courier.timetable.after(figures.REORDER_SECONDS, self.courier.release)
        else:
            self._send(trouble)
            if self.hook.kind is Kind.NOTICE:
                self.courier.release()

    def _possible(self) -> frozenset[faults.Trouble]:
        if self.hook.kind is Kind.NOTICE:
            return faults.ON_WEBHOOKS - faults.ON_DOCUMENTS
        return faults.ON_WEBHOOKS - faults.ON_CALLBACKS

    def _send(self, trouble: faults.Trouble | None) -> None:
        if trouble is faults.Trouble.DROP:
            self._arrived(ConnectFailed("the connection was dropped on request"))
        elif trouble is faults.Trouble.FAIL:
            self._arrived(Answer(503, {"content-type": "text/plain"}, b"failed on request"))
        elif self.courier.pool is not None:
            self.courier.pool.submit(self._exchange, trouble).add_done_callback(_report)
        else:
            self._exchange(trouble)

    def _exchange(self, trouble: faults.Trouble | None) -> None:
        if trouble is faults.Trouble.REPEAT:
            self._once()
        result = self._once()
        if trouble is faults.Trouble.TIME_OUT:
            result = TooSlow("the answer was not waited for, on request")
        with self.courier.timetable.changed:
            if trouble is faults.Trouble.HANG_UP:
                self.courier.cut(self.params.get("CallSid", ""))
            self._arrived(result)

    def _once(self) -> Result:
        url, body, headers = self._request()
        seconds = min(self.how.read_ms, self.how.total_ms) / 1000
        at = self.courier.timetable.now()
        result: Result
        try:
            result = self.courier.sender(self.method, url, headers, body, seconds)
        except (ConnectFailed, TooSlow) as error:
            result = error
        status, text = (result.status, result.body) if isinstance(result, Answer) else (None, b"")
        self.courier.passages.append(
            Passage(at, self.hook.kind, self.method, url, self.params, self.token, status, text)
        )
        return result

    def _request(self) -> tuple[str, bytes, dict[str, str]]:
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": self.token,
        }
        if self.method == "GET":
            url = self._with_query()
            return url, b"", headers | {"X-Twilio-Signature": signing.sign(url, (), self.courier.auth_token)}
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        headers["X-Twilio-Signature"] = signing.sign(self.url, self.params.items(), self.courier.auth_token)
        return self.url, _form(self.params).encode(), headers

    def _with_query(self) -> str:
        if not self.params:
            return self.url
        joint = "&" if urlsplit(self.url).query else "?"
        return self.url + joint + _form(self.params)

    def _arrived(self, result: Result) -> None:
        by_hand = self.courier.timetable.clock.by_hand
        seconds = figures.WEB_SECONDS if by_hand else 0.0
        if isinstance(result, TooSlow) and (by_hand or "on request" in str(result)):
            seconds = min(self.how.read_ms, self.how.total_ms) / 1000
        self.courier.timetable.after(seconds, lambda: self._judge(result))

    def _judge(self, result: Result) -> None:
        if isinstance(result, Answer) and result.status in _REDIRECTS:
            self._follow(result)
        elif isinstance(result, Answer) and result.status < 400:
            self.done(Outcome(self.url, result))
        else:
            self._failed(result)

    def _follow(self, answer: Answer) -> None:
        target = answer.headers.get("location")
        self.redirects += 1
        if target is None or self.redirects > figures.MOST_REDIRECTS:
            code = 11216 if target is None else 11215
            self.done(Outcome(self.url, code=code, reason="redirected too often, or to nowhere"))
            return
        self.url = urljoin(self.url, target)
        if answer.status not in _KEEPS_METHOD:
            self.method, self.params = "GET", {}
        self._send(None)

    def _failed(self, result: Result) -> None:
        fault, code, reason = _diagnosis(result)
        used = (self.courier.timetable.now() - self.started).total_seconds() * 1000
        if self.tries_left > 0 and self.how.retries_on(fault):
            if used < self.how.total_ms:
                self.tries_left -= 1
                self.begin()
                return
            code = 11203
        self.done(Outcome(self.url, code=code, reason=reason))


def _report(made: Future[None]) -> None:
    """A pool keeps what went wrong to itself unless it is asked."""
    if not made.cancelled() and (error := made.exception()) is not None:
        log.error("a webhook could not be made", exc_info=error)


def _diagnosis(result: Result) -> tuple[str, int, str]:
    """The kind of failure as the overrides name it, the error number, and the reason (contract 3.2, 3.4)."""
    if isinstance(result, Answer):
        return ("4xx" if result.status < 500 else "5xx"), 11200, f"status {result.status}"
    if isinstance(result, ConnectFailed):
        return "ct", 11205, f"no connection: {result}"
    return "rt", 11205, f"too slow: {result}"

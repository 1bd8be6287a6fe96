"""The carrier by Twilio's REST client; without it no telephone would ring (contract 6)."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any

from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from hotline.carrier import CarrierError, LegState, Placed, Sent
from hotline.carrier.codes import CODES, STATES, Meaning
from hotline.carrier.media import Media, over_the_network
from hotline.settings import CarrierAccount
from hotline.standard.engine import CarrierFigures

EVENTS = ["initiated", "ringing", "answered", "completed"]  # a repeated parameter (contract 2.6)
LISTED = 50  # how many of a number's latest calls or texts are looked through; one page
TRIAL = "Sent from your Twilio trial account - "  # stands before every text of a trial account

# At INFO it writes the query of a list, which holds a telephone number (contract 6.1).
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class TwilioCarrier:
    """Implements `Carrier`. Opens no connection before the first request; safe to make before a fork."""

    def __init__(
        self, account: CarrierAccount, figures: CarrierFigures, http_client: Any = None, media: Media | None = None
    ) -> None:
        """`http_client`: a twilio.http.HttpClient of the caller's own, such as one that ends in a simulator.

        `media`: how sound is fetched, where it is not over the network; the package's client knows texts alone.
        """
        self._media = media or over_the_network(figures)
        self._client = Client(
            account.api_key or account.sid,
            account.api_secret or account.tokens[0],
            account_sid=account.sid,
            http_client=http_client or _http_client(figures),
            environment={"TWILIO_EDGE": "", "TWILIO_REGION": ""},  # settings.py alone reads the environment
        )
        if account.api_base:
            self._client.api.base_url = account.api_base

    def place_call(
        self, *, to: str, from_: str, url: str, status_url: str, fallback_url: str, ring_seconds: int
    ) -> str:
        """See Carrier. No machine detection: a pressed key decides (design rule 8)."""
        with _in_our_words(changes=True):
            made = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                fallback_url=fallback_url,
                fallback_method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                status_callback_event=EVENTS,
                timeout=ring_seconds,
            )
            return _sid(made)

    def end_call(self, sid: str) -> None:
        """See Carrier; safe to repeat (contract 6.2)."""
        try:
            with _in_our_words(changes=False):
                self._client.calls(sid).update(status="completed")
        except CarrierError as error:
            if error.word not in ("already-ended", "gone"):
                raise

    def fetch_call(self, sid: str) -> Placed:
        """See Carrier."""
        with _in_our_words(changes=False):
            return _placed(self._client.calls(sid).fetch())

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Placed]:
        """See Carrier. Not filtered by StartTime: a call that waits in the carrier's queue has none yet."""
        with _in_our_words(changes=False):
            found = [_placed(call) for call in self._client.calls.list(to=to, from_=from_, limit=LISTED)]
        return [call for call in reversed(found) if call.at >= since.replace(microsecond=0)]

    def send_text(self, *, to: str, from_: str, body: str, status_url: str) -> str:
        """See Carrier."""
        with _in_our_words(changes=True):
            return _sid(self._client.messages.create(to=to, from_=from_, body=body, status_callback=status_url))

    def find_texts(self, *, to: str, since: datetime) -> list[Sent]:
        """See Carrier."""
        with _in_our_words(changes=False):
            found = [_sent(text) for text in self._client.messages.list(to=to, limit=LISTED)]
        return [text for text in reversed(found) if text.at >= since.replace(microsecond=0)]

    def fetch_recording(self, sid: str) -> bytes:
        """See Carrier. Asked with the account's secret: what needs none, anybody could fetch (contract 9)."""
        account, client = self._client.account_sid, self._client
        url = f"{client.api.base_url}/2010-04-01/Accounts/{account}/Recordings/{sid}.wav"
        with _in_our_words(changes=False):
            status, sound = self._media(url, client.auth)
            if status != HTTPStatus.OK:
                raise TwilioRestException(status, url)
            return sound

    def delete_recording(self, sid: str) -> None:
        """See Carrier; safe to repeat (contract 6.2)."""
        try:
            with _in_our_words(changes=False):
                self._client.recordings(sid).delete()
        except CarrierError as error:
            if error.word != "gone":
                raise


def _http_client(figures: CarrierFigures) -> Any:
    client = TwilioHttpClient()
    # Its constructor takes one number only, though requests, to which it hands it on, knows the two apart.
    client.timeout = (figures.connect_timeout.seconds, figures.timeout.seconds)
    return client


def _placed(call: Any) -> Placed:
    return Placed(_sid(call), STATES.get(str(call.status), LegState.FAILED), _created(call))


def _sent(text: Any) -> Sent:
    return Sent(_sid(text), _created(text), str(text.body or "").removeprefix(TRIAL))


def _sid(made: Any) -> str:
    if not isinstance(made.sid, str) or not made.sid:
        raise ValueError("an answer without an id")
    return made.sid


def _created(made: Any) -> datetime:
    if not isinstance(made.date_created, datetime):
        raise ValueError("an answer without its time")
    return made.date_created


@contextmanager
def _in_our_words(*, changes: bool) -> Iterator[None]:
    """Whatever goes wrong inside becomes a CarrierError. `changes`: the request may not simply be repeated.

    The cause is cut off: its words hold the address, and a list's address holds a telephone number.
    """
    try:
        yield
    except TwilioException as error:
        raise _refused(error, changes) from None
    except RequestException as error:
        raise _unanswered(error, changes) from None
    except ValueError:
        raise CarrierError("answer-not-readable", unknown=changes) from None


def _refused(error: Any, changes: bool) -> CarrierError:
    status = _status(error)
    if status is None:
        return CarrierError("answer-not-readable", unknown=changes)
    code = getattr(error, "code", None)
    code = int(code) if code is not None and int(code) != status else None
    if status == HTTPStatus.TOO_MANY_REQUESTS:  # was not processed (contract 6.2)
        return CarrierError("too-many-requests", code=code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CarrierError("carrier-in-trouble", unknown=changes, code=code)
    meaning = CODES.get(code or 0) or _by_status(status)
    return CarrierError(meaning.word, permanent=meaning.permanent, code=code)


def _status(error: Any) -> int | None:
    """The HTTP status of a refusal; a refused list hides it in a response among the error's arguments."""
    found = getattr(error, "status", None)
    return found or next((told.status_code for told in error.args if isinstance(told, Response)), None)


def _by_status(status: int) -> Meaning:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return CODES[20003]
    if status == HTTPStatus.NOT_FOUND:
        return CODES[20404]
    return Meaning("refused", True)


def _unanswered(error: RequestException, changes: bool) -> CarrierError:
    never_left = (ConnectTimeout, ConnectionRefusedError, socket.gaierror)
    if any(isinstance(cause, never_left) for cause in _causes(error)):
        return CarrierError("carrier-unreachable")
    return CarrierError("no-answer-from-carrier", unknown=changes)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

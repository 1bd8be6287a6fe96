"""The carrier by Twilio's REST client; without it no telephone would ring (contract 6)."""

from __future__ import annotations

import logging
from datetime import datetime
from http import HTTPStatus
from typing import Any

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from hotline.carrier import CarrierError, LegState, Listed, Placed, Sent
from hotline.carrier.codes import STATES
from hotline.carrier.media import Media, over_the_network
from hotline.carrier.refusals import in_our_words
from hotline.carrier.writing import WritesDown
from hotline.settings import CarrierAccount
from hotline.standard.engine import CarrierFigures

RECORDED_EVENTS = ["in-progress", "completed", "absent"]
BY_REQUEST = "StartCallRecordingAPI"  # what the carrier calls a recording that was asked for over REST
CURRENT = "Twilio.CURRENT"  # the recording being made now (contract 6)
QUEUES_LISTED = 1000
EVENTS = ["initiated", "ringing", "answered", "completed"]  # a repeated parameter (contract 2.6)
LISTED = 50  # how many of a number's latest calls or texts are looked through; one page
PAGE = 1000  # calls on a page of the carrier's list; it gives no more
TRIAL = "Sent from your Twilio trial account - "  # stands before every text of a trial account

# At INFO it writes the query of a list, which holds a telephone number (contract 6.1).
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class TwilioCarrier(WritesDown):
    """Implements `Carrier`. Opens no connection before the first request; safe to make before a fork."""

    def __init__(
        self, account: CarrierAccount, figures: CarrierFigures, http_client: Any = None, media: Media | None = None
    ) -> None:
        """`http_client`: a twilio.http.HttpClient of the caller's own, such as one that ends in a simulator.

        `media`: how sound is fetched, where it is not over the network; the package's client knows texts alone.
        """
        self._queues: dict[str, str] = {}  # the carrier's ids of queues, by name
        self._media = media or over_the_network(figures)
        self._client = Client(
            account.api_key or account.sid,
            account.api_secret or account.tokens[0],
            account_sid=account.sid,
            http_client=http_client or _http_client(figures),
            environment={"TWILIO_EDGE": "", "TWILIO_REGION": ""},  # settings.py alone reads the environment
        )
        if account.api_base:
            self._client.api.base_url = self._client.intelligence.base_url = account.api_base

    def place_call(
        self, *, to: str, from_: str, url: str, status_url: str, fallback_url: str, ring_seconds: int
    ) -> str:
        """See Carrier. No machine detection: a pressed key decides (design rule 8)."""
        with in_our_words(changes=True):
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
            with in_our_words(changes=False):
                self._client.calls(sid).update(status="completed")
        except CarrierError as error:
            if error.word not in ("already-ended", "gone"):
                raise

    def move_call(self, sid: str, url: str) -> None:
        """See Carrier; safe to repeat: the document begins anew."""
        try:
            with in_our_words(changes=False):
                self._client.calls(sid).update(url=url, method="POST")
        except CarrierError as error:
            if error.word == "already-ended":
                raise CarrierError("gone", permanent=True, code=error.code) from None
            raise

    def fetch_from_queue(self, queue: str, sid: str, url: str) -> None:
        """See Carrier. A queue is made by whoever waits in it first, so it may be another of the same name by now."""
        if queue in self._queues:
            try:
                self._pull(self._queues[queue], sid, url)
                return
            except CarrierError as error:
                if error.word != "gone":
                    raise
        self._queues[queue] = self._queue(queue)
        self._pull(self._queues[queue], sid, url)

    def hold(self, conference: str, sid: str, url: str) -> None:
        """See Carrier; safe to repeat (contract 6.2)."""
        with in_our_words(changes=False):
            self._member(conference, sid).update(hold=True, hold_url=url, hold_method="POST")

    def resume(self, conference: str, sid: str) -> None:
        """See Carrier; safe to repeat (contract 6.2)."""
        with in_our_words(changes=False):
            self._member(conference, sid).update(hold=False)

    def announce(self, conference: str, sid: str | None, url: str) -> None:
        """See Carrier; repeated, it is said again."""
        with in_our_words(changes=False):
            heard_by = self._client.conferences(conference) if sid is None else self._member(conference, sid)
            heard_by.update(announce_url=url, announce_method="POST")

    def set_mode(self, conference: str, sid: str, *, muted: bool, coached: str | None) -> None:
        """See Carrier; safe to repeat (contract 6.2)."""
        whom = {} if coached is None else {"call_sid_to_coach": coached}
        with in_our_words(changes=False):
            self._member(conference, sid).update(muted=muted, coaching=coached is not None, **whom)

    def find_participants(self, conference: str) -> list[str]:
        """See Carrier. By the name alone no list is given: the running conference of this name is looked for first."""
        with in_our_words(changes=False):
            running = self._client.conferences.list(friendly_name=conference, status="in-progress", limit=1)
            listed = [one for room in running for one in room.participants.list(limit=LISTED)]
            return [str(one.call_sid) for one in listed if one.status == "connected"]

    def start_recording(self, sid: str, status_url: str) -> str:
        """See Carrier. One channel for all who speak: half of what two would weigh."""
        with in_our_words(changes=True):
            made = self._client.calls(sid).recordings.create(
                recording_status_callback=status_url,
                recording_status_callback_method="POST",
                recording_status_callback_event=RECORDED_EVENTS,
                recording_channels="mono",
            )
            return _sid(made)

    def find_recordings(self, sid: str, since: datetime) -> list[str]:
        """See Carrier."""
        with in_our_words(changes=False):
            listed = self._client.calls(sid).recordings.list(limit=LISTED)
            found = [(_created(one), _sid(one)) for one in reversed(listed) if one.source == BY_REQUEST]
        return [made for at, made in found if at >= since.replace(microsecond=0)]

    def pause_recording(self, sid: str) -> None:
        """See Carrier; safe to repeat."""
        with in_our_words(changes=False):
            self._client.calls(sid).recordings(CURRENT).update(status="paused", pause_behavior="skip")

    def resume_recording(self, sid: str) -> None:
        """See Carrier; safe to repeat."""
        with in_our_words(changes=False):
            self._client.calls(sid).recordings(CURRENT).update(status="in-progress")

    def stop_recording(self, sid: str) -> None:
        """See Carrier."""
        with in_our_words(changes=False):
            self._client.calls(sid).recordings(CURRENT).update(status="stopped")

    def fetch_call(self, sid: str) -> Placed:
        """See Carrier."""
        with in_our_words(changes=False):
            return _placed(self._client.calls(sid).fetch())

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Placed]:
        """See Carrier. Not filtered by StartTime: a call that waits in the carrier's queue has none yet."""
        with in_our_words(changes=False):
            found = [_placed(call) for call in self._client.calls.list(to=to, from_=from_, limit=LISTED)]
        return [call for call in reversed(found) if call.at >= since.replace(microsecond=0)]

    def list_calls(self, since: datetime, until: datetime) -> list[Listed]:
        """See Carrier. A call cancelled before it was dialled has no start and is not listed so (contract 6)."""
        with in_our_words(changes=False):
            pages = self._client.calls.stream(start_time_after=since, start_time_before=until, page_size=PAGE)
            return [_listed(call) for call in pages]

    def send_text(self, *, to: str, from_: str, body: str, status_url: str) -> str:
        """See Carrier."""
        with in_our_words(changes=True):
            return _sid(self._client.messages.create(to=to, from_=from_, body=body, status_callback=status_url))

    def find_texts(self, *, to: str, since: datetime) -> list[Sent]:
        """See Carrier."""
        with in_our_words(changes=False):
            found = [_sent(text) for text in self._client.messages.list(to=to, limit=LISTED)]
        return [text for text in reversed(found) if text.at >= since.replace(microsecond=0)]

    def recorded_seconds(self, sid: str) -> int | None:
        """See Carrier. Before it is complete the count is missing, or -1."""
        with in_our_words(changes=False):
            row = self._client.recordings(sid).fetch()
            return int(row.duration) if row.status == "completed" else None

    def fetch_recording(self, sid: str) -> bytes:
        """See Carrier. Asked with the account's secret: what needs none, anybody could fetch (contract 9)."""
        account, client = self._client.account_sid, self._client
        url = f"{client.api.base_url}/2010-04-01/Accounts/{account}/Recordings/{sid}.wav"
        with in_our_words(changes=False):
            status, sound = self._media(url, client.auth)
            if status != HTTPStatus.OK:
                raise TwilioRestException(status, url)
            return sound

    def delete_recording(self, sid: str) -> None:
        """See Carrier; safe to repeat (contract 6.2)."""
        try:
            with in_our_words(changes=False):
                self._client.recordings(sid).delete()
        except CarrierError as error:
            if error.word != "gone":
                raise

    def _member(self, conference: str, sid: str) -> Any:
        return self._client.conferences(conference).participants(sid)

    def _pull(self, queue_sid: str, sid: str, url: str) -> None:
        with in_our_words(changes=False):
            self._client.queues(queue_sid).members(sid).update(url=url, method="POST")

    def _queue(self, name: str) -> str:
        """The carrier's id of a queue; where there is none, nobody waits in it."""
        with in_our_words(changes=False):
            for listed in self._client.queues.list(limit=QUEUES_LISTED):
                if listed.friendly_name == name:
                    return _sid(listed)
        raise CarrierError("gone", permanent=True)


def _http_client(figures: CarrierFigures) -> Any:
    client = TwilioHttpClient()
    # Its constructor takes one number only, though requests, to which it hands it on, knows the two apart.
    client.timeout = (figures.connect_timeout.seconds, figures.timeout.seconds)
    return client


def _placed(call: Any) -> Placed:
    return Placed(_sid(call), STATES.get(str(call.status), LegState.FAILED), _created(call))


def _listed(call: Any) -> Listed:
    inbound = str(call.direction) == "inbound"
    return Listed(_sid(call), inbound, str((call.to if inbound else call._from) or ""), _created(call))


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

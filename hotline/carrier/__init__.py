"""What we ask of a carrier, in our words; without it another carrier would mean another product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hotline.transcribers import Recogniser


class LegState(StrEnum):
    """Where a call stands at the carrier; the words are those of our own calls."""

    PLACED = "placed"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"
    BUSY = "busy"
    UNANSWERED = "unanswered"
    FAILED = "failed"


@dataclass(frozen=True)
class Placed:
    """A call as the carrier lists it."""

    sid: str
    state: LegState
    at: datetime


@dataclass(frozen=True)
class Listed:
    """A call of the account; `number`: the account's own, that was rung or that rang. The other party's is left out."""

    sid: str
    inbound: bool
    number: str
    at: datetime


@dataclass(frozen=True)
class Sent:
    """A text as the carrier lists it."""

    sid: str
    at: datetime
    body: str


class CarrierError(Exception):
    """The carrier did not do it. The message is one word of ours and the carrier's number, never a value.

    `permanent`: trying again is useless. `unknown`: it may have been done, so it must be looked up before it is
    tried again. Neither: it was surely not done, and may be later.
    """

    def __init__(self, word: str, *, permanent: bool = False, unknown: bool = False, code: int | None = None) -> None:
        super().__init__(word if code is None else f"{word} ({code})")
        self.word, self.permanent, self.unknown, self.code = word, permanent, unknown, code


class Carrier(Recogniser, Protocol):
    """Everything we ask of a carrier. Numbers are E.164; every method raises CarrierError."""

    def place_call(
        self, *, to: str, from_: str, url: str, status_url: str, fallback_url: str, ring_seconds: int
    ) -> str:
        """Ring a number or a device (client:…, sip:…); what is said comes from `url`. Returns the call's id there."""

    def end_call(self, sid: str) -> None:
        """End a call, ringing or talking; one that has ended already is fine."""

    def move_call(self, sid: str, url: str) -> None:
        """A live call leaves what it is in and goes on with the document at `url`. "gone" where it has ended."""

    def fetch_from_queue(self, queue: str, sid: str, url: str) -> None:
        """A call that waits in the queue of this name goes on with the document at `url`.

        "gone" where it does not wait there: it hung up, or left, or was fetched before.
        """

    def hold(self, conference: str, sid: str, url: str) -> None:
        """A call in a conference, which goes by name or id, hears the documents at `url` and nobody hears it."""

    def resume(self, conference: str, sid: str) -> None:
        """A held call is in its conference again."""

    def announce(self, conference: str, sid: str | None, url: str) -> None:
        """One call in a conference hears the document at `url`; without `sid` all do (then by the conference's id)."""

    def set_mode(self, conference: str, sid: str, *, muted: bool, coached: str | None) -> None:
        """How a call takes part in its conference: heard by all, by nobody, or by the one call that it coaches."""

    def find_participants(self, conference: str) -> list[str]:
        """The calls that are in the conference of this name now; none where it is over, or has not begun."""

    def start_recording(self, sid: str, status_url: str) -> str:
        """Record a live call from now on. Returns the recording's id."""

    def find_recordings(self, sid: str, since: datetime) -> list[str]:
        """The recordings of a call that `start_recording` began at or after `since`, oldest first."""

    def pause_recording(self, sid: str) -> None:
        """What is said in this call from now on is left out of its recording. "gone" where none is being made."""

    def resume_recording(self, sid: str) -> None:
        """A paused recording of this call goes on. "gone" where none is being made."""

    def stop_recording(self, sid: str) -> None:
        """The recording of this call is complete. "gone" where none is being made."""

    def fetch_call(self, sid: str) -> Placed:
        """Where a call stands; the carrier's view may be some seconds old."""

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Placed]:
        """The calls to this number that were asked for at or after `since`, oldest first."""

    def list_calls(self, since: datetime, until: datetime) -> list[Listed]:
        """Every call of the account that began between two instants, in no order; all pages of the carrier's list."""

    def send_text(self, *, to: str, from_: str, body: str, status_url: str) -> str:
        """Send a text. Returns its id at the carrier."""

    def find_texts(self, *, to: str, since: datetime) -> list[Sent]:
        """The texts to this number that were asked for at or after `since`, oldest first."""

    def recorded_seconds(self, sid: str) -> int | None:
        """How long a recording is by the carrier's own count, in whole seconds; None until it is complete."""

    def fetch_recording(self, sid: str) -> bytes:
        """The sound of a recording, as a WAV file."""

    def delete_recording(self, sid: str) -> None:
        """Delete the sound of a recording; one that is gone already is fine."""

"""What we ask of a carrier, in our words; without it another carrier would mean another product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


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


class Carrier(Protocol):
    """Everything we ask of a carrier. Numbers are E.164; every method raises CarrierError."""

    def place_call(
        self, *, to: str, from_: str, url: str, status_url: str, fallback_url: str, ring_seconds: int
    ) -> str:
        """Ring a number; what is said comes from `url`. Returns the call's id at the carrier."""

    def end_call(self, sid: str) -> None:
        """End a call, ringing or talking; one that has ended already is fine."""

    def fetch_call(self, sid: str) -> Placed:
        """Where a call stands; the carrier's view may be some seconds old."""

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Placed]:
        """The calls to this number that were asked for at or after `since`, oldest first."""

    def send_text(self, *, to: str, from_: str, body: str, status_url: str) -> str:
        """Send a text. Returns its id at the carrier."""

    def find_texts(self, *, to: str, since: datetime) -> list[Sent]:
        """The texts to this number that were asked for at or after `since`, oldest first."""

    def fetch_recording(self, sid: str) -> bytes:
        """The sound of a recording, as a WAV file."""

    def delete_recording(self, sid: str) -> None:
        """Delete the sound of a recording; one that is gone already is fine."""

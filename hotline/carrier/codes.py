"""The carrier's numbers in our words, as one table; without it each caller would read them in its own way (rule 12)."""

from __future__ import annotations

from typing import NamedTuple

from hotline.carrier import LegState


class Meaning(NamedTuple):
    """What a number means to us: a word, and whether trying again is useless."""

    word: str
    permanent: bool


# Contract 3.4 and 6, and the carrier's error dictionary.
CODES = {
    10004: Meaning("too-many-calls", False),
    20003: Meaning("account-refused", False),  # somebody mends the settings, then it works
    20404: Meaning("gone", True),
    20429: Meaning("too-many-requests", False),
    21201: Meaning("number-missing", True),
    21205: Meaning("address-refused", True),
    21210: Meaning("our-number-refused", True),
    21211: Meaning("number-wrong", True),
    21212: Meaning("our-number-refused", True),
    21214: Meaning("number-unreachable", True),
    21215: Meaning("country-not-allowed", True),
    21216: Meaning("number-not-allowed", True),
    21217: Meaning("number-wrong", True),
    21219: Meaning("number-not-verified", True),
    21220: Meaning("already-ended", True),
    21408: Meaning("country-not-allowed", True),
    21601: Meaning("our-number-takes-no-texts", True),
    21602: Meaning("text-empty", True),
    21604: Meaning("number-missing", True),
    21606: Meaning("our-number-refused", True),
    21608: Meaning("number-not-verified", True),
    21610: Meaning("receiver-unsubscribed", True),
    21611: Meaning("too-many-texts", False),
    21612: Meaning("number-unreachable", True),
    21614: Meaning("number-takes-no-texts", True),
    21617: Meaning("text-too-long", True),
    22005: Meaning("too-many-calls", False),
}

# Contract 2.6.
STATES = {
    "queued": LegState.PLACED,
    "initiated": LegState.PLACED,
    "ringing": LegState.RINGING,
    "in-progress": LegState.TALKING,
    "completed": LegState.ENDED,
    "busy": LegState.BUSY,
    "no-answer": LegState.UNANSWERED,
    "canceled": LegState.UNANSWERED,
    "failed": LegState.FAILED,
}

"""Which languages somebody else writes down; without it a voice would go to a machine that does not understand it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.limits import Limit

AT_CARRIER = "twilio:"
_FORM = (
    "a folder, or twilio: and the carrier's services by language, such as twilio:en-US=GA0123… (32 characters 0-9 a-f)"
)
_SERVICE = re.compile(r"([a-z]{2,3}-[A-Z]{2})=(GA[0-9a-f]{32})")


@dataclass(frozen=True)
class Transcribing:
    """How whoever writes down is waited for."""

    look_again: Limit
    within: Limit
    """What is not written down by then is not waited for any longer."""
    carrier_within: Limit
    """The same where the carrier writes it down: so long its own copy of the sound stays there."""
    carrier_shortest: Annotated[int, Figure(PLATFORM, 0, 60)]
    """Seconds; the carrier writes down nothing that is shorter."""
    carrier_languages: tuple[str, ...]
    """What the carrier understands, by its own names."""


def checked(setting: str) -> str:
    """The setting itself. Raises ValueError, which says what would be right."""
    services(setting)
    return setting


def services(setting: str) -> Mapping[str, str] | None:
    """The carrier's services by language, from a setting such as `twilio:en-US=GA…,es-MX=GA…`; None: it is a folder.

    Raises ValueError, which says what would be right.
    """
    if not setting.startswith(AT_CARRIER):
        return None
    found = [_SERVICE.fullmatch(one.strip()) for one in setting.removeprefix(AT_CARRIER).split(",")]
    named = {str(one[1]): str(one[2]) for one in found if one is not None}
    if len(named) != len(found):
        raise ValueError(f"is {_FORM}, each language once")
    return named


def matching(language: str, offered: Iterable[str]) -> str | None:
    """Which of these names means a language of ours: the same one; where ours has no region, the first of any."""
    every = list(offered)
    alike = [one for one in every if "-" not in language and one.partition("-")[0] == language]
    return language if language in every else next(iter(alike), None)

"""Finds words among what a telephone heard: without it a failing call could not say what was heard instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hotline.simulator.captions import Caption, Kind


class Listener:
    """Listens to one telephone's captions, from the last action on and never backwards."""

    def __init__(self, heard: Callable[[], Sequence[Caption]]) -> None:
        self._heard = heard
        self._since = len(heard())

    def acts(self) -> None:
        """Something was done: what was heard before no longer counts."""
        self._since = len(self._heard())

    def hears(self, fragment: str) -> bool:
        """Whether these words have been heard, in one caption or running over several."""
        return self._find(fragment) is not None

    def follow(self, fragment: str) -> None:
        """Listen on from the caption that holds these words."""
        self._since = self._find(fragment) or self._since

    def _find(self, fragment: str) -> int | None:
        wanted = _plain(fragment)
        texts = [_plain(one.text) for one in self._heard()[self._since :]]
        for index, text in enumerate(texts):
            if wanted in text:
                return self._since + index
        return self._since if wanted in "".join(texts) else None

    def quote(self) -> str:
        """What has been heard since the last action, a line each."""
        lines = [f"  {one.at:%H:%M:%S} {_speaker(one)}{one.text}" for one in self._heard()[self._since :]]
        return "\n".join(["Heard since the last action:", *(lines or ["  nothing"])])


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _speaker(caption: Caption) -> str:
    return f"{caption.utterance.speaker}: " if caption.utterance.kind is Kind.PERSON else ""

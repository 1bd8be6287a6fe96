"""Which choice a key or a spoken sentence means; without it a caller who speaks would be lost (ANS-5)."""

from __future__ import annotations

from collections.abc import Iterable

from hotline.prompts import Prompts
from hotline.voice.steps import Choice, Heard, Sound

_CHINESE_DIGITS = str.maketrans("零〇幺一二两三四五六七八九", "0011223456789")
_SPOKEN_KEYS = {
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "零": "0",
}


def choose(heard: Heard, choices: Iterable[Choice], prompts: Prompts, language: str) -> Choice | None:
    """The choice that was keyed or spoken; None when it fits none, or two equally well.

    Of the words found in a sentence the longest wins: "不热" is not "热".
    """
    offered = tuple(choices)
    if heard.sound is Sound.KEYS:
        return next((choice for choice in offered if choice.key == heard.text), None)
    if heard.sound is not Sound.SPEECH:
        return None
    spoken = _plain(heard.text)
    keyed = next((choice for choice in offered if choice.key == _SPOKEN_KEYS.get(spoken, spoken)), None)
    if keyed is not None:
        return keyed
    scored = [(_longest(spoken, prompts.listen_for(choice.words, language)), choice) for choice in offered]
    best = max((score for score, _ in scored), default=0)
    winners = [choice for score, choice in scored if score == best]
    return winners[0] if best and len(winners) == 1 else None


def digits(heard: Heard) -> str:
    """The digits that were keyed or spoken; empty when there are none."""
    return "".join(c for c in heard.text.translate(_CHINESE_DIGITS) if c.isascii() and c.isdigit())


def _longest(spoken: str, words: Iterable[str]) -> int:
    return max((len(word) for word in words if _plain(word) in spoken), default=0)


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ").strip()

"""Which choice a key or a spoken sentence means; without it a caller who speaks would be lost (ANS-5)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hotline.prompts import Prompts
from hotline.voice.steps import Choice, Heard, Sound

_CHINESE_DIGITS = str.maketrans("零〇幺一二两三四五六七八九", "0011223456789")
_ENGLISH_DIGITS = {
    word: str(digit)
    for digit, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
} | {"oh": "0"}
# Words that a sentence means only when it holds nothing else but FILLERS: "不太同意" agrees to nothing (FLT-3),
# "我闻到什么味道" asks for no repeat, and no machine's greeting refuses calls for ever.
WHOLE = ("words.yes", "words.can-talk", "words.mended", "words.again", "words.louder", "words.no-calls")
FILLERS = "words.fillers"
# What a colleague reports of the work counts only in a sentence that denies nothing: "还没出发" is no setting out.
REPORTED = ("words.on-the-way", "words.arrived", "words.done")
DENIALS = "words.denials"
_WORD = re.compile(r"[a-z]+")
_APART = re.compile(r"[^\w\s]|_")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")


def choose(heard: Heard, choices: Iterable[Choice], prompts: Prompts, language: str) -> Choice | None:
    """The choice that was keyed or spoken; None when it fits none, or two equally well.

    Of the words found in a sentence the longest wins: "不热" is not "热". Consent counts only as the whole sentence.
    """
    offered = tuple(choices)
    if heard.sound is Sound.KEYS:
        return next((choice for choice in offered if choice.key == heard.text), None)
    if heard.sound is not Sound.SPEECH:
        return None
    spoken = _plain(heard.text)
    keyed = next((choice for choice in offered if choice.key == _numerals(spoken)), None)
    if keyed is not None:
        return keyed
    scored = [(_score(spoken, choice, prompts, language), choice) for choice in offered]
    best = max((score for score, _ in scored), default=0)
    winners = [choice for score, choice in scored if score == best]
    return winners[0] if best and len(winners) == 1 else None


def digits(heard: Heard) -> str:
    """The digits that were keyed or spoken; empty when there are none."""
    return "".join(c for c in _numerals(heard.text.lower()) if c.isascii() and c.isdigit())


def _numerals(text: str) -> str:
    """Spoken figures as digits: "一三八" and "one three eight" are 138."""
    return _WORD.sub(lambda word: _ENGLISH_DIGITS.get(word[0], word[0]), text.translate(_CHINESE_DIGITS))


def _score(spoken: str, choice: Choice, prompts: Prompts, language: str) -> int:
    words = prompts.listen_for(choice.words, language)
    if choice.words in REPORTED and _longest(spoken, prompts.listen_for(DENIALS, language)):
        return 0
    if choice.words not in WHOLE:
        return _longest(spoken, words)
    return len(spoken) if _is_all(spoken, words, prompts.listen_for(FILLERS, language)) else 0


def _is_all(spoken: str, words: Iterable[str], fillers: Iterable[str]) -> bool:
    """Whether a sentence is one of the words, said once or oftener, give or take fillers, and nothing else."""
    known = "|".join(re.escape(_plain(word)) for word in sorted(words, key=len, reverse=True))
    around = "|".join(re.escape(_plain(word)) for word in fillers)
    gap = "" if not known.isascii() else r"\b ?"
    return re.fullmatch(rf"(?:(?:{around}){gap})*(?:(?:{known}){gap}(?:(?:{around}){gap})*)+", spoken) is not None


def _longest(spoken: str, words: Iterable[str]) -> int:
    return max((len(word) for word in words if _says(spoken, _plain(word))), default=0)


def _says(spoken: str, word: str) -> bool:
    """Latin words count whole, so that "on" is not heard in "don't"; Chinese is written without gaps."""
    if not word.isascii():
        return word in spoken
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", spoken) is not None


def _plain(text: str) -> str:
    """Lower case, without punctuation; spaces only between Latin words."""
    spaced = _APART.sub(" ", text.lower().replace("'", "").replace("’", ""))
    return " ".join(_BETWEEN_CHINESE.sub("", spaced).split())

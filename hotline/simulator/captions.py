"""What a sentence sounds like and how long it lasts: without it nobody on a practice phone could read the call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote_plus

from hotline.simulator import figures
from hotline.simulator.twiml import Verb

_CHINESE = re.compile("[\u3400-\u9fff]")
_CHINESE_TONGUES = ("cmn", "zh", "yue")
_OLD_NAMES = {"zh-CN": "cmn-CN", "zh-TW": "cmn-TW", "zh-HK": "yue-HK"}
_POLLY_CHINESE = {"Polly.Zhiyu": "cmn-CN", "Polly.Zhiyu-Neural": "cmn-CN", "Polly.Hiujin-Neural": "yue-CN"}
_PLAIN_VOICES = frozenset({"man", "woman"})
_PAUSE = re.compile(r"^(\d+(?:\.\d+)?)(ms|s)$")


class Kind(StrEnum):
    """What sort of sound a caption stands for."""

    SPEECH = "speech"  # the carrier's own voice
    MEDIA = "media"
    TONE = "tone"
    PERSON = "person"  # the other party
    NOTE = "note"  # not a sound: ringing, the end of a call, a key that nobody listened to


@dataclass(frozen=True)
class Utterance:
    """A sound about to be made: its words, its length in seconds, and how it is said."""

    text: str
    seconds: float
    kind: Kind = Kind.SPEECH
    language: str = ""
    voice: str = ""
    rate: str = "medium"
    speaker: str = ""


@dataclass(frozen=True)
class Caption:
    """An utterance that somebody heard begin at an instant."""

    at: datetime
    utterance: Utterance

    @property
    def text(self) -> str:
        """The words heard."""
        return self.utterance.text

    @property
    def seconds(self) -> float:
        """How long they last when nobody interrupts."""
        return self.utterance.seconds


BEEP = Utterance("♪ beep", figures.BEEP_SECONDS, Kind.TONE)
RINGBACK = Utterance("♪ ringing", figures.RING_CYCLE_SECONDS, Kind.TONE)
HOLD_MUSIC = Utterance("♪ hold music", 0.0, Kind.MEDIA)
WAIT_MUSIC = Utterance("♪ conference music", 0.0, Kind.MEDIA)


def spoken_seconds(text: str, speed: float = 1.0) -> float:
    """How long saying `text` takes; `speed` 1.0 is the usual rate."""
    chinese = len(_CHINESE.findall(text))
    other = len(re.sub(r"\s+", "", text)) - chinese
    seconds = chinese / figures.CHINESE_CHARACTERS_PER_SECOND + other / figures.LATIN_CHARACTERS_PER_SECOND
    return round(max(figures.SHORTEST_UTTERANCE, seconds / speed), 2) if text.strip() else 0.0


def said(verb: Verb) -> Utterance:
    """The utterance of a <Say>: its words without markup, its length with breaks and rate."""
    voice = verb.get("voice", "man")
    language = _language(verb, voice)
    text = " ".join(words(verb).split())
    if _CHINESE.search(text) and not language.startswith(_CHINESE_TONGUES):
        text = f"[{len(text)} characters of Chinese that a voice for {language} cannot speak]"
    return Utterance(text, round(_length(verb, 1.0), 2), Kind.SPEECH, language, voice, _rate(verb))


def words(verb: Verb) -> str:
    """What is spoken, SSML stripped; a <sub> is spoken as its alias."""
    if verb.name == "sub":
        return verb.get("alias", "")
    return verb.text + "".join(words(child) + child.tail for child in verb.children)


def say_fault(verb: Verb) -> int | None:
    """The carrier's number for a <Say> it will not speak, or None (contract 5.3, 3.4)."""
    text = words(verb).strip()
    if not text:
        return 13520
    if len(quote_plus(text)) > figures.LONGEST_SAY_ENCODED:
        return 13521
    return _voice_fault(verb.get("voice", "man"), verb.attributes.get("language"))


def _voice_fault(voice: str, language: str | None) -> int | None:
    if language is None:
        return None
    tongue = _OLD_NAMES.get(language, language)
    if voice in _POLLY_CHINESE:
        return None if tongue == _POLLY_CHINESE[voice] else 13512
    if voice.startswith("Google."):
        return None if voice.startswith(f"Google.{tongue}-") else 13512
    if voice in _PLAIN_VOICES or voice.startswith("Polly."):
        return 13512 if tongue.startswith(_CHINESE_TONGUES) else None
    return None if voice == "alice" else 13511


def _language(verb: Verb, voice: str) -> str:
    if "language" in verb.attributes:
        return verb.attributes["language"]
    if voice in _POLLY_CHINESE:
        return _POLLY_CHINESE[voice]
    if voice.startswith("Google."):
        return "-".join(voice.removeprefix("Google.").split("-")[:2])
    return "en-US"


def _length(verb: Verb, speed: float) -> float:
    if verb.name == "break":
        return _break(verb)
    if verb.name == "prosody":
        speed *= _speed(verb.get("rate", "medium"))
    text = verb.get("alias", "") if verb.name == "sub" else verb.text
    inner = sum(_length(child, speed) + spoken_seconds(child.tail, speed) for child in verb.children)
    return spoken_seconds(text, speed) + inner


def _break(verb: Verb) -> float:
    match = _PAUSE.match(verb.get("time", ""))
    if match is None:
        return figures.BREAK_STRENGTHS.get(verb.get("strength", "medium"), 0.5)
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


def _speed(rate: str) -> float:
    if rate.endswith("%") and rate[:-1].isdecimal():
        return max(0.2, int(rate[:-1]) / 100)
    return figures.SPEECH_RATES.get(rate, 1.0)


def _rate(verb: Verb) -> str:
    inner = (child.get("rate", "medium") for child in verb.children if child.name == "prosody")
    return next(inner, "medium")

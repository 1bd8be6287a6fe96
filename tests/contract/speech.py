"""How Chinese must be spoken and heard; a wrong voice or language code is silence on the line, without any error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree.ElementTree import Element

MAX_CHINESE = 400  # contract 5.3: 500 is the carrier's, 400 ours
MAX_ENCODED = 4500  # contract 5.3, error 13521
MAX_BYTES = {"Polly": 3000, "Google": 5000}
MAX_BYTES_BASIC = 4096
MAX_HINTS, MAX_HINT = 500, 100

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
OLD_NAMES = {"zh-CN": "cmn-CN", "zh-TW": "cmn-TW", "zh-HK": "yue-HK"}
POLLY = {"Polly.Zhiyu": "cmn-CN", "Polly.Hiujin": "yue-HK"}
CHINESE = {"cmn-CN", "cmn-TW", "yue-HK"}
HEARS_CHINESE = ("cmn-", "yue-", "zh")
NO_CHINESE_MODEL = re.compile(r"phone_call|experimental_")
# contract 5.3: the only SSML that every voice family follows.
RELIED_ON = {"break": {"time", "strength"}, "say-as": {"interpret-as"}, "prosody": {"rate"}}
RATE = re.compile(r"x-slow|slow|medium|fast|x-fast|\d{2,3}%")


def saying(node: Element) -> Iterator[str]:
    """Complaints about a <Say>: length, voice and language, SSML."""
    text = "".join(node.itertext()).strip()
    if not text:
        yield "13520: <Say> says nothing"
    yield from _length(node, text)
    yield from _voice(node, text)
    for inner in list(node.iter())[1:]:
        yield from _ssml(inner)


def _length(node: Element, text: str) -> Iterator[str]:
    if len(text) > MAX_CHINESE and HAN.search(text):
        yield f"13521: {len(text)} characters in one <Say>, {MAX_CHINESE} of Chinese at most (contract 5.3)"
    if len(quote(text)) > MAX_ENCODED:
        yield f"13521: {len(quote(text))} characters URL-encoded, {MAX_ENCODED} at most (contract 5.3)"
    most = MAX_BYTES.get(node.get("voice", "").partition(".")[0], MAX_BYTES_BASIC)
    if len(text.encode()) > most:
        yield f"13521: {len(text.encode())} bytes, {most} with this voice (contract 5.3)"


def _voice(node: Element, text: str) -> Iterator[str]:
    language = OLD_NAMES.get(node.get("language", ""), node.get("language", ""))
    spoken = _voice_language(node.get("voice", ""))
    if HAN.search(text) and (language not in CHINESE or spoken not in CHINESE):
        yield "13512: Chinese words need a Chinese language and a Chinese voice (contract 5.3)"
    if spoken and language and spoken != language:
        yield f"13511: voice {node.get('voice')} does not speak {node.get('language')} (contract 5.3)"


def _voice_language(voice: str) -> str:
    """The language that a voice's name tells, or nothing."""
    if voice.startswith("Google."):
        return "-".join(voice.removeprefix("Google.").split("-")[:2])
    return next((language for name, language in POLLY.items() if voice.startswith(name)), "")


def _ssml(node: Element) -> Iterator[str]:
    if node.tag not in RELIED_ON or set(node.attrib) - RELIED_ON[node.tag]:
        yield f"<{node.tag} {' '.join(node.attrib)}>: not every voice follows it (contract 5.3)"
    if not re.fullmatch(r"\d+(ms|s)", node.get("time", "1s")):
        yield f"<break time={node.get('time')!r}>: as 500ms or 2s"
    if node.get("interpret-as", "digits") != "digits":
        yield "<say-as>: only digits is followed by every voice (contract 5.3)"
    if not RATE.fullmatch(node.get("rate", "slow")):
        yield f"<prosody rate={node.get('rate')!r}>: a word or a percentage (contract 5.3)"


def listening(node: Element) -> Iterator[str]:
    """Complaints about a <Gather> that listens for speech."""
    language, model = node.get("language", ""), node.get("speechModel", "")
    if not language:
        yield "<Gather> of speech without language hears American English (contract 5.3)"
    if NO_CHINESE_MODEL.match(model) and language.startswith(HEARS_CHINESE):
        yield f"13342: {model} hears no Chinese (contract 5.3)"
    if not re.fullmatch(r"[1-9]\d*", node.get("speechTimeout", "1")):
        yield "13335: speechTimeout is a whole number of seconds, auto fits no model of ours (contract 5.3)"
    hints = node.get("hints", "").split(",")
    if len(hints) > MAX_HINTS or max(map(len, hints)) > MAX_HINT:
        yield f"<Gather hints>: {MAX_HINTS} of {MAX_HINT} characters at most (contract 5.3)"

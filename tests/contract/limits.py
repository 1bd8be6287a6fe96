"""The carrier's limits that no type declaration says (contract 5); most of them it answers with silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element

from tests.contract import speech, webaddress

Rule = Callable[[Element], Iterator[str]]

ADDRESSES = (
    "action",
    "waitUrl",
    "url",
    "statusCallback",
    "recordingStatusCallback",
    "partialResultCallback",
    "transcribeCallback",
    "amdStatusCallback",
    "referUrl",
)
E164 = re.compile(r"\+[1-9]\d{6,14}")
# Control never comes back to the verbs below these (contract 5.2).
ENDS = {"Redirect", "Record", "Hangup", "Reject", "Leave", "Enqueue", "Dial"}

# element -> attribute -> lowest, highest
RANGES: dict[str, dict[str, tuple[int, int]]] = {
    "Say": {"loop": (0, 1000)},
    "Play": {"loop": (0, 1000)},
    "Pause": {"length": (1, 14400)},
    "Gather": {"timeout": (1, 600), "numDigits": (1, 1000)},
    "Record": {"maxLength": (2, 14400), "timeout": (0, 14400)},
    "Dial": {"timeout": (5, 600), "timeLimit": (1, 86400)},
    "Conference": {"maxParticipants": (2, 250)},
    "Enqueue": {"maxQueueSize": (1, 5000)},
}


def document(root: Element) -> Iterator[str]:
    """Complaints about limits and habits that the grammar does not know."""
    yield from _order(root)
    for node in root.iter():
        yield from _everywhere(node)
        if node.tag in RULES:
            yield from RULES[node.tag](node)


def _order(root: Element) -> Iterator[str]:
    verbs = list(root)
    for before, after in pairwise(verbs):
        if before.tag in ENDS:
            yield f"<{after.tag}> below <{before.tag}> never runs (contract 5.2)"
        if after.tag == "Reject":
            yield "<Reject> must be the first verb (contract 5.3)"


def _everywhere(node: Element) -> Iterator[str]:
    for name in ADDRESSES:
        value = node.get(name)
        if value is not None and not (value == "" and name == "waitUrl"):
            yield from (f"<{node.tag} {name}>: {why}" for why in webaddress.complaints(value))
    for name, value in node.attrib.items():
        if name.endswith(("method", "Method")) and value not in {"GET", "POST"}:
            yield f"<{node.tag} {name}={value!r}>: GET or POST"
    for name, (low, high) in RANGES.get(node.tag, {}).items():
        value = node.get(name, str(low))
        if value.isdigit() and not low <= int(value) <= high:
            yield f"<{node.tag} {name}={value!r}>: {low} to {high} (contract 5.3)"


def _words(node: Element) -> str:
    return (node.text or "").strip()


def _answered(node: Element) -> Iterator[str]:
    if not node.get("action"):
        yield f"<{node.tag}> without action asks for this document again or falls through (contract 5.2)"


def _gather(node: Element) -> Iterator[str]:
    yield from _answered(node)
    if len(node.get("finishOnKey", "")) > 1 or node.get("finishOnKey", "") not in "0123456789#*":
        yield "<Gather finishOnKey>: one key, or empty (contract 5.3)"
    if "speech" in node.get("input", "dtmf").split():
        yield from speech.listening(node)


def _record(node: Element) -> Iterator[str]:
    yield from _answered(node)
    if set(node.get("finishOnKey", "")) - set("1234567890*#"):
        yield "<Record finishOnKey>: keys only (contract 5.3)"
    if node.get("transcribe") == "true" and int(node.get("maxLength", "120")) > 120:
        yield "<Record transcribe>: 120 seconds at most (contract 2.5)"


def _enqueue(node: Element) -> Iterator[str]:
    yield from _answered(node)
    yield from _name(node, 64)


def _name(node: Element, longest: int) -> Iterator[str]:
    if not 1 <= len(_words(node)) <= longest:
        yield f"<{node.tag}>: a name of 1 to {longest} characters (contract 5.3)"
    if webaddress.personal(_words(node)) or webaddress.personal(node.get("participantLabel", "")):
        yield f"<{node.tag}>: a name that says nothing about a person (contract 9)"


def _dial(node: Element) -> Iterator[str]:
    yield from _answered(node)
    nouns = [child.tag for child in node]
    if not nouns and not E164.fullmatch(_words(node)):
        yield "13223: <Dial> rings nobody"
    if len(nouns) > 10:
        yield "<Dial> rings ten at most (contract 5.3)"
    if "Conference" in nouns and len(nouns) > 1:
        yield "13000: <Conference> with other nouns in one <Dial>"
    caller = node.get("callerId")
    if caller is not None and not (E164.fullmatch(caller) or caller.startswith("client:")):
        yield f"13214: callerId {caller!r} is no E.164 number"


def _number(node: Element) -> Iterator[str]:
    if not E164.fullmatch(_words(node)):
        yield "13223: <Number> is no E.164 number"


def _client(node: Element) -> Iterator[str]:
    identity = _words(node) or (node.findtext("Identity") or "").strip()
    if not re.fullmatch(r"[A-Za-z0-9_]{1,256}", identity):
        yield "<Client>: an identity of letters, digits and _ (contract 5.3)"


def _conference(node: Element) -> Iterator[str]:
    yield from _name(node, 128)
    if len(node.get("participantLabel", "")) > 128:
        yield "<Conference participantLabel>: 128 characters at most (contract 5.3)"
    if not re.fullmatch(r"CA[0-9a-f]{32}", node.get("coach", "CA" + 32 * "0")):
        yield "13240: coach is no CallSid"


def _play(node: Element) -> Iterator[str]:
    digits = node.get("digits")
    if digits is None:
        yield from (f"<Play>: {why}" for why in webaddress.complaints(_words(node)))
    elif not re.fullmatch(r"[0-9*#wW]+", digits):
        yield "13430: <Play digits>: keys and w only"


def _redirect(node: Element) -> Iterator[str]:
    yield from (f"<Redirect>: {why}" for why in webaddress.complaints(_words(node)))


RULES: dict[str, Rule] = {
    "Say": speech.saying,
    "Play": _play,
    "Gather": _gather,
    "Record": _record,
    "Enqueue": _enqueue,
    "Redirect": _redirect,
    "Dial": _dial,
    "Number": _number,
    "Client": _client,
    "Conference": _conference,
    "Queue": lambda node: _name(node, 64),
}

"""What the OpenAPI description leaves open and the carrier refuses all the same (contract 2.6, 2.7, 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tests.contract import grammar, webaddress
from tests.contract.places import Place

Values = Mapping[str, list[str]]

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
CALL_EVENTS = {"initiated", "ringing", "answered", "completed"}
CONFERENCE_EVENTS = {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
RECORDING_EVENTS = {"in-progress", "completed", "absent"}

WORDS: dict[str, set[str]] = {
    "StatusCallbackEvent": CALL_EVENTS,
    "ConferenceStatusCallbackEvent": CONFERENCE_EVENTS,
    "RecordingStatusCallbackEvent": RECORDING_EVENTS,
    "ConferenceRecordingStatusCallbackEvent": RECORDING_EVENTS,
    "MachineDetection": {"Enable", "DetectMessageEnd"},
    "AsyncAmd": {"true", "false"},
    "RecordingTrack": {"inbound", "outbound", "both"},
    "Trim": {"trim-silence", "do-not-trim"},
}
RANGES: dict[str, tuple[int, int]] = {
    "Timeout": (5, 600),
    "TimeLimit": (1, 86400),
    "MachineDetectionTimeout": (3, 60),
    "MachineDetectionSpeechThreshold": (1000, 6000),
    "MachineDetectionSpeechEndThreshold": (500, 5000),
    "MachineDetectionSilenceTimeout": (2000, 10000),
    "ValidityPeriod": (1, 36000),
    "MaxSize": (1, 5000),
}
LENGTHS = {"Twiml": 4000, "Body": 1600, "SendDigits": 32, "FriendlyName": 64, "Label": 128}
OPEN_NAMES = ("FriendlyName", "Label")  # contract 9: the carrier shows and keeps these anywhere


def further(method: str, template: str, values: Values) -> Iterator[str]:
    """Complaints about limits that hold for a parameter wherever it stands, then those of the one resource."""
    yield from _words(values)
    yield from _sizes(values)
    for document in values.get("Twiml", []):
        yield from (f"Twiml: {why}" for why in grammar.check(document, Place.INLINE))
    rule = RULES.get((method.upper(), template.removeprefix(ACCOUNT)))
    if rule:
        yield from rule(values)


def _sizes(values: Values) -> Iterator[str]:
    for name, (low, high) in RANGES.items():
        for value in values.get(name, []):
            if value.isdigit() and not low <= int(value) <= high:
                yield f"{name}: {value} is not {low} to {high}"
    for name, most in LENGTHS.items():
        for value in values.get(name, []):
            if len(value) > most:
                yield f"{name}: {len(value)} characters, {most} at most"


def _words(values: Values) -> Iterator[str]:
    for name, allowed in WORDS.items():
        for value in values.get(name, []):
            if value not in allowed:
                yield f"{name}: {value!r} is none of {', '.join(sorted(allowed))}"
    for name in OPEN_NAMES:
        if any(webaddress.personal(value) for value in values.get(name, [])):
            yield f"{name} tells a person's number or name"


def _one_of(values: Values, *names: str) -> Iterator[str]:
    given = [name for name in names if values.get(name)]
    if len(given) != 1:
        yield f"exactly one of {', '.join(names)}, here {', '.join(given) or 'none'}"


def _place_call(values: Values) -> Iterator[str]:
    yield from _one_of(values, "Url", "Twiml", "ApplicationSid")
    if values.get("AsyncAmd") == ["true"] and "AsyncAmdStatusCallback" not in values:
        yield "21262: AsyncAmd without AsyncAmdStatusCallback tells nobody"
    if "StatusCallbackEvent" in values and "StatusCallback" not in values:
        yield "StatusCallbackEvent without StatusCallback tells nobody"


def _change_call(values: Values) -> Iterator[str]:
    yield from _one_of(values, "Url", "Twiml", "Status")


def _send_text(values: Values) -> Iterator[str]:
    yield from _one_of(values, "From", "MessagingServiceSid")
    if not any(values.get("Body", [])) and "MediaUrl" not in values and "ContentSid" not in values:
        yield "21602: a message without Body"


def _join(values: Values) -> Iterator[str]:
    if values.get("Coaching") == ["true"] and "CallSidToCoach" not in values:
        yield "13240: Coaching without CallSidToCoach"


RULES: dict[tuple[str, str], Callable[[Values], Iterator[str]]] = {
    ("POST", "/Calls.json"): _place_call,
    ("POST", "/Calls/{Sid}.json"): _change_call,
    ("POST", "/Messages.json"): _send_text,
    ("POST", "/Conferences/{ConferenceSid}/Participants.json"): _join,
    ("POST", "/Conferences/{ConferenceSid}/Participants/{CallSid}.json"): _join,
}

"""The request checker itself: were it too kind, the first wrong parameter would be found by a paying account."""

from __future__ import annotations

import pytest

from tests.contract.openapi import check_request

ACCOUNT = "AC" + 32 * "0"
CALL = "CA" + 32 * "1"
BASE = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}"
URL = "https://hotline.example.com/voice/leg/7"
FROM, TO = "+861050001234", "+8613800000000"

Form = dict[str, str | list[str]]

RING: Form = {
    "To": TO,
    "From": FROM,
    "Url": URL,
    "Timeout": "25",
    "StatusCallback": f"{URL}/status#rc=3&rp=ct,rt,5xx",
    "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
}
TEXT: Form = {"To": TO, "From": FROM, "Body": "您的工单已受理。"}
TAKEN: dict[str, tuple[str, str, Form]] = {
    "a call": ("POST", "/Calls.json", RING),
    "a call with its document": ("POST", "/Calls.json", {"To": TO, "From": FROM, "Twiml": "<Response/>"}),
    "a call ended": ("POST", f"/Calls/{CALL}.json", {"Status": "completed"}),
    "a call moved": ("POST", f"/Calls/{CALL}.json", {"Url": URL}),
    "a call read": ("GET", f"/Calls/{CALL}.json", {}),
    "calls searched": ("GET", "/Calls.json", {"To": TO, "StartTime>": "2026-11-21T08:00:00Z", "PageSize": "50"}),
    "a text": ("POST", "/Messages.json", TEXT),
    "a text wiped": ("POST", f"/Messages/SM{32 * 'a'}.json", {"Body": ""}),
    "a queue": ("POST", "/Queues.json", {"FriendlyName": "hold-1", "MaxSize": "5000"}),
    "the first in line": ("POST", f"/Queues/QU{32 * 'a'}/Members/Front.json", {"Url": URL}),
    "somebody joined by name": (
        "POST",
        "/Conferences/c-7f3a/Participants.json",
        {"From": FROM, "To": TO, "Label": "agent-4", "ConferenceStatusCallbackEvent": ["start", "join"]},
    ),
    "a caller held": (
        "POST",
        f"/Conferences/CF{32 * 'a'}/Participants/{CALL}.json",
        {"Hold": "True", "HoldUrl": URL, "HoldMethod": "POST"},
    ),
    "a recording paused": ("POST", f"/Calls/{CALL}/Recordings/Twilio.CURRENT.json", {"Status": "paused"}),
    "a recording removed": ("DELETE", f"/Recordings/RE{32 * 'a'}.json", {}),
}

REFUSED: dict[str, tuple[str, str, Form, str]] = {
    "an unknown resource": ("POST", "/Telegrams.json", {}, "no such resource"),
    "an unknown method": ("DELETE", "/Calls.json", {}, "has no DELETE"),
    "a misspelt parameter": ("POST", "/Calls.json", {**RING, "TimeOut": "9"}, "TimeOut is not a parameter"),
    "nobody to ring": ("POST", "/Calls.json", {"From": FROM, "Url": URL}, "To is required"),
    "a number without its country": ("POST", "/Calls.json", {**RING, "To": "13800000000"}, "no E.164"),
    "no document": ("POST", "/Calls.json", {"To": TO, "From": FROM}, "exactly one of Url"),
    "two documents": ("POST", "/Calls.json", {**RING, "Twiml": "<Response/>"}, "exactly one of Url"),
    "a long document": (
        "POST",
        "/Calls.json",
        {"To": TO, "From": FROM, "Twiml": f"<Response><!--{'x' * 4000}--></Response>"},
        "4000 at most",
    ),
    "a wrong document": (
        "POST",
        "/Calls.json",
        {"To": TO, "From": FROM, "Twiml": "<Response><Speak/></Response>"},
        "Twiml: 12200",
    ),
    "an event by its status": ("POST", "/Calls.json", {**RING, "StatusCallbackEvent": ["in-progress"]}, "in-progress"),
    "events for nobody": (
        "POST",
        "/Calls.json",
        {"To": TO, "From": FROM, "Url": URL, "StatusCallbackEvent": ["answered"]},
        "without StatusCallback",
    ),
    "eleven minutes of ringing": ("POST", "/Calls.json", {**RING, "Timeout": "660"}, "5 to 600"),
    "ringing in words": ("POST", "/Calls.json", {**RING, "Timeout": "long"}, "no whole number"),
    "a name given twice": ("POST", "/Calls.json", {**RING, "Url": [URL, URL]}, "given 2 times"),
    "a method that is none": ("POST", "/Calls.json", {**RING, "Method": "PUT"}, "none of GET, POST"),
    "a relative address": ("POST", "/Calls.json", {**RING, "Url": "/voice/leg/7"}, "not an absolute"),
    "detection that tells nobody": (
        "POST",
        "/Calls.json",
        {**RING, "MachineDetection": "Enable", "AsyncAmd": "true"},
        "21262",
    ),
    "detection in our own word": ("POST", "/Calls.json", {**RING, "MachineDetection": "true"}, "DetectMessageEnd"),
    "33 keys": ("POST", "/Calls.json", {**RING, "SendDigits": "w" * 33}, "32 at most"),
    "a state of our own": ("POST", f"/Calls/{CALL}.json", {"Status": "ended"}, "none of canceled, completed"),
    "a change of nothing": ("POST", f"/Calls/{CALL}.json", {}, "exactly one of Url"),
    "a call by another id": ("GET", "/Calls/7.json", {}, "Sid: '7' does not look like"),
    "a day that is none": ("GET", "/Calls.json", {"StartTime>": "yesterday"}, "is no time"),
    "a truth that is none": (
        "POST",
        f"/Conferences/c1/Participants/{CALL}.json",
        {"Hold": "yes"},
        "neither true nor false",
    ),
    "a long text": ("POST", "/Messages.json", {**TEXT, "Body": "好" * 1601}, "1600 at most"),
    "an empty text": ("POST", "/Messages.json", {**TEXT, "Body": ""}, "21602"),
    "a text from nobody": ("POST", "/Messages.json", {"To": TO, "Body": "好"}, "exactly one of From"),
    "a queue named after a caller": ("POST", "/Queues.json", {"FriendlyName": TO}, "a person's"),
    "a conference named after one": ("GET", f"/Conferences/{TO}.json", {}, "does not look like"),
    "a coach of nobody": (
        "POST",
        "/Conferences/c1/Participants.json",
        {"From": FROM, "To": TO, "Coaching": "true"},
        "13240",
    ),
}


@pytest.mark.parametrize(("method", "path", "form"), TAKEN.values(), ids=TAKEN.keys())
def test_the_carrier_takes(method: str, path: str, form: Form) -> None:
    assert check_request(method, BASE + path, form) == []


@pytest.mark.parametrize(("method", "path", "form", "complaint"), REFUSED.values(), ids=REFUSED.keys())
def test_the_carrier_refuses(method: str, path: str, form: Form, complaint: str) -> None:
    found = check_request(method, BASE + path, form)
    assert len(found) == 1, found
    assert complaint in found[0]


RECOGNISER = "https://intelligence.twilio.com/v2/Transcripts"
ASKED: Form = {"ServiceSid": "GA" + 32 * "0", "Channel": '{"media_properties": {"source_sid": "RE"}}'}


def test_the_recogniser_takes_what_we_ask_and_nothing_else() -> None:
    one = f"{RECOGNISER}/GT{32 * 'a'}"
    assert check_request("POST", RECOGNISER, ASKED) == []
    assert check_request("GET", RECOGNISER, {"SourceSid": "RE" + 32 * "1", "PageSize": "2"}) == []
    assert check_request("GET", f"{one}/Sentences", {"PageSize": "1000"}) == []
    assert check_request("DELETE", one) == []
    assert check_request("POST", RECOGNISER, {"ServiceSid": "GA0"}) != []
    assert check_request("POST", RECOGNISER, {**ASKED, "LanguageCode": "zh-CN"}) == ["LanguageCode is not a parameter"]
    assert check_request("GET", RECOGNISER, {"RecordingSid": "RE"}) == ["RecordingSid is not a parameter"]


def test_a_query_in_the_address_counts_as_parameters() -> None:
    assert check_request("GET", f"{BASE}/Calls.json?Status=sleeping") != []
    assert check_request("GET", f"{BASE}/Calls.json?Status=completed") == []
    assert check_request("GET", f"{BASE}/Calls.json?Status=completed", {"Status": ["completed"]}) == []


def test_another_host_is_the_same_carrier() -> None:
    assert (
        check_request("POST", BASE.replace("https://api.twilio.com", "http://127.0.0.1:9") + "/Calls.json", RING) == []
    )

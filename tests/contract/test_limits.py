"""The limits behind the grammar: each broken here once, since the carrier would break a call without a word."""

from __future__ import annotations

import pytest

from tests.contract import grammar, webaddress
from tests.contract.places import Place, leads

URL = "https://hotline.example.com/voice/turn/7/2"
ZH = 'language="cmn-CN" voice="Polly.Zhiyu"'
REFUSED = {
    "401 Chinese characters": (f"<Say {ZH}>{'好' * 401}</Say>", "13521"),
    "4500 characters once encoded": (f'<Say voice="Polly.Amy" language="en-GB">{"&amp;" * 1501}</Say>', "13521"),
    "3000 bytes for a Polly voice": (f'<Say voice="Polly.Amy" language="en-GB">{"a" * 3001}</Say>', "13521"),
    "nothing to say": (f"<Say {ZH}> </Say>", "13520"),
    "Chinese in the default voice": ("<Say>您好</Say>", "13512"),
    "Chinese in an English voice": ('<Say language="cmn-CN" voice="Polly.Amy">您好</Say>', "13512"),
    "a voice of another language": ('<Say language="yue-HK" voice="Google.cmn-CN-Standard-A">您好</Say>', "13511"),
    "SSML that some voices drop": (f'<Say {ZH}><emphasis level="strong">请</emphasis></Say>', "not every voice"),
    "a pause without a unit": (f'<Say {ZH}>请<break time="5"/>听</Say>', "500ms"),
    "a pitch": (f'<Say {ZH}><prosody pitch="high">请</prosody></Say>', "not every voice"),
    "a telephone read as one": (f'<Say {ZH}><say-as interpret-as="telephone">12</say-as></Say>', "only digits"),
    "a pause of no length": ('<Pause length="0"/>', "1 to 14400"),
    "a question without an address": ("<Gather/>", "without action"),
    "a relative address": ('<Gather action="/voice/turn/7/2"/>', "not an absolute"),
    "two finishing keys": (f'<Gather action="{URL}" finishOnKey="#*"/>', "one key"),
    "no digit wanted": (f'<Gather action="{URL}" numDigits="0"/>', "1 to 1000"),
    "speech in no language": (f'<Gather action="{URL}" input="speech"/>', "without language"),
    "a model that hears no Chinese": (
        f'<Gather action="{URL}" input="speech" language="cmn-Hans-CN" speechModel="phone_call"/>',
        "13342",
    ),
    "speech ended by guess": (
        f'<Gather action="{URL}" input="speech" language="cmn-Hans-CN" speechTimeout="auto"/>',
        "13335",
    ),
    "a hint of 101 characters": (
        f'<Gather action="{URL}" input="speech" language="cmn-Hans-CN" hints="{"修" * 101}"/>',
        "hints",
    ),
    "501 hints": (
        f'<Gather action="{URL}" input="speech" language="cmn-Hans-CN" hints="{"修," * 500}修"/>',
        "hints",
    ),
    "a recording of one second": (f'<Record action="{URL}" maxLength="1"/>', "2 to 14400"),
    "a recording without an address": ("<Record/>", "without action"),
    "a recording ended by a word": (f'<Record action="{URL}" finishOnKey="end"/>', "keys only"),
    "a long recording transcribed": (f'<Record action="{URL}" maxLength="121" transcribe="true"/>', "120 seconds"),
    "a queue without a name": (f'<Enqueue action="{URL}"/>', "1 to 64"),
    "a queue named after a caller": (f'<Enqueue action="{URL}">q-+8613800000000</Enqueue>', "about a person"),
    "a conference named after a person": (
        f'<Dial action="{URL}"><Conference>王伟</Conference></Dial>',
        "about a person",
    ),
    "a conference beside a number": (
        f'<Dial action="{URL}"><Conference>c1</Conference><Number>+8613800000000</Number></Dial>',
        "13000",
    ),
    "four seconds of ringing": (f'<Dial action="{URL}" timeout="4"><Queue>q</Queue></Dial>', "5 to 600"),
    "nobody rung": (f'<Dial action="{URL}"/>', "13223"),
    "eleven rung": (f'<Dial action="{URL}">{"<Queue>q</Queue>" * 11}</Dial>', "ten at most"),
    "a caller id that is no number": (f'<Dial action="{URL}" callerId="me">+8613800000000</Dial>', "13214"),
    "a number without its country": (f'<Dial action="{URL}"><Number>13800000000</Number></Dial>', "13223"),
    "a browser with a space": (f'<Dial action="{URL}"><Client>op 1</Client></Dial>', "<Client>"),
    "a room of one": (f'<Dial action="{URL}"><Conference maxParticipants="1">c</Conference></Dial>', "2 to 250"),
    "a coach without a call": (f'<Dial action="{URL}"><Conference coach="me">c</Conference></Dial>', "13240"),
    "a sound without an address": ("<Play>beep.wav</Play>", "not an absolute"),
    "letters as keys": ('<Play digits="1a"/>', "13430"),
    "an address with another method": (f'<Redirect method="PUT">{URL}</Redirect>', "GET or POST"),
    "words after the end": (f"<Hangup/><Say {ZH}>再见</Say>", "never runs"),
    "a late refusal": ('<Pause length="1"/><Reject/>', "first verb"),
}


@pytest.mark.parametrize(("content", "complaint"), REFUSED.values(), ids=REFUSED.keys())
def test_a_document_is_refused_with(content: str, complaint: str) -> None:
    found = grammar.check(f"<Response>{content}</Response>")
    assert len(found) == 1, found
    assert complaint in found[0]


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("https://hot_line.example.com/x", "underscore"),
        ("https://hotline.example.com/报修", "plain ASCII"),
        ("https://hotline.example.com/a%20b", "plain ASCII"),
        ("https://hotline.example.com/x?a='1'", "plain ASCII"),
        ("https://hotline.example.com/x?p=13800000000", "telephone number"),
        ("https://hotline.example.com:99999/x", "11100"),
        ("ftp://hotline.example.com/x", "absolute http"),
        ("https://hotline.example.com/x#rc=6", "11240"),
        ("https://hotline.example.com/x#rp=2xx", "11243"),
        ("https://hotline.example.com/x#retry=1", "11240"),
    ],
)
def test_an_address_is_refused(url: str, complaint: str) -> None:
    (found,) = webaddress.complaints(url)
    assert complaint in found


def test_an_address_with_its_overrides_is_taken() -> None:
    assert list(webaddress.complaints("http://127.0.0.1:8080/voice/inbound?a=1#rc=1&rp=ct,5xx&rt=5000&e=tokyo")) == []


@pytest.mark.parametrize(
    ("place", "content", "complaint"),
    [
        (Place.WAITING, f'<Pause length="1"/><Dial action="{URL}"><Queue>q</Queue></Dial>', "13238"),
        (Place.WAITING, f"<Redirect>{URL}</Redirect>", "loop of requests"),
        (Place.WHISPER, '<Pause length="1"/>', "13238"),
        (Place.HOLD, "<Hangup/>", "13238"),
        (Place.BRIDGE, "<Hangup/>", "13238"),
        (Place.CALL, "<Leave/>", "outside a waitUrl"),
    ],
)
def test_a_verb_in_the_wrong_place_is_refused(place: Place, content: str, complaint: str) -> None:
    (found,) = grammar.check(f"<Response>{content}</Response>", place)
    assert complaint in found


def test_a_waiting_caller_may_leave_the_line() -> None:
    assert grammar.check("<Response><Leave/></Response>", Place.WAITING) == []


def test_a_document_says_where_the_next_ones_are_heard() -> None:
    xml = f'<Response><Enqueue action="{URL}" waitUrl="{URL}/w">q</Enqueue><Redirect>{URL}/r</Redirect></Response>'
    assert list(leads(xml, Place.CALL)) == [(f"{URL}/w", Place.WAITING), (f"{URL}/r", Place.CALL)]

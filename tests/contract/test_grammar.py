"""The grammar checker itself: were it too kind, every document of the suite would pass unread."""

from __future__ import annotations

import pytest

from tests.contract import declarations, grammar
from tests.contract.places import Place

URL = "https://hotline.example.com/voice/turn/7/2"
ZH = 'language="cmn-CN" voice="Polly.Zhiyu-Neural"'

GOOD = {
    "nothing more to say": "",
    "a Chinese sentence": f"<Say {ZH}>您好，这里是服务热线。</Say>",
    "a number read digit by digit": f'<Say {ZH}>工单号<say-as interpret-as="digits">2026</say-as>'
    '<break time="500ms"/><prosody rate="slow">请记录</prosody></Say>',
    "a menu": f'<Gather action="{URL}" method="POST" input="dtmf speech" numDigits="1" timeout="5" '
    f'language="cmn-Hans-CN" speechTimeout="2" actionOnEmptyResult="true" hints="报修,投诉">'
    f'<Say {ZH}>报修请按一。</Say><Pause length="1"/></Gather>',
    "a message taken": f'<Record action="{URL}" maxLength="120" timeout="5" finishOnKey="#" '
    f'recordingStatusCallback="{URL}#rc=3&amp;rp=ct,rt,5xx" '
    'recordingStatusCallbackEvent="in-progress completed absent"/>',
    "a caller parked": f'<Enqueue action="{URL}" waitUrl="{URL}">hold-1</Enqueue>',
    "two people joined": f'<Dial action="{URL}"><Conference waitUrl="" beep="false" '
    'endConferenceOnExit="true">c-7f3a</Conference></Dial>',
    "a number rung": f'<Dial action="{URL}" timeout="20" callerId="+861050001234">'
    f'<Number url="{URL}" statusCallbackEvent="initiated ringing answered completed">+8613800000000</Number></Dial>',
    "a goodbye that waits": f'<Say {ZH}>再见。</Say><Pause length="10"/><Redirect>{URL}</Redirect>',
    "a nuisance refused": '<Reject reason="busy"/>',
}

BAD = {
    "a misspelt verb": ("<Speak>x</Speak>", "<Speak> may not stand"),
    "a misspelt attribute": (f'<Gather action="{URL}" numDigitz="3"/>', "no attribute numDigitz"),
    "an attribute in another case": ('<Pause Length="3"/>', "no attribute Length"),
    "a word that is not in the list": ('<Reject reason="angry"/>', "not one of busy, rejected"),
    "a Python list as events": (
        f"""<Record action="{URL}" recordingStatusCallbackEvent="['completed']"/>""",
        "not a list of absent",
    ),
    "a Python truth": (f'<Gather action="{URL}" actionOnEmptyResult="True"/>', "not a boolean"),
    "a number in words": ('<Pause length="two"/>', "not a number"),
    "a Say language to listen with": (
        f'<Gather action="{URL}" input="speech" language="cmn-CN"/>',
        "language='cmn-CN'",
    ),
    "a recording inside a question": (
        f'<Gather action="{URL}"><Record action="{URL}"/></Gather>',
        "<Record> may not stand in <Gather>",
    ),
    "words in the root": ("hello", "<Response> holds no words"),
    "words in a pause": ("<Pause>one</Pause>", "<Pause> holds no words"),
    "SSML outside Say": ('<break time="1s"/>', "<break> may not stand"),
}


def response(content: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{content}</Response>'


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_the_carrier_follows(content: str) -> None:
    assert grammar.check(response(content), Place.CALL) == []


@pytest.mark.parametrize(("content", "complaint"), BAD.values(), ids=BAD.keys())
def test_the_carrier_would_ignore(content: str, complaint: str) -> None:
    assert any(complaint in found for found in grammar.check(response(content)))


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("", "11770"),
        ("\n<Response/>", "12100"),
        ("<Response><Say>\x07</Say></Response>", "12100"),
        ("<Response><Say>\ud800</Say></Response>", "12100"),
        ("<Response><Say></Response>", "12100"),
        ("<response/>", "12102"),
        (f"<Response><Play>{'x' * 70_000}</Play></Response>", "11750"),
    ],
)
def test_a_document_that_cannot_be_read_ends_the_call(xml: str, code: str) -> None:
    (complaint,) = grammar.check(xml)
    assert complaint.startswith(code)


def test_every_class_of_the_package_is_known_and_reachable() -> None:
    known = declarations.load()
    reached, waiting = set(), [declarations.ROOT]
    while waiting:
        holder = waiting.pop()
        reached.add(holder)
        waiting += [element.node for element in known[holder].values() if element.node not in reached]
    # Task parameters and the like hang below <Start>, <Connect> and <Pay>, which the walk passes too.
    assert reached == set(known)


def test_declarations_in_another_form_are_refused() -> None:
    with pytest.raises(ValueError, match="lack"):
        declarations.read("declare class Elsewhere {}", "class Elsewhere {}")
    with pytest.raises(ValueError, match="does not know"):
        declarations.attribute("Date", {})

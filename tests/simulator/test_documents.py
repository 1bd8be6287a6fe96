"""What the carrier refuses, warns about, or reads in its own way: contract sections 1, 3.4, 5; each has its number."""

from __future__ import annotations

import pytest
from flask import Response

from hotline.simulator import captions, twiml
from hotline.simulator.twiml import Unreadable
from tests.simulator.product import BASE, HOTLINE, World, say

XML = "text/xml"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", XML, 11770),
        (b" <?xml version='1.0'?><Response/>", XML, 12100),
        (b"<Response><Say>a</Response>", XML, 12100),
        (b"<Response>\x01</Response>", XML, 12100),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><Response>&a;</Response>", XML, 12100),
        (b"<?xml version='2.0'?><Response/>", XML, 12101),
        (b"<response/>", XML, 12102),
        (b"<Response/>", None, 12300),
        (b"{}", "application/json", 12300),
        (b"<Response><Say>" + b"a" * 70000 + b"</Say></Response>", XML, 11750),
    ],
)
def test_a_document_is_refused_with_its_number(body: bytes, kind: str | None, code: int) -> None:
    with pytest.raises(Unreadable) as caught:
        twiml.read(body, kind, f"{BASE}/in")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<Shout>a</Shout>", 12200),
        ('<Gather numDigitz="3"/>', 12200),
        ("<say>a</say>", 12200),
        ("<Gather><Record/></Gather>", 13320),
        ('<Gather timeout="soon"/>', 13313),
        ('<Gather numDigits="0"/>', 13314),
        ('<Gather finishOnKey="ab"/>', 13310),
        ('<Gather input="speech" speechTimeout="auto"/>', 13335),
        ('<Gather actionOnEmptyResult="yes"/>', 13338),
        ('<Gather language="cmn-CN"/>', 13331),
        ('<Gather input="speech" language="cmn-Hans-CN" speechModel="phone_call"/>', 13343),
        (f'<Gather hints="{"长" * 101}"/>', 12200),
        ('<Record maxLength="1"/>', 13612),
        ('<Dial timeout="3">+861</Dial>', 13212),
        ("<Dial><Conference>a</Conference><Number>+861</Number></Dial>", 13000),
        ('<Pause length="0"/>', 13910),
        ('<Reject reason="rude"/>', 13810),
        ('<Redirect method="PUT">/x</Redirect>', 13710),
        ("""<Dial><Number statusCallbackEvent="['initiated', 'ringing']">+861</Number></Dial>""", 12200),
    ],
)
def test_a_mistake_that_production_passes_over_is_a_warning_here(inside: str, code: int) -> None:
    assert [one.code for one in twiml.parse(f"<Response>{inside}</Response>").warnings] == [code]


def test_warnings_are_kept_for_the_tests_to_look_at(world: World) -> None:
    world.product.at("/in", '<Gather numDigitz="3"/>' + say("您好"))
    world.customer.dial(HOTLINE).hears("您好")
    assert [(one.code, one.url) for one in world.exchange.warnings] == [(12200, f"{BASE}/in")]


def test_plain_text_is_read_aloud_and_the_call_ends(world: World) -> None:  # section 1.3
    world.product.at("/in", Response("Internal trouble", mimetype="text/plain"))
    world.customer.dial(HOTLINE).hears("Internal trouble").hears("call ended")


def test_the_end_of_a_document_is_the_end_of_the_call(world: World) -> None:  # section 5.2
    world.product.at("/in", say("您好"))
    world.customer.dial(HOTLINE).hears("您好").hears("call ended: completed, by carrier", within=2)


def test_an_empty_document_hangs_up(world: World) -> None:
    world.product.at("/in", "")
    world.customer.dial(HOTLINE).hears("call ended", within=1)


def test_verbs_after_a_redirect_are_not_heard(world: World) -> None:
    world.product.at("/in", f"<Redirect>/next</Redirect>{say('听不到')}")
    world.product.at("/next", say("下一页"))
    world.customer.dial(HOTLINE).hears("下一页").does_not_hear("听不到", within=5)


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_was_never_answered(world: World, reason: str, status: str) -> None:
    world.own(status=f"{BASE}/status")
    world.product.at("/in", f'<Reject reason="{reason}"/>')
    world.customer.dial(HOTLINE).stays_silent(2)
    assert world.statuses() == [status]
    assert "CallDuration" not in world.product.last("/status")


def test_a_leading_pause_does_not_answer(world: World) -> None:  # section 2.1
    world.product.at("/in", f'<Pause length="5"/>{say("您好")}')
    world.customer.dial(HOTLINE).stays_silent(3)
    assert world.customer.state == "ringing"
    world.customer.hears("您好")
    assert world.customer.state == "in-progress"


def test_time_passes_as_it_does_on_the_telephone(world: World) -> None:
    first = '<Say language="cmn-CN" voice="Polly.Zhiyu">一二三四五六七八九<break time="2s"/></Say>'
    world.product.at("/in", f'{first}<Pause length="3"/>{say("后面")}')
    world.customer.dial(HOTLINE).hears("后面")
    heard = world.customer.heard
    assert (heard[1].at - heard[0].at).total_seconds() == pytest.approx(9 / 4.5 + 2 + 3)


def test_slow_speech_takes_longer_and_says_so() -> None:
    usual = captions.said(twiml.parse(f"<Response>{say('一二三四五六')}</Response>").verbs[0])
    slowly = say('<prosody rate="slow">一二三四五六</prosody>')
    slow = captions.said(twiml.parse(f"<Response>{slowly}</Response>").verbs[0])
    assert slow.seconds > usual.seconds
    assert (slow.text, slow.rate, slow.language) == ("一二三四五六", "slow", "cmn-CN")


def test_a_substitute_is_spoken_instead_of_its_text() -> None:
    verb = twiml.parse('<Response><Say>see <sub alias="for example">e.g.</sub> this</Say></Response>').verbs[0]
    assert captions.said(verb).text == "see for example this"


def test_chinese_in_an_english_voice_is_not_understood(world: World) -> None:  # section 5.3, Say
    world.product.at("/in", "<Say>您好</Say>" + say("再见"))
    world.customer.dial(HOTLINE).hears("cannot speak").hears("再见").does_not_hear("您好")


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (f'<Say language="cmn-CN" voice="Polly.Zhiyu">{"字" * 501}</Say>', 13521),
        ('<Say language="cmn-CN" voice="Polly.Joanna">您好</Say>', 13512),
        ('<Say language="en-US" voice="Polly.Zhiyu">hello</Say>', 13512),
        ('<Say language="cmn-CN" voice="Google.cmn-TW-Standard-A">您好</Say>', 13512),
        ('<Say language="cmn-CN" voice="Zhiyu">您好</Say>', 13511),
        ("<Say> </Say>", 13520),
    ],
)
def test_a_say_that_fails_is_silent(world: World, inside: str, code: int) -> None:
    world.product.at("/in", inside + say("再见"))
    world.customer.dial(HOTLINE).hears("再见")
    assert world.customer.heard[0].text == "再见"
    assert world.codes() == [code]


def test_a_sound_file_lasts_as_long_as_it_is(world: World) -> None:
    sound = Response(b"\xff\xf3" + bytes(8000 - 2), mimetype="audio/mpeg")
    world.product.at("/in", f"<Play>/audio/hello.mp3</Play>{say('后面')}")
    world.product.at("/audio/hello.mp3", sound)
    world.customer.dial(HOTLINE).hears("♪ hello.mp3").hears("后面")
    heard = world.customer.heard
    assert (heard[1].at - heard[0].at).total_seconds() == pytest.approx(2.0)
    assert world.product.at_path("/audio/hello.mp3")[0].method == "GET"


def test_something_that_is_no_sound_is_error_13420(world: World) -> None:
    world.product.at("/in", f"<Play>/audio/hello.txt</Play><Play digits='12w3'/>{say('后面')}")
    world.product.at("/audio/hello.txt", Response("hello", mimetype="text/plain"))
    world.customer.dial(HOTLINE).hears("12w3").hears("后面")
    assert world.codes() == [13420]


def test_refer_works_on_sip_alone(world: World) -> None:
    world.product.at("/in", f"<Refer><Sip>sip:a@b</Sip></Refer>{say('后面')}")
    world.customer.dial(HOTLINE).hears("后面")
    assert world.codes() == [13801]


def test_a_number_nobody_has_is_unobtainable(world: World) -> None:
    world.customer.dial("+86999999999").hears("空号")
    assert world.customer.state == "idle"

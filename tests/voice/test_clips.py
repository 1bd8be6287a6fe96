"""Clips of known length: whoever waits is spoken to in time, in every language, slowly too (ANS-4, ANS-13)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from hotline.domain import companies, customers
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.errors import NotFound
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from hotline.simulator.captions import spoken_seconds
from hotline.voice import clips
from hotline.voice.twiml import Sentence
from tests import world

PROMPTS = Prompts()
LIMIT, MARGIN = 15, 2  # seconds: ANS-4, and what fetching the next document may take
# Whatever `waiting.clip` may say, with the longest figures that a caller could hear.
IN_LINE = (
    ("line.connecting",),
    *(("line.busy", place) for place in ("line.ahead", "line.next", "line.estimate", "line.estimate-short")),
    ("line.sorry", "line.keep"),
    ("line.sorry",),
    *(("line.sorry", place) for place in ("line.ahead", "line.next", "line.estimate", "line.estimate-short")),
)
ON_HOLD = (*((key,) for key in clips.HOLD), *((key,) for key in clips.RINGING))


def a_call(act: Act, company_id: int, *, language: str = "zh-CN", slow: bool = False) -> Call:
    companies.get(act, company_id)
    customer = customers.with_number(act, world.number(500))
    return Call(company_id=company_id, customer_id=customer.id, language=language, slow=slow, slots={}, id=1, turn=1)


def lines(keys: tuple[str, ...], language: str) -> list[Sentence]:
    return [Sentence(PROMPTS.text(key, language, ahead=300, wait_minutes=120), language) for key in keys]


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("language", PROMPTS.languages)
@pytest.mark.parametrize("keys", [*IN_LINE, *ON_HOLD])
def test_from_the_start_of_a_clip_to_the_next_there_is_never_too_long(
    runtime: Runtime, cast: world.Cast, keys: tuple[str, ...], language: str, slow: bool
) -> None:
    with runtime.look(COMMAND) as act:
        call = a_call(act, cast.heat.id, language=language, slow=slow)
        said = lines(keys, language)
        for limit in (act.standard.answering.reassurance, act.standard.answering.hold_reassurance):
            whole = clips.seconds(call, said, PROMPTS) + clips.silence(act, call, said, limit, PROMPTS)
            assert whole <= LIMIT - MARGIN


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("language", PROMPTS.languages)
def test_no_sentence_takes_longer_than_we_reckon(language: str, slow: bool) -> None:
    """Held to the pace of the practice exchange."""
    speed = 0.75 if slow else 1.0
    for key in sorted({key for keys in (*IN_LINE, *ON_HOLD) for key in keys}):
        [said] = lines((key,), language)
        assert spoken_seconds(said.text, speed) <= PROMPTS.seconds(said.text, language, slow=slow), key


def test_a_companys_own_long_words_leave_the_shortest_silence(runtime: Runtime, cast: world.Cast) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).words = {"zh-CN": {"hold.sorry": "请您再稍等片刻，" * 12}}
    with runtime.act(COMMAND) as act:
        heard = clips.hold(act, a_call(act, cast.heat.id), 3, PROMPTS, runtime.addresses)
    pause = ET.fromstring(heard).find("Pause")
    assert pause is not None
    assert pause.get("length") == "1"


def test_a_pause_is_thanked_for_once_and_then_apologised_for(runtime: Runtime, cast: world.Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = a_call(act, cast.heat.id)
        first, later = (clips.hold(act, call, number, PROMPTS, runtime.addresses) for number in (0, 7))
    assert "谢谢您，请您稍等片刻" in first
    assert "请再稍等一下" in later
    assert "/voice/hold/1/8" in later


def test_nothing_but_what_is_announced_is_announced(runtime: Runtime, cast: world.Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = a_call(act, cast.heat.id)
        call.owner_id = cast.lin.id
        for what in clips.ANNOUNCED:
            assert "<Say" in clips.announcement(act, call, what, PROMPTS)
        with pytest.raises(NotFound):
            clips.announcement(act, call, "weather", PROMPTS)

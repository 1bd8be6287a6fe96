"""What the carrier tells us with each document it asks for is kept as it came, once."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from hotline.domain.calls import Call
from hotline.domain.news import CarrierNews
from tests.line import Line
from tests.voice.ring import Rings


def kept(line: Line, call: Call) -> Counter[str]:
    with line.look() as act:
        return Counter(act.session.scalars(select(CarrierNews.kind).where(CarrierNews.call_id == call.id)))


def test_every_answer_of_a_caller_and_of_a_colleague_is_kept_raw(line: Line) -> None:
    line.tells("cold_radiator")
    caller, colleague = line.calls()
    answers = [turn for turn in line.turns(caller) if turn.heard not in ("hang-up", "end")]
    assert (kept(line, caller)["inbound"], kept(line, caller)["turn"]) == (1, len(answers))
    assert (kept(line, colleague)["outbound"], kept(line, colleague)["turn"]) == (1, 1)


def test_an_answer_that_comes_twice_is_kept_once(rings: Rings, line: Line) -> None:
    ring = rings().begins()
    for _ in range(2):
        ring.asks("/voice/turn/1/1", {"Digits": "2"})
    assert kept(line, line.calls()[0])["turn"] == 1
    ring.hangs_up()

"""What is only typed to have been told is told apart from what was rung, on the page, in the table and in its files."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import calls
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests import given
from tests.console import complaining
from tests.console.tables import TRACKING, lines_of, takes
from tests.console.test_complaint_page import HERE, does
from tests.console.test_complaint_page import case_id as case_id
from tests.console.test_complaint_page import head as head
from tests.console.visitor import Visitor, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock, Person


def test_a_customer_who_was_not_rung_was_told_without_a_call_on_record(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast, head: Person, case_id: int, at: HandClock, shop: Workshop
) -> None:
    complaining.dealt_with(runtime, case_id, head)
    at.passes(timedelta(minutes=5))
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        call.direction, call.case_id = "out", case_id
        calls.answered(act, call, millis=120)
    at.passes(timedelta(minutes=1))
    does(lin, "told", text="客户接受道歉")
    assert "无通话记录" not in text_of(lin.opens(HERE)) + text_of(sun.opens(TRACKING))
    at.passes(timedelta(minutes=5))
    does(lin, "visit", text="这次满意", chosen="yes")
    assert "无通话记录" in text_of(lin.opens(HERE)).partition("回访 11-18 10:11")[2][:12]
    assert "回访时间 11-18 10:11 无通话记录" in text_of(sun.opens(TRACKING))
    (line,) = lines_of(takes(sun, shop, TRACKING, "csv"))
    assert (line["告知的通话"], line["回访的通话"]) == ("有通话记录", "无通话记录")

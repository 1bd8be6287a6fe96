"""What the desk says at each moment, and nothing of another moment."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import meetings
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests import given
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain import waiting
from tests.domain.talks import Talk
from tests.world import Cast

DESK = "/console/desk"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Chen's call and what becomes of it."""
    return Talk(runtime, cast)


def test_a_kept_place_does_not_look_like_a_caller_on_the_line(lin: Visitor, runtime: Runtime, talk: Talk) -> None:
    waiting.keeps(runtime, talk.cast, waiting.joins(runtime, talk.cast))
    talk.free(talk.cast.lin)
    talk.offered()
    told = text_of(lin.opens(DESK))
    assert "回拨：客户留了号" in told
    assert "系统随即拨给客户" in told
    assert "按 1 接听" not in told


def test_before_the_customer_is_in_no_pause_is_spoken_of(lin: Visitor, talk: Talk) -> None:
    talk.free(talk.cast.lin)
    talk.waits()
    leg = talk.offered()
    talk.accepts(leg)
    talk.joins(leg)
    assert "得到同意后再按" not in text_of(lin.opens(DESK))
    talk.joins(talk.call_id)
    assert "得到同意后再按" in text_of(lin.opens(DESK))


def test_the_keys_of_an_offer_are_told_until_one_is_in(lin: Visitor, talk: Talk) -> None:
    with talk.runtime.act(COMMAND) as act:
        case = given.case(act, talk.cast)
        meetings.call_out(act, case, given.person(act, talk.cast.lin), words_version=given.WORDS)
    assert " data-in" not in lin.opens(DESK).text
    talk.joins(talk.party(talk.cast.lin).call_id)
    assert " data-in" in lin.opens(DESK).text


def test_whoever_is_left_with_the_customer_answers_for_them_and_cannot_send_themselves_off(
    app: Flask, lin: Visitor, talk: Talk
) -> None:
    leg = talk.talk()
    lin.sends(f"/console/meetings/{talk.meeting_id}/expert", page=DESK, who=str(talk.cast.zhou.id))
    asked = talk.party(talk.cast.zhou).call_id
    talk.with_leg(meetings.accepted, asked)
    talk.joins(asked)
    talk.leaves(leg)
    zhou = logged_in(app, talk.cast.zhou)
    assert {"meeting": talk.meeting_id, "what": "passed-on"} in talk.owed("announce"), "the customer is told who it is"
    page = zhou.opens(DESK)
    assert "周静 002 座席 在通话中" in text_of(page)
    assert "/send-off" not in page.text
    assert f'id="form-of-call-{talk.call_id}"' in page.text


def test_the_page_of_handovers_does_not_lead_to_itself(lin: Visitor) -> None:
    assert "全部移交" in text_of(lin.opens(DESK))
    assert "全部移交" not in text_of(lin.opens("/console/handovers"))


def test_the_language_of_the_pages_outlasts_a_log_out(lin: Visitor) -> None:
    lin.opens(f"{DESK}?lang=en")
    lin.sends("/console/logout", page=DESK)
    assert '<html lang="en">' in lin.opens("/console/login").text

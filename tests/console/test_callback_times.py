"""Times that are agreed on the pages: which promise stands, which is replaced, why somebody is rung when they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain import api_keys, audit, promises
from hotline.domain.act import COMMAND
from hotline.domain.calls import State as CallState
from hotline.domain.promises import Verdict
from hotline.runtime import Runtime
from tests import given, rung
from tests.console.test_callback_pages import AGREED, LIST, row_of
from tests.console.test_callback_pages import asked as asked
from tests.console.test_callback_pages import missed as missed
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock

LATER = "2026-11-19T15:00"


def times_of(runtime: Runtime, callback_id: int) -> list[str]:
    """What became of each time that was agreed, in the order in which they were."""
    with runtime.look(COMMAND) as act:
        made = promises.of_case(act, rung.case_of(act, callback_id).id)
        return [one.verdict for one in made if one.rule == promises.AGREED_TIME]


def test_another_time_stands_beside_the_first_and_the_form_says_so_before(
    lin: Visitor, runtime: Runtime, asked: int
) -> None:
    assert "改为新的时间" not in row_of(lin.opens(LIST).text, asked)
    lin.sends(f"{LIST}/{asked}/agree", at=AGREED)
    assert "此前已约定在" in row_of(lin.opens(LIST).text, asked)
    lin.sends(f"{LIST}/{asked}/agree", at=LATER)
    assert times_of(runtime, asked) == [Verdict.OPEN, Verdict.OPEN]


def test_a_time_the_customer_wants_instead_replaces_the_first_and_who_said_so_is_on_record(
    lin: Visitor, runtime: Runtime, cast: Cast, asked: int
) -> None:
    lin.sends(f"{LIST}/{asked}/agree", at=AGREED)
    lin.sends(f"{LIST}/{asked}/agree", at=LATER, instead="1")
    assert times_of(runtime, asked) == [Verdict.EXCUSED, Verdict.OPEN]
    with runtime.look(COMMAND) as act:
        told = audit.entries(act.session, "case:1")
    [excused] = [one.fields for one in told if one.kind == "promise-excused"]
    assert (excused["by"], excused["why"]) == (cast.lin.id, "agreed-instead")


def test_a_time_that_is_past_stays_broken_whatever_is_wanted_instead(
    app: Flask, runtime: Runtime, cast: Cast, lin: Visitor, asked: int, at: HandClock
) -> None:
    lin.sends(f"{LIST}/{asked}/agree", at=AGREED)
    at.passes(timedelta(days=1))
    with runtime.act(COMMAND) as act:
        promises.judge(act, rung.case_of(act, asked))
    again = logged_in(app, cast.lin)
    assert "改为新的时间" not in row_of(again.opens(LIST).text, asked)
    again.sends(f"{LIST}/{asked}/agree", at=LATER, instead="1")
    assert times_of(runtime, asked) == [Verdict.BROKEN, Verdict.OPEN]


def test_the_form_says_what_stays_due_before_and_who_is_asked_first(lin: Visitor, sun: Visitor, missed: int) -> None:
    assert "约得更晚也不顺延" in row_of(lin.opens(LIST).text, missed)
    assert "优先由您" not in row_of(lin.opens(LIST).text, missed)
    assert "优先由您" in row_of(sun.opens(LIST).text, missed)


@pytest.mark.parametrize(("until", "stands"), [("2026-11-19T21:00", True), ("2026-11-19T23:00", False)])
def test_a_window_ends_before_the_night(lin: Visitor, runtime: Runtime, asked: int, until: str, stands: bool) -> None:
    lin.sends(f"{LIST}/{asked}/agree", at="2026-11-19T19:00", until=until)
    assert (times_of(runtime, asked) == [Verdict.OPEN]) is stands
    assert ("最晚时间在夜间" in text_of(lin.opens(LIST))) is not stands


def test_what_was_typed_and_refused_stands_in_the_form_it_was_typed_in(lin: Visitor, asked: int, missed: int) -> None:
    page = lin.is_refused(f"{LIST}/{asked}/agree", page=LIST, at=LATER, until=AGREED).text
    assert page.count(f'value="{LATER}"') == page.count(f'value="{AGREED}"') == 1
    assert f'<details id="agree-{asked}" hx-morph-skip open>' in page
    assert f'<details id="agree-{missed}" hx-morph-skip open>' not in page


def test_nothing_was_agreed_where_somebody_pressed_call_now_or_a_try_was_in_vain(
    lin: Visitor, runtime: Runtime, cast: Cast, missed: int
) -> None:
    lin.sends(f"{LIST}/{missed}/now")
    assert "马上拨" in row_of(lin.opens(LIST).text, missed)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    rung.ends(runtime, rung.takes(runtime), CallState.UNANSWERED)
    row = row_of(lin.opens(LIST).text, missed)
    assert "再试" in row
    assert "已约定" not in row


def test_a_customer_who_is_in_another_call_with_us_is_rung_later_and_the_row_says_so(
    lin: Visitor, runtime: Runtime, cast: Cast, missed: int
) -> None:
    with runtime.act(COMMAND) as act:
        given.call(act, cast, who=cast.chen)
    lin.sends(f"{LIST}/{missed}/now")
    assert "客户正在通话中，稍后再拨" in row_of(lin.opens(LIST).text, missed)


def test_the_list_says_who_cancelled(lin: Visitor, missed: int) -> None:
    lin.sends(f"{LIST}/{missed}/cancel", why="客户到前台来过了")
    assert "已取消 由林晓" in row_of(lin.opens(LIST).text, missed)


def test_what_was_asked_for_on_the_web_is_called_so_and_its_case_says_where_it_came_from(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    owed = rung.owes(runtime, cast, "ANS-3.callback")
    assert "座席全忙" in row_of(lin.opens(LIST).text, owed)
    with runtime.act(COMMAND) as act:
        made, _secret = api_keys.make(act, cast.heat.id, "官网")
        asked = {"kind": api_keys.Brought.CALLBACK, "body": "0" * 64, "name": "1", "at": act.at}
        act.session.add(api_keys.ApiRequest(key_id=made.id, case_id=1, **asked))
    row = row_of(lin.opens(LIST).text, owed)
    assert "客户在网上要求回电" in row
    assert "座席全忙" not in row
    assert "来自官网" in text_of(lin.opens("/console/cases/1"))

"""Whoever came in person is called the day after, where the company asks (VIS-3); whoever is visited anyway is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import callbacks
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.visits import Visit
from hotline.runtime import Runtime
from tests.console import forms
from tests.console.forms import NEW, PHONE
from tests.console.visitor import Visitor
from tests.world import SHANGHAI, Cast, HandClock

ASKS = {
    "kind": "enquiry",
    "question": "几点开门",
    "channel": "walk_in",
    "name": "曾乐",
    "number": "other",
    "phone": PHONE,
    "read_back": "yes",
}
ANSWERED = {**ASKS, "answered": "八点半"}


@pytest.fixture(autouse=True)
def _the_company_asks(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"visits": {"asks_departing": True}}


def owed(runtime: Runtime) -> list[str]:
    return [one.rule for one in forms.rows(runtime, Visit)]


def test_whoever_was_answered_at_the_counter_is_called_the_day_after(
    lin: Visitor, runtime: Runtime, at: HandClock
) -> None:
    forms.saves(lin, NEW, **ANSWERED)
    case = forms.opened(runtime)
    assert (owed(runtime), case.state) == (["VIS-3.visitor"], "open")
    with runtime.look(COMMAND) as act:
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        assert callback.next_at is not None
        rung = callback.next_at.astimezone(SHANGHAI)
    tomorrow = at.now.astimezone(SHANGHAI) + timedelta(days=1)
    assert (rung.date(), rung.hour) == (tomorrow.date(), 8), "after the quiet hours"
    here = f"/console/cases/{case.id}"
    assert "answer-" in lin.opens(here).text  # what they were told can be looked up


def test_where_the_company_does_not_ask_an_answer_closes_the_matter(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {}
    forms.saves(lin, NEW, **ANSWERED)
    assert (owed(runtime), forms.opened(runtime).state) == ([], "closed")


@pytest.mark.parametrize("typed", [{"channel": "letter"}, {"number": "none", "phone": ""}])
def test_who_wrote_or_left_no_number_is_not_called(lin: Visitor, runtime: Runtime, typed: dict[str, str]) -> None:
    forms.saves(lin, NEW, **{**ANSWERED, **typed})
    assert (owed(runtime), forms.opened(runtime).state) == ([], "closed")


def test_whoever_complains_at_the_counter_is_visited_about_that_alone(lin: Visitor, runtime: Runtime) -> None:
    forms.saves(lin, NEW, **{**ASKS, "kind": "complaint", "happened": "三天没有暖气"})
    assert owed(runtime) == []


def test_a_question_that_waits_for_its_answer_is_visited_all_the_same(lin: Visitor, runtime: Runtime) -> None:
    forms.saves(lin, NEW, **ASKS)
    assert owed(runtime) == ["VIS-3.visitor"]
    assert forms.promised(runtime, forms.opened(runtime)) >= {"CBK-1.answer", "VIS-3.visitor"}

"""In quiet hours customers get only what they wait for; without these tests an approved delay would wake somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hotline.domain import calls, companies, reaching, visitors
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import State
from hotline.domain.cases import Kind
from hotline.domain.visitors import Channel
from hotline.runtime import Runtime
from tests import given
from tests.world import SHANGHAI, Cast, HandClock

NIGHT = datetime(2026, 11, 18, 22, tzinfo=SHANGHAI)
MORNING = datetime(2026, 11, 19, 8, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def night(at: HandClock, cast: Cast) -> None:
    """It is ten in the evening: the profile's quiet hours began at nine."""
    at.set(NIGHT)


def rings(act: Act, cast: Cast, *, hangs_up: bool = True) -> None:
    call = given.call(act, cast, who=cast.chen)
    if hangs_up:
        calls.progress(act, call, state=State.ENDED, sequence=1, ended_by="them", cause=None)


def texted_from(act: Act, cast: Cast, text: str = "extension-told", kind: Kind = Kind.COMPLAINT) -> datetime:
    return reaching.texted_from(act, given.case(act, cast, kind=kind), text)


@pytest.mark.parametrize("text", ["extension-told", "owner-changed", "kind-changed", "repair-signed"])
def test_what_nobody_waits_for_waits_for_the_morning(runtime: Runtime, cast: Cast, text: str) -> None:
    with runtime.look(COMMAND) as act:
        assert texted_from(act, cast, text) == MORNING


def test_by_day_everything_goes_at_once(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    at.set(MORNING)
    with runtime.look(COMMAND) as act:
        assert texted_from(act, cast) == MORNING


def test_help_that_comes_is_told_at_any_hour(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        assert texted_from(act, cast, "owner-changed", Kind.EMERGENCY) == NIGHT
        assert texted_from(act, cast, "repair-on-the-way", Kind.FAULT) == NIGHT


@pytest.mark.parametrize(("hangs_up", "minutes", "due"), [(True, 19, 0), (True, 21, 1), (False, 21, 0)])
def test_who_rang_just_now_is_awake(
    runtime: Runtime, cast: Cast, at: HandClock, hangs_up: bool, minutes: int, due: int
) -> None:
    with runtime.act(COMMAND) as act:
        rings(act, cast, hangs_up=hangs_up)
    at.passes(minutes * MINUTE)
    with runtime.look(COMMAND) as act:
        assert texted_from(act, cast) == (at.now, MORNING)[due]


def test_the_call_of_somebody_else_keeps_nobody_awake(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        given.call(act, cast)
        assert texted_from(act, cast) == MORNING


@pytest.mark.parametrize(("channel", "due"), [(Channel.WALK_IN, NIGHT), (Channel.LETTER, MORNING)])
def test_who_came_in_person_is_awake_and_who_wrote_is_not(
    runtime: Runtime, cast: Cast, channel: Channel, due: datetime
) -> None:
    with runtime.look(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.COMPLAINT)
        visitors.register(act, case, channel, sex=None, noted_by=cast.lin.id)
        assert reaching.texted_from(act, case, "complaint-received") == due


def test_a_company_has_quiet_hours_of_its_own_at_its_own_place(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        heat.overrides = {"timezone": "Europe/Berlin", "callbacks": {"quiet": "14:00-15:30"}}
        companies.get(act, heat.id)
        assert texted_from(act, cast) == NIGHT + 30 * MINUTE, "ten in the evening is three in the afternoon"

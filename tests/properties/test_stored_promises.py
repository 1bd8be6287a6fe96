"""Wherever the company moves: a promise that stands keeps its instant, and breaks at that instant (design rule 7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hotline.domain import companies, promise_looks, promises
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.companies import Company
from hotline.domain.promises import Promise, Verdict
from hotline.runtime import Runtime
from tests import given as known
from tests.properties.test_business_time import ZONES
from tests.world import START, Cast, HandClock

# Around these instants clocks are changed somewhere, days are off or made up, or the night is just beginning.
MOMENTS = st.sampled_from(
    [
        START,
        datetime.fromisoformat("2026-03-28T22:30:00Z"),
        datetime.fromisoformat("2026-09-30T09:29:00Z"),
        datetime.fromisoformat("2026-10-31T17:30:00Z"),
    ]
)
Stored = tuple[int, datetime, str, str, datetime | None, int]
seldom = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@seldom
@given(st.sampled_from(ZONES), st.sampled_from(ZONES), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=1)))
def test_moving_the_company_moves_nothing_that_was_promised(
    runtime: Runtime, cast: Cast, at: HandClock, here: str, there: str, moment: datetime, later: timedelta
) -> None:
    at.set(moment)
    lives_in(runtime, cast, here)
    made = promised(runtime, cast)
    at.passes(later)
    look(runtime, made)  # warned of by then, judged by then, whatever is due
    before = stored(runtime, made)
    lives_in(runtime, cast, there)
    assert stored(runtime, made) == before
    for id_, due, *_rest in [one for one in before if one[3] == Verdict.OPEN][:3]:
        at.set(due)
        look(runtime, [id_])
        assert [one[:4] for one in stored(runtime, [id_])] == [one[:4] for one in before if one[0] == id_]
        at.set(due + datetime.resolution)
        look(runtime, [id_])
        assert [one[3] for one in stored(runtime, [id_])] == [Verdict.BROKEN]


def lives_in(runtime: Runtime, cast: Cast, zone: str) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"timezone": zone}


def promised(runtime: Runtime, cast: Cast) -> list[int]:
    """By every rule of the standard, in one matter."""
    with runtime.act(COMMAND) as act:
        case = known.case(act, cast)
        companies.get(act, case.company_id)
        return [promises.make(act, rule, case).id for rule in act.standard.promise_rules]


def look(runtime: Runtime, ids: list[int]) -> None:
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, ids)


def stored(runtime: Runtime, ids: list[int]) -> list[Stored]:
    with runtime.look(COMMAND) as act:
        rows = act.session.scalars(select(Promise).where(Promise.id.in_(ids)).order_by(Promise.due_at, Promise.id))
        return [(one.id, one.due_at, one.calendar, one.verdict, one.look_at, one.step) for one in rows]

"""The sums of days that are over are what the log says; whatever is changed, added or removed there is named."""

# ruff: noqa: S608 (the forger writes SQL)

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import cases, companies, compliance, promises, verifying
from hotline.domain.act import COMMAND
from hotline.domain.verifying import What
from hotline.jobs import counting
from hotline.runtime import Runtime
from tests import given
from tests.domain.test_agreeing import found
from tests.tampering import forging, run
from tests.world import Cast, HandClock

_SUM = "INSERT INTO daily_figures (company_id, day, rule, kept, late, broken, excused, open)"


@pytest.fixture
def summed(runtime: Runtime, cast: Cast, at: HandClock) -> str:
    """A fault and a call of a day that is over and added up; gives the day."""
    day = str(at.now.date())
    with runtime.act(COMMAND) as act:
        given.call(act, cast)
        given.fault(act, cast)
    at.passes(timedelta(days=3))
    _add_up(runtime)
    return day


def _add_up(runtime: Runtime) -> None:
    while counting.add_up_days(runtime):
        pass


def test_whoever_changes_a_sum_is_named(runtime: Runtime, cast: Cast, summed: str) -> None:
    heat = cast.heat.id
    with runtime.look(COMMAND) as act:
        assert found(act.session) == found(act.session, "house") == []
    of_day = f"WHERE company_id = {heat} AND day = '{summed}'"
    for sql, what, named in (
        (f"UPDATE daily_figures SET kept = kept + 99 {of_day}", What.ROW, f"{heat} {summed}"),
        (f"{_SUM} VALUES ({heat}, '{summed}', 'CMP-4.settle', 99, 0, 0, 0, 0)", What.ROW, f"{heat} {summed}"),
        (f"DELETE FROM daily_figures {of_day}", What.ROW, f"{heat} {summed}"),
        (f"UPDATE daily_figures SET day = '2031-01-01' {of_day}", What.ROW_UNTOLD, f"{heat} 2031-01-01"),
    ):
        with forging(runtime) as session:
            assert run(session, sql) > 0
            assert f"house: {what}: daily_figures {named}" in found(session), sql
            assert f"house: {what}: daily_figures {named}" in found(session, "house"), sql


def test_whoever_changes_how_far_days_are_added_up_is_named(runtime: Runtime, cast: Cast, summed: str) -> None:
    """Of a day that seems added up and is not, no call and no wait would count any more."""
    for change, column in (("last = '2099-12-31'", "last"), (f"first = '{summed}'", ""), ("at = '2099-12-31'", "at")):
        with forging(runtime) as session:
            run(session, f"UPDATE figure_rounds SET {change} WHERE company_id = {cast.heat.id}")
            named = [one for one in found(session) if "figure_rounds" in one]
            assert named == ([f"house: {What.ROW}: figure_rounds {cast.heat.id} {column}"] if column else [])
    with forging(runtime) as session:
        run(session, "DELETE FROM figure_rounds")
        assert f"house: {What.ROW_GONE}: figure_rounds {cast.heat.id}" in found(session)


def test_a_day_that_is_added_up_again_is_told_again(runtime: Runtime, cast: Cast, at: HandClock, summed: str) -> None:
    """A promise of it is kept late, a call of bad times comes late; nothing is told where nothing changed."""
    with runtime.act(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        for promise in promises.of_case(act, 1):
            promises.done(act, promise.rule, cases.get(act, 1))
        compliance.came_late(act, heat, at.now - timedelta(days=3))
    for _ in range(2):
        _add_up(runtime)
        at.passes(timedelta(hours=1))
        with runtime.look(COMMAND) as act:
            assert found(act.session) == []


def test_sums_of_a_version_before_are_counted_and_no_alteration(runtime: Runtime, cast: Cast, summed: str) -> None:
    with forging(runtime) as session:
        run(session, f"{_SUM} VALUES ({cast.heat.id}, '2020-01-01', 'ANS-1', 9, 0, 0, 0, 0)")
        run(session, f"{_SUM} VALUES ({cast.home.id}, '{summed}', 'ANS-1', 9, 0, 0, 0, 0)")
        report = verifying.verify(session)
    assert (report.problems, [note[:6] for note in report.notes]) == ([], ["2 days"])

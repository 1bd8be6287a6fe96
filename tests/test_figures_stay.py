"""A figure of a day that is over is its rows for ever: whatever limit is set later, and whatever comes late."""

# ruff: noqa: S608 (statements of the tests' own)

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select, text

from hotline import migrations
from hotline.domain import calls, companies, compliance, desk, verifying
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.compliance import Books
from hotline.domain.daily_figures import Hidden, Tally
from hotline.domain.waits import Wait
from hotline.jobs import counting
from hotline.runtime import Runtime
from tests import given
from tests.tampering import forging, run
from tests.world import ONE_FACTOR, Cast, HandClock


def added_up(runtime: Runtime) -> None:
    while counting.add_up_days(runtime):
        pass


def figure(runtime: Runtime, cast: Cast, day: date, rule: str, hidden: Hidden | None = None) -> Tally:
    """What the page counts; its list holds as many rows of each outcome."""
    kind = {"ANS-1": Call, "ANS-4": Wait}[rule]
    with runtime.look(COMMAND) as act:
        books = Books.read(act, companies.get(act, cast.heat.id))
        found = compliance.of(act, books, day, day, hidden).get(rule, Tally())
        for outcome in ("made", "kept", "late", "broken"):
            within = compliance.rows_of(books.measure, (day, day), rule, outcome, hidden)
            listed = act.session.scalar(select(func.count()).select_from(kind).where(within))
            assert listed == getattr(found, outcome), outcome
    return found


def waited(runtime: Runtime, cast: Cast, at: HandClock, n: int, silence: int) -> int:
    """A caller waits in silence for so many seconds and hangs up; gives the id of their wait."""
    with runtime.act(COMMAND) as act:
        wait = given.wait(act, cast, n)
        wait_id, call_id = wait.id, wait.call_id
    at.passes(timedelta(seconds=silence))
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        ringing = act.session.get_one(Call, call_id)
        held = desk.of_call(act, ringing)
        assert held is not None
        desk.abandoned(act, held)
        calls.progress(act, ringing, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
    return wait_id


def allowed(runtime: Runtime, cast: Cast, limit: str) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {**ONE_FACTOR, "answering": {"reassurance": limit}}


def test_another_limit_for_silences_changes_neither_a_sum_nor_its_rows_nor_what_is_hidden(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    day = at.now.date()
    waited(runtime, cast, at, 1, silence=20)
    hidden = waited(runtime, cast, at, 2, silence=20)
    waited(runtime, cast, at, 3, silence=9)
    with runtime.look(COMMAND) as act:
        unknown = Hidden(frozenset({99}), Call.id == act.session.get_one(Wait, hidden).call_id)
    for later in (timedelta(0), timedelta(days=2)):  # counted from the rows, and added up
        at.passes(later)
        added_up(runtime)
        for limit in ("15 s", "30 s", "12 s"):
            allowed(runtime, cast, limit)
            assert figure(runtime, cast, day, "ANS-4") == Tally(kept=1, broken=2)
            assert figure(runtime, cast, day, "ANS-4", unknown) == Tally(kept=1, broken=1)
    with forging(runtime) as session:
        run(session, f"UPDATE waits SET gap_limit_seconds = 60 WHERE id = {hidden}")
        assert [one.what for one in verifying.verify(session).problems] == [verifying.What.ROW]


def test_waits_of_a_version_before_take_their_limit_from_the_log(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    ids = [waited(runtime, cast, at, 1, silence=20)]
    allowed(runtime, cast, "30 s")
    ids.append(waited(runtime, cast, at, 2, silence=20))
    migrations.downgrade(runtime.engine, "0016")
    migrations.upgrade(runtime.engine)
    query = text("SELECT gap_limit_seconds FROM waits ORDER BY id")
    with runtime.engine.connect() as connection:
        assert connection.execute(query).scalars().all() == [15, 30]

"""A figure of a day that is over is its rows for ever: whatever limit is set later, and whatever comes late."""

# ruff: noqa: S608 (statements of the tests' own)

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text

from hotline import migrations, spool
from hotline.domain import calls, companies, compliance, desk, reports, verifying
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.compliance import Books
from hotline.domain.daily_figures import Hidden, Tally
from hotline.domain.offers import AgentOffer
from hotline.domain.outbox import OutboxEntry
from hotline.domain.waits import Wait
from hotline.jobs import counting, reporting, routine
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.spool import KeptCall
from tests import given
from tests.tampering import forging, run
from tests.world import ONE_FACTOR, Cast, HandClock


def added_up(runtime: Runtime) -> None:
    while counting.add_up_days(runtime):
        pass


def figure(runtime: Runtime, cast: Cast, day: date, rule: str, hidden: Hidden | None = None) -> Tally:
    """What the page counts; its list holds as many rows of each outcome."""
    kind = {"ANS-1": Call, "ANS-1.agent": AgentOffer, "ANS-4": Wait}[rule]
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


def kept(runtime: Runtime, called: str, at: datetime, n: int) -> None:
    """The database is gone at that moment: who rings is kept on the disk."""
    call = KeptCall(f"CA{n:032d}", called, PhoneNumber("+8613900000077"), at)
    spool.keep(runtime.settings.hotline_var, runtime.sealer, call)


def test_a_call_of_bad_times_is_counted_on_its_day_however_late_it_comes(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    began, day = at.now, at.now.date()
    with runtime.act(COMMAND) as act:
        ringing = given.call(act, cast)
        calls.answered(act, ringing, millis=100)
        calls.progress(act, ringing, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
    at.passes(timedelta(days=3))
    added_up(runtime)
    # One on the day of the other call, one on a day without any, one before the first day of all.
    times = (began + timedelta(hours=2), began + timedelta(days=1), began - timedelta(days=5))
    for n, moment in enumerate(times):
        kept(runtime, cast.heat.number, moment, n)
    routine.open_kept_calls(runtime)
    expected = {
        day: Tally(kept=1, broken=1),
        day + timedelta(days=1): Tally(broken=1),
        day - timedelta(days=5): Tally(broken=1),
    }
    for _round in ("before the next round the rows win", "then the sums"):
        for each, tally in expected.items():
            assert figure(runtime, cast, each, "ANS-1") == tally
        with runtime.look(COMMAND) as act:
            books = Books.read(act, companies.get(act, cast.heat.id))
            found = compliance.of(act, books, day - timedelta(days=9), at.now.date())
        assert found["ANS-1"] == Tally(kept=1, broken=3)
        added_up(runtime)
        assert {day, day + timedelta(days=1)}.isdisjoint(changed(runtime, cast))


def changed(runtime: Runtime, cast: Cast) -> frozenset[date]:
    with runtime.look(COMMAND) as act:
        return Books.read(act, companies.get(act, cast.heat.id)).changed


def test_no_report_is_made_of_a_month_of_which_a_call_is_still_on_the_disk(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        given.case(act, cast)
    november = at.now
    at.passes(timedelta(days=30))
    kept(runtime, "+8618800000000", november, 1)  # rang at a number that belongs to nobody: it stays for ever
    kept(runtime, cast.heat.number, november, 2)
    kept(runtime, cast.home.number, at.now, 3)  # not of a month that is over
    reporting.owe_due(runtime)
    assert owed(runtime) == {cast.home.id}
    routine.open_kept_calls(runtime)
    reporting.owe_due(runtime)
    assert owed(runtime) == {cast.heat.id, cast.home.id}


def owed(runtime: Runtime) -> set[int]:
    with runtime.look(COMMAND) as act:
        entries = act.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == reports.MAKES))
        return {entry.about["company"] for entry in entries}

"""What was promised gets its verdict by the clock: kept, late, broken or excused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hotline.domain import audit, cases, promises
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.promises import Promise, Verdict
from hotline.errors import Conflict, Invalid
from hotline.runtime import Runtime
from tests import given
from tests.domain.promised import done, look, mine, promise, row, verdict
from tests.world import SHANGHAI, Cast, HandClock, Person


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """An enquiry of Chen's, owned by Lin."""
    with runtime.act(COMMAND) as act:
        return given.case(act, cast)


def test_a_promise_has_a_deadline_an_owner_and_a_calendar(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    assert (made.rule_id, made.owner_id, made.verdict) == ("FLT-2", cast.lin.id, Verdict.OPEN)
    assert made.due_at == at.now + timedelta(minutes=10)
    assert made.calendar
    with runtime.look(COMMAND) as act:
        assert audit.entries(act.session, case.chain)[-1].fields["rule"] == "FLT-2.sign"


def test_a_business_deadline_passes_over_the_night(runtime: Runtime, case: Case, at: HandClock) -> None:
    at.set(datetime(2026, 11, 20, 17, 15, tzinfo=SHANGHAI))  # a Friday, a quarter of an hour before closing
    made = promise(runtime, case, "CBK-2.missed")
    assert made.due_at == datetime(2026, 11, 23, 8, 45, tzinfo=SHANGHAI)


def test_what_a_call_keeps_are_rules_of_the_standard_and_every_promised_callback_is_among_them(
    runtime: Runtime, cast: Cast, case: Case
) -> None:
    with runtime.look(COMMAND) as act:
        mine(act, case)
        rules = set(act.standard.promise_rules)
    assert promises.BY_REACHING < promises.BY_CALLING <= rules
    assert {rule for rule in rules if rule.endswith(".callback")} <= promises.BY_REACHING


def test_a_limit_may_count_from_when_it_was_told_not_from_when_it_was_promised(
    runtime: Runtime, case: Case, at: HandClock
) -> None:
    filed = at.now - timedelta(minutes=3)
    made = promise(runtime, case, "FLT-2.sign", since=filed)
    assert (made.due_at, made.made_at) == (filed + timedelta(minutes=10), at.now)


def test_a_deadline_that_a_person_set_is_kept_to_the_second_with_the_calendar_of_its_day(
    runtime: Runtime, case: Case, at: HandClock
) -> None:
    by_rule = promise(runtime, case, "CMP-4.settle.minor")
    until = datetime(2026, 11, 21, 3, 4, 5, tzinfo=SHANGHAI)  # at night, on a Saturday
    extended = promise(runtime, case, "CMP-4.settle.minor", until=until)
    assert (row(runtime, extended).due_at, extended.calendar) == (until, by_rule.calendar)


def test_no_rule_no_promise(runtime: Runtime, case: Case) -> None:
    with pytest.raises(Invalid):
        promise(runtime, case, "FLT-9.never")


def test_done_in_time_is_kept_and_the_clock_has_nothing_to_look_at(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at)  # the last moment is in time
    done(runtime, case, "FLT-2.sign")
    assert verdict(runtime, case) == [Verdict.KEPT]
    assert row(runtime, made).look_at is None


def test_done_after_the_deadline_is_late(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at + timedelta(seconds=1))
    look(runtime, made.id)
    done(runtime, case, "FLT-2.sign")
    assert verdict(runtime, case) == [Verdict.LATE]
    assert row(runtime, made).look_at is None
    look(runtime, made.id)
    assert verdict(runtime, case) == [Verdict.LATE]


def test_late_is_late_even_where_the_clock_had_no_time_to_judge(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at + timedelta(seconds=1))
    done(runtime, case, "FLT-2.sign")
    assert verdict(runtime, case) == [Verdict.LATE]


def release(runtime: Runtime, case: Case, made: Promise, who: Person) -> None:
    with runtime.act(COMMAND) as act:
        why = cases.seal(act, mine(act, case), "an enquiry after all")
        promises.release(act, made.id, approved_by=given.person(act, who), why=why)


def test_what_two_people_decided_is_owed_no_longer_and_the_record_says_why(
    runtime: Runtime, cast: Cast, case: Case
) -> None:
    made = promise(runtime, case, "CMP-1.sign")
    release(runtime, case, made, cast.qian)
    assert verdict(runtime, case) == [Verdict.EXCUSED]
    with runtime.look(COMMAND) as act:
        entry = audit.entries(act.session, case.chain)[-1]
        assert (entry.kind, entry.fields["by"]) == ("promise-excused", cast.qian.id)
        assert cases.unseal(act, case, entry.fields["why"]) == "an enquiry after all"


def test_after_the_deadline_every_excuse_comes_too_late(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "CMP-4.settle.minor")
    at.set(made.due_at + timedelta(seconds=1))
    with pytest.raises(Conflict):
        release(runtime, case, made, cast.qian)


def test_an_excused_promise_is_neither_warned_of_nor_broken_by_the_clock(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "CMP-4.settle.minor")
    release(runtime, case, made, cast.qian)
    at.set(made.over_at)
    assert look(runtime, made.id) == 0
    done(runtime, case, "CMP-4.settle.minor")
    assert verdict(runtime, case) == [Verdict.EXCUSED]


def test_a_case_with_an_open_or_broken_promise_cannot_be_closed(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    for moment in (at.now, made.over_at):
        at.set(moment)
        look(runtime, made.id)
        with runtime.act(COMMAND) as act, pytest.raises(Conflict, match=r"FLT-2\.sign"):
            promises.close_case(act, mine(act, case), by=cast.lin.id, outcome="warm again")
    done(runtime, case, "FLT-2.sign")
    with runtime.act(COMMAND) as act:
        promises.close_case(act, mine(act, case), by=cast.lin.id, outcome="warm again")
    with runtime.look(COMMAND) as act:
        assert cases.get(act, case.id).state == "closed"


@pytest.mark.parametrize("does", [promises.make, promises.done])
def test_whoever_owes_it_sees_at_once_what_is_promised_and_done(
    runtime: Runtime, cast: Cast, case: Case, does: Callable[[Act, str, Case], object]
) -> None:
    promise(runtime, case, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        does(act, "CBK-1.answer", mine(act, case))
        assert f"staff:{cast.lin.id}" in act.news


def test_a_company_that_moves_to_another_zone_moves_no_deadline_that_stands(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    """ "Same day" and business hours were reckoned by the old zone; what was promised then stays as it was told."""
    rules = ("CMP-6.form", "CBK-1.answer", "CBK-2.missed", "VIS-1.repair", "FLT-2.sign")
    before = [promise(runtime, case, rule) for rule in rules]
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"timezone": "America/New_York"}
    stored = [row(runtime, made) for made in before]
    assert [(one.due_at, one.calendar) for one in stored] == [(one.due_at, one.calendar) for one in before]
    midnight = promise(runtime, case, "CMP-6.form")
    assert midnight.due_at == datetime(2026, 11, 18, 5, tzinfo=UTC), "what is promised from now on ends with their day"
    assert midnight.calendar != before[0].calendar
    at.set(before[0].due_at)
    look(runtime, before[0].id)
    assert row(runtime, before[0]).verdict == Verdict.OPEN
    at.set(before[0].over_at)
    look(runtime, before[0].id)
    assert row(runtime, before[0]).verdict == Verdict.BROKEN

"""What was promised gets its verdict by the clock: kept, late, broken or excused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import audit, cases, companies, promises
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.promises import Promise, Verdict
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.world import SHANGHAI, Cast, HandClock, Person


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """An enquiry of Chen's, owned by Lin."""
    with runtime.act(COMMAND) as act:
        return given.case(act, cast)


def mine(act: Act, case: Case) -> Case:
    row = cases.get(act, case.id)
    companies.get(act, row.company_id)
    return row


def promise(runtime: Runtime, case: Case, rule: str) -> Promise:
    with runtime.act(COMMAND) as act:
        return promises.make(act, rule, mine(act, case))


def done(runtime: Runtime, case: Case, rule: str) -> None:
    with runtime.act(COMMAND) as act:
        promises.done(act, rule, mine(act, case))


def judge(runtime: Runtime, case: Case, made: Promise) -> None:
    with runtime.act(CLOCK) as act:
        mine(act, case)
        promises.judge(act, made.id)


def verdict(runtime: Runtime, case: Case) -> list[Verdict]:
    with runtime.look(COMMAND) as act:
        return [Verdict(row.verdict) for row in promises.of_case(act, case.id)]


def owed(runtime: Runtime, kind: str, state: State = State.DUE) -> list[OutboxEntry]:
    with runtime.look(COMMAND) as act:
        query = select(OutboxEntry).where(OutboxEntry.kind == kind, OutboxEntry.state == state)
        return list(act.session.scalars(query.order_by(OutboxEntry.due_at, OutboxEntry.id)))


def told(runtime: Runtime) -> set[int]:
    return {int(entry.about["who"]) for entry in owed(runtime, "send-text")}


def test_a_promise_has_a_deadline_an_owner_and_a_calendar(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    assert (made.rule_id, made.owner_id, made.verdict) == ("FLT-2", cast.lin.id, Verdict.OPEN)
    assert made.due_at == at.now + timedelta(minutes=10)
    assert made.calendar
    assert [entry.due_at for entry in owed(runtime, "judge-promise")] == [made.due_at]
    assert [entry.due_at for entry in owed(runtime, "warn-promise")] == [made.due_at - timedelta(minutes=4)]
    with runtime.look(COMMAND) as act:
        assert audit.entries(act.session, case.chain)[-1].fields["rule"] == "FLT-2.sign"


def test_a_business_deadline_passes_over_the_night(runtime: Runtime, case: Case, at: HandClock) -> None:
    at.set(datetime(2026, 11, 20, 17, 15, tzinfo=SHANGHAI))  # a Friday, a quarter of an hour before closing
    made = promise(runtime, case, "CBK-2.missed")
    assert made.due_at == datetime(2026, 11, 23, 8, 45, tzinfo=SHANGHAI)


def test_every_rule_of_the_standard_can_be_promised_and_warned_of(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        row = mine(act, case)
        for rule in act.standard.promise_rules:
            made = promises.make(act, rule, row)
            assert made.due_at > made.made_at
    assert all(entry.due_at > case.opened_at for entry in owed(runtime, "warn-promise"))


def test_what_a_call_keeps_are_rules_of_the_standard_and_every_promised_callback_is_among_them(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.look(COMMAND) as act:
        companies.get(act, cast.heat.id)
        rules = set(act.standard.promise_rules)
    assert promises.BY_REACHING < promises.BY_CALLING <= rules
    assert {rule for rule in rules if rule.endswith(".callback")} <= promises.BY_REACHING


def test_a_warning_days_before_comes_at_the_same_local_time(runtime: Runtime, case: Case) -> None:
    made = promise(runtime, case, "VIS-1.repair")
    assert [entry.due_at for entry in owed(runtime, "warn-promise")] == [made.due_at - timedelta(days=2)]


def test_no_rule_no_promise(runtime: Runtime, case: Case) -> None:
    with pytest.raises(Invalid):
        promise(runtime, case, "FLT-9.never")


def test_done_in_time_is_kept_and_nothing_more_is_owed(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at)  # the last moment is in time
    done(runtime, case, "FLT-2.sign")
    assert verdict(runtime, case) == [Verdict.KEPT]
    assert owed(runtime, "judge-promise") == owed(runtime, "warn-promise") == []


def test_not_done_is_broken_at_the_deadline_and_those_are_told_whom_the_standard_names(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "CBK-1.answer")
    at.set(made.due_at - timedelta(seconds=1))
    judge(runtime, case, made)
    assert verdict(runtime, case) == [Verdict.OPEN]
    at.set(made.due_at)
    judge(runtime, case, made)
    judge(runtime, case, made)
    assert verdict(runtime, case) == [Verdict.BROKEN]
    assert told(runtime) == {cast.lin.id, cast.sun.id}  # the owner and the supervisor, each once
    assert len(owed(runtime, "send-text")) == 2


def test_done_after_the_deadline_is_late(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at + timedelta(seconds=1))
    judge(runtime, case, made)
    done(runtime, case, "FLT-2.sign")
    assert verdict(runtime, case) == [Verdict.LATE]
    judge(runtime, case, made)
    assert verdict(runtime, case) == [Verdict.LATE]


def test_late_is_late_even_where_the_clock_had_no_time_to_judge(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at + timedelta(seconds=1))
    done(runtime, case, "FLT-2.sign")
    assert verdict(runtime, case) == [Verdict.LATE]


def test_what_stays_undone_climbs_the_ladder(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at)
    judge(runtime, case, made)
    climbing = [(e.about["role"], e.due_at - made.due_at) for e in owed(runtime, "escalate-promise")]
    assert climbing == [("manager", timedelta(minutes=10)), ("general_manager", timedelta(minutes=30))]
    with runtime.act(CLOCK) as act:
        promises.escalate(act, made.id, "manager")
    assert told(runtime) == {cast.sun.id, cast.qian.id}
    done(runtime, case, "FLT-2.sign")
    with runtime.act(CLOCK) as act:
        promises.escalate(act, made.id, "general_manager")
    assert cast.feng.id not in told(runtime)


def test_the_owner_is_warned_while_there_is_time(runtime: Runtime, cast: Cast, case: Case) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    with runtime.act(CLOCK) as act:
        promises.warn(act, made.id)
    assert told(runtime) == {cast.lin.id}


def test_a_kept_promise_warns_nobody(runtime: Runtime, case: Case) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    done(runtime, case, "FLT-2.sign")
    with runtime.act(CLOCK) as act:
        promises.warn(act, made.id)
    assert told(runtime) == set()


def test_after_a_handover_the_new_owner_is_warned(runtime: Runtime, cast: Cast, case: Case) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    with runtime.act(COMMAND) as act:
        mine(act, case).owner_id = cast.zhou.id
        promises.warn(act, made.id)
    assert told(runtime) == {cast.zhou.id}


def excuse(runtime: Runtime, case: Case, made: Promise, who: Person) -> None:
    with runtime.act(COMMAND) as act:
        mine(act, case)
        promises.excuse(act, made.id, approved_by=given.person(act, who))


def test_more_time_is_approved_beforehand_by_the_right_person(runtime: Runtime, cast: Cast, case: Case) -> None:
    made = promise(runtime, case, "CMP-4.settle.minor")
    with pytest.raises(Refused, match="manager"):
        excuse(runtime, case, made, cast.sun)
    excuse(runtime, case, made, cast.qian)
    assert verdict(runtime, case) == [Verdict.EXCUSED]
    done(runtime, case, "CMP-4.settle.minor")
    assert verdict(runtime, case) == [Verdict.EXCUSED]
    with runtime.look(COMMAND) as act:
        excused = next(e for e in audit.entries(act.session, case.chain) if e.kind == "promise-excused")
    assert excused.fields == {"by": cast.qian.id, "promise": made.id}


def test_more_time_is_approved_from_above_too_but_only_within_the_company(
    runtime: Runtime, cast: Cast, case: Case
) -> None:
    made = promise(runtime, case, "FLT-5.result")  # the supervisor's to excuse
    with pytest.raises(Refused, match="its own company"):
        excuse(runtime, case, made, cast.hu)
    with pytest.raises(Refused, match="supervisor or somebody above"):
        excuse(runtime, case, made, cast.lin)
    excuse(runtime, case, made, cast.feng)
    assert verdict(runtime, case) == [Verdict.EXCUSED]


def test_a_broken_promise_is_always_told_to_somebody(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    """Where nobody is in the role, whoever stands above; where the owner has no telephone, the supervisor."""
    made, other = promise(runtime, case, "CBK-2.missed"), promise(runtime, case, "VIS-1.repair")
    with runtime.act(COMMAND) as act:
        given.person(act, cast.sun).active = False
        for unreached in (cast.qian, cast.lin):
            given.person(act, unreached).phone = None
    at.set(max(made.due_at, other.due_at))
    for one in (made, other):
        judge(runtime, case, one)
    assert {(entry.about["promise"], entry.about["who"]) for entry in owed(runtime, "send-text")} == {
        (made.id, cast.feng.id), (other.id, cast.feng.id),
    }  # fmt: skip


def test_an_excuse_after_the_deadline_comes_too_late(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "CMP-4.settle.minor")
    at.set(made.due_at + timedelta(seconds=1))
    with pytest.raises(Conflict):
        excuse(runtime, case, made, cast.qian)


def test_an_excused_promise_is_not_broken_by_the_clock(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "CMP-4.settle.minor")
    excuse(runtime, case, made, cast.qian)
    at.set(made.due_at)
    judge(runtime, case, made)
    assert verdict(runtime, case) == [Verdict.EXCUSED]


def test_some_promises_nobody_can_excuse(runtime: Runtime, cast: Cast, case: Case) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    with pytest.raises(Refused, match="nobody"):
        excuse(runtime, case, made, cast.feng)


def test_a_case_with_an_open_or_broken_promise_cannot_be_closed(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    for moment in (at.now, made.due_at):
        at.set(moment)
        judge(runtime, case, made)
        with runtime.act(COMMAND) as act, pytest.raises(Conflict, match=r"FLT-2\.sign"):
            promises.close_case(act, mine(act, case), by=cast.lin.id, outcome="warm again")
    done(runtime, case, "FLT-2.sign")
    with runtime.act(COMMAND) as act:
        promises.close_case(act, mine(act, case), by=cast.lin.id, outcome="warm again")
    with runtime.look(COMMAND) as act:
        assert cases.get(act, case.id).state == "closed"


def test_a_promise_that_is_not_there_is_not_found(runtime: Runtime) -> None:
    with runtime.act(CLOCK) as act, pytest.raises(NotFound):
        promises.judge(act, 1)


@pytest.mark.parametrize("does", [promises.make, promises.done])
def test_whoever_owes_it_sees_at_once_what_is_promised_and_done(
    runtime: Runtime, cast: Cast, case: Case, does: Callable[[Act, str, Case], object]
) -> None:
    promise(runtime, case, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        does(act, "CBK-1.answer", mine(act, case))
        assert f"staff:{cast.lin.id}" in act.news

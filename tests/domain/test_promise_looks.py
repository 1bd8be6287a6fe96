"""The clock looks at every promise when it has to: warned in time, judged at the deadline, passed up step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from hotline.domain import audit, cases, companies, promise_looks, promises
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.promise_forms import ESCALATION, JUDGING, WARNING, Promise, Verdict
from hotline.errors import Invalid
from hotline.runtime import Runtime
from hotline.standard.kinds import Role
from tests import given
from tests.domain.promised import done, look, mine, notices, promise, row, told, verdict
from tests.world import Cast, HandClock, Person

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TICK = timedelta.resolution  # by so much the deadline is over
SOON, BROKEN = "promise-due-soon", "promise-broken"


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """An enquiry of Chen's, owned by Lin."""
    with runtime.act(COMMAND) as act:
        return given.case(act, cast)


def looks(runtime: Runtime, at: HandClock, made: Promise) -> list[timedelta]:
    """When the clock looks at a promise that nobody keeps, counted from its deadline, until it looks no more."""
    found = []
    while (when := row(runtime, made).look_at) is not None:
        found.append(when - made.due_at)
        at.set(when - timedelta(seconds=1))
        assert look(runtime, made.id) == 0, "not a second too soon"
        at.set(when)
        assert look(runtime, made.id) == 1
    return found


def test_a_promise_is_looked_at_to_warn_to_judge_and_for_each_step_up(
    runtime: Runtime, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    assert looks(runtime, at, made) == [-4 * MINUTE, TICK, 10 * MINUTE, 30 * MINUTE]
    assert row(runtime, made).step == ESCALATION + 2


def test_a_rule_without_a_warning_is_looked_at_when_it_falls_due(runtime: Runtime, case: Case, at: HandClock) -> None:
    assert looks(runtime, at, promise(runtime, case, "FLT-2.notify")) == [TICK]


def test_where_no_time_is_left_for_a_warning_there_is_none(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign", since=at.now - 6 * MINUTE)
    assert (made.step, made.look_at) == (JUDGING, made.due_at + TICK)


def test_a_warning_days_before_comes_at_the_same_local_time(runtime: Runtime, case: Case) -> None:
    made = promise(runtime, case, "VIS-1.repair")
    assert (made.step, made.look_at) == (WARNING, made.due_at - 2 * DAY)


def test_every_rule_of_the_standard_can_be_promised_and_is_looked_at_by_its_deadline(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        matter = mine(act, case)
        for rule in act.standard.promise_rules:
            made = promises.make(act, rule, matter)
            assert made.look_at is not None
            assert at.now < made.look_at <= made.due_at + TICK


def test_the_owner_is_warned_once_while_there_is_time(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at - 4 * MINUTE)
    assert [look(runtime, made.id) for _ in range(2)] == [1, 0]
    assert told(runtime) == [(cast.lin.id, SOON)]
    assert verdict(runtime, case) == [Verdict.OPEN]


def test_a_kept_promise_warns_nobody(runtime: Runtime, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    done(runtime, case, "FLT-2.sign")
    at.set(made.over_at)
    look(runtime, made.id)
    assert told(runtime) == []


def test_after_a_handover_the_new_owner_is_warned(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    with runtime.act(COMMAND) as act:
        mine(act, case).owner_id = cast.zhou.id
    at.set(made.due_at - MINUTE)
    look(runtime, made.id)
    assert told(runtime) == [(cast.zhou.id, SOON)]


def test_not_done_is_broken_at_the_deadline_and_those_are_told_whom_the_standard_names(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "CBK-1.answer")
    at.set(made.over_at)
    assert [look(runtime, made.id) for _ in range(2)] == [1, 0]
    assert told(runtime) == [(cast.lin.id, BROKEN), (cast.sun.id, BROKEN)]  # the owner and the supervisor, each once
    judged = row(runtime, made)
    assert (judged.verdict, judged.judged_at) == (Verdict.BROKEN, made.over_at)
    with runtime.look(COMMAND) as act:
        entry = audit.entries(act.session, case.chain)[-1]
    assert (entry.kind, entry.fields["due"]) == ("promise-broken", made.due_at.isoformat())


def test_at_the_very_instant_of_its_deadline_it_is_not_judged_yet_and_can_be_kept(
    runtime: Runtime, case: Case, at: HandClock
) -> None:
    kept = promise(runtime, case, "FLT-2.notify")
    broken = promise(runtime, case, "CBK-1.answer", until=kept.due_at)
    at.set(kept.due_at)
    assert look(runtime, kept.id, broken.id) == 0
    done(runtime, case, "FLT-2.notify")
    at.passes(TICK)
    assert look(runtime, kept.id, broken.id) == 1
    assert verdict(runtime, case) == [Verdict.KEPT, Verdict.BROKEN]


def test_what_stays_undone_climbs_the_ladder_and_the_last_step_rings(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    for later, name in ((TICK, "sun"), (10 * MINUTE, "qian"), (30 * MINUTE, "feng")):
        at.set(made.due_at + later)
        look(runtime, made.id)
        who: Person = getattr(cast, name)
        assert told(runtime)[-1] == (who.id, BROKEN)
    assert [one.by_call for one in notices(runtime)] == [False, False, True]


def test_done_between_two_steps_the_next_is_not_told(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at + 10 * MINUTE)
    look(runtime, made.id)
    done(runtime, case, "FLT-2.sign")
    at.set(made.due_at + DAY)
    assert look(runtime, made.id) == 0
    assert told(runtime) == [(cast.sun.id, BROKEN), (cast.qian.id, BROKEN)]


def test_found_a_day_late_it_is_judged_once_by_its_deadline_and_nobody_is_warned_of_what_is_over(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    at.set(made.due_at + DAY)
    assert [look(runtime, made.id) for _ in range(2)] == [1, 0]
    judged = row(runtime, made)
    assert (judged.verdict, judged.judged_at, judged.look_at) == (Verdict.BROKEN, at.now, None)
    assert told(runtime) == [(who.id, BROKEN) for who in (cast.sun, cast.qian, cast.feng)]


def test_what_is_open_is_judged_whatever_its_row_says_of_the_looks_it_had(
    runtime: Runtime, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    with runtime.act(COMMAND) as act:
        act.session.execute(update(Promise).where(Promise.id == made.id).values(step=ESCALATION + 1))
    at.set(made.due_at + TICK)
    look(runtime, made.id)
    assert row(runtime, made).verdict == Verdict.BROKEN


def test_a_broken_promise_is_always_told_to_somebody(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    """Where nobody is in the role, whoever stands above; where the owner has no telephone, the supervisor."""
    made, other = promise(runtime, case, "CBK-2.missed"), promise(runtime, case, "VIS-1.repair")
    with runtime.act(COMMAND) as act:
        given.person(act, cast.sun).active = False
        for unreached in (cast.qian, cast.lin):
            given.person(act, unreached).phone = None
    at.set(max(made.over_at, other.over_at))
    look(runtime, made.id, other.id)
    assert [(one.promise_id, one.staff_id) for one in notices(runtime)] == [
        (made.id, cast.feng.id), (other.id, cast.feng.id),
    ]  # fmt: skip


def test_anybody_may_be_told_of_a_promise_and_is_told_once(runtime: Runtime, cast: Cast, case: Case) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    for _ in range(2):
        with runtime.act(COMMAND) as act:
            promise_looks.tell(act, act.session.get_one(Promise, made.id), Role.MANAGER, why=BROKEN)
    assert [(one.staff_id, one.urgent) for one in notices(runtime)] == [(cast.qian.id, True)]


def test_a_warning_that_a_company_puts_off_is_put_off_for_what_is_promised_already(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.sign")
    with runtime.act(COMMAND) as act:
        overrides = {"promise_rules": {"FLT-2.sign": {"warn_before": "2 min"}}}
        act.session.get_one(Company, cast.heat.id).overrides = overrides
    at.set(made.due_at - 4 * MINUTE)
    look(runtime, made.id)
    assert (told(runtime), row(runtime, made).look_at) == ([], made.due_at - 2 * MINUTE)


def test_what_a_version_before_promised_is_looked_at_where_it_had_come_to(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    """Migration 0005 writes `look_at` in the past: the first look finds out when the next is due, and does no more."""
    made = promise(runtime, case, "FLT-2.sign")
    with runtime.act(COMMAND) as act:
        act.session.execute(update(Promise).values(look_at=made.made_at, step=WARNING))
    assert look(runtime, made.id) == 1
    assert (told(runtime), row(runtime, made).look_at) == ([], made.look_at)


def test_the_company_whose_promise_waits_longest_comes_first_and_of_its_promises_the_oldest(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        home = companies.get(act, cast.home.id)
        theirs = cases.open(act, home, kind=cases.Kind.FAULT, matter="lift", owner_id=cast.wu.id)
        notify = promises.make(act, "FLT-2.notify", theirs)
    later, sooner = (promise(runtime, case, rule) for rule in ("FLT-2.sign", "EMG-2.acknowledge"))
    with runtime.look(CLOCK) as act:
        assert promise_looks.waiting(act) == {}
    at.set(later.over_at)
    with runtime.act(CLOCK) as act:
        assert list(promise_looks.waiting(act).items()) == [
            (cast.home.id, notify.over_at), (cast.heat.id, sooner.over_at),
        ]  # fmt: skip
        assert promise_looks.due_looks(act, cast.heat.id, most=10) == [sooner.id, later.id]
        assert promise_looks.due_looks(act, cast.heat.id, most=1) == [sooner.id]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_what_another_act_holds_is_passed_over_and_looked_at_next_time(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.notify")
    at.set(made.over_at)
    with runtime.act(COMMAND) as webhook:
        cases.get(webhook, case.id)
        with runtime.act(CLOCK) as act:
            assert promise_looks.due_looks(act, cast.heat.id, most=10) == []
            assert promise_looks.look(act, [made.id]) == 0
    assert look(runtime, made.id) == 1


def test_a_company_whose_figures_do_not_load_is_named_and_nothing_of_it_is_judged(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    made = promise(runtime, case, "FLT-2.notify")
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"no_such_figure": 1}
    at.set(made.over_at)
    with pytest.raises(Invalid, match="no_such_figure"):
        look(runtime, made.id)
    assert verdict(runtime, case) == [Verdict.OPEN]

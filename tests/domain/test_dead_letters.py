"""What failed waits for a person, who has it tried again or says why not; else it would be lost in silence."""

from __future__ import annotations

import pytest

from hotline.domain import audit, cases, claims, dead_letters, outbox
from hotline.domain.act import CLOCK, COMMAND, Act, Actor
from hotline.domain.dead_letters import company_id
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, HandClock

WHY = "号码已经改好"


def fails(runtime: Runtime, entry_id: int = 1) -> None:
    with runtime.act(CLOCK) as act:
        entry = act.session.get_one(OutboxEntry, entry_id)
        entry.attempts, entry.failures = 8, 8
        outbox.settle(act, entry, State.FAILED, problem="busy")


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    """A case whose text failed."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        outbox.post(act, "send-text", case_id=case.id)
        case_id = case.id
    fails(runtime)
    return case_id


def test_what_is_tried_again_is_due_at_once_as_if_it_were_new(runtime: Runtime, case_id: int, at: HandClock) -> None:
    with runtime.act(Actor("console", 2)) as act:
        dead_letters.try_again(act, 1, WHY)
        assert act.owes_now
    with runtime.act(CLOCK) as act:
        entry = act.session.get_one(OutboxEntry, 1)
        assert (entry.state, entry.due_at, entry.failures, entry.settled_at) == (State.DUE, at.now, 0, None)
        (claimed,) = claims.claim_due(act, lease=at.now - at.now, most=1)
        assert claimed.attempt == 9  # the jobs of the tries before stay strangers


def test_what_was_given_up_is_never_claimed_again(runtime: Runtime, case_id: int) -> None:
    with runtime.act(COMMAND) as act:
        dead_letters.give_up(act, 1, WHY)
    with runtime.act(CLOCK) as act:
        assert act.session.get_one(OutboxEntry, 1).state == State.ABANDONED
        assert dead_letters.count(act) == 0
        assert claims.next_due(act) is None


@pytest.mark.parametrize(
    ("does", "kind"), [(dead_letters.try_again, "outbox-retried"), (dead_letters.give_up, "outbox-abandoned")]
)
def test_both_stand_in_the_log_of_the_matter_with_the_reason_sealed(
    runtime: Runtime, case_id: int, does: object, kind: str
) -> None:
    with runtime.act(Actor("console", 2)) as act:
        does(act, 1, f"  {WHY} ")  # type: ignore[operator]
    with runtime.look(COMMAND) as act:
        case = cases.get(act, case_id)
        last = audit.entries(act.session, case.chain)[-1]
        assert (last.actor, last.kind, last.fields["entry"], last.fields["what"]) == ("console:2", kind, 1, "send-text")
        assert WHY not in last.fields["reason"]
        assert cases.unseal(act, case, last.fields["reason"]) == WHY


def test_what_belongs_to_no_matter_stands_in_the_log_of_the_house(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        outbox.post(act, "end-call", call=4711)
    fails(runtime)
    with runtime.act(COMMAND) as act:
        dead_letters.give_up(act, 1, WHY)
    with runtime.look(COMMAND) as act:
        last = audit.entries(act.session, "house")[-1]
        assert (last.kind, act.sealer.open(last.fields["reason"])) == ("outbox-abandoned", WHY)


def test_each_is_refused_without_a_reason_and_for_what_did_not_fail(runtime: Runtime, case_id: int) -> None:
    for does in (dead_letters.try_again, dead_letters.give_up):
        with pytest.raises(Invalid), runtime.act(COMMAND) as act:
            does(act, 1, "  ")
        with pytest.raises(NotFound), runtime.act(COMMAND) as act:
            does(act, 4711, WHY)
    with runtime.act(COMMAND) as act:
        dead_letters.try_again(act, 1, WHY)
    with pytest.raises(Conflict), runtime.act(COMMAND) as act:
        dead_letters.give_up(act, 1, WHY)


def test_each_entry_knows_its_company_by_its_case_its_call_or_itself(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case, call = given.case(act, cast), given.call(act, cast, firm=cast.home)
        outbox.post(act, "send-text", case_id=case.id)
        outbox.post(act, "end-call", call=call.id)
        outbox.post(act, "tell-staff", who=1, company=cast.home.id)
        outbox.post(act, "tell-alarm", who=1, alarm=1)
    for n in range(1, 5):
        fails(runtime, n)
    with runtime.look(COMMAND) as act:
        letters = dead_letters.found(act, most=10)
        assert [(one.entry.id, one.company_id) for one in letters] == [
            (4, None), (3, cast.home.id), (2, cast.home.id), (1, cast.heat.id),
        ]  # fmt: skip
        assert letters[-1].case is not None
        assert ids(act, company_id == cast.home.id) == [3, 2]
        assert dead_letters.count(act, company_id == cast.home.id) == 2


def ids(act: Act, *where: object) -> list[int]:
    return [one.entry.id for one in dead_letters.found(act, *where, most=10)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "problem", "left"),
    [
        ("move-call", "gone (20404)", 0),
        ("end-call", "already-ended (21220)", 0),
        ("tell-robot", "busy", 0),
        ("move-call", "carrier-in-trouble", 1),
        ("move-call", None, 1),
    ],
)
def test_what_had_ended_by_then_and_what_a_robot_could_not_say_waits_for_nobody(
    runtime: Runtime, kind: str, problem: str | None, left: int
) -> None:
    with runtime.act(COMMAND) as act:
        outbox.post(act, kind)
        outbox.settle(act, act.session.get_one(OutboxEntry, 1), State.FAILED, problem=problem)
    with runtime.look(COMMAND) as act:
        assert dead_letters.count(act) == left


def test_they_come_a_page_at_a_time(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        for _ in range(5):
            outbox.post(act, "match-line")
    for n in range(1, 6):
        fails(runtime, n)
    with runtime.look(COMMAND) as act:
        assert [one.entry.id for one in dead_letters.found(act, most=2)] == [5, 4]
        assert [one.entry.id for one in dead_letters.found(act, before=4, most=2)] == [3, 2]

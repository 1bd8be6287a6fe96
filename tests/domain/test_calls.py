"""A call is on record, owned and timed from its first second, and late news changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import audit, calls, companies, customers, staff, turns
from hotline.domain.act import CALLER, CARRIER, COMMAND
from hotline.domain.calls import Call, State
from hotline.errors import Invalid, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, HandClock

SID = "CA" + "1" * 32


@pytest.fixture
def ringing(runtime: Runtime, cast: Cast) -> Call:
    """A call of somebody unknown, not yet answered."""
    with runtime.act(CALLER) as act:
        return given.call(act, cast)


def news(runtime: Runtime, call: Call, state: State, sequence: int, cause: str | None = None) -> bool:
    with runtime.act(CARRIER) as act:
        row = calls.locked(act, call.id)
        return calls.progress(act, row, state=state, sequence=sequence, ended_by="them", cause=cause)


def now(runtime: Runtime, call: Call) -> Call:
    with runtime.look(COMMAND) as act:
        return calls.locked(act, call.id)


def kinds(runtime: Runtime, call: Call) -> list[str]:
    with runtime.look(COMMAND) as act:
        return [entry.kind for entry in audit.entries(act.session, call.chain)]


def test_the_agent_on_duty_owns_a_call_from_its_first_second(runtime: Runtime, cast: Cast, ringing: Call) -> None:
    assert ringing.owner_id == cast.lin.id
    assert now(runtime, ringing).state == State.RINGING
    with runtime.look(COMMAND) as act:
        began = audit.entries(act.session, ringing.chain)[0]
    assert (began.kind, began.actor, began.fields["owner"]) == ("call-began", "caller", cast.lin.id)


def test_with_nobody_on_duty_the_supervisor_owns_the_call(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    at.passes(timedelta(days=60))  # the roster has ended
    with runtime.act(CALLER) as act:
        assert given.call(act, cast).owner_id == cast.sun.id


def test_a_company_with_nobody_to_answer_takes_no_call(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        empty = companies.found(act, code="none", name_zh="空", name_en="None", profile="property", numbers=[])
        with pytest.raises(NotFound, match="nobody answers"):
            staff.answerable(act, empty.id)


def test_a_known_callers_language_and_pace_are_remembered(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        chen = customers.get(act, cast.chen.id)
        chen.language, chen.slow = "en", True
        known = given.call(act, cast, who=cast.chen)
        unknown = given.call(act, cast, sid="CA" + "2" * 32)
    assert (known.language, known.slow) == ("en", True)
    assert (unknown.language, unknown.slow) == ("zh-CN", False)


@pytest.mark.parametrize(("millis", "kept"), [(20_000, True), (20_001, False)])
def test_the_first_answer_is_held_against_four_rings(
    runtime: Runtime, cast: Cast, ringing: Call, millis: int, kept: bool
) -> None:
    with runtime.act(CALLER) as act:
        companies.get(act, cast.heat.id)
        calls.answered(act, calls.locked(act, ringing.id), millis=millis)
    with runtime.look(COMMAND) as act:
        said = audit.entries(act.session, ringing.chain)[-1].fields
    assert said == {"kept": kept, "limit_seconds": 20, "millis": millis, "rule": "ANS-1"}
    assert now(runtime, ringing).cause == (None if kept else "late-answer")


def test_every_turn_is_kept_and_what_was_said_is_sealed(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, who=cast.chen)
        given.talk(act, call, ("1", "fault"), ("", "address"))
    with runtime.look(COMMAND) as act:
        call = calls.locked(act, call.id)
        first, second = turns.of_call(act, call.id)
        assert (first.n, first.step, first.led_to) == (1, "greeting", "fault")
        assert (second.n, second.step, second.words) == (2, "fault", None)
        assert first.words not in (None, "1")
        assert calls.unseal(act, call, first.words or "") == "1"
        assert (call.step, call.turn) == ("address", 3)
        told = [one.fields["words"] for one in audit.entries(act.session, call.chain) if one.kind == "turn"]
        assert told == [True, False], "that something was said, and never what"


def test_a_later_sequence_wins_and_an_earlier_one_is_only_noted(runtime: Runtime, ringing: Call) -> None:
    assert news(runtime, ringing, State.TALKING, 2)
    assert not news(runtime, ringing, State.RINGING, 1)
    assert now(runtime, ringing).state == State.TALKING
    assert kinds(runtime, ringing)[-2:] == ["call-state", "late-news"]


def test_the_same_news_twice_changes_nothing(runtime: Runtime, ringing: Call) -> None:
    assert news(runtime, ringing, State.ENDED, 3)
    assert not news(runtime, ringing, State.ENDED, 3)


def test_a_call_never_goes_back_even_when_its_first_news_comes_after_its_first_words(
    runtime: Runtime, cast: Cast, ringing: Call
) -> None:
    with runtime.act(CALLER) as act:
        companies.get(act, cast.heat.id)
        calls.answered(act, calls.locked(act, ringing.id), millis=10)
    assert not news(runtime, ringing, State.RINGING, 1)
    assert now(runtime, ringing).state == State.TALKING


def test_an_ended_call_stays_ended(runtime: Runtime, ringing: Call, at: HandClock) -> None:
    assert news(runtime, ringing, State.BUSY, 1, cause="busy")
    ended = at.now
    at.passes(timedelta(minutes=1))
    assert not news(runtime, ringing, State.ENDED, 2)
    row = now(runtime, ringing)
    assert (row.state, row.cause, row.ended_at, row.ended_by) == (State.BUSY, "busy", ended, "them")


def test_what_was_said_before_the_caller_was_known_moves_under_the_callers_key(
    runtime: Runtime, cast: Cast, ringing: Call
) -> None:
    with runtime.act(CALLER) as act:
        companies.get(act, cast.heat.id)
        call = calls.locked(act, ringing.id)
        given.talk(act, call, ("13900000088", "name"))
        call.put(sealed_number=calls.seal(act, call, "13900000088"), kind="fault")
        turns.adopt(act, call, customers.get(act, cast.chen.id))
        turns.adopt(act, call, customers.get(act, cast.chen.id))  # known already: nothing happens
    assert kinds(runtime, ringing).count("caller-known") == 1
    with runtime.act(COMMAND) as act:
        call = calls.locked(act, ringing.id)
        words = turns.of_call(act, call.id)[0].words or ""
        assert call.slots["kind"] == "fault"
        assert calls.unseal(act, call, call.slots["sealed_number"]) == "13900000088"
        assert calls.unseal(act, call, words) == "13900000088"
        with pytest.raises(Invalid):
            act.sealer.open(words)
        customers.erase(act, customers.get(act, cast.chen.id))
        with pytest.raises(NotFound):
            calls.unseal(act, call, words)


def test_slots_are_noted_and_forgotten(runtime: Runtime, ringing: Call) -> None:
    with runtime.act(CALLER) as act:
        calls.locked(act, ringing.id).put(a=1, b=2)
    with runtime.act(CALLER) as act:
        calls.locked(act, ringing.id).drop("a", "c")
    assert now(runtime, ringing).slots == {"b": 2}


def test_a_call_out_starts_from_a_case(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        call = calls.place(
            act,
            companies.get(act, cast.heat.id),
            colleague=given.person(act, cast.wang),
            case_id=case.id,
            owner_id=case.owner_id,
            our_number=cast.heat.number,
            first_step="repair-offer",
            words_version=given.WORDS,
            slots={"dispatch": 1},
        )
    placed = now(runtime, call)
    assert (placed.state, placed.direction, placed.case_id, placed.sid) == (State.PLACED, "out", case.id, None)
    assert kinds(runtime, call) == ["call-placed"]


def test_a_call_is_found_by_the_carriers_name_for_it(runtime: Runtime, ringing: Call) -> None:
    with runtime.look(COMMAND) as act:
        assert (calls.by_sid(act, SID) or ringing).id == ringing.id
        assert calls.by_sid(act, "CA" + "9" * 32) is None
        with pytest.raises(NotFound):
            calls.locked(act, 99)


def test_calls_that_never_ended_are_found_oldest_first(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.act(CALLER) as act:
        first = given.call(act, cast)
    at.passes(timedelta(minutes=1))
    with runtime.act(CALLER) as act:
        second = given.call(act, cast, sid="CA" + "2" * 32)
    at.passes(timedelta(minutes=1))
    with runtime.act(CALLER) as act:
        ended = given.call(act, cast, sid="CA" + "3" * 32)
    news(runtime, ended, State.ENDED, 1)
    with runtime.look(COMMAND) as act:
        found = calls.under_way(act, began_before=at.now + timedelta(seconds=1), most=5)
        assert [call.id for call in found] == [first.id, second.id]
        assert [call.id for call in calls.under_way(act, began_before=second.started_at, most=5)] == [first.id]


def test_a_call_that_was_moved_does_not_hear_the_answer_to_the_question_before(runtime: Runtime, ringing: Call) -> None:
    with runtime.act(COMMAND) as act:
        call = calls.locked(act, ringing.id)
        call.misses = 2
        call.put(preface=["again.key"], in_vain=1, fault="heating")
        calls.move(act, call, "anything-else")
    moved = now(runtime, ringing)
    assert (moved.step, moved.turn, moved.misses, moved.slots) == ("anything-else", 2, 0, {"fault": "heating"})
    assert kinds(runtime, ringing)[-1] == "call-moved"

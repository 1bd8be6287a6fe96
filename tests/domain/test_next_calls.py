"""When a customer is rung next: what was agreed outlasts whatever is tried, said or refused before (CBK-3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import attempts, callbacks, calls, cases, companies
from hotline.domain.act import CALLER, CARRIER, COMMAND
from hotline.domain.callbacks import Style, Window
from hotline.domain.calls import State
from hotline.domain.cases import Kind
from hotline.domain.outbox import OutboxEntry
from hotline.errors import Invalid
from hotline.runtime import Runtime
from tests import given, rung
from tests.domain.waiting import matched
from tests.visiting import mended
from tests.world import SHANGHAI, Cast, HandClock

HOUR = timedelta(hours=1)
THURSDAY = datetime(2026, 11, 19, 18, tzinfo=SHANGHAI)
FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)


def chooses(runtime: Runtime, owed: int, begins: datetime, hours: float = 2.5) -> None:
    """The customer says when they can be reached."""
    with runtime.act(COMMAND) as act:
        callbacks.chosen(act, rung.case_of(act, owed), Window("evening", begins, begins + hours * HOUR))


def asks_again(runtime: Runtime, owed: int) -> None:
    """They rang again, and were not served."""
    with runtime.act(COMMAND) as act:
        callbacks.asked_again(act, rung.case_of(act, owed), rung.MISSED, call=None)


def plans(runtime: Runtime, owed: int, cast: Cast, at: datetime | None) -> None:
    with runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=at, by=cast.lin.id)


def rings_in_vain(runtime: Runtime, cast: Cast, state: State = State.UNANSWERED) -> None:
    """What is due is begun, one of ours accepts, and nobody picks up."""
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    rung.ends(runtime, rung.takes(runtime), state)


def next_at(runtime: Runtime, owed: int) -> datetime | None:
    return rung.found(runtime, owed).next_at


def texts(runtime: Runtime) -> list[str]:
    """What customers are written."""
    with runtime.look(COMMAND) as act:
        about = select(OutboxEntry.about).where(OutboxEntry.kind == "send-text")
        return [one["text"] for one in act.session.scalars(about)]


def test_whoever_rings_again_before_the_time_they_chose_is_rung_now_and_then_all_the_same(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast)
    chooses(runtime, owed, THURSDAY)
    asks_again(runtime, owed)
    assert next_at(runtime, owed) == at.now, "they are there"
    rings_in_vain(runtime, cast)
    found = rung.found(runtime, owed)
    assert (found.next_at, found.attempts, found.until_at) == (THURSDAY, 0, THURSDAY + 2.5 * HOUR)
    at.set(THURSDAY)
    rings_in_vain(runtime, cast)
    assert (next_at(runtime, owed), rung.found(runtime, owed).attempts) == (THURSDAY + 2 * HOUR, 1), "the window lasts"


@pytest.mark.parametrize("how", ["by hand", "now"])
def test_a_call_before_the_agreed_time_leaves_that_time_as_it_is(
    runtime: Runtime, cast: Cast, at: HandClock, how: str
) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer", kind=Kind.ENQUIRY)
    plans(runtime, owed, cast, FRIDAY)
    if how == "by hand":
        rung.ends(runtime, rung.by_hand(runtime, owed), State.UNANSWERED)
    else:
        plans(runtime, owed, cast, None)
        rings_in_vain(runtime, cast)
    found = rung.found(runtime, owed)
    assert (found.next_at, found.agreed, found.attempts) == (FRIDAY, True, 0)
    at.set(FRIDAY)
    rings_in_vain(runtime, cast)
    found = rung.found(runtime, owed)
    assert (found.agreed, found.attempts) == (False, 1)
    assert found.next_at == FRIDAY.replace(hour=12, minute=0), "then in another slot"


@pytest.mark.parametrize("state", [State.UNANSWERED, State.FAILED], ids=["nobody picks up", "no carrier"])
def test_a_call_that_begins_before_the_agreed_time_and_ends_after_it_leaves_that_time_to_be_tried(
    runtime: Runtime, cast: Cast, at: HandClock, state: State
) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer", kind=Kind.ENQUIRY)
    plans(runtime, owed, cast, FRIDAY)
    at.set(FRIDAY - timedelta(seconds=20))
    call_id = rung.by_hand(runtime, owed)
    at.set(FRIDAY + timedelta(seconds=10))
    rung.ends(runtime, call_id, state)
    found = rung.found(runtime, owed)
    assert (found.next_at, found.agreed, found.attempts) == (FRIDAY, True, 0)
    rings_in_vain(runtime, cast)
    found = rung.found(runtime, owed)
    assert (found.agreed, found.attempts) == (False, 1)


def test_a_visit_for_which_a_time_was_agreed_is_tried_again_then_and_not_on_its_own_day(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    done = mended(runtime, cast)
    with done.by(cast.lin) as (act, case):
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        callbacks.plan(act, callback.id, at=at.now + HOUR, by=cast.lin.id)
    at.passes(HOUR)
    rung.begins(runtime)
    [call] = rung.calls_to(runtime, cast.chen.id)
    rung.ends(runtime, call.id, State.FAILED)
    assert next_at(runtime, callback.id) == at.now + HOUR / 3, "the carrier could not be had"


def test_nobody_of_ours_just_before_the_agreed_time_does_not_put_it_off(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast)
    chooses(runtime, owed, at.now + HOUR / 4)
    asks_again(runtime, owed)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    [wait] = rung.in_line(runtime)
    with runtime.act(COMMAND) as act:
        attempts.place_over(act, act.session.merge(wait))
    assert next_at(runtime, owed) == at.now + HOUR / 4, "not twenty minutes from now"


def test_nobody_is_rung_on_a_day_off_that_was_not_agreed(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    at.set(datetime(2026, 11, 20, 16, tzinfo=SHANGHAI))
    owed, monday = rung.owes(runtime, cast), datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    chooses(runtime, owed, monday)
    at.set(datetime(2026, 11, 21, 11, tzinfo=SHANGHAI))  # a Saturday
    asks_again(runtime, owed)
    assert next_at(runtime, owed) == rung.found(runtime, rung.owes(runtime, cast)).next_at
    with pytest.raises(Invalid, match="another time was agreed"):
        plans(runtime, owed, cast, None)


def test_after_its_window_an_agreed_day_off_is_a_day_off(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    owed, saturday = rung.owes(runtime, cast), datetime(2026, 11, 21, 14, tzinfo=SHANGHAI)
    chooses(runtime, owed, saturday, hours=1)
    at.set(saturday + HOUR)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert rung.in_line(runtime) == []
    assert next_at(runtime, owed) == datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)


def test_who_wants_no_visits_is_rung_about_what_else_was_promised(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {"visits": {"by": "agent"}}
    done = mended(runtime, cast)
    with done.by(cast.lin) as (act, case):
        owed = callbacks.owe(act, cases.get(act, case.id), rung.MISSED).id
    done.refuses(cast.lin)
    found = rung.found(runtime, owed)
    assert (found.state, found.next_at is not None) == ("open", True)
    assert dict(done.verdicts)[rung.MISSED] == "open"


def test_an_answer_that_is_owed_stays_listed_after_a_talk_without_it(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        callbacks.owe(act, rung.case_of(act, owed), rung.MISSED)
    call_id = rung.by_hand(runtime, owed)
    with runtime.act(COMMAND) as act:
        callbacks.reached(act, rung.case_of(act, owed))
    rung.ends(runtime, call_id, State.ENDED)
    found = rung.found(runtime, owed)
    assert (found.state, found.next_at, found.attempts) == ("open", None, 0)
    assert [one.outcome for one in rung.tried(runtime, owed)] == ["reached"]
    assert rung.verdicts(runtime, owed) == {"CBK-1.answer": "open", rung.MISSED: "kept"}


def test_whoever_was_served_while_their_call_back_stood_in_the_line_is_not_rung_from_there(
    runtime: Runtime, cast: Cast
) -> None:
    owed = rung.owes(runtime, cast, "CBK-1.answer")
    with runtime.act(COMMAND) as act:
        callbacks.owe(act, rung.case_of(act, owed), rung.MISSED)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    with runtime.act(CALLER) as act:
        callbacks.served(act, given.call(act, cast, who=cast.chen), by=cast.zhou.id)
    assert matched(runtime) is None
    rung.begins(runtime)
    assert rung.in_line(runtime) == []
    assert rung.found(runtime, owed).state == "open", "the answer is owed still"


@pytest.mark.parametrize(
    ("about", "when", "kept"),
    [("another", "before", False), ("this", "before", True), ("nothing", "before", True), ("another", "due", True)],
)
def test_an_agreed_time_is_kept_by_a_talk_about_it_or_at_that_time(
    runtime: Runtime, cast: Cast, at: HandClock, about: str, when: str, kept: bool
) -> None:
    owed = rung.owes(runtime, cast)
    chooses(runtime, owed, FRIDAY)
    at.set(FRIDAY if when == "due" else at.now + HOUR)
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, who=cast.chen)
        if about != "nothing":
            call.case_id = given.case(act, cast, kind=Kind.FAULT).id if about == "another" else 1
        callbacks.served(act, call, by=cast.lin.id)
    found = rung.found(runtime, owed)
    assert rung.verdicts(runtime, owed)["CBK-3.time"] == ("kept" if kept else "open")
    assert (found.state, found.next_at) == (("served", None) if kept else ("open", FRIDAY))


@pytest.mark.parametrize(
    ("cause", "sid", "outcome", "counted"),
    [
        ("carrier-unreachable", None, "no-carrier", 0),
        ("our-number-refused (21210)", None, "no-carrier", 0),
        ("number-wrong (21211)", None, "failed", 1),
        (None, "CA" + 32 * "0", "failed", 1),
    ],
)
def test_a_carrier_that_cannot_be_had_is_no_call_in_vain_and_a_number_that_is_none_is(
    runtime: Runtime, cast: Cast, at: HandClock, cause: str | None, sid: str | None, outcome: str, counted: int
) -> None:
    owed = rung.owes(runtime, cast, "VIS-1.repair", style=Style.SURVEY)
    rung.begins(runtime)
    [call] = rung.calls_to(runtime, cast.chen.id)
    with runtime.act(CARRIER) as act:
        call = calls.locked(act, call.id)
        call.sid, call.cause = sid, cause
    rung.ends(runtime, call.id, State.FAILED)
    [attempt], found = rung.tried(runtime, owed), rung.found(runtime, owed)
    assert (attempt.outcome, found.attempts) == (outcome, counted)
    assert found.next_at is not None
    assert (found.next_at == at.now + HOUR / 3) is (counted == 0), "soon, where nobody was rung"


@pytest.mark.parametrize("talks", [True, False], ids=["talk", "survey"])
def test_whoever_cannot_talk_thrice_is_not_written_that_we_could_not_reach_them(
    runtime: Runtime, cast: Cast, at: HandClock, talks: bool
) -> None:
    owed = rung.owes(runtime, cast) if talks else rung.owes(runtime, cast, "VIS-1.repair", style=Style.SURVEY)
    for n in range(3):
        at.set(next_at(runtime, owed) or at.now)
        rung.sits(runtime, cast.lin)
        rung.begins(runtime)
        call_id = rung.takes(runtime) if talks else rung.calls_to(runtime, cast.chen.id)[n].id
        with runtime.act(CARRIER) as act:
            calls.locked(act, call_id).put(not_now=True)
        rung.ends(runtime, call_id, State.ENDED)
    assert {one.outcome for one in rung.tried(runtime, owed)} == {"not-now"}
    assert rung.found(runtime, owed).state == "unreached", "our people know; the promise stands"
    assert texts(runtime) == []

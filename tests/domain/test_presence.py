"""An open page gives its signs of life; who shows none is not rung, and who comes back is what they were."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import companies, presence, seats
from hotline.domain.act import CLOCK, COMMAND, Actor
from hotline.domain.seats import Status
from hotline.runtime import Runtime
from tests import given
from tests.domain.waiting import MINUTE, SECOND, owed, seat_of, sits
from tests.world import Cast, HandClock, Person


def is_(runtime: Runtime, who: Person) -> tuple[str, str | None]:
    """Status, and why."""
    seat = seat_of(runtime, who)
    return seat.status, seat.why


def beats(runtime: Runtime, who: Person) -> None:
    with runtime.act(Actor("console", who.id)) as act:
        presence.seen(act, seats.locked(act, who.id))


def logs_in(runtime: Runtime, who: Person) -> None:
    with runtime.act(Actor("console", who.id)) as act:
        presence.logged_in(act, seats.locked(act, who.id))


def looked_after(runtime: Runtime) -> list[int]:
    """Who is found to be gone; their seats are away."""
    with runtime.act(CLOCK) as act:
        quiet = [seat.staff_id for seat in presence.unseen(act)]
        for staff_id in quiet:
            presence.gone_quiet(act, seats.locked(act, staff_id))
        return quiet


def claimed(runtime: Runtime, cast: Cast, who: Person) -> bool:
    with runtime.act(CLOCK) as act:
        companies.get(act, cast.heat.id)
        return seats.claim(act, who.id, 1)


def serving(runtime: Runtime, cast: Cast) -> list[int]:
    with runtime.look(CLOCK) as act:
        companies.get(act, cast.heat.id)
        return [seat.staff_id for seat in seats.serving(act, [cast.heat.id])]


def test_a_closed_laptop_is_not_rung_and_becomes_away(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    sits(runtime, cast.lin)
    sits(runtime, cast.zhou)
    at.passes(MINUTE)
    beats(runtime, cast.zhou)
    at.passes(SECOND)
    assert serving(runtime, cast) == [cast.zhou.id]
    assert not claimed(runtime, cast, cast.lin)
    assert looked_after(runtime) == [cast.lin.id]
    assert is_(runtime, cast.lin) == ("away", "unseen")
    assert is_(runtime, cast.zhou) == ("free", None)


def test_a_sign_of_life_that_came_meanwhile_counts(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    sits(runtime, cast.lin)
    at.passes(2 * MINUTE)
    beats(runtime, cast.lin)
    with runtime.act(CLOCK) as act:
        presence.gone_quiet(act, seats.locked(act, cast.lin.id))
    assert is_(runtime, cast.lin) == ("free", None)


@pytest.mark.parametrize("before", [Status.FREE, Status.BREAK])
def test_after_an_outage_of_ours_everybody_is_again_what_they_were(
    runtime: Runtime, cast: Cast, at: HandClock, before: Status
) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who, before)
    at.passes(2 * MINUTE)
    assert looked_after(runtime) == [cast.lin.id, cast.zhou.id]
    asked = len(owed(runtime, "match-line"))
    for who in (cast.lin, cast.zhou):
        assert seat_of(runtime, who).chosen == "away", "the page does not claim that they are there"
        beats(runtime, who)
        assert is_(runtime, who) == (before, None)
    assert claimed(runtime, cast, cast.lin) == (before is Status.FREE)
    assert len(owed(runtime, "match-line")) - asked == (2 if before is Status.FREE else 0), "whoever waited is matched"


@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize("before", [Status.FREE, Status.BREAK])
def test_whoever_went_quiet_and_logs_in_anew_is_off_and_no_page_sets_them_free(
    runtime: Runtime, cast: Cast, at: HandClock, before: Status, *, noticed: bool
) -> None:
    sits(runtime, cast.lin, before)
    at.passes(timedelta(days=14))
    if noticed:
        looked_after(runtime)
    logs_in(runtime, cast.lin)
    beats(runtime, cast.lin)
    assert is_(runtime, cast.lin) == ("off", None)


def test_whoever_is_there_on_one_machine_and_logs_in_on_another_stays_what_they_are(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    for who, status in ((cast.lin, Status.FREE), (cast.zhou, Status.AWAY)):
        sits(runtime, who, status)
        at.passes(MINUTE)
        logs_in(runtime, who)
        assert is_(runtime, who) == (status, None)


@pytest.mark.parametrize(
    ("status", "why"), [(Status.AWAY, None), (Status.AWAY, "supervisor"), (Status.OFF, None), (Status.BREAK, None)]
)
def test_who_went_away_on_purpose_stays_away(
    runtime: Runtime, cast: Cast, at: HandClock, status: Status, why: str | None
) -> None:
    sits(runtime, cast.lin)
    at.passes(2 * MINUTE)
    looked_after(runtime)
    with runtime.act(COMMAND) as act:
        seats.choose(act, given.seat(act, cast.lin, status), status, why=why)
    beats(runtime, cast.lin)
    assert is_(runtime, cast.lin) == (status, why)


def test_who_did_not_answer_twice_does_not_come_back_by_an_open_page(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    for _ in range(2):
        assert claimed(runtime, cast, cast.lin)
        with runtime.act(COMMAND) as act:
            companies.get(act, cast.heat.id)
            seats.let_go(act, seats.locked(act, cast.lin.id), missed=True)
    beats(runtime, cast.lin)
    assert is_(runtime, cast.lin) == ("away", "unanswered")


def test_whoever_is_in_a_call_is_left_alone_though_the_page_is_gone(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    sits(runtime, cast.lin)
    assert claimed(runtime, cast, cast.lin)
    at.passes(timedelta(minutes=5))
    assert looked_after(runtime) == []
    with runtime.act(CLOCK) as act:
        presence.gone_quiet(act, seats.locked(act, cast.lin.id))
    assert is_(runtime, cast.lin) == ("busy", None)
    assert serving(runtime, cast) == [cast.lin.id]

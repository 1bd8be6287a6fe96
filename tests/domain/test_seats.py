"""Who is at the desk: what an agent chooses, what comes about by itself, and who can be rung."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hotline.domain import audit, companies, seats, staff
from hotline.domain.act import CLOCK, COMMAND, Act, Actor
from hotline.domain.outbox import OutboxEntry
from hotline.domain.seats import Device, Seat, Status
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, HandClock, Person

MINUTE = timedelta(minutes=1)


def sits(runtime: Runtime, who: Person, status: Status = Status.FREE) -> None:
    with runtime.act(Actor("console", who.id)) as act:
        given.seat(act, who, status)


def is_(runtime: Runtime, who: Person) -> tuple[str, str | None]:
    """Status, and why."""
    with runtime.look(COMMAND) as act:
        seat = act.session.get_one(Seat, who.id)
        return seat.status, seat.why


def under(act: Act, cast: Cast) -> Act:
    """The heating company's standard holds."""
    companies.get(act, cast.heat.id)
    return act


def claimed(runtime: Runtime, cast: Cast, who: Person, wait_id: int | None = None) -> bool:
    with runtime.act(CLOCK) as act:
        return seats.claim(under(act, cast), who.id, wait_id)


def let_go(runtime: Runtime, cast: Cast, who: Person, *, missed: bool = False, keeps_turn: bool = False) -> None:
    with runtime.act(CLOCK) as act:
        seats.let_go(under(act, cast), seats.locked(act, who.id), missed=missed, keeps_turn=keeps_turn)


def serving(runtime: Runtime, cast: Cast) -> list[int]:
    with runtime.look(CLOCK) as act:
        return [seat.staff_id for seat in seats.serving(under(act, cast), [cast.heat.id, cast.home.id])]


def matches_owed(runtime: Runtime) -> int:
    with runtime.look(CLOCK) as act:
        return act.session.scalar(select(func.count(OutboxEntry.id)).where(OutboxEntry.kind == "match-line")) or 0


def test_a_seat_is_off_until_its_agent_says_otherwise(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        seat = seats.of(act, given.person(act, cast.lin))
        assert (seat.status, seat.device, seat.company_id) == (Status.OFF, Device.PHONE, cast.heat.id)
        assert seats.of(act, given.person(act, cast.lin)) is seat
    assert not claimed(runtime, cast, cast.lin)


def test_whoever_has_no_telephone_is_rung_in_the_browser(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        company = companies.get(act, cast.heat.id)
        newcomer = staff.hire(act, company, name="新", login="new", roles=[staff.Role.AGENT], agent_number="099")
        seat = seats.of(act, newcomer)
        assert seat.device == Device.BROWSER
        with pytest.raises(Invalid, match="no telephone number"):
            seats.chosen_device(act, seat, Device.PHONE)


def test_nobody_has_a_seat_who_never_sat_down(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act, pytest.raises(NotFound):
        seats.locked(act, cast.lin.id)


def test_every_status_is_on_record_and_announced(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(Actor("console", cast.lin.id)) as act:
        given.seat(act, cast.lin)
        assert {"line", f"seat:{cast.lin.id}"} <= act.news
    sits(runtime, cast.lin, Status.BREAK)
    with runtime.look(COMMAND) as act:
        entries = audit.entries(act.session, f"seat:{cast.lin.id}")
        assert [(one.kind, one.fields["status"], one.actor) for one in entries] == [
            ("seat-status", "free", f"console:{cast.lin.id}"),
            ("seat-status", "break", f"console:{cast.lin.id}"),
        ]


def test_becoming_free_asks_who_waits_and_a_break_does_not(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    assert matches_owed(runtime) == 1
    sits(runtime, cast.lin, Status.BREAK)
    assert matches_owed(runtime) == 1


def test_saying_free_twice_costs_nobody_their_turn(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    sits(runtime, cast.lin)
    at.passes(timedelta(seconds=5))
    sits(runtime, cast.zhou)
    at.passes(timedelta(seconds=5))
    sits(runtime, cast.lin)
    assert serving(runtime, cast) == [cast.lin.id, cast.zhou.id]


@pytest.mark.parametrize("status", [Status.BUSY, Status.WRAP_UP])
def test_nobody_chooses_what_comes_about_by_itself(runtime: Runtime, cast: Cast, status: Status) -> None:
    with runtime.act(COMMAND) as act, pytest.raises(Invalid, match="by itself"):
        given.seat(act, cast.lin, status)


def test_a_supervisor_sets_somebody_away_and_says_why(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    with runtime.act(Actor("console", cast.sun.id)) as act:
        seats.choose(act, seats.locked(act, cast.lin.id), Status.AWAY, why="training")
    assert is_(runtime, cast.lin) == ("away", "training")


def test_a_free_agent_is_claimed_once(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    assert claimed(runtime, cast, cast.lin, 7)
    assert not claimed(runtime, cast, cast.lin, 8)
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(Seat, cast.lin.id).wait_id == 7


@pytest.mark.parametrize("status", [Status.OFF, Status.BREAK, Status.AWAY])
def test_whoever_is_not_free_is_never_claimed_and_does_not_serve(runtime: Runtime, cast: Cast, status: Status) -> None:
    sits(runtime, cast.lin, status)
    assert not claimed(runtime, cast, cast.lin)
    assert serving(runtime, cast) == []


def test_whoever_left_the_staff_is_never_claimed_and_does_not_serve(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    with runtime.act(COMMAND) as act:
        given.person(act, cast.lin).active = False
    assert not claimed(runtime, cast, cast.lin)
    assert serving(runtime, cast) == []
    with runtime.act(COMMAND) as act, pytest.raises(Conflict, match="does not work here"):
        seats.choose(act, seats.locked(act, cast.lin.id), Status.FREE)


def test_what_is_chosen_during_a_call_is_taken_up_after_the_form(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    sits(runtime, cast.lin)
    assert claimed(runtime, cast, cast.lin)
    sits(runtime, cast.lin, Status.BREAK)
    assert is_(runtime, cast.lin) == ("busy", None)
    assert serving(runtime, cast) == []
    with runtime.act(CLOCK) as act:
        seat = seats.locked(under(act, cast), cast.lin.id)
        seats.wrap_up(act, seat)
        assert (seat.status, seat.wrap_up_ends) == (Status.WRAP_UP, act.at + 2 * MINUTE)
        seats.wrapped_up(act, seat)
        seats.wrapped_up(act, seat)
    assert is_(runtime, cast.lin) == ("break", None)


def test_a_form_that_stays_open_too_long_is_found(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    sits(runtime, cast.lin)
    assert claimed(runtime, cast, cast.lin)
    with runtime.act(CLOCK) as act:
        seats.wrap_up(under(act, cast), seats.locked(act, cast.lin.id))
        assert seats.over_limit(act) == []
    at.passes(2 * MINUTE)
    with runtime.act(CLOCK) as act:
        (seat,) = seats.over_limit(act)
        seats.wrapped_up(act, seats.locked(act, seat.staff_id))
    assert is_(runtime, cast.lin) == ("free", None)


def test_two_unanswered_calls_in_a_row_make_an_agent_away(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    for expected in (("free", None), ("away", "unanswered")):
        assert claimed(runtime, cast, cast.lin)
        let_go(runtime, cast, cast.lin, missed=True)
        assert is_(runtime, cast.lin) == expected


def test_a_pressed_key_begins_the_count_of_unanswered_calls_anew(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    for _ in range(3):
        assert claimed(runtime, cast, cast.lin)
        let_go(runtime, cast, cast.lin, missed=True)
        with runtime.act(COMMAND) as act:
            seats.talking(act, seats.locked(act, cast.lin.id))
    assert is_(runtime, cast.lin) == ("free", None)


def test_whoever_went_on_a_break_while_it_rang_is_on_a_break(runtime: Runtime, cast: Cast) -> None:
    sits(runtime, cast.lin)
    for _ in range(2):
        assert claimed(runtime, cast, cast.lin)
        sits(runtime, cast.lin, Status.BREAK)
        let_go(runtime, cast, cast.lin, missed=True)
        assert is_(runtime, cast.lin) == ("break", None)
        with runtime.act(COMMAND) as act:
            seats.locked(act, cast.lin.id).status = Status.FREE


@pytest.mark.parametrize(("keeps_turn", "first"), [(True, "lin"), (False, "zhou")])
def test_whoever_let_it_ring_goes_to_the_end_and_whose_caller_hung_up_does_not(
    runtime: Runtime, cast: Cast, at: HandClock, *, keeps_turn: bool, first: str
) -> None:
    for who in (cast.lin, cast.zhou):
        sits(runtime, who)
        at.passes(timedelta(seconds=1))
    assert claimed(runtime, cast, cast.lin)
    let_go(runtime, cast, cast.lin, keeps_turn=keeps_turn)
    assert serving(runtime, cast)[0] == getattr(cast, first).id


def test_an_agent_is_rung_by_sip_at_a_sealed_address(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        seat = seats.of(act, given.person(act, cast.lin))
        for wrong in (None, "lin@example.com", "sip:lin", "sip:l in@example.com"):
            with pytest.raises(Invalid):
                seats.chosen_device(act, seat, Device.SIP, wrong)
        seats.chosen_device(act, seat, Device.SIP, "sip:lin@example.com")
        assert act.sealer.open(seat.sip or "") == "sip:lin@example.com"
        seats.chosen_device(act, seat, Device.PHONE)
        seats.chosen_device(act, seat, Device.SIP)
        assert seat.device == Device.SIP


def test_an_agent_serves_the_languages_they_speak(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        seat = seats.of(act, given.person(act, cast.lin))
        assert seat.speaks("zh-CN")
        assert seat.speaks("en")
        seats.speaking(act, seat, ["zh-CN"])
        assert not seat.speaks("en")
        with pytest.raises(Invalid, match="fr: not among"):
            seats.speaking(act, seat, ["fr"])

"""One that cannot be rung, or not now, keeps nobody else from their call (CBK-3, OWN-4)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import attempts, callbacks, cases, companies, customers
from hotline.domain.act import CALLER, COMMAND, Act
from hotline.domain.audit import AuditEntry
from hotline.domain.callbacks import Callback, Style
from hotline.domain.calls import State
from hotline.domain.cases import Kind
from hotline.errors import Invalid
from hotline.runtime import Runtime
from tests import given, rung
from tests.domain.waiting import matched
from tests.world import SHANGHAI, Cast, HandClock, number


def owes_another(runtime: Runtime, cast: Cast, last: int = 1) -> int:
    """A customer beside Chen is owed a call as well; the id of the callback."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.CALLBACK, matter="abandoned")
        case.customer_id = customers.with_number(act, number(500 + last)).id
        return callbacks.owe(act, case, rung.MISSED).id


def home_keeps_places(runtime: Runtime, cast: Cast, many: int) -> None:
    """So many customers of the company that closes in the evening stand in the line to be rung back."""
    for last in range(many):
        with runtime.act(COMMAND) as act:
            case = cases.open(
                act,
                companies.get(act, cast.home.id),
                kind=Kind.CALLBACK,
                matter="abandoned",
                owner_id=cast.wu.id,
                call=None,
                customer_id=customers.with_number(act, number(600 + last)).id,
            )
            callbacks.owe(act, case, rung.MISSED)
    rung.sits(runtime, cast.lin, cast.zhou)
    rung.begins(runtime)


def begins_in_vain(act: Act, callback_id: int) -> None:
    with act.part():
        attempts.begun(act, rung.case_of(act, callback_id), act.session.get_one(Callback, callback_id))
        raise Invalid("the row cannot be read")


def test_a_number_that_cannot_be_read_is_told_and_holds_up_nobody(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    spoilt = rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        rung.case_of(act, spoilt).details = {"sealed_contact": "verdorben"}
    at.passes(timedelta(seconds=5))
    sound = owes_another(runtime, cast)
    rung.sits(runtime, cast.lin, cast.zhou)
    rung.begins(runtime)
    assert [wait.callback_id for wait in rung.in_line(runtime)] == [sound]
    assert (rung.found(runtime, spoilt).state, rung.found(runtime, spoilt).why) == ("unreached", "cannot-be-rung")
    with runtime.look(COMMAND) as act:
        assert given.told(act) == [("callback-unreached", cast.lin.id), ("callback-unreached", cast.sun.id)]


def test_of_what_fails_half_done_nothing_stays_in_rows_or_log(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        with pytest.raises(Invalid):
            begins_in_vain(act, owed)
        callbacks.cancel(act, owed, by=cast.lin.id, why="客户已发短信说不用了")
    assert rung.tried(runtime, owed) == []
    with runtime.look(COMMAND) as act:
        kinds = [
            entry.kind
            for entry in act.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if entry.kind.startswith("callback")
        ]
    assert kinds == ["callback-owed", "callback-cancelled", "callback-over"]


def test_places_of_a_company_that_is_closed_leave_the_agents_to_another(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.set(datetime(2026, 11, 18, 17, tzinfo=SHANGHAI))
    home_keeps_places(runtime, cast, 2)
    assert {wait.company_id for wait in rung.in_line(runtime)} == {cast.home.id}
    at.set(datetime(2026, 11, 18, 19, tzinfo=SHANGHAI))
    owed = rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin, cast.zhou)
    rung.begins(runtime)
    assert [wait.callback_id for wait in rung.in_line(runtime)][2:] == [owed]
    assert matched(runtime) is not None


def test_places_that_may_come_up_take_the_room_that_they_need(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    at.set(datetime(2026, 11, 18, 15, tzinfo=SHANGHAI))
    home_keeps_places(runtime, cast, 2)
    at.passes(timedelta(minutes=30))
    rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin, cast.zhou)
    rung.begins(runtime)
    assert len(rung.in_line(runtime)) == 2


def names(runtime: Runtime, cast: Cast, last: int) -> int:
    """A customer of their own names the telephone of somebody who is unknown; the id of the callback."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.FAULT)
        case.customer_id = customers.with_number(act, number(500 + last)).id
        case.details = {"sealed_contact": cases.seal(act, case, cast.unknown.e164)}
        return callbacks.owe(act, case, "VIS-1.repair", style=Style.SURVEY, from_at=act.at).id


def test_two_customers_who_named_one_telephone_are_rung_one_after_the_other(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    first, second = names(runtime, cast, 1), names(runtime, cast, 2)
    rung.begins(runtime)
    assert rung.found(runtime, second).next_at == at.now + runtime.figures.callbacks.look_again.span
    [made] = rung.tried(runtime, first)
    rung.ends(runtime, made.call_id or 0, State.UNANSWERED)
    at.passes(runtime.figures.callbacks.look_again.span)
    rung.begins(runtime)
    assert len(rung.tried(runtime, second)) == 1


def test_a_telephone_that_is_on_the_line_is_not_rung_for_another_customer(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        given.call(act, cast, who=customers.with_number(act, cast.unknown))
    owed = names(runtime, cast, 1)
    rung.begins(runtime)
    assert rung.tried(runtime, owed) == []


def test_of_customers_who_are_unknown_each_is_rung_at_their_own_telephone(runtime: Runtime, cast: Cast) -> None:
    owed = [names(runtime, cast, last) for last in (1, 2)]
    with runtime.act(COMMAND) as act:
        for callback_id in owed:
            case = rung.case_of(act, callback_id)
            case.customer_id = None
            case.details = {"sealed_contact": cases.seal(act, case, number(500 + callback_id).e164)}
    rung.begins(runtime)
    assert [len(rung.tried(runtime, one)) for one in owed] == [1, 1]

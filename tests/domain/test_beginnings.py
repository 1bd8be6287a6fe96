"""One that cannot be rung, or not now, keeps nobody else from their call (CBK-3, OWN-4)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import attempts, callbacks, cases, companies, customers
from hotline.domain.act import COMMAND, Act
from hotline.domain.audit import AuditEntry
from hotline.domain.callbacks import Callback
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
        kinds = [entry.kind for entry in act.session.scalars(select(AuditEntry)) if entry.kind.startswith("callback")]
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

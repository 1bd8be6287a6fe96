"""What was held by a matter stays held when calls can be held, and no such hold is let go by a version before."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from hotline import migrations
from hotline.domain import companies, erasures, holds
from hotline.domain.act import COMMAND
from hotline.domain.erasures import Erasure
from hotline.domain.holds import Hold
from hotline.errors import Conflict
from hotline.runtime import Runtime
from tests import given
from tests.jobs import kept
from tests.world import Cast

BEFORE = "0020"
WHY = "法院来函要求保全"


def standing(runtime: Runtime) -> list[tuple[int, int | None, int | None]]:
    with runtime.look(COMMAND) as act:
        rows = act.session.scalars(select(Hold).order_by(Hold.id))
        return [(one.id, one.case_id, one.call_id) for one in rows]


def test_a_hold_of_before_stays_and_one_by_a_call_is_lifted_before_one_goes_back(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case_id = given.case(act, cast).id
    first = kept.hold(runtime, cast, case_id)
    migrations.downgrade(runtime.engine, BEFORE)
    migrations.upgrade(runtime.engine)
    assert standing(runtime) == [(first, case_id, None)]
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        call, by = given.call(act, cast), given.person(act, cast.sun)
        second = holds.place(act, call, whole_customer=False, by=by, reason=WHY).id
    for set_ in ("case_id = NULL", f"call_id = {call.id}"):
        with pytest.raises(IntegrityError), runtime.engine.begin() as connection:
            connection.execute(text(f"UPDATE holds SET {set_} WHERE id = {first}"))  # noqa: S608
    with pytest.raises(Conflict, match="1 holds"):
        migrations.downgrade(runtime.engine, BEFORE)
    assert standing(runtime) == [(first, case_id, None), (second, None, call.id)]
    kept.lifts(runtime, second, cast.qian)
    migrations.downgrade(runtime.engine, BEFORE)
    migrations.upgrade(runtime.engine)
    assert standing(runtime) == [(first, case_id, None)]


def test_a_request_by_a_call_is_decided_before_one_goes_back(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        call.state = "ended"
        act.session.flush()
        by = given.person(act, cast.sun)
        asked = erasures.ask(act, call, by=by, reason=WHY).id
    with pytest.raises(Conflict, match="1 holds"):
        migrations.downgrade(runtime.engine, BEFORE)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        erasures.decide(act, asked, by=given.person(act, cast.qian), approve=False, answer=WHY)
    migrations.downgrade(runtime.engine, BEFORE)
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        assert act.session.scalar(select(Erasure.id)) is None

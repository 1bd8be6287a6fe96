"""Return visits that a version before promised are taken over; else nobody would see that they are owed (VIS-1)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hotline import migrations
from hotline.domain import attempts, beginnings, companies, owed_calls, staff
from hotline.domain.act import COMMAND
from hotline.domain.callbacks import Callback, Style
from hotline.domain.visits import RESULT, Visit
from hotline.runtime import Runtime
from tests.visiting import GOOD, mended
from tests.world import Cast


def test_what_was_promised_before_is_owed_and_what_was_kept_counts_as_made(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        repair = companies.add_department(act, companies.get(act, cast.heat.id), "维修部").id
        staff.get(act, cast.wang.id).department_id = repair
    owed, made = mended(runtime, cast), mended(runtime, cast)
    made.records(cast.lin, GOOD)
    migrations.downgrade(runtime.engine, "0005")
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        found = list(act.session.scalars(select(Visit).order_by(Visit.case_id)))
        assert [(one.case_id, one.rule, one.state, one.by) for one in found] == [
            (owed.id, "VIS-1.repair", "owed", None),
            (made.id, "VIS-1.repair", "made", "agent"),
        ]
        assert [(one.department_id, one.is_unsigned) for one in found] == [(repair, False)] * 2, "who mended it"
        rung = list(act.session.scalars(select(Callback).order_by(Callback.id)))
        assert [(one.case_id, one.rule, one.style, one.state) for one in rung] == [
            (owed.id, "VIS-1.repair", "talk", "open")
        ], "one of ours rings about what is owed still"
        assert rung[0].next_at == found[0].owed_at + timedelta(days=1)
        assert beginnings.is_due(act) is False
    with owed.by(cast.lin) as (act, case):
        attempts.give_up(act, case, owed_calls.made(act, case, RESULT, Style.INFORM, act.at))
    assert [one.state for one in owed.visits] == ["owed"], "one of ours rings, where the machine would ask today"
    owed.records(cast.lin, GOOD)
    with runtime.look(COMMAND) as act:
        rung = list(act.session.scalars(select(Callback).order_by(Callback.id)))
        assert [(one.style, one.state) for one in rung] == [("talk", "reached"), ("inform", "unreached")]
    assert [one.state for one in owed.visits] == ["made"]

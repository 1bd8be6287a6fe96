"""What a turn of the dispatcher goes through; if this broke, every turn would cost more, the more is owed for later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert

from hotline.domain import claims
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.outbox import OutboxEntry, Priority, Queue, State
from tests.jobs.workshop import Workshop

MUCH = 3000
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
WHOLE = {"sqlite": "SCAN outbox", "postgresql": "Seq Scan on outbox"}


def owe_for_later(shop: Workshop) -> None:
    """Much is owed for later, and the database knows how much, as it does by itself in the course of a day."""
    row = {"kind": "end-call", "queue": Queue.ROUTINE, "priority": Priority.ORDINARY, "about": {}, "attempts": 0}
    row |= {"state": State.DUE, "failures": 0, "posted_at": shop.at.now}
    dues = [shop.at.now + timedelta(days=1, seconds=one) for one in range(MUCH)]
    with shop.runtime.act(COMMAND) as act:
        act.session.execute(insert(OutboxEntry), [row | {"due_at": due} for due in dues])
    with shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE outbox")


def test_no_statement_of_a_turn_goes_through_the_whole_table(shop: Workshop) -> None:
    owe_for_later(shop)
    shop.owe("end-call", call=0)
    asked = list[tuple[str, Any]]()
    event.listen(
        shop.runtime.engine, "before_cursor_execute", lambda _c, _cursor, said, with_, *_: asked.append((said, with_))
    )
    assert shop.dispatcher.turn() == 1
    with shop.runtime.look(CLOCK) as act:
        claims.standings(act)
    name = shop.runtime.engine.dialect.name
    looks = [(said, with_) for said, with_ in asked if said.startswith(("SELECT", "UPDATE"))]
    assert len(looks) > 5
    with shop.runtime.engine.connect() as connection:
        for said, with_ in looks:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(EXPLAIN[name] + said, with_)]
            assert not [step for step in plan if WHOLE[name] in step and "USING" not in step], said

"""What a version before owed to the outside is taken over; else an upgrade would send what nobody wants any more."""

from __future__ import annotations

from sqlalchemy import select, text

from hotline import migrations
from hotline.domain import claims, dead_letters, outbox
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.outbox import OutboxEntry, State
from hotline.runtime import Runtime

OLD = (
    "INSERT INTO outbox (kind, queue, priority, about, state, posted_at, due_at, attempts, failures, carrier_sid)"
    " VALUES ('send-text', 'routine', 10, '{}', :state, '2026-11-18 01:00:00', '2026-11-18 01:00:00', 1, 0, :sid)"
)


def write_old(runtime: Runtime, *rows: tuple[str, str | None]) -> None:
    """Entries as the version before wrote them: state, and the carrier's id."""
    migrations.downgrade(runtime.engine, "0005")
    with runtime.engine.begin() as connection:
        for state, sid in rows:
            connection.execute(text(OLD), {"state": state, "sid": sid})


def entries(runtime: Runtime) -> list[tuple[str, str | None]]:
    with runtime.look(COMMAND) as act:
        query = select(OutboxEntry.state, OutboxEntry.carrier_sid).order_by(OutboxEntry.id)
        return [(state, sid) for state, sid in act.session.execute(query)]


def test_what_the_carrier_made_is_the_first_entrys_that_noted_it(runtime: Runtime) -> None:
    write_old(runtime, ("done", "SM1"), ("done", None), ("done", "SM1"), ("done", "SM2"), ("done", None))
    migrations.upgrade(runtime.engine)
    assert [sid for _state, sid in entries(runtime)] == ["SM1", None, None, "SM2", None]


def test_what_failed_long_ago_is_not_brought_up_again_and_what_is_due_is_done(runtime: Runtime) -> None:
    write_old(runtime, ("failed", None), ("due", None))
    migrations.upgrade(runtime.engine)
    assert [state for state, _sid in entries(runtime)] == [State.ABANDONED, State.DUE]
    with runtime.act(CLOCK) as act:
        assert dead_letters.count(act) == 0
        assert [one.id for one in claims.claim_due(act, lease=act.at - act.at, most=5)] == [2]


def test_a_version_before_reads_what_was_given_up_as_failed(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        outbox.post(act, "send-text")
        outbox.settle(act, act.session.scalars(select(OutboxEntry)).one(), State.ABANDONED)
    migrations.downgrade(runtime.engine, "0005")
    with runtime.engine.connect() as connection:
        assert connection.execute(text("SELECT state FROM outbox")).scalar_one() == "failed"

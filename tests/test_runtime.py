"""One act is one transaction: kept whole with its record, or not at all; the clock has one reader."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from redis import Redis
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from hotline import clock, live
from hotline.addresses import Addresses
from hotline.db import make_engine
from hotline.domain import audit, claims, outbox, staff
from hotline.domain.act import CALLER, CLOCK, COMMAND, Act, Actor
from hotline.domain.staff import Shift, Staff
from hotline.errors import Invalid
from hotline.runtime import Runtime
from tests import given
from tests.world import START, Cast, HandClock


def test_an_act_that_fails_leaves_nothing(runtime: Runtime, cast: Cast) -> None:
    def half(act: Act) -> None:
        given.person(act, cast.lin).name = "nobody"
        act.remember("house", "noted")
        outbox.post(act, "send-text")
        act.session.flush()
        staff.roster(act, given.person(act, cast.lin), staff.Duty.FRONT, act.at, act.at)

    with pytest.raises(Invalid), runtime.act(COMMAND) as act:
        half(act)
    with runtime.look(COMMAND) as act:
        assert given.person(act, cast.lin).name == cast.lin.name
        assert claims.oldest_due(act) is None
        assert "noted" not in [entry.kind for entry in audit.entries(act.session, "house")]


def test_what_a_look_changes_is_not_kept(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        given.person(act, cast.lin).name = "nobody"
        act.session.flush()
    with runtime.look(COMMAND) as act:
        assert given.person(act, cast.lin).name == cast.lin.name


def test_an_act_has_one_instant(runtime: Runtime, at: HandClock) -> None:
    with runtime.act(CLOCK) as act:
        began = act.at
        at.passes(timedelta(hours=1))
        assert act.at == began == START


def test_rows_are_readable_after_their_act(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        lin = given.person(act, cast.lin)
    assert (lin.name, [role.role for role in lin.roles]) == (cast.lin.name, ["agent"])


def test_after_the_commit_open_pages_and_the_dispatcher_are_told(runtime: Runtime, redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis, redis.pubsub(ignore_subscribe_messages=True) as ear:
        ear.subscribe(live.CHANGED, live.WAKE)
        ear.get_message(timeout=1)
        ear.get_message(timeout=1)
        with runtime.act(COMMAND) as act:
            act.remember("call:2", "noted")
            act.remember("call:1", "noted")
            outbox.post(act, "send-text")
        heard = [ear.get_message(timeout=5), ear.get_message(timeout=5)]
    assert [message["data"] for message in heard if message] == [b"call:1 call:2", b"due"]


def test_an_act_stands_though_redis_is_gone(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    runtime.redis.connection_pool.connection_kwargs["path"] = "/nowhere/redis.sock"
    with caplog.at_level(logging.WARNING), runtime.act(COMMAND) as act:
        act.remember("house", "noted")
    with runtime.look(COMMAND) as act:
        assert len(audit.entries(act.session, "house")) == 1
    assert caplog.records


def test_writers_come_one_after_the_other_and_readers_do_not_wait(runtime: Runtime, cast: Cast) -> None:
    spans: list[tuple[float, float]] = []
    inside = threading.Event()

    def write() -> None:
        with runtime.act(COMMAND) as act:
            begun = datetime.now(UTC).timestamp()
            row = act.session.get_one(Staff, cast.lin.id, with_for_update=True)
            row.session_epoch += 1
            inside.set()
            spans.append((begun, datetime.now(UTC).timestamp()))

    with runtime.act(COMMAND) as act:
        given.person(act, cast.lin).session_epoch = 100
        act.session.flush()
        writers = [threading.Thread(target=write) for _ in range(8)]
        for writer in writers:
            writer.start()
        with runtime.look(COMMAND) as reader:  # while the writer has not committed
            assert given.person(reader, cast.lin).session_epoch == 0
    for writer in writers:
        writer.join()
    with runtime.look(COMMAND) as act:
        assert given.person(act, cast.lin).session_epoch == 108
    if runtime.engine.dialect.name == "sqlite":
        assert all(one[1] <= other[0] for one, other in pairwise(sorted(spans)))


def test_a_time_without_a_zone_is_refused_and_others_come_back_in_utc(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        lin = given.person(act, cast.lin)
        staff.roster(act, lin, staff.Duty.LEAD, START, START + timedelta(hours=1))
        naive = Shift(staff_id=lin.id, company_id=1, duty="lead", starts_at=datetime(2026, 1, 1), ends_at=START)  # noqa: DTZ001
        with act.session.begin_nested(), pytest.raises((Invalid, StatementError)):  # noqa: PT012
            act.session.add(naive)
            act.session.flush()
        act.session.expunge_all()
    with runtime.look(COMMAND) as act:
        begins = act.session.scalars(select(Shift.starts_at).where(Shift.duty == "lead")).one()
    assert (begins, begins.tzinfo) == (START, UTC)


def test_a_row_that_points_nowhere_is_refused(runtime: Runtime) -> None:
    with pytest.raises(DBAPIError), runtime.engine.begin() as connection:
        connection.execute(text("INSERT INTO departments (company_id, name) VALUES (99, 'x')"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_keeps_what_it_committed_through_a_power_cut(runtime: Runtime) -> None:
    with Session(runtime.engine) as session:
        said = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
    assert said == {"journal_mode": "wal", "synchronous": 2}


@pytest.mark.parametrize("url", ["mysql://x/y", "oracle://x/y"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        make_engine(url, busy_ms=1, again_seconds=0.001)


def test_the_clock_is_the_worlds_unless_it_is_turned() -> None:
    with clock.turned_by(lambda: START):
        assert clock.now() == START
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.now().tzinfo is UTC


def test_actors_are_named_with_their_person() -> None:
    assert [str(actor) for actor in (CALLER, Actor("console", 7))] == ["caller", "console:7"]


def test_every_address_lies_under_the_public_base_and_says_how_it_is_retried() -> None:
    addresses = Addresses("https://hotline.example.com")
    assert addresses.turn(12, 3).startswith("https://hotline.example.com/voice/turn/12/3#rc=1")
    assert addresses.status().startswith("https://hotline.example.com/voice/status#rc=3")
    assert addresses.sheet("abc") == "https://hotline.example.com/sheet/abc"
    made = [addresses.inbound(), addresses.outbound(1), addresses.recording(1), addresses.text_status()]
    assert len(set(made)) == 4
    assert all(address.startswith("https://hotline.example.com/voice/") and "#rc=" in address for address in made)

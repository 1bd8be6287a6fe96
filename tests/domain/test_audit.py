"""The log: written with what it records, chained, without a gap, and only growing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline import runtime as house
from hotline import settings as environment
from hotline.domain import audit, verifying
from hotline.domain.act import CLOCK, COMMAND, Actor
from hotline.domain.audit import GENESIS, AuditHead, canonical, link
from hotline.runtime import Runtime
from tests import world
from tests.world import HandClock


def test_the_encoding_that_is_hashed_is_one_and_the_same() -> None:
    assert canonical({"b": 1, "a": "热"}) == canonical({"a": "热", "b": 1}) == '{"a":"热","b":1}'.encode()


def test_a_hash_covers_the_one_before_and_the_text() -> None:
    assert link(GENESIS, b"x") == sha256(b"0" * 64 + b"x").hexdigest()
    assert len({link(GENESIS, b"x"), link(GENESIS, b"y"), link("1" * 64, b"x")}) == 3


def test_an_entry_says_who_when_what_and_follows_the_one_before(runtime: Runtime, at: HandClock) -> None:
    for kind in ("noted", "closed"):
        with runtime.act(Actor("console", 7)) as act:
            act.remember("house", kind, words="热")
    with runtime.look(COMMAND) as act:
        first, second = audit.entries(act.session, "house")
        assert (first.seq, second.seq) == (1, 2)
        assert (first.actor, first.kind, first.at) == ("console:7", "noted", at.now)
        assert first.hash == link(GENESIS, first.body)
        assert second.hash == link(first.hash, second.body)
        assert second.fields == {"words": "热"}
        head = act.session.get_one(AuditHead, "house")
        assert (head.seq, head.hash, head.sealed_seq) == (2, second.hash, 0)


def test_an_instant_is_spelt_one_way_whatever_zone_it_came_in(runtime: Runtime, at: HandClock) -> None:
    spelt = set()
    for now in (at.now, at.now.astimezone(UTC)):
        at.set(now)
        with runtime.act(CLOCK) as act:
            act.remember("house", "noted")
        with runtime.look(CLOCK) as act:
            spelt.add(json.loads(audit.entries(act.session, "house")[-1].body)["at"])
    assert spelt == {"2026-11-18T02:00:00+00:00"}


def test_several_chains_in_one_act_each_grow_on_their_own(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        for chain in ("b", "a", "b"):
            act.remember(chain, "noted")
        assert act.news == {"a", "b"}
    with runtime.look(COMMAND) as act:
        assert [entry.seq for entry in audit.entries(act.session, "b")] == [1, 2]
        assert [entry.seq for entry in audit.entries(act.session, "a")] == [1]


def test_what_did_not_happen_is_not_in_the_log(runtime: Runtime) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"), runtime.act(COMMAND) as act:
        act.remember("house", "noted", when=datetime(2026, 1, 1, tzinfo=UTC))
    with runtime.look(COMMAND) as act:
        assert audit.entries(act.session, "house") == []
        assert act.session.scalars(select(AuditHead)).all() == []


def test_an_act_that_remembers_nothing_writes_nothing(runtime: Runtime) -> None:
    with runtime.act(COMMAND):
        pass
    with runtime.look(COMMAND) as act:
        assert act.session.scalars(select(AuditHead)).all() == []


def test_eight_at_once_make_one_chain_without_gap_or_fork(
    runtime: Runtime, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    told = world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path)
    # Two runtimes, as two processes have: the lock inside one does not help the other.
    houses = [runtime, house.make(environment.load(told))]

    def write(writer: int) -> None:
        for n in range(10):
            with houses[writer % 2].act(Actor("console", writer)) as act:
                act.remember("house", "noted", n=n)
                act.remember(f"own:{writer}", "noted", n=n)

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write, range(8)))
    houses[1].engine.dispose()
    with runtime.look(COMMAND) as act:
        for chain in ("house", *(f"own:{writer}" for writer in range(8))):
            links = [
                problem for problem in verifying.verify(act.session, chain=chain).problems if problem.seq is not None
            ]
            assert links == []  # the chains of one writer alone have no row, and are named for that only
        entries = audit.entries(act.session, "house")
        assert [entry.seq for entry in entries] == list(range(1, 81))
        by_writer = [[e.fields["n"] for e in entries if e.actor == f"console:{w}"] for w in range(8)]
        assert by_writer == [list(range(10))] * 8

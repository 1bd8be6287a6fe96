"""/health says whether we can take calls, soon, and nothing about anybody."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from rq import Queue as RqQueue
from rq import Worker
from sqlalchemy import delete, select

from hotline import VERSION, live
from hotline.api import health
from hotline.domain import alarms, claims, outbox, promises, staff
from hotline.domain.act import COMMAND
from hotline.domain.alarms import What
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.domain.staff import Staff
from hotline.runtime import Runtime, make
from hotline.settings import Settings
from tests import given, rung
from tests.world import Cast, HandClock


def ask(runtime: Runtime) -> tuple[int, dict[str, Any]]:
    """What /health of this runtime answers."""
    app = Flask(__name__)
    app.register_blueprint(health.blueprint(runtime))
    answer = app.test_client().get("/health")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.get_json()


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A Redis that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def ask_elsewhere(settings: Settings, **changes: str) -> tuple[int, dict[str, Any]]:
    """What /health answers with other settings."""
    runtime = make(settings.model_copy(update=changes))
    try:
        return ask(runtime)
    finally:
        runtime.engine.dispose()


def test_all_is_well(runtime: Runtime) -> None:
    assert ask(runtime) == (
        200,
        {
            "status": "ok",
            "version": VERSION,
            "database": "ok",
            "redis": "ok",
            "oldest_due_seconds": None,
            "queues": {name: {"due": 0, "claimed": 0, "oldest_due_seconds": None} for name in ("urgent", "routine")},
            "callbacks": {"due": 0, "oldest_due_seconds": None},
            "failed_entries": 0,
            "alarms": [],
            "workers": {"urgent": 0, "routine": 0},
            "routine_troubles": {},
            "calendar_warnings": [],
            "nobody_to_ring": [],
        },
    )


def test_it_says_how_long_the_oldest_due_entry_waits(runtime: Runtime, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        outbox.post(act, "match-line")
        outbox.post(act, "match-line", due=at.now + timedelta(hours=1))
    at.passes(timedelta(seconds=90))
    assert ask(runtime)[1]["oldest_due_seconds"] == 90.0


def test_it_says_how_each_queue_stands_what_failed_and_what_is_wrong(runtime: Runtime, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        outbox.post(act, "match-line", urgent=True)
        for kind in ("end-call", "paint-the-fence"):
            outbox.post(act, kind)
    with runtime.act(COMMAND) as act:
        act.session.get_one(OutboxEntry, 3).state = State.FAILED
        wrong = [What.FAILED]
        alarms.note(act, wrong, after=timedelta(0), urgent=True)
    with runtime.act(COMMAND) as act:
        claims.claim_due(act, lease=timedelta(minutes=1), most=5, rooms={Queue.URGENT: 5, Queue.ROUTINE: 0})
    at.passes(timedelta(seconds=5))
    body = ask(runtime)[1]
    assert body["queues"] == {
        "urgent": {"due": 0, "claimed": 1, "oldest_due_seconds": 5.0},
        "routine": {"due": 1, "claimed": 0, "oldest_due_seconds": 5.0},
    }
    assert (body["failed_entries"], body["alarms"]) == (1, ["failed"])


def test_a_clock_that_looks_at_no_promise_is_seen(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        promises.make(act, "FLT-2.notify", given.case(act, cast))
    at.passes(timedelta(seconds=60) + timedelta.resolution)  # its deadline is over
    assert ask(runtime)[1]["oldest_due_seconds"] == 0.0
    at.passes(timedelta(seconds=90))
    assert ask(runtime)[1]["oldest_due_seconds"] == 90.0


def test_a_call_that_is_due_is_late_when_somebody_could_make_it(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    """Where all wait for an agent nobody who keeps the machine can help; the figure shows it all the same."""
    rung.owes(runtime, cast)
    with runtime.act(COMMAND) as act:
        act.session.execute(delete(OutboxEntry))  # a worker was woken and began nothing
    at.passes(timedelta(seconds=90))
    assert ask(runtime)[1]["callbacks"] == {"due": 1, "oldest_due_seconds": 90.0}
    assert ask(runtime)[1]["oldest_due_seconds"] is None
    rung.sits(runtime, cast.lin)
    assert ask(runtime)[1]["oldest_due_seconds"] == 90.0
    rung.begins(runtime)
    assert ask(runtime)[1]["callbacks"] == {"due": 0, "oldest_due_seconds": None}


def test_it_counts_the_workers_of_each_queue(runtime: Runtime, at: HandClock) -> None:
    worker = Worker([RqQueue("urgent", connection=runtime.redis)], connection=runtime.redis)
    worker.register_birth()  # type: ignore[no-untyped-call]
    assert worker.last_heartbeat is not None
    at.set(worker.last_heartbeat)
    at.passes(runtime.figures.worker.lifetime.span)
    assert ask(runtime)[1]["workers"] == {"urgent": 1, "routine": 0}
    at.passes(timedelta(seconds=1))  # it was killed: Redis keeps its name for a while
    assert runtime.redis.exists(worker.key)
    assert ask(runtime)[1]["workers"] == {"urgent": 0, "routine": 0}


@pytest.mark.usefixtures("cast")
def test_it_warns_of_a_year_that_a_calendar_does_not_know(runtime: Runtime, at: HandClock) -> None:
    assert ask(runtime)[1]["calendar_warnings"] == [
        {"company": "heat", "year": 2027},
        {"company": "home", "year": 2027},
    ]
    at.set(datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert ask(runtime)[1]["calendar_warnings"] == []


def test_it_names_a_company_in_which_nobody_can_be_rung(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for person in act.session.scalars(select(Staff).where(Staff.company_id == cast.home.id)):
            person.phone = None
    assert ask(runtime)[1]["nobody_to_ring"] == ["home"]
    with runtime.act(COMMAND) as act:
        staff.set_phone(act, staff.get(act, cast.hu.id), cast.unknown)
    assert ask(runtime)[1]["nobody_to_ring"] == []


def test_a_database_that_is_away_is_named(settings: Settings) -> None:
    status, body = ask_elsewhere(settings, database_url="postgresql://nobody:secret@127.0.0.1:1/none")
    assert (status, body["status"], body["database"], body["redis"]) == (503, "unavailable", "does not answer", "ok")
    assert "secret" not in str(body)


def test_a_database_without_tables_is_not_well(settings: Settings, tmp_path: Path) -> None:
    assert ask_elsewhere(settings, database_url=f"sqlite:///{tmp_path}/new.db")[0] == 503


def test_recurring_work_that_fails_is_named(runtime: Runtime) -> None:
    runtime.redis.hset(live.TROUBLES, "seal-log", "Invalid")
    assert ask(runtime)[1]["routine_troubles"] == {"seal-log": "Invalid"}


def test_a_redis_that_is_away_is_named(settings: Settings) -> None:
    status, body = ask_elsewhere(settings, redis_url="redis://127.0.0.1:1/0")
    assert (status, body["status"], body["database"], body["redis"]) == (503, "unavailable", "ok", "does not answer")


def test_a_redis_that_never_answers_holds_nobody_up(settings: Settings, black_hole: str) -> None:
    status, body = ask_elsewhere(settings, redis_url=black_hole)
    assert (status, body["redis"]) == (503, "does not answer")


def test_a_part_that_hangs_is_asked_by_one_thread_only() -> None:
    asked: list[int] = []
    goes_on = threading.Event()

    def hang() -> dict[str, Any]:
        asked.append(1)
        goes_on.wait()
        return {"late": True}

    watches = health.Watches({"slow": health.Watch(hang)}, within_seconds=0.02)
    assert [watches.ask() for _ in range(3)] == [{"slow": None}] * 3
    assert len(asked) == 1
    goes_on.set()


def test_a_part_that_hangs_does_not_hide_another() -> None:
    goes_on = threading.Event()
    parts = {"slow": health.Watch(lambda: {"late": goes_on.wait()}), "quick": health.Watch(lambda: {"a": 1})}
    assert health.Watches(parts, within_seconds=0.2).ask() == {"slow": None, "quick": {"a": 1}}
    goes_on.set()


def test_a_part_that_came_back_is_well_again() -> None:
    answers: list[dict[str, Any]] = [{"a": 1}]
    watches = health.Watches({"part": health.Watch(answers.pop)}, within_seconds=5)
    assert watches.ask() == {"part": {"a": 1}}
    assert watches.ask() == {"part": None}  # popping from nothing fails
    answers.append({"b": 2})
    assert watches.ask() == {"part": {"b": 2}}


def test_it_is_open_to_everybody(runtime: Runtime) -> None:
    assert getattr(health.blueprint(runtime), "guard", None) == "open"

"""Answers whether we can take calls; without it nobody outside would know before a caller does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from redis import Redis
from rq import Queue, Worker

from hotline import VERSION
from hotline.domain import companies, outbox
from hotline.domain.act import COMMAND, Act
from hotline.runtime import Runtime

NAME = "health"
Look = Callable[[], dict[str, Any]]


class Watch:
    """Looks at one part within a limit: a part that hangs holds one thread, never the requests that ask for it."""

    def __init__(self, look: Look, within_seconds: float) -> None:
        self._look = look
        self._within = within_seconds
        self._one_at_a_time = threading.Lock()

    def ask(self) -> dict[str, Any] | None:
        """What the look found, or None where the part does not answer in time."""
        if not self._one_at_a_time.acquire(timeout=self._within):
            return None
        found: list[dict[str, Any]] = []
        thread = threading.Thread(target=self._run, args=(found,), daemon=True)
        thread.start()
        thread.join(self._within)
        return found[0] if found else None

    def _run(self, found: list[dict[str, Any]]) -> None:
        try:
            found.append(self._look())
        except Exception:  # noqa: BLE001 - whatever keeps the part from answering: it does not answer
            return
        finally:
            self._one_at_a_time.release()


def blueprint(runtime: Runtime) -> Blueprint:
    """/health, open to everybody: it says nothing about any person."""
    made = Blueprint(NAME, __name__)
    made.guard = "open"  # type: ignore[attr-defined]
    made.add_url_rule("/health", view_func=health)
    within = runtime.figures.serving.health_within.seconds
    redis = Redis.from_url(runtime.settings.redis, socket_timeout=within, socket_connect_timeout=within)
    watches = {
        "database": Watch(lambda: look_at_database(runtime), within),
        "redis": Watch(lambda: look_at_redis(redis), within),
    }
    made.record_once(lambda state: state.app.extensions.update({NAME: watches}))
    return made


def health() -> tuple[Response, int]:
    """200 when database and Redis answer, 503 naming the part that does not."""
    watches: dict[str, Watch] = current_app.extensions[NAME]
    found = {part: watch.ask() for part, watch in watches.items()}
    well = all(answer is not None for answer in found.values())
    body: dict[str, Any] = {"status": "ok" if well else "unavailable", "version": VERSION}
    for part, answer in found.items():
        body[part] = "ok" if answer is not None else "does not answer"
        body.update(answer or {})
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if well else 503


def look_at_database(runtime: Runtime) -> dict[str, Any]:
    """How long the oldest due entry waits (seconds; null: none waits), and calendars that do not know a year."""
    with runtime.look(COMMAND) as act:
        oldest = outbox.oldest_due(act)
        waits = None if oldest is None else round((act.at - oldest).total_seconds(), 1)
        return {"oldest_due_seconds": waits, "calendar_warnings": calendar_warnings(act)}


def calendar_warnings(act: Act) -> list[dict[str, Any]]:
    """Which companies' calendars do not know the working days of a year that is near: their deadlines are guesses."""
    warnings = []
    for company in companies.listed(act):
        standard = act.under(company.profile, company.overrides)
        ahead = standard.engine.serving.calendar_ahead.deadline(act.at, standard.calendar).at
        years = range(act.at.year, ahead.year + 1)
        warnings += [{"company": company.code, "year": year} for year in years if not standard.calendar.knows(year)]
    return warnings


def look_at_redis(redis: Redis) -> dict[str, Any]:
    """How many workers listen on each queue."""
    redis.ping()
    queues = {str(name): Queue(str(name), connection=redis) for name in outbox.Queue}
    return {"workers": {name: len(Worker.all(queue=queue)) for name, queue in queues.items()}}

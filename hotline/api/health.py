"""Answers whether we can take calls; without it nobody outside would know before a caller does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify
from redis import Redis

from hotline import VERSION, crew, live
from hotline.domain import alarms, beginnings, claims, companies, dead_letters, promise_looks, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.companies import Company
from hotline.domain.staff import Duty
from hotline.runtime import Runtime

NAME = "health"
Found = dict[str, Any]
Look = Callable[[], Found]


class Watch:
    """Looks at one part. Whoever asks during a look shares it: a part that hangs holds one thread, never more."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._starting = threading.Lock()
        self._present: Future[Found] | None = None

    def ask(self) -> Future[Found]:
        """The look that is going on, or a new one."""
        with self._starting:
            if self._present is None or self._present.done():
                self._present = Future()
                threading.Thread(target=self._answer, args=(self._present,), daemon=True).start()
            return self._present

    def _answer(self, asked: Future[Found]) -> None:
        try:
            asked.set_result(self._look())
        except Exception as error:  # noqa: BLE001 - whatever keeps the part from answering: it does not answer
            asked.set_exception(error)


@dataclass(frozen=True)
class Watches:
    """All parts, and how long they are waited for."""

    parts: dict[str, Watch]
    within_seconds: float

    def ask(self) -> dict[str, Found | None]:
        """What each part answered; None where it did not, or not in time."""
        asked = {part: watch.ask() for part, watch in self.parts.items()}
        done, _late = wait(asked.values(), timeout=self.within_seconds)
        return {
            part: look.result() if look in done and look.exception() is None else None for part, look in asked.items()
        }


def blueprint(runtime: Runtime) -> Blueprint:
    """/health, open to everybody: it says nothing about any person."""
    made = Blueprint(NAME, __name__)
    made.guard = "open"  # type: ignore[attr-defined]
    made.add_url_rule("/health", view_func=health)
    within = runtime.figures.serving.health_within.seconds
    silent = runtime.figures.worker.lifetime.span
    redis = Redis.from_url(runtime.settings.redis, socket_timeout=within, socket_connect_timeout=within)
    watches = Watches(
        {"database": Watch(lambda: look_at_database(runtime)), "redis": Watch(lambda: look_at_redis(redis, silent))},
        within,
    )
    made.record_once(lambda state: state.app.extensions.update({NAME: watches}))
    return made


def health() -> tuple[Response, int]:
    """200 when database and Redis answer, 503 naming the part that does not."""
    watches: Watches = current_app.extensions[NAME]
    found = watches.ask()
    well = all(answer is not None for answer in found.values())
    body: Found = {"status": "ok" if well else "unavailable", "version": VERSION}
    for part, answer in found.items():
        body[part] = "ok" if answer is not None else "does not answer"
        body.update(answer or {})
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if well else 503


def look_at_database(runtime: Runtime) -> Found:
    """How long the oldest due entry, promise or callback waits (seconds; null: none), and what companies lack.

    Of each queue how many entries are due, handed out, and how long the oldest waits; the same of callbacks, of which
    those that wait for an agent are no fault of the machine; how many entries failed and wait for a person; what is
    wrong and was told.
    """
    with runtime.look(COMMAND) as act:
        queues = claims.standings(act)
        due = [
            *(one.oldest for one in queues.values()),
            *promise_looks.waiting(act).values(),
            beginnings.neglected(act),
        ]
        calls_due, rung_since = beginnings.standing(act)
        return {
            "oldest_due_seconds": _waits(act, min((at for at in due if at is not None), default=None)),
            "queues": {
                str(queue): {"due": one.due, "claimed": one.claimed, "oldest_due_seconds": _waits(act, one.oldest)}
                for queue, one in queues.items()
            },
            "callbacks": {"due": calls_due, "oldest_due_seconds": _waits(act, rung_since)},
            "failed_entries": dead_letters.count(act),
            "alarms": [one.what for one in alarms.standing(act)],
            "calendar_warnings": calendar_warnings(act),
            "nobody_to_ring": nobody_to_ring(act),
        }


def _waits(act: Act, since: datetime | None) -> float | None:
    return None if since is None else round((act.at - since).total_seconds(), 1)


def calendar_warnings(act: Act) -> list[Found]:
    """Which companies' calendars do not know the working days of a year that is near: their deadlines are guesses."""
    warnings = []
    for company in companies.loading(act):
        standard = act.under(company.profile, company.overrides)
        ahead = standard.engine.serving.calendar_ahead.deadline(act.at, standard.calendar).at
        years = range(act.at.year, ahead.year + 1)
        warnings += [{"company": company.code, "year": year} for year in years if not standard.calendar.knows(year)]
    return warnings


def nobody_to_ring(act: Act) -> list[str]:
    """Companies where a fault reported now would ring no telephone: nobody on duty or up the ladder has one.

    One whose figures do not load rings none either.
    """
    well = companies.loading(act)
    return [company.code for company in companies.listed(act) if company not in well or not _rung(act, company)]


def _rung(act: Act, company: Company) -> bool:
    companies.get(act, company.id)
    people = [*staff.on_duty(act, company.id, Duty.REPAIR), *staff.up_the_ladder(act, company.id)]
    return any(person.phone is not None for person in people)


def look_at_redis(redis: Redis, silent: timedelta) -> Found:
    """How many workers of each queue were not `silent` so long; which recurring work fails, with the kind of error."""
    redis.ping()
    told = cast(dict[bytes, bytes], redis.hgetall(live.TROUBLES))
    troubles = {name.decode(): kind.decode() for name, kind in told.items()}
    workers = {str(queue): len(hands) for queue, hands in crew.at_work(redis, silent).items()}
    return {"workers": workers, "routine_troubles": troubles}

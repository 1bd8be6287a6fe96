"""Performs one owed effect in two acts with the carrier between them, so that a worker may die at any line (rule 3)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError

from hotline import clock
from hotline.carrier import Carrier, CarrierError
from hotline.carrier.pace import Pace
from hotline.domain import calls, clock_steps, outbox
from hotline.domain.act import CLOCK, Act
from hotline.domain.calls import Call
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.errors import HotlineError, Invalid
from hotline.jobs import placing, telling
from hotline.jobs.effects import Effect, Handler
from hotline.jobs.handlers import HANDLERS
from hotline.runtime import Runtime
from hotline.standard.working import Outbox as Figures

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _House:
    """What this process performs with."""

    runtime: Runtime
    carrier: Carrier
    pace: Pace
    handlers: Mapping[str, Handler]


@dataclass(frozen=True)
class _Task:
    """What act 1 left to do. `since`: not to ask for it again, but to look since then whether the carrier has it."""

    handler: Handler
    effect: Effect
    since: datetime | None


Outcome = str | list[str] | CarrierError
_house: _House | None = None


def serve(runtime: Runtime, carrier: Carrier, handlers: Mapping[str, Handler] = HANDLERS) -> None:
    """From here on this process performs with these; called once when a worker starts. Opens no connection."""
    global _house
    account, keep = runtime.settings.carrier, runtime.figures.outbox.lease.span
    pace = Pace(runtime.redis, account.sid, per_second=account.calls_per_second, keep=keep)
    _house = _House(runtime, carrier, pace, handlers)


def clock_was_set(runtime: Runtime, step: timedelta) -> None:
    """What is owed follows a clock that was set by `step`; the pace of calls begins anew. Raises RedisError."""
    with runtime.act(CLOCK) as act:
        clock_steps.follow(act, step, runtime.figures.outbox)
    if _house is not None:
        _house.pace.forget()


def perform(entry_id: int, attempt: int, kind: str = "") -> None:
    """Perform an entry if it is still this attempt's. Never raises: RQ would keep the words of the error in Redis.

    `kind` spares a look at the entry where it is known to be of no call; a version before this one did not tell it.
    """
    house = _served()
    try:
        _perform(house, entry_id, attempt, kind)
    except Exception as error:  # noqa: BLE001 - whatever it is, the entry is tried again and in the end a person told
        _log(entry_id, attempt, error)
        _note(house, entry_id, attempt, error)


def _served() -> _House:
    if _house is None:
        raise Invalid("this process serves no house: call serve() before performing")
    return _house


def _perform(house: _House, entry_id: int, attempt: int, kind: str) -> None:
    if (not kind or _is_paced(house, kind)) and _must_wait(house, entry_id, attempt):
        return
    task = _begin(house, entry_id, attempt)
    if task is not None:
        _finish(house, entry_id, attempt, task, _ask(house.carrier, task))


def _must_wait(house: _House, entry_id: int, attempt: int) -> bool:
    """Calls keep to their pace: an entry whose turn has not come is due again when it does."""
    with house.runtime.look(CLOCK) as act:
        entry = act.session.get(OutboxEntry, entry_id)
        if entry is None or entry.submitted_at is not None or not _is_paced(house, entry.kind):
            return False
        lanes = placing.lanes(act, entry)
    wait = house.pace.wait(str(entry_id), clock.now(), *lanes, emergency=entry.emergency)
    if not wait:
        return False
    with house.runtime.act(CLOCK) as act:
        entry = outbox.take(act, entry_id, attempt)
        if entry is not None:
            outbox.again(act, entry, act.at + wait)
    return True


def _is_paced(house: _House, kind: str) -> bool:
    return kind in house.handlers and house.handlers[kind].paced


def _begin(house: _House, entry_id: int, attempt: int) -> _Task | None:
    """Act 1: still owed? From its commit on the carrier may have the effect, and the row says so."""
    with house.runtime.act(CLOCK) as act:
        entry = outbox.take(act, entry_id, attempt)
        if entry is None:
            return None
        handler = _handler(house, entry)
        if handler.ordered and outbox.overtakes(act, entry, _ordered(house)):
            outbox.again(act, entry, act.at + timedelta(seconds=house.runtime.figures.outbox.poll_seconds))
            return None
        prepared = handler.prepare(house.runtime, act, entry)
        if isinstance(prepared, State):
            outbox.settle(act, entry, prepared, problem=entry.problem if prepared is State.FAILED else None)
            return None
        if isinstance(prepared, datetime):
            outbox.again(act, entry, prepared)
            return None
        return _submit_or_look(house.runtime.figures.outbox, act, entry, handler, prepared)


def _ordered(house: _House) -> list[str]:
    return [kind for kind, handler in house.handlers.items() if handler.ordered]


def _submit_or_look(figures: Figures, act: Act, entry: OutboxEntry, handler: Handler, effect: Effect) -> _Task | None:
    if effect.find is None:
        return _Task(handler, effect, None)
    if entry.submitted_at is None:
        outbox.submitting(act, entry, mark=effect.mark, lease=figures.lease.span)
        return _Task(handler, effect, None)
    # Somebody submitted it and nobody knows what came of it. The carrier's list lags behind, so it is not asked early.
    listed_by = entry.submitted_at + figures.reconcile_after.span
    if act.at < listed_by:
        outbox.again(act, entry, listed_by)
        return None
    return _Task(handler, effect, listed_by - figures.looked_back.span)


def _ask(carrier: Carrier, task: _Task) -> Outcome:
    """Between the acts, in no transaction."""
    try:
        if task.since is not None and task.effect.find is not None:
            return task.effect.find(carrier, task.since)
        return task.effect.ask(carrier)
    except CarrierError as error:
        return error


def _finish(house: _House, entry_id: int, attempt: int, task: _Task, outcome: Outcome) -> None:
    """Act 2. The lease ran out meanwhile? Then whoever has the entry now looks at the carrier's list first."""
    with house.runtime.act(CLOCK) as act:
        entry = outbox.take(act, entry_id, attempt)
        if entry is None:
            return
        if isinstance(outcome, CarrierError):
            _failed(house, act, entry, task, outcome)
        elif isinstance(outcome, str):
            _landed(house, act, entry, task, outcome)
        else:
            _looked(house, act, entry, task, outcome)


def _landed(house: _House, act: Act, entry: OutboxEntry, task: _Task, answer: str) -> None:
    if task.effect.find is not None:
        entry.carrier_sid = answer
    later = task.handler.landed(house.runtime, act, entry, answer)
    if later is None:
        outbox.settle(act, entry, State.DONE)
    else:
        outbox.again(act, entry, later)


def _looked(house: _House, act: Act, entry: OutboxEntry, task: _Task, listed: list[str]) -> None:
    """The carrier has it: its id is adopted. It has nothing that is not somebody else's: it was surely not done.

    A call that may be another's is not adopted: time is given for its first webhook, which says whose it is.
    """
    ours = [sid for sid in outbox.unknown_sids(act, listed) if calls.by_sid(act, sid) is None]
    if ours and task.handler.paced and _may_be_anothers(act, entry, task.since or act.at):
        _waits_for_news(house, act, entry)
        return
    if ours:
        _landed(house, act, entry, task, ours[0])
        return
    outbox.not_submitted(entry)
    if entry.failures < house.runtime.figures.outbox.attempts:
        outbox.again(act, entry, act.at)
    else:
        _give_up(house, act, entry, "the carrier never took it")


def _may_be_anothers(act: Act, entry: OutboxEntry, since: datetime) -> bool:
    return any(
        act.session.get_one(Call, twin.about["call"]).sid is None for twin in outbox.twins(act, entry, since=since)
    )


def _waits_for_news(house: _House, act: Act, entry: OutboxEntry) -> None:
    submitted_at = entry.submitted_at or act.at
    until = submitted_at + 2 * house.runtime.figures.outbox.reconcile_after.span
    if act.at < until:
        outbox.again(act, entry, until)
    else:
        _give_up(house, act, entry, "the carrier has several calls to this number, and which is this one is unknown")


def _failed(house: _House, act: Act, entry: OutboxEntry, task: _Task, error: CarrierError) -> None:
    entry.failures += 1
    if error.unknown and entry.submitted_at is not None:
        listed_by = entry.submitted_at + house.runtime.figures.outbox.reconcile_after.span
        outbox.again(act, entry, listed_by, problem=str(error))
        return
    if task.since is None:
        outbox.not_submitted(entry)
    _try_again(house, act, entry, str(error), permanent=error.permanent)


def _note(house: _House, entry_id: int, attempt: int, error: Exception) -> None:
    """An act broke off, and took with it what it had changed. What is refused once is refused again.

    Without its database the entry comes back when its lease runs out.
    """
    refused = isinstance(error, HotlineError)
    problem = f"{type(error).__name__}: {error}" if refused else type(error).__name__
    try:
        with house.runtime.act(CLOCK) as act:
            entry = outbox.take(act, entry_id, attempt)
            if entry is not None:
                entry.failures += 1
                _try_again(house, act, entry, problem, permanent=refused)
    except OperationalError as away:
        _log(entry_id, attempt, away)
    except Exception as worse:  # noqa: BLE001 - the consequence cannot be drawn either
        _log(entry_id, attempt, worse)
        _bury(house, entry_id, attempt, problem)


def _bury(house: _House, entry_id: int, attempt: int, problem: str) -> None:
    """Given up without its consequence; a person is told, in an act of its own lest the entry come back for ever."""
    try:
        with house.runtime.act(CLOCK) as act:
            entry = outbox.take(act, entry_id, attempt)
            if entry is None:
                return
            outbox.settle(act, entry, State.FAILED, problem=problem)
        with house.runtime.act(CLOCK) as act:
            telling.given_up(act, act.session.get_one(OutboxEntry, entry_id))
    except Exception as error:  # noqa: BLE001 - nothing is left to try; the log has it
        _log(entry_id, attempt, error)


def _try_again(house: _House, act: Act, entry: OutboxEntry, problem: str, *, permanent: bool) -> None:
    if permanent or entry.failures >= house.runtime.figures.outbox.attempts:
        _give_up(house, act, entry, problem)
    else:
        outbox.again(act, entry, act.at + _wait(house.runtime.figures.outbox, entry), problem=problem)


def _give_up(house: _House, act: Act, entry: OutboxEntry, problem: str) -> None:
    """Final: the consequence is drawn, and the supervisors are told once."""
    if entry.kind in house.handlers:
        house.handlers[entry.kind].failed(house.runtime, act, entry, problem)
    outbox.settle(act, entry, State.FAILED, problem=problem)
    telling.given_up(act, entry)


def _wait(figures: Figures, entry: OutboxEntry) -> timedelta:
    span = figures.wait_after(entry.failures).span
    if entry.queue == Queue.URGENT or entry.kind == "text-link":  # the link goes with a ringing telephone
        span = min(span, figures.urgent_wait.span)
    # Up to a quarter more by the entry's number, so that what failed together does not come back together.
    return span + span * (entry.id % 10) / 40


def _handler(house: _House, entry: OutboxEntry) -> Handler:
    if entry.kind not in house.handlers:
        raise Invalid(f"nobody knows how to perform {entry.kind}: a newer version may have posted it")
    return house.handlers[entry.kind]


def _log(entry_id: int, attempt: int, error: Exception) -> None:
    """Where it broke, but not in which words: an error's words may hold what a caller said or a number."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("outbox entry %s, attempt %s: %s\n%s", entry_id, attempt, type(error).__name__, frames)

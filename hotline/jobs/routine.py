"""The recurring work; without it the log would go unsealed and a lost notification would leave a call open for ever."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from hotline import clock, live, spool
from hotline.domain import calls, checkpoints, companies, news, outbox, promises, spooled
from hotline.domain.act import CLOCK
from hotline.errors import Invalid, NotFound
from hotline.jobs import watch
from hotline.runtime import Runtime
from hotline.standard.engine import Engine as Figures
from hotline.standard.limits import Limit

log = logging.getLogger(__name__)


def seal_log(runtime: Runtime) -> None:
    """Seal what the log grew by, and keep the signed checkpoint outside the database as well (design rule 6)."""
    with runtime.act(CLOCK) as act:
        checkpoints.seal_log(act, runtime.settings.signing_key())
    with runtime.look(CLOCK) as act:
        checkpoints.export_missing(act.session, runtime.settings.hotline_var / checkpoints.FILE)


def judge_overdue(runtime: Runtime) -> None:
    """The safety net under `judge-promise`: what its own entry did not judge within a lease is judged here."""
    with runtime.look(CLOCK) as act:
        everybody = [company.id for company in companies.listed(act)]
    trouble = None
    for company_id in everybody:
        try:
            _judge_overdue_of(runtime, company_id)
        except Invalid as error:  # this company's own figures no longer load; the others' promises are judged
            trouble = error
    if trouble is not None:
        raise trouble


def _judge_overdue_of(runtime: Runtime, company_id: int) -> None:
    figures = runtime.figures.outbox
    with runtime.look(CLOCK) as act:
        late = promises.overdue(act, company_id, before=act.at - figures.lease.span, most=figures.batch)
    for promise in late:
        with runtime.act(CLOCK) as act:
            companies.get(act, company_id)
            promises.judge(act, promise.id)


def look_up_calls(runtime: Runtime) -> None:
    """Owe a look at the carrier for every call that has long been under way, once in each span (contract 3.3)."""
    every = runtime.figures.routine.call_looked_up_every.span
    with runtime.act(CLOCK) as act:
        for call in calls.under_way(act, began_before=act.at - every, most=runtime.figures.outbox.batch):
            spans = (act.at - call.started_at) // every
            # Without the case: an anonymous complaint must not be found by its call (CMP-10).
            outbox.post(act, "look-up-call", key=f"look-up-{call.id}-{spans}", call=call.id)


def open_kept_calls(runtime: Runtime) -> None:
    """Whoever rang while the database was gone is rung back: each number kept on the disk becomes a matter (ANS-10).

    Done by each web process: on its own machine's disk the numbers are.
    """
    for path, kept in spool.taken(runtime.settings.hotline_var, runtime.sealer):
        try:
            with runtime.act(CLOCK) as act:
                spooled.open_kept(act, kept)
        except NotFound:
            log.warning("a kept call rang at a number that belongs to no company; it stays where it is")
        else:
            path.unlink(missing_ok=True)


def dispose_of_news(runtime: Runtime) -> None:
    """What the carrier told us is kept as long as each company's standard says, and no longer (REC-5)."""
    with runtime.act(CLOCK) as act:
        news.dispose(act)


@dataclass(frozen=True)
class Recurring:
    """One kind of recurring work and how often it is done."""

    name: str
    every: Callable[[Figures], Limit]
    run: Callable[[Runtime], None]


ROUTINE = (
    Recurring("seal-log", lambda figures: figures.audit.checkpoint_every, seal_log),
    Recurring("judge-overdue", lambda figures: figures.routine.promises_every, judge_overdue),
    Recurring("look-up-calls", lambda figures: figures.routine.calls_reconciled_every, look_up_calls),
    Recurring("watch-desk", lambda figures: figures.desk.match_every, watch.the_desk),
    Recurring("watch-talks", lambda figures: figures.routine.calls_reconciled_every, watch.the_talks),
    Recurring("dispose-of-news", lambda figures: figures.routine.retention_every, dispose_of_news),
)


class Rounds:
    """Does what is due of the routine, once for all dispatchers together."""

    def __init__(self, runtime: Runtime, redis: Redis) -> None:
        self._runtime, self._redis = runtime, redis
        self._last: dict[str, int] = {}
        self._troubles: dict[str, str] = {}

    def turn(self) -> None:
        """One look at the clock. Cheap when nothing is due."""
        for work in ROUTINE:
            every = work.every(self._runtime.figures).seconds
            span = int(clock.now().timestamp()) // every
            if self._last.get(work.name) != span:
                self._last[work.name] = span
                if self._ours(f"hotline:routine:{work.name}:{span}", every):
                    self._do(work)

    def _do(self, work: Recurring) -> None:
        """One work's trouble holds up neither the others nor the dispatching; /health names it until it is over."""
        try:
            work.run(self._runtime)
        except Exception as error:  # noqa: BLE001 - whatever it is, what is owed is still to be handed out
            trouble = type(error).__name__
            if self._troubles.get(work.name) != trouble:
                log.error("%s fails: %s\n%s", work.name, trouble, "".join(traceback.format_tb(error.__traceback__)))
            self._troubles[work.name] = trouble
        else:
            self._troubles.pop(work.name, None)
        self._say(work.name)

    def _say(self, name: str) -> None:
        trouble = self._troubles.get(name)
        with suppress(RedisError):
            if trouble is None:
                self._redis.hdel(live.TROUBLES, name)
            else:
                self._redis.hset(live.TROUBLES, name, trouble)

    def _ours(self, name: str, every: int) -> bool:
        """Of several dispatchers the first takes the span. Without Redis each does it: the work bears it."""
        try:
            return bool(self._redis.set(name, 1, nx=True, ex=2 * every))
        except RedisError:
            return True

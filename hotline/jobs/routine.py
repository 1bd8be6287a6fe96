"""The recurring work; without it the log would go unsealed and a lost notification would leave a call open for ever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from hotline import clock, spool
from hotline.domain import calls, checkpoints, companies, news, outbox, promises, spooled
from hotline.domain.act import CLOCK
from hotline.errors import NotFound
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
    figures = runtime.figures.outbox
    with runtime.look(CLOCK) as act:
        late = promises.overdue(act, before=act.at - figures.lease.span, most=figures.batch)
    for promise in late:
        with runtime.act(CLOCK) as act:
            companies.get(act, promise.company_id)
            promises.judge(act, promise.id)


def look_up_calls(runtime: Runtime) -> None:
    """Owe a look at the carrier for every call that has long been under way, once in each span (contract 3.3)."""
    every = runtime.figures.routine.call_looked_up_every.span
    with runtime.act(CLOCK) as act:
        for call in calls.under_way(act, began_before=act.at - every, most=runtime.figures.outbox.batch):
            spans = (act.at - call.started_at) // every
            outbox.post(act, "look-up-call", key=f"look-up-{call.id}-{spans}", case_id=call.case_id, call=call.id)


def open_kept_calls(runtime: Runtime) -> None:
    """Whoever rang while the database was gone is rung back: each number kept on the disk becomes a matter (ANS-10)."""
    for path, kept in spool.waiting(runtime.settings.hotline_var, runtime.sealer):
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
    Recurring("open-kept-calls", lambda figures: figures.routine.promises_every, open_kept_calls),
    Recurring("look-up-calls", lambda figures: figures.routine.calls_reconciled_every, look_up_calls),
    Recurring("dispose-of-news", lambda figures: figures.routine.retention_every, dispose_of_news),
)


class Rounds:
    """Does what is due of the routine, once for all dispatchers together."""

    def __init__(self, runtime: Runtime, redis: Redis) -> None:
        self._runtime, self._redis = runtime, redis
        self._last: dict[str, int] = {}

    def turn(self) -> None:
        """One look at the clock. Cheap when nothing is due."""
        for work in ROUTINE:
            every = work.every(self._runtime.figures).seconds
            span = int(clock.now().timestamp()) // every
            if self._last.get(work.name) != span:
                self._last[work.name] = span
                if self._ours(f"hotline:routine:{work.name}:{span}", every):
                    work.run(self._runtime)

    def _ours(self, name: str, every: int) -> bool:
        """Of several dispatchers the first takes the span. Without Redis each does it: the work bears it."""
        try:
            return bool(self._redis.set(name, 1, nx=True, ex=2 * every))
        except RedisError:
            return True

"""The recurring work; without it the log would go unsealed and a lost notification would leave a call open for ever."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError

from hotline import clock, live, spool
from hotline.domain import (
    calls,
    checkpoints,
    companies,
    customers,
    decisions,
    drafts,
    forgotten,
    holds,
    news,
    outbox,
    promise_looks,
    spooled,
)
from hotline.domain.act import CLOCK
from hotline.errors import HotlineError, Invalid, NotFound
from hotline.jobs import alarms, completeness, counting, exporting, keeping, people, reading, reporting, sweeping, watch
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


def keep_erased(runtime: Runtime) -> None:
    """Keep whom we have erased outside the database as well: a back-up that comes back must not know them again."""
    with runtime.look(CLOCK) as act:
        forgotten.export_missing(act.session, runtime.settings.hotline_var / forgotten.FILE)


def look_at_promises(runtime: Runtime) -> bool:
    """Warn, judge and escalate what is due, company by company; True where the time was over before the work (rule 7).

    In small acts with a rest between them, so that no webhook waits long for SQLite's one writer. A company whose own
    figures no longer load is left for the next turn, and named; the others' promises are looked at. So is a rule named
    that the standard knows no longer, when its promises are judged.
    """
    figures = runtime.figures.promises
    ends = clock.now() + timedelta(seconds=figures.span_seconds)
    with runtime.look(CLOCK) as act:
        left = list(promise_looks.waiting(act))
    troubles: list[HotlineError] = []
    while left:
        company_id = left.pop(0)
        if _look_at(runtime, company_id, figures.batch, troubles):
            left.append(company_id)
        if not left or clock.now() > ends:
            break
        time.sleep(figures.rest_seconds)
    if troubles:
        raise troubles[-1]
    return bool(left)


def _look_at(runtime: Runtime, company_id: int, most: int, troubles: list[HotlineError]) -> bool:
    """One act; True where there may be more. What is wrong with it is added to `troubles`."""
    try:
        with runtime.act(CLOCK) as act:
            due = promise_looks.due_looks(act, company_id, most=most)
            promise_looks.look(act, due)
            unknown = promise_looks.unknown_rules(act, due)
    except HotlineError as error:
        troubles.append(error)
        return False
    if unknown:
        log.error("company %d: promised by a rule that is none any more: %s", company_id, ", ".join(unknown))
        troubles.append(Invalid("promised by a rule that is none any more"))
    return len(due) == most


def lapse_requests(runtime: Runtime) -> None:
    """What nobody decided before its deadline ends, and who asked for it knows (CMP-5); who decides now, too.

    One after the other, each in its own act: the trouble of one holds up no other, and is named afterwards.
    """
    most = runtime.figures.promises.batch
    with runtime.look(CLOCK) as act:
        owed = [(decisions.lapse, one) for one in decisions.overdue(act, most=most)]
        owed += [(decisions.follow, one) for one in decisions.gone_up(act)[:most]]
    troubles: list[HotlineError] = []
    for does, decision_id in owed:
        try:
            with runtime.act(CLOCK) as act:
                does(act, decision_id)
        except HotlineError as error:
            troubles.append(error)
    if troubles:
        raise troubles[-1]


def look_up_calls(runtime: Runtime) -> None:
    """Owe a look at the carrier for every call that has long been under way, once in each span (contract 3.3)."""
    every = runtime.figures.routine.call_looked_up_every.span
    with runtime.act(CLOCK) as act:
        for call in calls.under_way(act, began_before=act.at - every, most=runtime.figures.outbox.batch):
            spans = (act.at - call.started_at) // every
            # Without the case: an anonymous complaint must not be found by its call (CMP-10).
            outbox.post(act, "look-up-call", key=f"look-up-{call.id}-{spans}", patient=True, call=call.id)


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
    """What the carrier told us, and what was half typed, is kept as long as each company's standard says, and no longer
    (REC-5); a number that was flagged, until the flag expires (ANS-12). A company whose figures do not load is named
    afterwards.
    """
    with runtime.act(CLOCK) as act:
        news.dispose(act, but=holds.held_calls(act))
        drafts.forget_old(act)
        customers.forget_expired(act)
        troubles = companies.troubles(act)
    if troubles:
        raise troubles[-1]


@dataclass(frozen=True)
class Recurring:
    """One kind of recurring work and how often it is done."""

    name: str
    every: Callable[[Figures], Limit]
    run: Callable[[Runtime], bool | None]
    shared: bool = False
    """All dispatchers do it at once and share the work; what returns True goes on at their next turn."""


ROUTINE = (
    Recurring("seal-log", lambda figures: figures.audit.checkpoint_every, seal_log),
    Recurring("keep-erased", lambda figures: figures.routine.people_every, keep_erased),
    Recurring("look-at-promises", lambda figures: figures.promises.look_every, look_at_promises, shared=True),
    Recurring("read-calls", lambda figures: figures.call_index.look_every, reading.read_calls, shared=True),
    Recurring("lapse-requests", lambda figures: figures.promises.look_every, lapse_requests),
    Recurring("look-up-calls", lambda figures: figures.routine.calls_reconciled_every, look_up_calls),
    Recurring("look-for-alarms", lambda figures: figures.alarms.look_every, alarms.look),
    Recurring("watch-desk", lambda figures: figures.desk.match_every, watch.the_desk),
    Recurring("watch-talks", lambda figures: figures.routine.calls_reconciled_every, watch.the_talks),
    Recurring("look-at-completeness", lambda figures: figures.completeness.every, completeness.owe),
    Recurring("add-up-days", lambda figures: figures.counting.every, counting.add_up_days, shared=True),
    Recurring("look-at-people", lambda figures: figures.routine.people_every, people.look),
    Recurring("dispose-of-searches", lambda figures: figures.routine.retention_every, reading.dispose_of_searches),
    Recurring("dispose-of-news", lambda figures: figures.routine.retention_every, dispose_of_news),
    Recurring("make-reports", lambda figures: figures.exports.look_every, reporting.owe_due),
    Recurring("end-exports", lambda figures: figures.exports.look_every, exporting.expire),
    Recurring("draw-up-disposals", lambda figures: figures.routine.retention_every, keeping.draw_up),
    Recurring("sweep-transcripts", lambda figures: figures.routine.retention_every, sweeping.sweep),
)


class Rounds:
    """Does what is due of the routine, once for all dispatchers together."""

    def __init__(self, runtime: Runtime, redis: Redis, routine: Sequence[Recurring] = ROUTINE) -> None:
        self._runtime, self._redis, self._routine = runtime, redis, routine
        self._last: dict[str, int] = {}
        self._troubles: dict[str, str] = {}

    def turn(self) -> bool:
        """One look at the clock; True where there is more to do at once. Cheap when nothing is due."""
        more = False
        for work in self._routine:
            every = work.every(self._runtime.figures).seconds
            span = int(clock.now().timestamp()) // every
            if self._last.get(work.name) != span:
                self._last[work.name] = span
                if work.shared or self._ours(f"hotline:routine:{work.name}:{span}", every):
                    more |= self._do(work)
        return more

    def _do(self, work: Recurring) -> bool:
        """One work's trouble holds up neither the others nor the dispatching; /health names it until it is over."""
        more = False
        try:
            more = bool(work.run(self._runtime))
        except Exception as error:  # noqa: BLE001 - whatever it is, what is owed is still to be handed out
            trouble = type(error).__name__
            if self._troubles.get(work.name) != trouble:
                log.error("%s fails: %s\n%s", work.name, trouble, "".join(traceback.format_tb(error.__traceback__)))
            self._troubles[work.name] = trouble
        else:
            self._troubles.pop(work.name, None)
        if more:
            del self._last[work.name]
        self._say(work.name)
        return more

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

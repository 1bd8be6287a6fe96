"""Hands what is due to the workers; without it an owed effect would stay a row in a table (design rule 3)."""

from __future__ import annotations

import logging
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Event

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from hotline import clock, live
from hotline.carrier.twilio import TwilioCarrier
from hotline.domain import alarms, claims
from hotline.domain.act import CLOCK
from hotline.domain.claims import Claimed
from hotline.domain.outbox import Queue
from hotline.errors import Invalid
from hotline.jobs import queues, work
from hotline.jobs.handlers import HANDLERS
from hotline.jobs.rooms import Rooms
from hotline.jobs.routine import Rounds
from hotline.runtime import Runtime

log = logging.getLogger(__name__)
TROUBLE = (RedisError, SQLAlchemyError, OSError)
_ORDERED = frozenset(kind for kind, handler in HANDLERS.items() if handler.ordered)


class Dispatcher:
    """The loop between the outbox and the queues. Any number may run: claiming is by compare-and-set."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._figures = runtime.figures
        # Of its own and with a time limit: a Redis that swallows requests must not hold up what is due for ever.
        seconds = self._figures.carrier.connect_timeout.seconds
        self._redis = Redis.from_url(
            runtime.settings.redis, socket_connect_timeout=seconds, socket_timeout=seconds, retry=None
        )
        self._rounds = Rounds(runtime, self._redis)
        self._rooms = Rooms(self._redis, self._figures)
        self.pause = self._figures.outbox.poll_seconds
        """Seconds until the next look, unless the bell rings."""
        self._steps = clock.Steps()
        self._stop = Event()
        self._in_trouble = False

    def stop(self, *_signal: object) -> None:
        """Finish the turn at hand and leave."""
        self._stop.set()

    def run(self) -> None:
        """Turn until stopped. Neither Redis nor the database being away ends it."""
        with PubSub(self._redis.connection_pool, ignore_subscribe_messages=True) as bell:
            while not self._stop.is_set():
                if not self._attempt(bell):
                    self._stop.wait(self._figures.outbox.poll_seconds)
        self.close()

    def close(self) -> None:
        """Let go of Redis."""
        self._redis.close()

    def turn(self) -> int:
        """Claim what is due and hand it out; how many entries. What a dead worker left comes back first.

        Redis is asked before: nothing is claimed that could not be handed out.
        """
        if queues.is_new(self._redis):
            self._hand_out_anew()
        if not self._due():
            return 0
        most, figures = self._rooms.most(), self._figures.outbox
        if self._rooms.nobody_works:
            self._tell_by_ourselves()
        with self._runtime.act(CLOCK) as act:
            claims.lapse(act)
            rooms = {queue: most[queue] - lie for queue, lie in claims.under_way(act).items()}
            claimed = claims.claim_due(
                act, lease=figures.lease.span, most=figures.batch, rooms=rooms, patience=figures.patience.span
            )
        self.pause = self._pause_after(claimed, rooms)
        self._hand_out(claimed)
        return len(claimed)

    def _hand_out_anew(self) -> None:
        """What Redis forgot is due again at once: waiting for the leases held up everything for a minute (measured).

        But for what must keep its order: the carrier may have it at this moment, though no row says so.
        """
        with self._runtime.act(CLOCK) as act:
            lost = [one for one in queues.lost(self._redis, claims.not_begun(act)) if one.kind not in _ORDERED]
            if not queues.is_new(self._redis):
                return  # another dispatcher was first, and what it has claimed since is on its way
            claims.hand_back(act, lost)
        queues.is_known(self._redis)  # not before: whoever dies amid this leaves it to the next
        if lost:
            log.warning("Redis lost what lay in it: %d entries are handed out anew", len(lost))

    def _due(self) -> bool:
        """Is anything due? What falls due later is looked for at that instant, and not in between."""
        figures = self._figures.outbox
        with self._runtime.look(CLOCK) as act:
            due = claims.next_due(act)
            left = (due - act.at).total_seconds() if due is not None else figures.poll_seconds
        self.pause = min(figures.poll_seconds, max(figures.full_poll_seconds, left))
        return due is not None and left <= 0

    def _tell_by_ourselves(self) -> None:
        """That no worker is there would wait for a worker, so it is told from here."""
        figures = self._figures.outbox
        with self._runtime.act(CLOCK) as act:
            claimed = claims.claim_kind(act, alarms.TELLS, lease=figures.lease.span, most=figures.batch)
        for one in claimed:
            work.perform(one.id, one.attempt)

    def _pause_after(self, claimed: Sequence[Claimed], rooms: Mapping[Queue, int]) -> float:
        """Seconds until the next look: soon, for there may be more, and else it tells when the next falls due.

        Where the workers have all they may have, once they have done a part of it: a turn for every entry that gets
        done cost as much as performing it (measured).
        """
        figures = self._figures.outbox
        taken = {queue: sum(one.queue == queue for one in claimed) for queue in Queue}
        if any(many >= figures.batch for many in taken.values()):
            return figures.full_poll_seconds
        full = any(taken[queue] >= room for queue, room in rooms.items())
        return figures.refill_seconds if full else figures.full_poll_seconds

    def _hand_out(self, claimed: Sequence[Claimed]) -> None:
        """Where Redis does not take them after all they are due again at once, not when their leases run out."""
        left = list(claimed)
        try:
            for queue in Queue:
                queues.hand_out(self._redis, [one for one in left if one.queue == queue], self._figures)
                left = [one for one in left if one.queue != queue]
        except RedisError:
            with self._runtime.act(CLOCK) as act:
                claims.hand_back(act, left)
            raise

    def _attempt(self, bell: PubSub) -> bool:
        """One turn and the wait for the next; False when something was away."""
        try:
            self._mind_the_clock()
            more = self._rounds.turn()
            self.turn()
            if not more:
                self._listen(bell)
        except TROUBLE as error:
            if not self._in_trouble:
                log.error("dispatch waits, something does not answer: %s", type(error).__name__)
            self._in_trouble = True
            return False
        if self._in_trouble:
            log.warning("dispatch goes on")
        self._in_trouble = False
        return True

    def _mind_the_clock(self) -> None:
        """Before anything is judged by a clock that somebody set."""
        step = self._steps.taken()
        if abs(step) >= self._figures.outbox.clock_step.span:
            log.warning("the clock was set by %d s: what is under way is reckoned anew", step.total_seconds())
            work.clock_was_set(self._runtime, step)
            self._steps.mind()

    def _listen(self, bell: PubSub) -> None:
        """Until the bell rings, at most for the pause. Many rings at once are one."""
        if not bell.subscribed:
            bell.subscribe(live.WAKE)
        message = bell.get_message(timeout=self.pause)
        while message is not None:
            message = bell.get_message(timeout=0)


def run(runtime: Runtime) -> None:
    """Dispatch until TERM or Ctrl-C. Without a carrier account nobody is told of alarms where no worker is."""
    with suppress(Invalid):
        work.serve(runtime, TwilioCarrier(runtime.settings.carrier, runtime.figures.carrier))
    dispatcher = Dispatcher(runtime)
    signal.signal(signal.SIGTERM, dispatcher.stop)
    signal.signal(signal.SIGINT, dispatcher.stop)
    dispatcher.run()

"""The whole product on the simulated telephone network; without it a story would be played on an imitation."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import select

from hotline import runtime as runtimes
from hotline.carrier.twilio import TwilioCarrier
from hotline.domain import audit, cases, promises
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.domain.turns import Turn
from hotline.domain.verifying import verify
from hotline.jobs import queues, routine, work
from hotline.jobs.dispatch import Dispatcher
from hotline.jobs.handlers import handlers
from hotline.jobs.worker import Worker
from hotline.simulator import story
from hotline.simulator.board import NumberConfig
from hotline.simulator.clock import ManualClock
from hotline.simulator.courier import Sender
from hotline.simulator.exchange import Exchange
from hotline.simulator.phone import Phone
from hotline.simulator.wire import SimulatedHttpClient, WsgiSender
from hotline.voice import endings
from hotline.web import create_app
from tests import world
from tests.agenda import Agenda
from tests.contract import emitted

STORIES = Path(__file__).parent / "stories"
NOWHERE = world.number(3000).e164  # leads to us, and belongs to no company
SOON = timedelta(seconds=0.1)  # how soon after its time the dispatcher takes what is due


class Hand(Worker):
    """The product's worker, at work for as long as the line is there, and deaf to remote commands.

    Coming and going anew for every effect asked more of Redis than the effects themselves.
    """

    def works(self) -> None:
        """Do what lies on the queue."""
        while (taken := self.dequeue_job_and_maintain_ttl(None)) is not None:
            self.execute_job(*taken)


class Line:
    """The product, the exchange and the engine between them, on one hand-turned clock."""

    grain = 0.0  # seconds by which the clock goes; 0: to the very instant

    def __init__(self, runtime: runtimes.Runtime, cast: world.Cast, at: world.HandClock) -> None:
        self.runtime, self.cast, self.at = runtime, cast, at
        self.app = create_app(runtime)
        self.clock = ManualClock(at.now, self.grain)
        account = runtime.settings.carrier
        self.exchange = Exchange(
            account_sid=account.sid,
            auth_token=account.tokens[0],
            sender=emitted.watched(self.sender()),
            clock=self.clock,
            numbers=[self._number(number) for number in (cast.heat.number, cast.home.number, NOWHERE)],
        )
        wire = SimulatedHttpClient(self.exchange)
        wire.on_request.append(emitted.request)
        work.serve(runtime, TwilioCarrier(account, runtime.figures.carrier, wire, wire.media), handlers(endings.news))
        self.dispatcher = Dispatcher(runtime)
        self._redis = Redis.from_url(runtime.settings.redis)
        self._hands = [self._hand(name) for name in Queue]
        self._stepping = False
        self._agenda = Agenda(runtime)
        self.clock.on_turn.append(self._turned)
        self.clock.stops.append(self._next_due)

    def sender(self) -> Sender:
        """How the exchange's webhooks reach the product: in process."""
        return WsgiSender(self.app, self.runtime.settings.base_url)

    def phone(self, who: str) -> Phone:
        """The telephone of somebody of the cast, or with a number."""
        return Phone(self.exchange, self.numbers.get(who, who), who)

    def rings(self, who: str, firm: str = "heat") -> Phone:
        """Somebody dials a company."""
        return self.phone(who).dial(self.numbers[firm])

    def play(self, text: str) -> None:
        """Play a story; its names are those of the cast."""
        story.play(text, story.Here(self.exchange), self.numbers)

    def tells(self, name: str) -> None:
        """Play a story of tests/stories."""
        self.play((STORIES / f"{name}.txt").read_text("utf-8"))

    def passes(self, **span: float) -> None:
        """So much time goes by, as timedelta counts it; all that falls due is done."""
        self.exchange.advance(timedelta(**span).total_seconds())

    @property
    def numbers(self) -> dict[str, str]:
        """Every name of the cast and the number it is reached at."""
        cast = {field.name: getattr(self.cast, field.name) for field in fields(self.cast)}
        firms = {name: one.number for name, one in cast.items() if isinstance(one, world.Firm)}
        people = {name: one.number.e164 for name, one in cast.items() if isinstance(one, world.Person)}
        return {**firms, **people, "unknown": self.cast.unknown.e164, "nowhere": NOWHERE}

    def look(self) -> AbstractContextManager[Act]:
        """Look into the records."""
        return self.runtime.look(COMMAND)

    def calls(self) -> list[Call]:
        """Every call, oldest first."""
        with self.look() as act:
            return list(act.session.scalars(select(Call).order_by(Call.id)))

    def cases(self) -> list[Case]:
        """Every case, oldest first."""
        with self.look() as act:
            return list(act.session.scalars(select(Case).order_by(Case.id)))

    def case(self) -> Case:
        """The only case there is."""
        found = self.cases()
        assert len(found) == 1, f"{len(found)} cases: {[case.matter for case in found]}"
        return found[0]

    def promised(self, case: Case) -> dict[str, str]:
        """What was promised in a case, and the verdict on it."""
        with self.look() as act:
            return {promise.rule: str(promise.verdict) for promise in promises.of_case(act, case.id)}

    def told(self, case: Case) -> dict[str, str]:
        """What is kept with a case, opened."""
        with self.look() as act:
            return {name: cases.unseal(act, case, value) for name, value in case.details.items()}

    def recordings(self, case: Case) -> list[str]:
        """What was recorded for a case, by the carrier's ids."""
        with self.look() as act:
            return list(act.session.scalars(select(Recording.sid).where(Recording.case_id == case.id)))

    def changes(self, firm: world.Firm, **overrides: Any) -> None:
        """A company has figures of its own."""
        with self.runtime.act(COMMAND) as act:
            act.session.get_one(Company, firm.id).overrides = overrides

    def turns(self, call: Call) -> list[Turn]:
        """What was said and heard in a call."""
        with self.look() as act:
            return list(act.session.scalars(select(Turn).where(Turn.call_id == call.id).order_by(Turn.n)))

    def chain(self, name: str) -> list[tuple[str, Mapping[str, object]]]:
        """The entries of a chain: kind and fields."""
        with self.look() as act:
            return [(entry.kind, entry.fields) for entry in audit.entries(act.session, name)]

    def complaints(self) -> list[str]:
        """What no story may leave behind: warnings of the carrier, an altered log, a matter without owner."""
        found = [f"the carrier: {one.code} {one.message} {one.url}" for one in self.exchange.problems]
        with self.look() as act:
            found += [f"the log: {problem}" for problem in verify(act.session).problems]
            failed = select(OutboxEntry.kind, OutboxEntry.problem).where(OutboxEntry.state == State.FAILED)
            found += [f"given up: {kind}: {problem}" for kind, problem in act.session.execute(failed)]
        return found

    def close(self) -> None:
        """Let go of the connections."""
        self._agenda.close()
        self.dispatcher.close()
        for hand in self._hands:
            hand.register_death()  # type: ignore[no-untyped-call]
        self._redis.close()

    def _number(self, number: str) -> NumberConfig:
        urls = self.runtime.addresses
        return NumberConfig(number, voice_url=urls.inbound(), fallback_url=urls.fallback(), status_url=urls.status())

    def _hand(self, name: Queue) -> Hand:
        queue = queues.queue(self._redis, name, self.runtime.figures)
        made = Hand([queue], connection=self._redis, serializer=JSONSerializer, log_job_description=False)
        made.sign_every = self.runtime.figures.worker.sign_every.span
        made.register_birth()  # type: ignore[no-untyped-call]
        return made

    def _turned(self, now: datetime) -> None:
        """The product's clock follows; what is due is handed out and done."""
        self.at.set(now)
        if self._stepping or self._agenda.is_clear(now):
            return
        self._stepping = True
        try:
            self.performs()
        finally:
            self._stepping = False

    def performs(self) -> None:
        """The clock looks at what was promised; all that is due is handed out and done, and what comes of it.

        Asked for when something is on the agenda: it must know of whatever is done here.
        """
        if self._agenda.looks_at_promises(self.at.now):
            routine.look_at_promises(self.runtime)
        if self._agenda.is_asked():
            routine.lapse_requests(self.runtime)
        while self.dispatcher.turn():
            for hand in self._hands:
                hand.works()

    def _next_due(self) -> datetime | None:
        soonest = self._agenda.soonest()
        return soonest if soonest is None or soonest > self.at.now else self.at.now + SOON


@pytest.fixture
def line(
    runtime: runtimes.Runtime, cast: world.Cast, at: world.HandClock, caplog: pytest.LogCaptureFixture
) -> Iterator[Line]:
    """The product on the line; what it leaves behind is looked at when the story is over.

    A test that means a trouble says so by clearing `line.exchange.problems` or `caplog`.
    """
    made = Line(runtime, cast, at)
    yield made
    found = made.complaints()
    found += [f"logged: {one.message}" for one in caplog.get_records("call") if one.levelno >= logging.ERROR]
    made.close()
    assert not found, "\n".join(found)

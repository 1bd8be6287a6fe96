"""A workshop: the product's jobs with a simulated carrier beside them; each test would otherwise build its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from hotline.carrier.twilio import TwilioCarrier
from hotline.domain import calls, cases, claims, companies, dispatches, outbox, repairs
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.calls import Call
from hotline.domain.calls import State as CallState
from hotline.domain.cases import Kind
from hotline.domain.dispatches import Offer
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import Conflict
from hotline.jobs import routine, work
from hotline.jobs.dispatch import Dispatcher
from hotline.runtime import Runtime
from hotline.simulator.board import NumberConfig
from hotline.simulator.clock import ManualClock
from hotline.simulator.courier import Answer, Sender
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import Text
from hotline.simulator.phone import Phone
from hotline.simulator.wire import SimulatedHttpClient
from hotline.standard.kinds import Scope
from tests.contract import emitted
from tests.world import Cast, HandClock, Person

HOLD_ON = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="zh-CN">请稍等</Say><Pause length="60"/></Response>'
)


def product(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
    """What answers the exchange's webhooks here: a word, then silence. The voice room has tests of its own."""
    return Answer(200, {"content-type": "text/xml"}, HOLD_ON.encode())


def exchange_beside(runtime: Runtime, cast: Cast, at: HandClock, sender: Sender = product) -> Exchange:
    """A simulated carrier with our account and numbers; when its clock is turned, ours follows."""
    account = runtime.settings.carrier
    clock = ManualClock(at.now)
    clock.on_turn.append(at.set)
    return Exchange(
        account_sid=account.sid,
        auth_token=account.tokens[0],
        sender=sender,
        clock=clock,
        numbers=[
            NumberConfig(firm.number, firm.code, "https://hotline.example.com/voice/inbound")
            for firm in (cast.heat, cast.home)
        ],
    )


class Workshop:
    """Dispatcher and worker in one process, the exchange, and the cast's telephones."""

    def __init__(self, runtime: Runtime, cast: Cast, at: HandClock, sender: Sender = product) -> None:
        self.runtime, self.cast, self.at = runtime, cast, at
        self.exchange = exchange_beside(runtime, cast, at, sender)
        client = SimulatedHttpClient(self.exchange)
        client.on_request.append(emitted.request)
        self.carrier = TwilioCarrier(runtime.settings.carrier, runtime.figures.carrier, client, client.media)
        self.dispatcher = Dispatcher(runtime)
        work.serve(runtime, self.carrier)

    def phone(self, person: Person) -> Phone:
        """The telephone of somebody of the cast."""
        return Phone(self.exchange, person.number.e164, person.login)

    def texts(self, person: Person) -> list[Text]:
        """What somebody got in writing."""
        return self.phone(person).texts

    def passes(self, span: timedelta) -> None:
        """So much time goes by, here and at the carrier."""
        self.exchange.advance(span.total_seconds())

    def fault(self, *, kind: Kind = Kind.FAULT) -> int:
        """Mrs. Chen's radiator is cold: a case with a repair and a dispatch; the case's id."""
        with self.runtime.act(COMMAND) as act:
            heat = companies.get(act, self.cast.heat.id)
            case = cases.open(
                act, heat, kind=kind, matter="heating", owner_id=self.cast.lin.id, customer_id=self.cast.chen.id
            )
            address = cases.seal(act, case, "3号楼2单元501")
            repairs.report(act, case, fault_class="heating", answers={}, scope=Scope.IN_SCOPE, address=address)
            return case.id

    def owe(self, kind: str, *, case_id: int | None = None, due: datetime | None = None, **about: Any) -> int:
        """Owe an effect; its entry's id."""
        with self.runtime.act(COMMAND) as act:
            outbox.post(act, kind, case_id=case_id, due=due, **about)
        return self.entries(kind)[-1].id

    def claim(self) -> list[tuple[int, int]]:
        """What a dispatcher would hand out now: (entry, attempt) of each."""
        with self.runtime.act(CLOCK) as act:
            claims.lapse(act)
            figures = self.runtime.figures.outbox
            return [(one.id, one.attempt) for one in claims.claim_due(act, lease=figures.lease.span, most=100)]

    def works(self) -> int:
        """The clock looks at what was promised; all that is due now is performed, and what comes of it; how many."""
        routine.look_at_promises(self.runtime)
        performed = 0
        while claimed := self.claim():
            for entry_id, attempt in claimed:
                work.perform(entry_id, attempt)
            performed += len(claimed)
        return performed

    def works_for(self, span: timedelta, step: timedelta = timedelta(seconds=5)) -> None:
        """Time goes by in steps, and what falls due is performed."""
        end = self.at.now + span
        self.works()
        while self.at.now < end:
            self.passes(step)
            self.works()

    def entries(self, kind: str | None = None) -> list[OutboxEntry]:
        """What is or was owed, in order."""
        query = select(OutboxEntry).order_by(OutboxEntry.id)
        with self.runtime.look(CLOCK) as act:
            return list(act.session.scalars(query if kind is None else query.where(OutboxEntry.kind == kind)))

    def entry(self, kind: str) -> OutboxEntry:
        """The one entry of a kind."""
        (found,) = self.entries(kind)
        return found

    def calls(self) -> list[Call]:
        """The calls that we placed, in order."""
        with self.runtime.look(CLOCK) as act:
            return list(act.session.scalars(select(Call).order_by(Call.id)))

    def offers(self) -> list[Offer]:
        """Who was asked to sign, in order."""
        with self.runtime.look(CLOCK) as act:
            return list(act.session.scalars(select(Offer).order_by(Offer.id)))

    def signs(self, offer: int = -1) -> None:
        """The colleague behind an offer signs, by the link."""
        with self.runtime.act(COMMAND) as act:
            made = dispatches.get_offer(act, self.offers()[offer].id)
            companies.get(act, self.cast.heat.id)
            with suppress(Conflict):
                repairs.sign(act, made)

    def ends(self, call: Call, state: CallState) -> None:
        """News from the carrier, as the voice room takes it: a call has ended."""
        with self.runtime.act(CLOCK) as act:
            row = calls.locked(act, call.id)
            calls.progress(act, row, state=state, sequence=row.sequence + 1, ended_by="them", cause=None)

    def change(self, kind: str, by: Callable[[OutboxEntry], Any]) -> None:
        """Change the one entry of a kind in the database."""
        with self.runtime.act(COMMAND) as act:
            by(act.session.get_one(OutboxEntry, self.entry(kind).id))

    def states(self) -> dict[str, str]:
        """Kind and state of the last entry of each kind."""
        return {entry.kind: State(entry.state).value for entry in self.entries()}

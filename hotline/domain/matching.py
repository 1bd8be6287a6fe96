"""Who answers whom; without it two agents could be rung for one caller, or one agent for two (OWN-4, OWN-5)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from hotline.domain import attempts, calls, companies, desk, offers, outbox, parties, seats, staff, waits
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.cases import Case
from hotline.domain.offers import AgentOffer as AgentOffer
from hotline.domain.offers import Answer as Answer
from hotline.domain.seats import Seat
from hotline.domain.waits import Place, Wait, Why
from hotline.errors import Conflict
from hotline.standard.rules import Standard

FIRST_STEP = "agent-ring"


def next_match(act: Act, *, words_version: str) -> AgentOffer | None:
    """Bring the next caller and an agent together: an offer, its call, and the ring that is owed. None: no such two.

    It waits for no other act, so that many may be brought together in one. A caller whose row another act holds is not
    passed over, or a later one would overtake: the look is owed again.
    """
    if not seats.anybody_free(act):
        return None
    rooms: dict[int, Room] = {}
    waiting = waits.line(act, states=waits.TO_MATCH)
    asked = waits.asked_for(act, *(wait.id for wait in waiting))
    for wait in waiting:
        if wait.company_id not in rooms:
            rooms[wait.company_id] = _room(act, wait.company_id)
        if not rooms[wait.company_id].candidates(act, wait, asked[wait.id]):
            continue
        try:
            offer = _take(act, wait.id, words_version)
        except _Held:
            outbox.post(act, "match-line", urgent=True)
            return None
        if offer is not None:
            return offer
    return None


@dataclass(frozen=True)
class Room:
    """The seats of the group as they are at one moment, the longest idle first, as one company's standard sees them."""

    serving: list[Seat]
    free: set[int]  # who could be rung
    standard: Standard

    def candidates(self, act: Act, wait: Wait, asked: waits.Asked) -> list[Seat]:
        """Who may be rung for this caller now, in order; empty while the owner is still waited for (OWN-5).

        Callers are answered in their language as long as anybody serves who speaks it. Who let it ring comes last.
        """
        if not self.free or wait.state not in waits.TO_MATCH or not may_be_rung(act, wait, self.standard):
            return []
        figures = self.standard.desk
        not_now = asked.not_now(figures.away_after, act.at - figures.decline_lasts.span)
        able = [seat for seat in self.serving if seat.staff_id not in not_now]
        waited_for = wait.wanted_until is not None and act.at < wait.wanted_until
        if waited_for and not any(asked.missed[seat.staff_id] for seat in able if seat.staff_id == wait.wanted_id):
            able = [seat for seat in able if seat.staff_id == wait.wanted_id] or able
        speakers = [seat for seat in able if seat.speaks(wait.language) or seat.staff_id == wait.wanted_id]
        free = [seat for seat in speakers or able if seat.staff_id in self.free]

        def turn(seat: Seat) -> tuple[int, bool, bool]:
            return asked.missed[seat.staff_id], seat.staff_id != wait.wanted_id, seat.company_id != wait.company_id

        return sorted(free, key=turn)


def _room(act: Act, company_id: int) -> Room:
    companies.get(act, company_id)
    group = companies.group(act)
    # Whoever another call of ours rings or holds just now would only be found busy, however long that call: of one
    # whose end was never told the carrier is asked every few minutes.
    free = {seat.staff_id for seat in seats.free(act, group) if not calls.is_on_the_line(act, seat.staff_id)}
    free -= parties.engaged(act)
    return Room(seats.serving(act, group), free, act.standard)


def may_be_rung(act: Act, wait: Wait, standard: Standard) -> bool:
    """Whoever asked to be rung is not rung in their sleep, unless they asked for it just now (FLT-7).

    Nor while they are still on the line, where they would be found busy; an engaged line is tried a little later.
    """
    if not wait.kept:
        return True
    rung_at = wait.offered_at if wait.why == Why.BUSY else None
    if rung_at is not None and act.at < rung_at + standard.answering.long_wait.span:
        return False
    if attempts.is_over(act, wait) or _is_on_the_line(act, wait):
        return False
    if act.at < wait.since + standard.desk.longest_wait.span and not attempts.holds(act, wait):
        return True
    return attempts.may_be_rung(act, wait, standard)


def _is_on_the_line(act: Act, wait: Wait) -> bool:
    """Is whoever is to be rung back in a call with us already, this one or another?"""
    if wait.call_id is not None and act.session.get_one(Call, wait.call_id).state not in FINAL:
        return True
    return wait.customer_id is not None and calls.is_customer_on_the_line(act, wait.customer_id)


class _Held(Exception):
    """Another act holds the row of the caller whose turn it is."""


def _take(act: Act, wait_id: int, words_version: str) -> AgentOffer | None:
    """Claim this caller and the first who can be had for them; in vain, nothing stays locked.

    Raises _Held when another act has to do with this caller just now.
    """
    with act.session.begin_nested() as attempt:
        wait = waits.locked_at_once(act, wait_id)
        if wait is None:
            raise _Held
        asked = waits.asked_for(act, wait.id)[wait.id]
        for seat in _room(act, wait.company_id).candidates(act, wait, asked):
            if seats.claim(act, seat.staff_id, wait.id):
                _claim(act, wait, seat.staff_id)
                return _offer(act, wait, seat.staff_id, words_version)
        attempt.rollback()
    return None


def _claim(act: Act, wait: Wait, staff_id: int) -> None:
    """By compare-and-set. Raises Conflict for whoever was matched, left or hung up meanwhile."""
    query = update(Wait).where(Wait.id == wait.id, Wait.state.in_(waits.TO_MATCH)).returning(Wait.id)
    taken = query.values(state=Place.OFFERED, agent_id=staff_id, offered_at=act.at)
    if act.session.scalar(taken.execution_options(synchronize_session=False)) is None:
        raise Conflict("this caller does not wait any more")
    act.session.refresh(wait)


def _offer(act: Act, wait: Wait, staff_id: int, words_version: str) -> AgentOffer:
    owner_id, our_number = _called_for(act, wait)
    offer = AgentOffer(
        wait_id=wait.id, staff_id=staff_id, n=offers.made(act, wait.id) + 1, rung_at=act.at, answer=Answer.RINGING
    )
    act.session.add(offer)
    act.session.flush()
    leg = calls.place(
        act,
        companies.get(act, wait.company_id),
        colleague=staff.get(act, staff_id),
        case_id=wait.case_id,
        owner_id=owner_id,
        our_number=our_number,
        first_step=FIRST_STEP,
        words_version=words_version,
        slots={"wait": wait.id, offers.SLOT: offer.id},
    )
    offer.call_id = leg.id
    act.session.flush()
    act.remember(wait.chain, "agent-offered", offer=offer.id, to=staff_id, wait=wait.id)
    outbox.post(act, "place-call", key=f"place-{leg.id}", urgent=True, emergency=wait.emergency, call=leg.id)
    act.news |= {"line", f"seat:{staff_id}"}
    return offer


def _called_for(act: Act, wait: Wait) -> tuple[int, str]:
    """Who answers for the caller, and by which number they know us; of one whom nobody rang yet, by their case."""
    if wait.call_id is not None:
        caller = act.session.get_one(Call, wait.call_id)
        return caller.owner_id, caller.our_number
    case = act.session.get_one(Case, wait.case_id)
    return case.owner_id, companies.number_of(act, companies.get(act, wait.company_id))


def of_call(act: Act, call: Call) -> AgentOffer | None:
    """The offer that a placed call carries, locked after its caller's call and wait; None for another call.

    The leg is locked already. Locks are taken in one order everywhere: staff leg, customer's call, wait, offer, seat.
    """
    found = act.session.execute(
        select(AgentOffer.id, AgentOffer.wait_id, Wait.call_id)
        .join(Wait, Wait.id == AgentOffer.wait_id)
        .where(AgentOffer.call_id == call.id)
    ).first()
    if found is None:
        return None
    if found.call_id is not None:
        calls.locked(act, found.call_id)
    waits.locked(act, found.wait_id)
    return act.session.get_one(AgentOffer, found.id, with_for_update=True, populate_existing=True)


def wait_of(act: Act, offer: AgentOffer) -> Wait:
    """The wait of an offer, locked, its company's standard chosen."""
    return waits.locked(act, offer.wait_id)


def heard(act: Act, offer: AgentOffer) -> None:
    """The agent's telephone was picked up, by a person or by a machine; the whisper is told. How soon is noted."""
    if offer.answer != Answer.RINGING:
        return
    offers.answer(act, offer, Answer.HEARD, chain=wait_of(act, offer).chain)
    if offer.call_id is not None:
        leg = calls.locked(act, offer.call_id)
        rang = calls.instant(leg.slots[calls.RANG]) if calls.RANG in leg.slots else offer.rung_at
        calls.answered(act, leg, millis=round((act.at - rang).total_seconds() * 1000), kind=calls.AGENT_ANSWERED)


def accept(act: Act, offer: AgentOffer) -> Wait:
    """The agent pressed the key: the caller is theirs. Accepting twice is accepting once.

    Raises Conflict when the caller is gone, or the offer was withdrawn or answered otherwise.
    """
    wait = wait_of(act, offer)
    if offer.answer == Answer.ACCEPTED:
        return wait
    if offer.answer not in offers.OPEN or wait.state != Place.OFFERED:
        raise Conflict("this caller is not waiting for you any more")
    if wait.kept and (attempts.is_over(act, wait) or _is_on_the_line(act, wait)):
        offers.withdraw(act, wait.id, chain=wait.chain)
        wait.state, wait.agent_id = Place.KEPT, None
        raise Conflict("this customer is in a call with us already")
    offers.answer(act, offer, Answer.ACCEPTED, chain=wait.chain)
    seats.talking(act, seats.locked(act, offer.staff_id))
    desk.connected(act, wait)
    act.news |= {"line", f"seat:{offer.staff_id}"}
    return wait


def turned_down(act: Act, offer: AgentOffer, what: Answer) -> None:
    """The agent did not take the caller, who goes back to their place. Who declined is asked again a little later, who
    let it ring at once, each once, when nobody else is free.

    When everybody was asked in vain the caller leaves the line (design rule 8). An answer stands; a later one changes
    nothing.
    """
    wait = wait_of(act, offer)
    if offer.answer not in offers.OPEN:
        return
    offers.answer(act, offer, what, chain=wait.chain)
    seat = seats.locked(act, offer.staff_id)
    if what is Answer.DECLINED:
        seats.talking(act, seat)
    if seat.wait_id == wait.id:
        seats.let_go(act, seat, missed=what in offers.UNANSWERED)
    if wait.state == Place.OFFERED and wait.agent_id == offer.staff_id:
        wait.state, wait.agent_id = Place.KEPT if wait.kept else Place.WAITING, None
        act.session.flush()
        desk.leave_in_vain(act, wait)
    act.news.add("line")
    outbox.post(act, "match-line", urgent=True, emergency=wait.emergency)
    if what is Answer.DECLINED:
        outbox.post(act, "match-line", due=act.at + act.standard.desk.decline_lasts.span, urgent=True)

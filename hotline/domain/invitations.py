"""Telephones ring to bring people together; without it nobody could be asked in or rung back (SEC-5)."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import attempts, calls, cases, companies, outbox, owed_calls, parties, seats
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.owed_calls import number_of_customer as number_of_customer
from hotline.domain.parties import Meeting, Mode, Party, Role
from hotline.domain.seats import Seat
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Refused

# The first steps of these calls; the names are those of the table of steps.
CALLED_BACK, JOIN_RING = "called-back", "join-ring"


def ring_customer(act: Act, meeting: Meeting, *, words_version: str) -> Party:
    """The customer of the meeting's case is rung; whoever is meant to talk to them waits already (ANS-14)."""
    if meeting.case_id is None:
        raise Refused("a customer is rung about a case alone: open one first (SEC-5)")
    company, case = companies.get(act, meeting.company_id), cases.get(act, meeting.case_id)
    call = owed_calls.placed(act, case, company, CALLED_BACK, words_version, meeting=meeting.id)
    calls.answered_by(act, call, meeting.agent_id)
    party = parties.add(act, meeting, call, Role.CUSTOMER)
    attempts.rung(act, case, call)
    outbox.post(act, "place-call", key=f"place-{call.id}", case_id=case.id, urgent=True, call=call.id)
    return party


def take_seat(act: Act, person: Staff) -> None:
    """A colleague is asked into a call: their seat takes no caller meanwhile. Raises Conflict when they are in one.

    A seat that another act holds is not waited for: two agents who ask one another in at once would wait for ever.
    """
    seat = act.session.scalar(
        select(Seat)
        .where(Seat.staff_id == person.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if seat is None and act.session.get(Seat, person.id) is None:
        seat = seats.of(act, person)
    if seat is None or seat.status == seats.Status.BUSY or parties.of_staff(act, person.id) is not None:
        raise Conflict(f"{person.name} is in a call")
    seats.engage(act, seat)


def ring(
    act: Act,
    meeting: Meeting,
    person: Staff,
    role: Role,
    *,
    words_version: str,
    mode: Mode = Mode.TALK,
    handover_id: int | None = None,
) -> Party:
    """Owe a colleague's telephone the call that asks them into a meeting."""
    company = companies.get(act, meeting.company_id)
    customers_call = act.session.get(Call, meeting.call_id) if meeting.call_id is not None else None
    case_id = customers_call.case_id if customers_call else meeting.case_id
    call = calls.place(
        act,
        company,
        colleague=person,
        case_id=case_id,
        owner_id=customers_call.owner_id if customers_call else meeting.agent_id,
        our_number=companies.number_of(act, company),
        first_step=JOIN_RING,
        words_version=words_version,
        slots={"meeting": meeting.id},
    )
    party = parties.add(act, meeting, call, role, mode=mode, handover_id=handover_id)
    outbox.post(act, "place-call", key=f"place-{call.id}", case_id=case_id, urgent=True, call=call.id)
    return party

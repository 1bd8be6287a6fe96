"""What is at my desk this moment: a ringing caller, a call, its form; without it an agent would pick up unprepared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from hotline.console import asking, discretion, people, words
from hotline.domain import anonymity, attempts, cases, parties, waits, wanted
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.desk import Wait
from hotline.domain.parties import Meeting, Party
from hotline.domain.seats import Seat, Status
from hotline.domain.wanted import Reason

_CONTACTS = 3  # the last ones, shown beside the call


@dataclass(frozen=True)
class Caller:
    """Who is calling and why, as far as may be shown: number and name masked, matters of the company they rang."""

    call: Call | None  # none where a customer is rung back, once an agent accepts it
    company_id: int
    language: str
    slow: bool
    number: str
    name: str | None
    matter: Case | None
    wait: Wait | None
    waits_since: datetime | None  # to be answered by a person, or to be rung back
    why: Reason | None
    matters: list[Case]
    contacts: list[Call]

    def wanted_for(self, staff_id: int) -> Reason | None:
        """Why the caller is put through to this agent before others; None where there is no reason (OWN-5)."""
        return self.why if self.wait is not None and self.wait.wanted_id == staff_id else None


@dataclass(frozen=True)
class Now:
    """`state`: idle, ringing, asked, in-call or wrap-up. `me`: my own part in the meeting."""

    state: str
    caller: Caller | None = None
    meeting: Meeting | None = None
    me: Party | None = None
    parties: list[Party] = field(default_factory=list)

    @property
    def i_lead(self) -> bool:
        """Am I the one who answers for this conversation, and not a guest?"""
        return self.meeting is not None and self.me is not None and self.me.staff_id == self.meeting.agent_id

    @property
    def i_am_rung(self) -> bool:
        """Does my telephone ring for a meeting: a colleague asks me in, or I call a customer?"""
        comes = self.meeting is not None and (self.state == "asked" or self.meeting.wait_id is None)
        return comes and self.me is not None and self.me.state in parties.EXPECTED

    @property
    def i_write(self) -> bool:
        """Do I write down what the customer tells: as who answers for the conversation, and in the wrap-up after it?"""
        return self.state == "wrap-up" or (self.state == "in-call" and self.i_lead)

    @property
    def customer_in(self) -> bool:
        """Is the customer in the meeting now?"""
        return any(party.role == parties.Role.CUSTOMER and party.state == parties.State.IN for party in self.parties)

    @property
    def waited_since(self) -> datetime | None:
        """Since when the caller waits to be answered by a person."""
        return self.caller.waits_since if self.caller is not None else None

    @staticmethod
    def is_present(party: Party) -> bool:
        """Is this one in the meeting, or asked into it?"""
        return party.state in parties.PRESENT

    def to_give(self, staff_id: int) -> list[Case]:
        """The open matters of this call that this colleague owns, and so may hand over (OWN-2)."""
        if self.caller is None:
            return []
        told = [case for case in (self.caller.matter, *self.caller.matters) if case is not None]
        return [case for case in dict.fromkeys(told) if case.state == "open" and case.owner_id == staff_id]

    @property
    def call_id(self) -> int | None:
        """The customer's call that the form is about."""
        return self.caller.call.id if self.caller is not None and self.caller.call is not None else None


def of(act: Act, seat: Seat) -> Now:
    """Read what this seat is busy with; nothing is locked, the page is asked for often."""
    party = parties.of_staff(act, seat.staff_id)
    if party is not None:
        return _meeting(act, act.session.get_one(Meeting, party.meeting_id), party)
    if seat.status == Status.BUSY and seat.wait_id is not None:
        wait = act.session.get_one(Wait, seat.wait_id)
        call = act.session.get(Call, wait.call_id) if wait.call_id is not None else None
        return Now("ringing", caller=caller(act, call) if call is not None else _rung_back(act, wait))
    if seat.status == Status.WRAP_UP:
        call = _last_call(act, seat.staff_id)
        return Now("wrap-up", caller=caller(act, call) if call else None)
    return Now("idle")


def caller(act: Act, call: Call) -> Caller:
    """Who is at the other end of a customer's call. Of an anonymous matter nothing leads to the caller (CMP-10).

    Nor does anything here lead to a complaint that is hidden from whoever looks.
    """
    wait = waits.shown(act, call)
    matter_id = people.case_of(call) or (wait.case_id if wait else None)
    unnamed = anonymity.told_in(call)
    customer_id = None if unnamed else call.customer_id
    return Caller(
        call=call,
        company_id=call.company_id,
        language=call.language,
        slow=call.slow,
        number=people.caller(call, {}, people.masked_numbers(act, [customer_id])),
        name=people.masked_name(act, customer_id),
        matter=None if unnamed or matter_id is None else _shown(act, act.session.get_one(Case, matter_id)),
        wait=wait,
        waits_since=_since(act, wait) if wait is not None else call.started_at,
        why=wanted.reason(act, wait) if wait is not None else None,
        matters=_matters(act, customer_id, call.company_id),
        contacts=_contacts(act, customer_id, call.company_id, but=call.id),
    )


def _since(act: Act, wait: Wait) -> datetime:
    return min(wait.joined_at, attempts.waits_since(act, wait))


def _rung_back(act: Act, wait: Wait) -> Caller:
    """Who will be rung back once the agent accepts it: no call of theirs rings yet."""
    customer = act.session.get(Customer, wait.customer_id) if wait.customer_id is not None else None
    matter = act.session.get(Case, wait.case_id) if wait.case_id is not None else None
    return Caller(
        call=None,
        company_id=wait.company_id,
        language=wait.language,
        slow=customer is not None and customer.slow,
        number=people.rung_numbers(act, [matter] if matter else []).get(wait.case_id or 0)
        or words.text("who.withheld"),
        name=people.masked_name(act, wait.customer_id),
        matter=_shown(act, matter) if matter is not None else None,
        wait=wait,
        waits_since=_since(act, wait),
        why=wanted.reason(act, wait),
        matters=_matters(act, wait.customer_id, wait.company_id),
        contacts=_contacts(act, wait.customer_id, wait.company_id, but=None),
    )


def _meeting(act: Act, meeting: Meeting, me: Party) -> Now:
    state = "in-call" if me.state == parties.State.IN or me.staff_id == meeting.agent_id else "asked"
    call = act.session.get(Call, meeting.call_id) if meeting.call_id is not None else None
    return Now(state, caller(act, call) if call else None, meeting, me, parties.of(act, meeting))


def _last_call(act: Act, staff_id: int) -> Call | None:
    """The customer's call in which this one of us was last; a handed-over meeting has another agent meanwhile."""
    query = select(Call).join(Meeting, Meeting.call_id == Call.id).join(Party, Party.meeting_id == Meeting.id)
    mine = query.where(Party.staff_id == staff_id, Party.joined_at.is_not(None))
    return act.session.scalar(mine.order_by(Party.joined_at.desc(), Party.id.desc()).limit(1))


def _matters(act: Act, customer_id: int | None, company_id: int) -> list[Case]:
    if customer_id is None:
        return []
    known = [case for case in cases.open_of(act, customer_id) if case.company_id == company_id]
    return [case for case in known if _shown(act, case) is not None]


def _shown(act: Act, case: Case) -> Case | None:
    return case if discretion.shows(act, asking.person(), case) else None


def _contacts(act: Act, customer_id: int | None, company_id: int, *, but: int | None) -> list[Call]:
    if customer_id is None:
        return []
    query = (
        select(Call)
        .where(Call.customer_id == customer_id, Call.company_id == company_id, Call.id != (but or 0))
        .where(discretion.calls(asking.person()))
    )
    newest = act.session.scalars(query.order_by(Call.started_at.desc(), Call.id.desc()).limit(_CONTACTS * 2))
    return [call for call in newest if not anonymity.told_in(call)][:_CONTACTS]

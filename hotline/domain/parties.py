"""Who is in which conversation, and on which leg; without it nobody could say who heard what (SEC-1, ANS-13)."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import anonymity, calls, companies, desk, staff
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.desk import Wait
from hotline.domain.seats import Seat
from hotline.errors import NotFound


class Stage(StrEnum):
    """How far a meeting is."""

    GATHERING = "gathering"  # asked together, not yet met
    TALKING = "talking"
    ENDED = "ended"


class Role(StrEnum):
    """What somebody is to a conversation."""

    CUSTOMER = "customer"
    AGENT = "agent"
    EXPERT = "expert"
    RECEIVER = "receiver"  # is asked to take the matter over (OWN-2)
    SUPERVISOR = "supervisor"


class Mode(StrEnum):
    """How somebody takes part: heard by all, by nobody, or by the agent alone."""

    TALK = "talk"
    LISTEN = "listen"
    COACH = "coach"


class State(StrEnum):
    """Where somebody who was asked into a conversation stands."""

    ASKED = "asked"
    RINGING = "ringing"
    IN = "in"
    LEFT = "left"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


class Recording(StrEnum):
    """Where the recording of a conversation stands; a meeting without one is not recorded."""

    WANTED = "wanted"
    ON = "on"
    PAUSED = "paused"


LEADS = (staff.Role.SUPERVISOR, staff.Role.MANAGER, staff.Role.GENERAL_MANAGER)
EXPECTED = (State.ASKED, State.RINGING)
PRESENT = (*EXPECTED, State.IN)
_PRESENT = text("state IN ('asked', 'ringing', 'in')")
_GOES_ON = text("state <> 'ended'")


class Meeting(Base):
    """A conversation of a customer with people of ours. `name` is the carrier's conference: it says nothing."""

    __tablename__ = "meetings"
    __table_args__ = (
        Index(
            "uq_meetings_agent_now", "agent_id", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON
        ),  # nobody has two callers
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)  # the customer's
    wait_id: Mapped[int | None] = mapped_column(ForeignKey("waits.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str] = mapped_column(String(12), default=Stage.GATHERING)
    sid: Mapped[str | None] = mapped_column(String(34), unique=True)
    began_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]  # since when the customer hears the pause, in a pause (ANS-13)
    held_seconds: Mapped[int] = mapped_column(default=0)
    ending: Mapped[bool] = mapped_column(default=False)  # ended on purpose
    dropped: Mapped[bool] = mapped_column(default=False)  # our line broke
    recording: Mapped[str | None] = mapped_column(String(8))


class Party(Base):
    """Somebody asked into a meeting, on one leg."""

    __tablename__ = "parties"
    __table_args__ = (
        Index(
            "uq_parties_call_now", "call_id", unique=True, sqlite_where=_PRESENT, postgresql_where=_PRESENT
        ),  # a leg is in one conversation at most
        Index(
            "uq_parties_staff_now", "staff_id", unique=True, sqlite_where=_PRESENT, postgresql_where=_PRESENT
        ),  # and so is a colleague
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    mode: Mapped[str] = mapped_column(String(8), default=Mode.TALK)
    state: Mapped[str] = mapped_column(String(12), default=State.ASKED)
    asked_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))

    @property
    def talks(self) -> bool:
        """Is this one of us whom the customer hears?"""
        return self.role != Role.CUSTOMER and self.mode == Mode.TALK


def open_meeting(act: Act, *, agent_id: int, company_id: int, wait: Wait | None, case_id: int | None) -> Meeting:
    """A meeting that nobody is in yet; its name tells nothing (contract 9)."""
    meeting = Meeting(
        name=secrets.token_hex(16),
        company_id=company_id,
        wait_id=wait.id if wait else None,
        case_id=case_id,
        agent_id=agent_id,
        state=Stage.GATHERING,
        began_at=act.at,
        held_seconds=0,
    )
    act.session.add(meeting)
    act.session.flush()
    return meeting


def add(
    act: Act, meeting: Meeting, call: Call, role: Role, *, mode: Mode = Mode.TALK, handover_id: int | None = None
) -> Party:
    """Note that this leg belongs into the meeting; the customer's is the meeting's call."""
    if role is Role.CUSTOMER:
        meeting.call_id = call.id
    party = Party(
        meeting_id=meeting.id,
        call_id=call.id,
        role=role,
        staff_id=None if role is Role.CUSTOMER else call.staff_id,
        mode=mode,
        state=State.ASKED,
        asked_at=act.at,
        handover_id=handover_id,
    )
    act.session.add(party)
    act.session.flush()
    return party


def locked(act: Act, meeting_id: int) -> Meeting:
    """The meeting, locked after what is locked before it everywhere: customer's call, wait, seats.

    Its company's standard is chosen. Raises NotFound.
    """
    act.session.flush()
    of = select(Meeting.call_id, Meeting.wait_id).where(Meeting.id == meeting_id)
    row = act.session.execute(of).first()
    if row is None:
        raise NotFound(f"there is no meeting {meeting_id}")
    if row.call_id is not None:
        calls.locked(act, row.call_id)
    if row.wait_id is not None:
        desk.locked(act, row.wait_id)
    people = select(Party.staff_id).where(Party.meeting_id == meeting_id, Party.state.in_(PRESENT))
    theirs = select(Seat).where(Seat.staff_id.in_(people)).order_by(Seat.staff_id).with_for_update()
    act.session.scalars(theirs.execution_options(populate_existing=True)).all()
    meeting = act.session.get_one(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    companies.get(act, meeting.company_id)
    return meeting


def of(act: Act, meeting: Meeting) -> list[Party]:
    """Everybody who was asked into a meeting, in that order, as it stands now."""
    query = select(Party).where(Party.meeting_id == meeting.id).order_by(Party.id)
    return list(act.session.scalars(query.execution_options(populate_existing=True)))


def present(act: Act, meeting: Meeting) -> list[Party]:
    """Who is in a meeting or asked into it."""
    return [party for party in of(act, meeting) if party.state in PRESENT]


def with_role(act: Act, meeting: Meeting, role: Role) -> Party | None:
    """Who is in a meeting, or asked into it, as this."""
    return next((party for party in present(act, meeting) if party.role == role), None)


def of_call(act: Act, call: Call) -> Party | None:
    """The party whose leg this call is; of a customer who met several of us the last."""
    return act.session.scalar(select(Party).where(Party.call_id == call.id).order_by(Party.id.desc()).limit(1))


def of_staff(act: Act, staff_id: int) -> Party | None:
    """Where a colleague takes part now, or is asked to."""
    return act.session.scalar(select(Party).where(Party.staff_id == staff_id, Party.state.in_(PRESENT)))


def customer_lives(act: Act, meeting: Meeting) -> bool:
    """Is the customer there to be told anything: in the meeting, or on the line and on the way into it?

    Whoever was rung is there once they said so: until then it may be a machine (design rule 8).
    """
    party = with_role(act, meeting, Role.CUSTOMER)
    if party is None:
        return False
    call = act.session.get_one(Call, party.call_id)
    on_the_line = call.answered_at is not None and (call.direction == "in" or "accepted" in call.slots)
    return call.state not in FINAL and (party.state == State.IN or on_the_line)


def engaged(act: Act) -> set[int]:
    """Everybody of ours who takes part in a conversation now, or is asked to; also where news of its end was lost."""
    return set(act.session.scalars(select(Party.staff_id).where(Party.staff_id.is_not(None), Party.state.in_(PRESENT))))


def successors(act: Act, meeting: Meeting) -> list[Party]:
    """Who could go on with the customer when the agent leaves: they are in, talk, and have a desk to do it at.

    An engineer helps in a conversation, and has no page on which to hold or end it or to write it up.
    """
    return [
        party
        for party in present(act, meeting)
        if party.talks
        and party.state == State.IN
        and party.staff_id not in (None, meeting.agent_id)
        and staff.get(act, party.staff_id or 0).has(*staff.ANSWERS)
    ]


def takes_part(act: Act, staff_id: int, call_id: int) -> bool:
    """Is or was a colleague in a conversation with this customer's call, or are they asked into it now?"""
    query = (
        select(Party.id)
        .join(Meeting, Meeting.id == Party.meeting_id)
        .where(Meeting.call_id == call_id, Party.staff_id == staff_id)
        .where(or_(Party.joined_at.is_not(None), Party.state.in_(PRESENT)))
    )
    return act.session.scalar(query.limit(1)) is not None


def coached_leg(act: Act, meeting: Meeting) -> int | None:
    """The id of the agent's call, by whom alone a coach is heard (contract 5, `coach`); None when no agent is in."""
    party = next((one for one in present(act, meeting) if one.staff_id == meeting.agent_id and one.talks), None)
    return party.call_id if party else None


def note(act: Act, meeting: Meeting, kind: str, **fields: Any) -> None:
    """An entry on the chain of the customer's call, and of the case where there is one.

    A call in which an anonymous matter was told is on no case's chain, or the case would name its caller (CMP-10).
    """
    case_id = meeting.case_id
    if meeting.call_id is not None:
        act.remember(f"call:{meeting.call_id}", kind, meeting=meeting.id, **fields)
        call = act.session.get_one(Call, meeting.call_id)
        case_id = None if anonymity.told_in(call) else call.case_id or case_id
    if case_id is not None:
        act.remember(f"case:{case_id}", kind, meeting=meeting.id, call=meeting.call_id, **fields)
    changed(act, meeting.id)


def changed(act: Act, meeting_id: int) -> None:
    """Tell the pages that show this conversation, and of the desks only theirs who are or were asked into it."""
    theirs = select(Party.staff_id).where(Party.meeting_id == meeting_id, Party.staff_id.is_not(None))
    act.news |= {f"meeting:{meeting_id}", *(f"seat:{staff_id}" for staff_id in act.session.scalars(theirs))}

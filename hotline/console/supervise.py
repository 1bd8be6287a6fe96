"""A supervisor listens, coaches or joins a call; without it help would come after the customer has hung up (PPL-3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, refused, rights, words
from hotline.domain import controls, hearers, parties
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.parties import Meeting, Mode, Party, Stage
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused

STOP = "stop"
MODES = (Mode.LISTEN, Mode.COACH, Mode.TALK)


@dataclass(frozen=True)
class Watched:
    """A conversation as a supervisor sees it; `me`: my own part in it, where I have one."""

    meeting: Meeting
    parties: list[Party]
    me: Party | None
    may: bool

    @property
    def agent_id(self) -> int:
        """Who of us answers for it."""
        return self.meeting.agent_id


def watched(act: Act, person: Staff, meeting: Meeting, known: Collection[int]) -> Watched:
    """Read a conversation, and what this person may do in it; `known`: those that are not hidden from them (CMP-10)."""
    inside = parties.present(act, meeting)
    me = next((party for party in inside if party.staff_id == person.id), None)
    may = rights.may_open(person, "console.supervise") and rights.may_lead(act, person, meeting.company_id)
    may = may and meeting.id in known
    guest = me is None or me.role == parties.Role.SUPERVISOR
    return Watched(meeting, inside, me, may and guest)


def of_call(act: Act, person: Staff, call: Call) -> Watched | None:
    """The conversation of a customer's call while it goes on; None before, afterwards, and for who may not lead."""
    query = select(Meeting).where(Meeting.call_id == call.id, Meeting.state != Stage.ENDED).limit(1)
    meeting = act.session.scalar(query)
    found = watched(act, person, meeting, hearers.known(act, person, [meeting.id])) if meeting else None
    return found if found and found.may else None


def supervise(meeting_id: int) -> ResponseReturnValue:
    """Listen, coach, join, take part in another way, or stop; each is in the log (PPL-3).

    A conversation that is hidden from whoever asks is none (CMP-10); they may leave it.
    """
    mode = request.form.get("mode", "")
    if mode not in (*MODES, STOP):
        raise Invalid("one listens, coaches or joins")
    problem = None
    try:
        with asking.runtime().act(asking.actor()) as act:
            meeting = act.session.get(Meeting, meeting_id)
            if meeting is None or not _may(act, meeting, mode):
                raise NotFound(f"there is no conversation {meeting_id} of yours")
            call_id = meeting.call_id
            _take_part(act, meeting, mode)
    except (Conflict, Refused):
        problem = words.text("desk.not-now")
    return _back(call_id, problem)


def _may(act: Act, meeting: Meeting, mode: str) -> bool:
    person = asking.person()
    return rights.may_lead(act, person, meeting.company_id) and (mode == STOP or hearers.may_know(act, person, meeting))


def _take_part(act: Act, meeting: Meeting, mode: str) -> None:
    person = asking.person()
    party = parties.of_staff(act, person.id)
    inside = party is not None and party.meeting_id == meeting.id
    if mode == STOP and inside:
        controls.stop(act, meeting, person.id, person.id)
    elif mode != STOP and inside:
        controls.change_mode(act, meeting, person.id, Mode(mode))
    elif mode != STOP:
        controls.supervise(act, meeting, act.session.get_one(Staff, person.id), Mode(mode))


def _back(call_id: int | None, problem: str | None) -> ResponseReturnValue:
    """To the page that the form stood on: the call's, or the floor."""
    from_call = request.form.get("on") == "call" and call_id is not None
    page = url_for("console.one_call", call_id=call_id) if from_call else url_for("console.floor")
    if problem is None:
        return redirect(page, 303)
    return refused.back_to(page, problem=problem) or redirect(page, 303)

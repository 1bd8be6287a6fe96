"""One call from ring to end: what was said, who was rung and who came in, and where nothing is on record (REC-1).

Without it the minutes between two keys would look like nothing: somebody waited there, or spoke with an agent, or the
line was silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.console import people
from hotline.console.story import Told
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.offers import AgentOffer
from hotline.domain.parties import Meeting, Party
from hotline.domain.waits import Place, Wait


@dataclass(frozen=True)
class Event:
    """Something that happened to a call beside its turns: who it was of us, how it ended, how long it took."""

    at: datetime
    kind: str
    who: str = ""
    how: str = ""
    took: timedelta | None = None


@dataclass(frozen=True)
class Step:
    """A turn or an event, and the silence before it where that was longer than callers are left without a word."""

    at: datetime
    turn: Told | None = None
    event: Event | None = None
    silence: timedelta | None = None


_Spans = list[tuple[datetime, datetime]]


def of_call(act: Act, call: Call, told: Sequence[Told]) -> list[Step]:
    """Everything on record of a call, in order, its company's standard chosen."""
    waits = list(act.session.scalars(select(Wait).where(Wait.call_id == call.id).order_by(Wait.id)))
    meetings = list(act.session.scalars(select(Meeting).where(Meeting.call_id == call.id).order_by(Meeting.id)))
    events = [*_rung(call), *_waited(act, waits, meetings), *_met(act, meetings)]
    steps = [*(Step(turn.at, turn=turn) for turn in told), *(Step(event.at, event=event) for event in events)]
    now = call.ended_at or act.at
    lively = [(wait.since, wait.ended_at or now) for wait in waits]
    lively += [(one.met_at, one.ended_at or now) for one in meetings if one.met_at is not None]
    longest = act.standard.answering.reassurance.span
    return list(_with_silences(sorted(steps, key=_order), lively, longest))


def _order(step: Step) -> tuple[datetime, int]:
    """Of what happened at one instant, a call begins first and ends last."""
    kind = step.event.kind if step.event is not None else ""
    return step.at, {"rang": 0, "placed": 0, "ended": 2}.get(kind, 1)


def _rung(call: Call) -> Iterator[Event]:
    yield Event(call.started_at, "rang" if call.direction == "in" else "placed")
    if call.answered_at is not None:
        yield Event(call.answered_at, "answered", took=call.answered_at - call.started_at)
    if call.ended_at is not None and call.state in FINAL:
        yield Event(call.ended_at, "ended", how=call.ended_by or "", took=call.ended_at - call.started_at)


def _waited(act: Act, waits: Sequence[Wait], meetings: Sequence[Meeting]) -> Iterator[Event]:
    """Into the line, whose telephone rang for the caller and what they did, and out of it: answered, or not."""
    query = select(AgentOffer).where(AgentOffer.wait_id.in_([wait.id for wait in waits])).order_by(AgentOffer.id)
    offers = list(act.session.scalars(query)) if waits else []
    names = people.names(act, (offer.staff_id for offer in offers))
    for wait in waits:
        yield Event(wait.since, "joined-line")
        answered = _answered(wait, meetings)
        if answered is not None:
            yield Event(answered, "left-line", how=Place.CONNECTED, took=answered - wait.since)
            if wait.ended_at is not None:
                yield Event(wait.ended_at, "talked", took=wait.ended_at - answered)
        elif wait.ended_at is not None:
            yield Event(wait.ended_at, "left-line", how=wait.state, took=wait.ended_at - wait.since)
    for offer in offers:
        took = offer.answered_at - offer.rung_at if offer.answered_at is not None else None
        yield Event(offer.rung_at, "offered", names.get(offer.staff_id, ""), offer.answer, took)


def _answered(wait: Wait, meetings: Sequence[Meeting]) -> datetime | None:
    """When the waiting of this caller ended in a conversation; None where it did not.

    The place is theirs until they have spoken, so that it is found again where the line breaks.
    """
    if wait.state not in (Place.CONNECTED, Place.DONE):
        return None
    led_to = [one.met_at for one in meetings if one.began_at >= wait.since]
    if not led_to and wait.connected_at is not None and wait.connected_at >= wait.since:
        return wait.connected_at
    return min((at for at in led_to if at is not None), default=None)


def _met(act: Act, meetings: Sequence[Meeting]) -> Iterator[Event]:
    """Who of us came into the conversation and left it; that the customer did is the call itself."""
    query = select(Party).where(Party.meeting_id.in_([one.id for one in meetings]), Party.staff_id.is_not(None))
    parties = list(act.session.scalars(query.order_by(Party.id))) if meetings else []
    names = people.names(act, (party.staff_id for party in parties))
    for party in parties:
        who = names.get(party.staff_id or 0, "")
        if party.joined_at is not None:
            yield Event(party.joined_at, "came-in", who, party.role)
            if party.left_at is not None:
                yield Event(party.left_at, "went", who, party.role, party.left_at - party.joined_at)


def _with_silences(steps: Sequence[Step], lively: _Spans, longest: timedelta) -> Iterator[Step]:
    """`lively`: when somebody waited, who hears words of the line, or spoke with one of us."""
    before: datetime | None = None
    for step in steps:
        silent = _silent(before, step.at, lively) if before is not None else timedelta(0)
        yield Step(step.at, step.turn, step.event, silent if silent > longest else None)
        before = step.at


def _silent(begins: datetime, ends: datetime, lively: _Spans) -> timedelta:
    """How long nothing is on record between two steps."""
    heard = sum(
        ((min(ends, until) - max(begins, since)) for since, until in lively if since < ends and until > begins),
        timedelta(0),
    )
    return max(ends - begins - heard, timedelta(0))

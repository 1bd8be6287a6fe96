"""Looks at what became of whom we rang and who meets; without it lost news would keep somebody waiting (rule 8)."""

from __future__ import annotations

from datetime import datetime

from hotline.carrier import Carrier
from hotline.domain import calls, companies, legs, meetings, parties
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.calls import State as CallState
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.parties import EXPECTED, Meeting, Party, Role, Stage
from hotline.jobs import placing
from hotline.jobs.effects import THERE, Effect, Prepared
from hotline.runtime import Runtime


def check(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A colleague was rung, for a waiting caller or into a meeting, and has not answered: does the call still live?"""
    call = placing.locked(act, entry)
    if not legs.asked(act, call):
        return State.DROPPED
    if call.state in FINAL:
        legs.ended(act, call, CallState(call.state))
        return State.DONE
    if call.sid is None:  # still being placed; that ends in a call or in `not_placed`
        return act.at + act.standard.engine.desk.offer_longest.span
    meeting = meetings.of_call(act, call)
    return _standing(call.sid, meeting.name if meeting else None)


def checked(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime | None:
    """In the meeting, or ended: the news was lost. It lives: look again, but not for ever; a machine listens long."""
    call = placing.locked(act, entry)
    if not legs.asked(act, call):
        return None
    if answer == THERE:
        _joined(act, call)
        return None
    if CallState(answer) in FINAL:
        placing.ended(act, call, CallState(answer), None)
        return None
    longest = call.started_at + act.standard.engine.desk.offer_longest.span
    if act.at < longest:
        return longest
    _given_up(act, call)
    return None


def not_checked(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The carrier cannot tell what became of the call: somebody else is asked all the same."""
    call = placing.locked(act, entry)
    if legs.asked(act, call):
        _given_up(act, call)


def look(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Ask the carrier who is in a conversation: the news of somebody's coming or going may be lost (contract 3.3)."""
    meeting = act.session.get_one(Meeting, entry.about["meeting"])
    if meeting.state == Stage.ENDED:
        return State.DROPPED
    name = meeting.name
    return Effect(lambda carrier: " ".join(carrier.find_participants(name)))


def looked(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> None:
    """Whoever is there has joined; whoever we thought there and is not has left."""
    there, meeting = set(answer.split()), act.session.get_one(Meeting, entry.about["meeting"])
    companies.get(act, meeting.company_id)
    present = [(party, calls.locked(act, party.call_id)) for party in _staff_first(parties.present(act, meeting))]
    # A customer who is gone ended it: nobody's line broke.
    for party, call in sorted(present, key=lambda one: one[0].role != Role.CUSTOMER):
        if call.sid in there and party.state in EXPECTED:
            meetings.joined(act, meeting, call)
        elif call.sid not in there and party.state == parties.State.IN and _long_there(act, party):
            meetings.left(act, meeting, call, "not there")


def _staff_first(present: list[Party]) -> list[Party]:
    """In the order in which calls are locked everywhere: our own legs before the customer's."""
    return sorted(present, key=lambda party: (party.staff_id is None, party.call_id))


def _long_there(act: Act, party: Party) -> bool:
    """Has the carrier had the time to list this one? Its lists lag behind its news."""
    return party.joined_at is not None and act.at >= party.joined_at + act.standard.engine.outbox.reconcile_after.span


def _joined(act: Act, call: Call) -> None:
    meeting = meetings.of_call(act, call)
    if meeting is not None:
        meetings.joined(act, meeting, call)


def _given_up(act: Act, call: Call) -> None:
    placing.hang_up(act, call)
    legs.ended(act, call, CallState.UNANSWERED)


def _standing(sid: str, conference: str | None) -> Effect:
    """How the call stands at the carrier, or that it is in its conference."""

    def ask(carrier: Carrier) -> str:
        if conference is not None and sid in carrier.find_participants(conference):
            return THERE
        return carrier.fetch_call(sid).state.value

    return Effect(ask)

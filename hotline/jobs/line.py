"""Callers and agents are brought together; without it an accepted caller would wait on for ever (ANS-3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hotline.carrier import Carrier, CarrierError
from hotline.domain import beginnings, calls, matching, meetings, outbox, parties
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.calls import State as CallState
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.parties import EXPECTED, Meeting, Stage
from hotline.jobs import placing
from hotline.jobs.effects import DONE, THERE, Effect, Handler, Prepared
from hotline.jobs.placing import News
from hotline.runtime import Runtime


def match(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    """Begin what is due to be rung, and bring together everybody who can be: each match owes its ring."""
    beginnings.begin_due(act, words_version=runtime.prompts.version)
    while matching.next_match(act, words_version=runtime.prompts.version) is not None:
        pass
    return State.DONE


def handlers(news: News) -> dict[str, Handler]:
    """How callers are fetched and calls moved; `news` is told of a caller who turns out to have hung up."""
    fetched, moved = partial(_fetched, news), partial(_moved, news)
    gone = partial(_carrier_knows_nothing, news)
    return {
        "fetch-caller": Handler(fetch, fetched, partial(_not_fetched, news)),
        "see-joined": Handler(see_joined, partial(_seen, news), gone),
        "move-call": Handler(move, moved, gone),
    }


def fetch(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """The caller leaves the line for the meeting. Whoever is in it already, or whose meeting is over, is let be.

    Safe to repeat: whoever was fetched before does not wait in the queue any more.
    """
    call, meeting = _expected(act, entry)
    if meeting is None or call.sid is None:
        return State.DROPPED
    sid, queue, url = call.sid, runtime.addresses.queue, runtime.addresses.join(call.id)
    return _or_state(sid, lambda carrier: carrier.fetch_from_queue(queue, sid, url))


def _fetched(news: News, runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> None:
    """On the way; whether they arrive is looked at. Not in the line and not on the line: the caller hung up."""
    call, meeting = _expected(act, entry)
    if answer not in FINAL:  # fetched, or out of the queue by a key pressed in the same moment
        if meeting is not None:
            due = act.at + act.standard.engine.desk.join_within.span
            outbox.post(act, "see-joined", due=due, key=f"see-joined-{meeting.id}", urgent=True, call=call.id)
        return
    _caller_gone(news, act, call, CallState(answer), None)


def _not_fetched(news: News, runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The carrier does not give the caller out: back into the line, should the call live, and the agent is free."""
    _call, meeting = _expected(act, entry)
    if meeting is not None:
        meetings.dropped(act, meeting)


def see_joined(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A caller who was fetched and is not in the meeting yet is sent there once more (contract 10).

    Not one of whose coming the news was lost: with the customer's leaving it the conference would end.
    """
    call, meeting = _expected(act, entry)
    if meeting is None or call.sid is None:
        return State.DROPPED
    sid, conference, moving = call.sid, meeting.name, _moving(runtime, call.id, call.sid)
    return Effect(lambda carrier: THERE if sid in carrier.find_participants(conference) else moving.ask(carrier))


def _seen(news: News, runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> None:
    call, meeting = _expected(act, entry)
    if answer == THERE and meeting is not None:
        meetings.joined(act, meeting, call)
    elif answer in FINAL:
        _caller_gone(news, act, call, CallState(answer), None)


def move(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A live call goes on at its step, or at the `step` that is named. Once it went on from there, it is let be."""
    call = placing.locked(act, entry)
    if call.state in FINAL:
        return State.DROPPED
    step, at_turn = entry.about.get("step"), entry.about.get("turn")
    if at_turn is not None and call.turn != at_turn:
        return State.DONE
    if at_turn is None:
        if step is not None and call.step != step:
            calls.move(act, call, step)
        entry.about = {**entry.about, "turn": call.turn}
    if call.sid is None or call.answered_at is None:  # not picked up yet; then its first words are those of the step
        return State.DONE
    return _moving(runtime, call.id, call.sid)


def _moved(news: News, runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> None:
    if answer in FINAL:
        _caller_gone(news, act, placing.locked(act, entry), CallState(answer), None)


def _carrier_knows_nothing(news: News, runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    _caller_gone(news, act, placing.locked(act, entry), CallState.FAILED, problem)


def _caller_gone(news: News, act: Act, call: Call, state: CallState, cause: str | None) -> None:
    """The call has ended, and no notification has said so yet; whoever waits in the meeting is told and free."""
    news(act, call, state=state, sequence=call.sequence + 1, cause=cause)
    if call.direction == "out":
        return
    meeting = meetings.of_call(act, call)
    if meeting is not None:
        meetings.caller_gone(act, meeting)


def _expected(act: Act, entry: OutboxEntry) -> tuple[Call, Meeting | None]:
    """The call, locked, and the meeting that it is on its way to; none once it is there, or one of them is over."""
    call = placing.locked(act, entry)
    party = parties.of_call(act, call)
    if party is None or party.state not in EXPECTED or call.state in FINAL:
        return call, None
    meeting = parties.locked(act, party.meeting_id)
    return call, None if meeting.state == Stage.ENDED else meeting


def _moving(runtime: Runtime, call_id: int, sid: str) -> Effect:
    url = runtime.addresses.join(call_id)
    return _or_state(sid, lambda carrier: carrier.move_call(sid, url))


def _or_state(sid: str, does: Callable[[Carrier], None]) -> Effect:
    """Do it; where the call is not there, answer how it stands instead."""

    def ask(carrier: Carrier) -> str:
        try:
            does(carrier)
        except CarrierError as error:
            if error.word != "gone":
                raise
            return carrier.fetch_call(sid).state.value
        return DONE

    return Effect(ask)

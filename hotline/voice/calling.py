"""Webhooks of the line and of conversations: waiting, fetched, met, held; without it nobody could be put through."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, current_app, g

from hotline.addresses import Addresses
from hotline.domain import calls, companies, desk, meetings
from hotline.domain.act import CALLER, CARRIER, Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.desk import Place, Wait
from hotline.domain.parties import Meeting, Stage
from hotline.errors import NotFound
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from hotline.voice import clips, fallback, guard, received, twiml, waiting, walk
from hotline.voice.flow import FLOW
from hotline.voice.steps import Go, Meet, Step, Tell

hooks = Blueprint("calling", __name__, url_prefix="/voice")
hooks.before_request(guard.admit)
hooks.guard = "signature"  # type: ignore[attr-defined]  # read by web.py: who may enter
hooks.register_error_handler(Exception, fallback.spoken_error)
Clip = Callable[[Act, Call, int, Prompts, Addresses], str]
IN_LINE = (Place.WAITING, Place.OFFERED)
_LONGEST_WORD = 40
_ENDED = "moderator_ended_conference"  # why somebody was put out (contract 2.8): of us the customer alone ends it


def blueprint(_runtime: Runtime) -> Blueprint:
    """The carrier's webhooks of the line and of conversations, behind the carrier's signature."""
    return hooks


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["hotline"]
    return runtime


@hooks.post("/wait/<int:call_id>/<int:number>")
def wait(call_id: int, number: int) -> Response:
    """The next clip for a waiting caller; the key that keeps the place, or the end of the wait (ANS-3, ANS-4)."""
    with _runtime().act(CALLER) as act:
        call = received.own(act, call_id)
        waits = desk.of_call(act, call)
        if waits is None:
            return document(clips.leave())
        desk.spoke(act, waits)
        _heard_in_line(act, call, waits, number)
        if waits.state not in (*IN_LINE, Place.CONNECTED):
            return document(clips.leave())
        said = waiting.clip(act, call, waits, number)
        return document(clips.wait(act, call, said, number, _runtime().prompts, _runtime().addresses))


@hooks.post("/join/<int:call_id>")
def join(call_id: int) -> Response:
    """A live call that was fetched or moved goes on at the step at which somebody's deed set it."""
    with _runtime().act(CARRIER) as act:
        call = received.own(act, call_id)
        received.keep(act, call, "join", mark=str(call.turn))
        if call.step == Step.CONNECTED and call.state not in FINAL:
            waiting.put_through(act, call)
        return question(act, call)


@hooks.post("/meeting/<int:meeting_id>")
def meeting(meeting_id: int) -> Response:
    """News of a conversation: it began, somebody came in or left (contract 2.8); late news changes nothing."""
    params, conference = g.params, guard.sid("ConferenceSid", "CF")
    with _runtime().act(CARRIER) as act:
        call = calls.by_sid(act, guard.sid("CallSid")) if "CallSid" in params else None
        found = _meeting(act, meeting_id)
        companies.get(act, found.company_id)
        found.sid = found.sid or conference
        mark = params.get("SequenceNumber", "")[:_LONGEST_WORD]
        if received.keep(act, call, "meeting", mark=mark, sid=conference) and call is not None:
            match params.get("StatusCallbackEvent"):
                case "participant-join":
                    meetings.joined(act, found, call)
                case "participant-leave":
                    why = params.get("ReasonParticipantLeft", "")[:_LONGEST_WORD]
                    meetings.left(act, found, call, why, ended=why == _ENDED)
    return Response(status=204)


@hooks.post("/hold/<int:call_id>/<int:number>")
def hold(call_id: int, number: int) -> Response:
    """What a customer hears who agreed to a pause (ANS-13)."""
    return _clip(call_id, number, clips.hold)


@hooks.post("/ringing/<int:call_id>/<int:number>")
def ringing(call_id: int, number: int) -> Response:
    """What an agent hears while the customer's telephone rings; the conversation begins when the customer is in."""
    return _clip(call_id, number, clips.ringing)


@hooks.post("/announce/<int:meeting_id>/<what>")
def announce(meeting_id: int, what: str) -> Response:
    """What those in a conversation are told of it, in the customer's language."""
    with _runtime().look(CARRIER) as act:
        found = act.session.get(Meeting, meeting_id)
        call = act.session.get(Call, found.call_id) if found is not None else None
        if call is None or what not in clips.ANNOUNCED:
            abort(404)
        companies.get(act, call.company_id)
        return document(clips.announcement(act, call, what, _runtime().prompts))


def question(act: Act, call: Call) -> Response:
    """The document for the step at which the call stands; a deed may have set it at one that does not wait.

    A call that is over goes nowhere: the news of its end may be here before the carrier asks on.
    """
    runtime = _runtime()
    row = FLOW[Step(call.step)]
    if isinstance(row, Meet) and call.state not in FINAL and _is_over(act, call):
        calls.move(act, call, row.then)  # the news of the end was lost: nobody is sent into an empty conference
    if isinstance(FLOW[Step(call.step)], (Go, Tell)):
        if call.state in FINAL:
            return document(twiml.NOTHING)
        walk.begin(act, call)
    return document(twiml.render(act, call, runtime.prompts, runtime.addresses))


def _is_over(act: Act, call: Call) -> bool:
    conversation = meetings.of_call(act, call)
    return conversation is None or conversation.state == Stage.ENDED


def document(text: str) -> Response:
    """An answer that the carrier performs (contract 1.3)."""
    return Response(text, mimetype="text/xml")


def _clip(call_id: int, number: int, clip: Clip) -> Response:
    with _runtime().look(CARRIER) as act:
        call = act.session.get(Call, call_id) or abort(404)
        companies.get(act, call.company_id)
        return document(clip(act, call, number, _runtime().prompts, _runtime().addresses))


def _heard_in_line(act: Act, call: Call, waits: Wait, number: int) -> None:
    """The key that keeps the place takes the caller out of the line, and so does a wait without hope."""
    if waits.state not in IN_LINE:
        return
    if g.params.get("Digits") == clips.KEY:
        received.keep(act, call, "wait", mark=str(number))
        desk.wants_place(act, waits)
    else:
        desk.leave_in_vain(act, waits)


def _meeting(act: Act, meeting_id: int) -> Meeting:
    """The meeting of the URL, locked, if it is the one of the request."""
    try:
        found = meetings.get(act, meeting_id)
    except NotFound:
        abort(404)
    if g.params.get("FriendlyName") != found.name:
        abort(403)
    return found

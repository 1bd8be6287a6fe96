"""The carrier's webhooks: parse, one domain call, a document; without it nobody would answer the telephone (ANS-1)."""

from __future__ import annotations

import json
import time

from flask import Blueprint, Response, abort, current_app, g, request

from hotline.domain import calls, companies, customers, dispatches, news, staff
from hotline.domain.act import CALLER, CARRIER, Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.companies import Company
from hotline.errors import NotFound
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.voice import endings, fallback, guard, twiml, walk
from hotline.voice.steps import SILENCE, Heard, Sound, Step

hooks = Blueprint("voice", __name__, url_prefix="/voice")
hooks.guard = "signature"  # type: ignore[attr-defined]  # read by web.py: who may enter
hooks.register_error_handler(Exception, fallback.spoken_error)
_LAST = 1_000_000  # news without a sequence number is a call's last: only the number's own "completed" lacks one


def blueprint(_runtime: Runtime) -> Blueprint:
    """The carrier's webhooks, behind the carrier's signature."""
    return hooks


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["hotline"]
    return runtime


@hooks.before_request
def _admit() -> Response | None:
    g.began = time.perf_counter()
    return guard.admit()


@hooks.post("/inbound")
def inbound() -> Response:
    """A customer rings: on record, owned, and answered (ANS-1, OWN-1). The same ring again hears the same."""
    runtime, params = _runtime(), g.params
    with runtime.act(CALLER) as act:
        call = calls.by_sid(act, params["CallSid"])
        if call is None:
            try:
                company = companies.called_at(act, params.get("To", ""))
            except NotFound:
                return _document(
                    twiml.apology(runtime.prompts, runtime.prompts.languages[-1], "trouble.not-in-service")
                )
            companies.get(act, company.id)
            call = _begin(act, runtime, company, params)
        companies.get(act, call.company_id)
        return _document(twiml.render(act, call, runtime.prompts, runtime.addresses))


@hooks.post("/turn/<int:call_id>/<int:number>")
def turn(call_id: int, number: int) -> Response:
    """The caller's answer to a question; an answer to any other question repeats the open one (rule 4)."""
    runtime = _runtime()
    with runtime.act(CALLER) as act:
        call = _own(act, call_id)
        if call.state not in FINAL and call.turn == number and "again" not in request.args:
            walk.answer(act, call, _heard(act, call), runtime.prompts)
        return _document(twiml.render(act, call, runtime.prompts, runtime.addresses))


@hooks.post("/outbound/<int:call_id>")
def outbound(call_id: int) -> Response:
    """A colleague picked up the telephone that we rang; the carrier's id of the call is known from now on."""
    runtime = _runtime()
    with runtime.act(CARRIER) as act:
        call = calls.locked(act, call_id)
        if call.sid is None:
            call.sid = g.params["CallSid"]
        call = _own(act, call_id)
        if call.answered_at is None and call.state not in FINAL:
            call.answered_at, call.state = act.at, calls.State.TALKING
            _notified(act, call)
            walk.begin(act, call)
        return _document(twiml.render(act, call, runtime.prompts, runtime.addresses))


@hooks.post("/resume")
def resume() -> Response:
    """Back after a passing fault, to the question that was open; a call we never saw begins."""
    runtime = _runtime()
    with runtime.act(CALLER) as act:
        call = calls.by_sid(act, g.params["CallSid"])
        if call is not None:
            companies.get(act, call.company_id)
            return _document(twiml.render(act, call, runtime.prompts, runtime.addresses))
    return inbound()


@hooks.post("/status")
@hooks.post("/status/<int:call_id>")
def status(call_id: int | None = None) -> Response:
    """News of a call: kept raw, heard once, late news changes nothing (rules 4 and 11)."""
    runtime, params = _runtime(), g.params
    with runtime.act(CARRIER) as act:
        call = calls.locked(act, call_id) if call_id is not None else calls.by_sid(act, params.get("CallSid", ""))
        if call is not None and call.sid is None:
            call.sid = params.get("CallSid")
        told = _number(params.get("SequenceNumber"))
        sequence = _LAST if told is None else told
        fresh = _keep(act, call, "status", mark=str(sequence))
        state = endings.STATES.get(params.get("CallStatus", ""))
        if fresh and call is not None and state is not None and call.sid == params.get("CallSid"):
            companies.get(act, call.company_id)
            endings.news(act, call, state=state, sequence=sequence, cause=params.get("SipResponseCode"))
    return Response(status=204)


@hooks.post("/recording/<int:call_id>")
def recording(call_id: int) -> Response:
    """News of a recorded message: that it is there, how long it is, or that it is lost (contract 2.5)."""
    params = g.params
    with _runtime().act(CARRIER) as act:
        call = _own(act, call_id)
        state = params.get("RecordingStatus", "")
        if _keep(act, call, "recording", mark=f"{params.get('RecordingSid', '')}-{state}"):
            seconds = _number(params.get("RecordingDuration"))
            news.recorded(act, call, sid=params.get("RecordingSid", ""), state=state, seconds=seconds)
    return Response(status=204)


@hooks.post("/text")
def text() -> Response:
    """News of a text that we sent: kept raw."""
    with _runtime().act(CARRIER) as act:
        _keep(act, None, "text", mark=g.params.get("MessageStatus", ""), sid=g.params.get("MessageSid", ""))
    return Response(status=204)


def _begin(act: Act, runtime: Runtime, company: Company, params: dict[str, str]) -> Call:
    number = PhoneNumber.from_carrier(params.get("From", ""))
    call = calls.begin(
        act,
        company,
        sid=params["CallSid"],
        our_number=params.get("To", ""),
        customer=customers.with_number(act, number) if number else None,
        colleague=staff.by_phone(act, number) if number else None,
        first_step=Step.ARRIVED,
        words_version=runtime.prompts.version,
    )
    call.put(nuisance=bool(number and customers.is_nuisance(act, number)))
    _keep(act, call, "inbound", mark="first")
    walk.begin(act, call)
    calls.answered(act, call, millis=round((time.perf_counter() - g.began) * 1000))
    return call


def _own(act: Act, call_id: int) -> Call:
    """The call of the URL, if it is the call of the request: a signed form for one call opens no other (IDOR)."""
    try:
        call = calls.locked(act, call_id)
    except NotFound:
        abort(404)
    if call.sid != g.params.get("CallSid"):
        abort(403)
    companies.get(act, call.company_id)
    return call


def _heard(act: Act, call: Call) -> Heard:
    """What the carrier heard: a recording, keys, or speech (contract 2.2, 2.5)."""
    params = g.params
    if params.get("RecordingUrl"):
        sid = params["RecordingUrl"].rstrip("/").rpartition("/")[2]
        news.recorded(act, call, sid=sid, state="in-progress", seconds=_number(params.get("RecordingDuration")))
        call.put(recorded=[*call.slots.get("recorded", []), call.slots.get("intent", "")])
        return Heard(Sound.RECORDING, sid)
    if params.get("Digits") and params["Digits"] != "hangup":
        return Heard(Sound.KEYS, params["Digits"])
    if params.get("SpeechResult"):
        return Heard(Sound.SPEECH, params["SpeechResult"])
    return SILENCE


def _notified(act: Act, call: Call) -> None:
    offer = dispatches.of_call(act, call)
    if offer is not None:
        dispatches.notified(act, dispatches.get(act, offer.dispatch_id))


def _keep(act: Act, call: Call | None, kind: str, *, mark: str, sid: str | None = None) -> bool:
    raw = json.dumps(g.params, ensure_ascii=False)
    return news.keep(act, kind=kind, sid=sid or g.params.get("CallSid", ""), mark=mark, call=call, params=raw)


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() else None


def _document(text: str) -> Response:
    return Response(text, mimetype="text/xml")

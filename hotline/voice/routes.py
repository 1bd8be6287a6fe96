"""The carrier's webhooks: parse, one domain call, a document; without it nobody would answer the telephone (ANS-1)."""

from __future__ import annotations

import json
import re
import time

from flask import Blueprint, Response, abort, current_app, g, request
from sqlalchemy.exc import IntegrityError

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
_NUMBER = re.compile("[0-9]{1,6}")
_RECORDING = re.compile("RE[0-9a-f]{32}")
_LONGEST_WORD = 20


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
    try:
        return _ring()
    except IntegrityError:  # the same ring came twice at once, and the other was first
        return _ring()


@hooks.post("/turn/<int:call_id>/<int:number>")
def turn(call_id: int, number: int) -> Response:
    """The caller's answer to a question; an answer to any other question repeats the open one (rule 4)."""
    runtime = _runtime()
    with runtime.act(CALLER) as act:
        call = _own(act, call_id)
        if "again" in request.args:
            return _back(act, call)
        _keep(act, call, "turn", mark=str(number))
        if call.turn == number and call.state not in FINAL:
            walk.answer(act, call, _heard(act, call), runtime.prompts)
        return _question(act, call)


@hooks.post("/outbound/<int:call_id>")
def outbound(call_id: int) -> Response:
    """A colleague picked up the telephone that we rang."""
    with _runtime().act(CARRIER) as act:
        call = _own(act, call_id)
        _keep(act, call, "outbound", mark="first")
        if call.answered_at is None and call.state not in FINAL:
            call.answered_at, call.state = act.at, calls.State.TALKING
            act.remember(call.chain, "call-picked-up")
            _notified(act, call)
            walk.begin(act, call)
        return _question(act, call)


@hooks.post("/resume")
def resume() -> Response:
    """Back after a passing fault, to the question that was open; a call we never saw begins."""
    with _runtime().act(CALLER) as act:
        call = calls.by_sid(act, guard.sid("CallSid"))
        if call is not None:
            companies.get(act, call.company_id)
            return _back(act, call)
    return inbound()


@hooks.post("/status")
@hooks.post("/status/<int:call_id>")
def status(call_id: int | None = None) -> Response:
    """News of a call: kept raw, heard once, late news changes nothing (rules 4 and 11)."""
    params = g.params
    with _runtime().act(CARRIER) as act:
        call = _own(act, call_id) if call_id is not None else calls.by_sid(act, guard.sid("CallSid"))
        told = _number(params.get("SequenceNumber"))
        sequence = _LAST if told is None else told
        fresh = _keep(act, call, "status", mark=str(sequence))
        state = endings.STATES.get(params.get("CallStatus", ""))
        if fresh and call is not None and state is not None:
            companies.get(act, call.company_id)
            cause = params.get("SipResponseCode", "")[:_LONGEST_WORD] or None
            endings.news(act, call, state=state, sequence=sequence, cause=cause)
    return Response(status=204)


@hooks.post("/recording/<int:call_id>")
def recording(call_id: int) -> Response:
    """News of a recorded message: that it is there, how long it is, or that it is lost (contract 2.5)."""
    params = g.params
    with _runtime().act(CARRIER) as act:
        call, sid = _own(act, call_id), guard.sid("RecordingSid", "RE")
        state = params.get("RecordingStatus", "")[:_LONGEST_WORD]
        if _keep(act, call, "recording", mark=f"{sid}-{state}"):
            news.recorded(act, call, sid=sid, state=state, seconds=_number(params.get("RecordingDuration")))
    return Response(status=204)


@hooks.post("/text")
def text() -> Response:
    """News of a text that we sent: kept raw."""
    sid = guard.sid("MessageSid", "SM|MM")
    with _runtime().act(CARRIER) as act:
        number = PhoneNumber.from_carrier(g.params.get("To", ""))
        to = customers.find(act, number) if number else None
        _keep(act, None, "text", mark=g.params.get("MessageStatus", "")[:_LONGEST_WORD], sid=sid, to=to)
    return Response(status=204)


@hooks.route("/", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@hooks.route("/<path:_path>", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def nothing_here(_path: str = "") -> Response:
    """Any other address or method: an empty answer, never a page and never a redirect (contract 1.6)."""
    return Response(status=404)


def _ring() -> Response:
    """The call of this ring, begun where it is new; an unknown number is answered too, in words."""
    sid, called = guard.sid("CallSid"), g.params.get("To", "")
    with _runtime().act(CALLER) as act:
        call = calls.by_sid(act, sid)
        if call is not None:
            companies.get(act, call.company_id)
            return _question(act, call)
        try:
            company = companies.called_at(act, called)
        except NotFound:
            return fallback.spoken("trouble.not-in-service")
        call = _begin(act, company, sid)
        document = _question(act, call)
        calls.answered(act, call, millis=round((time.perf_counter() - g.began) * 1000))
        return document


def _begin(act: Act, company: Company, sid: str) -> Call:
    companies.get(act, company.id)
    number = PhoneNumber.from_carrier(g.params.get("From", ""))
    colleague = staff.by_phone(act, number) if number else None
    known = customers.find if colleague else customers.with_number
    call = calls.begin(
        act,
        company,
        sid=sid,
        our_number=g.params["To"],
        customer=known(act, number) if number else None,
        colleague=colleague,
        first_step=Step.ARRIVED,
        words_version=_runtime().prompts.version,
    )
    if number:
        call.put(sealed_caller=calls.seal(act, call, number.e164), nuisance=customers.is_nuisance(act, number))
    _keep(act, call, "inbound", mark="first")
    walk.begin(act, call)
    return call


def _own(act: Act, call_id: int) -> Call:
    """The call of the URL, if it is the call of the request: a signed form for one call opens no other (IDOR).

    Of a call that we placed, a webhook may come before the answer that told us the carrier's id of it.
    """
    sid = guard.sid("CallSid")
    try:
        call = calls.locked(act, call_id)
    except NotFound:
        abort(404)
    if call.sid is None:
        call.sid = sid
    if call.sid != sid:
        abort(403)
    companies.get(act, call.company_id)
    return call


def _back(act: Act, call: Call) -> Response:
    """The open question once more after a trouble of ours; the degraded call when that happens too often (rule 9)."""
    return _question(act, call) if walk.come_back(act, call) else fallback.degraded()


def _heard(act: Act, call: Call) -> Heard:
    """What the carrier heard: a recording, keys, or speech (contract 2.2, 2.5)."""
    params = g.params
    sid = params.get("RecordingUrl", "").rstrip("/").rpartition("/")[2]
    if _RECORDING.fullmatch(sid):
        news.recorded(act, call, sid=sid, state="in-progress", seconds=_number(params.get("RecordingDuration")))
        call.put(recorded=[*call.slots.get("recorded", []), call.slots.get("intent", "")])
        return Heard(Sound.RECORDING, sid)
    if params.get("Digits") and params["Digits"] != "hangup":
        return Heard(Sound.KEYS, params["Digits"])
    if params.get("SpeechResult", "").strip():
        return Heard(Sound.SPEECH, params["SpeechResult"])
    return SILENCE


def _notified(act: Act, call: Call) -> None:
    offer = dispatches.of_call(act, call)
    if offer is not None:
        dispatches.notified(act, dispatches.get(act, offer.dispatch_id))


def _keep(
    act: Act, call: Call | None, kind: str, *, mark: str, sid: str | None = None, to: customers.Customer | None = None
) -> bool:
    raw, whose = json.dumps(g.params, ensure_ascii=False), to.id if to is not None else None
    sid = sid or g.params["CallSid"]
    return news.keep(act, kind=kind, sid=sid, mark=mark, call=call, params=raw, customer_id=whose)


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and _NUMBER.fullmatch(value) else None


def _question(act: Act, call: Call) -> Response:
    """The document for the step at which the call stands."""
    runtime = _runtime()
    return Response(twiml.render(act, call, runtime.prompts, runtime.addresses), mimetype="text/xml")

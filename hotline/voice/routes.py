"""The carrier's webhooks: parse, one domain call, a document; without it nobody would answer the telephone (ANS-1)."""

from __future__ import annotations

import re
import time

from flask import Blueprint, Response, current_app, g, request
from sqlalchemy.exc import IntegrityError

from hotline.domain import calls, companies, customers, legs, news, staff
from hotline.domain.act import CALLER, CARRIER, Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.companies import Company
from hotline.errors import NotFound
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.voice import calling, endings, fallback, guard, received, twiml, waiting, walk
from hotline.voice.steps import Step

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
        call = received.own(act, call_id)
        if "again" in request.args:
            return _back(act, call)
        if received.is_news_only():
            received.keep(act, call, "turn", mark=f"{number}-news")
            if g.params.get("QueueResult") == "hangup":
                waiting.hung_up(act, call)
            return calling.document(twiml.NOTHING)
        received.keep(act, call, "turn", mark=str(number))
        if call.turn == number and call.state not in FINAL:
            walk.answer(act, call, received.heard(act, call), runtime.prompts)
        return calling.question(act, call)


@hooks.post("/outbound/<int:call_id>")
def outbound(call_id: int) -> Response:
    """A colleague picked up the telephone that we rang."""
    with _runtime().act(CARRIER) as act:
        call = received.own(act, call_id)
        received.keep(act, call, "outbound", mark="first")
        if call.answered_at is None and call.state not in FINAL:
            call.answered_at, call.state = act.at, calls.State.TALKING
            act.remember(call.chain, "call-picked-up")
            legs.picked_up(act, call)
            walk.begin(act, call)
        return calling.question(act, call)


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
        call = received.own(act, call_id) if call_id is not None else calls.by_sid(act, guard.sid("CallSid"))
        told = received.number(params.get("SequenceNumber"))
        sequence = _LAST if told is None else told
        fresh = received.keep(act, call, "status", mark=str(sequence))
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
        call, sid = received.own(act, call_id), guard.sid("RecordingSid", "RE")
        state = params.get("RecordingStatus", "")[:_LONGEST_WORD]
        if received.keep(act, call, "recording", mark=f"{sid}-{state}"):
            news.recorded(act, call, sid=sid, state=state, seconds=received.number(params.get("RecordingDuration")))
    return Response(status=204)


@hooks.post("/text")
def text() -> Response:
    """News of a text that we sent: kept raw."""
    sid = guard.sid("MessageSid", "SM|MM")
    with _runtime().act(CARRIER) as act:
        number = PhoneNumber.from_carrier(g.params.get("To", ""))
        to = customers.find(act, number) if number else None
        received.keep(act, None, "text", mark=g.params.get("MessageStatus", "")[:_LONGEST_WORD], sid=sid, to=to)
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
            return calling.question(act, call)
        try:
            company = companies.called_at(act, called)
        except NotFound:
            return fallback.spoken("trouble.not-in-service")
        call = _begin(act, company, sid)
        document = calling.question(act, call)
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
    received.keep(act, call, "inbound", mark="first")
    walk.begin(act, call)
    return call


def _back(act: Act, call: Call) -> Response:
    """The open question once more after a trouble of ours; the degraded call when that happens too often (rule 9)."""
    return calling.question(act, call) if walk.come_back(act, call) else fallback.degraded()

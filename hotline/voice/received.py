"""What a webhook brought: whose call, what was heard, all of it kept; without it each route would read its own."""

from __future__ import annotations

import json
import re

from flask import abort, g

from hotline.domain import calls, companies, customers, news
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.errors import NotFound
from hotline.voice import endings, guard
from hotline.voice.steps import SILENCE, Heard, Sound

_NUMBER = re.compile("[0-9]{1,6}")
_TAKEN_OUT = frozenset({"redirected", "hangup", "bridged", "bridging-in-process", "redirected-from-bridged"})
_RECORDING = re.compile("RE[0-9a-f]{32}")


def own(act: Act, call_id: int) -> Call:
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


def heard(act: Act, call: Call) -> Heard:
    """What the carrier heard: a recording, keys, speech; or that the call came out of the line or a conference."""
    params = g.params
    sid = params.get("RecordingUrl", "").rstrip("/").rpartition("/")[2]
    if _RECORDING.fullmatch(sid):
        news.recorded(act, call, sid=sid, state="in-progress", seconds=number(params.get("RecordingDuration")))
        call.put(recorded=[*call.slots.get("recorded", []), call.slots.get("intent", "")])
        return Heard(Sound.RECORDING, sid)
    if params.get("Digits") and params["Digits"] != "hangup":
        return Heard(Sound.KEYS, params["Digits"])
    if "QueueResult" in params or "DialCallStatus" in params:
        return Heard(Sound.LEFT, params.get("QueueResult", ""))
    if params.get("SpeechResult", "").strip():
        return Heard(Sound.SPEECH, params["SpeechResult"])
    return SILENCE


def is_news_only() -> bool:
    """Is this the carrier's word that a call was taken out of the line, or ended in a talk? Nothing follows here.

    The call goes on elsewhere, or is over, which its status tells (contract 2.3, 2.4).
    """
    params = g.params
    if params.get("QueueResult", "") in _TAKEN_OUT:
        return True
    over = endings.STATES.get(params.get("CallStatus", "")) in FINAL
    return over and ("QueueResult" in params or "DialCallStatus" in params)


def keep(
    act: Act, call: Call | None, kind: str, *, mark: str, sid: str | None = None, to: customers.Customer | None = None
) -> bool:
    """Keep the raw news, sealed; False when it came before (rule 11)."""
    raw, whose = json.dumps(g.params, ensure_ascii=False), to.id if to is not None else None
    sid = sid or g.params["CallSid"]
    return news.keep(act, kind=kind, sid=sid, mark=mark, call=call, params=raw, customer_id=whose)


def number(value: str | None) -> int | None:
    """A parameter as a number; None where there is none, or none that a carrier sends."""
    return int(value) if value is not None and _NUMBER.fullmatch(value) else None

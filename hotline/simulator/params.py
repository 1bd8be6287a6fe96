"""The parameters the carrier sends with every webhook: without them the product would hear less than in life."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from email.utils import format_datetime

from hotline.simulator.board import API_VERSION, Board
from hotline.simulator.legs import CallStatus, Direction, Leg

_PLACES = ("City", "State", "Zip")


def rfc2822(at: datetime) -> str:
    """A time as the carrier writes it: Fri, 20 Aug 2010 01:13:42 +0000 (contract 1.10)."""
    return format_datetime(at.replace(microsecond=0))


def standard(board: Board, leg: Leg) -> dict[str, str]:
    """The standard set of contract 2.1, with the legacy duplicates; places are best effort, so often empty."""
    params = {
        "AccountSid": board.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": leg.sid,
        "CallStatus": leg.status.value,
        "Called": leg.called,
        "Caller": leg.caller,
        "Direction": leg.direction.value,
        "From": leg.caller,
        "To": leg.called,
    }
    for prefix, number in (("From", leg.caller), ("To", leg.called)):
        legacy = "Caller" if prefix == "From" else "Called"
        country = "CN" if number.startswith("+86") else ""
        for side in (prefix, legacy):
            params |= {side + place: "" for place in _PLACES} | {side + "Country": country}
    if leg.parent is not None:
        params["ParentCallSid"] = leg.parent.sid
    if leg.direction is Direction.INBOUND:
        params["CallToken"] = call_token(leg)
    return params


def call_token(leg: Leg) -> str:
    """What an inbound call is passed on with (contract 2.1)."""
    return hashlib.sha256(leg.sid.encode()).hexdigest()


def progress(board: Board, leg: Leg) -> dict[str, str]:
    """The parameters of a call status callback (contract 2.6); counts the leg's sequence up."""
    params = standard(board, leg) | {
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(leg.sequence),
        "Timestamp": rfc2822(board.now()),
    }
    leg.sequence += 1
    if leg.over and leg.sip_code is not None:
        params["SipResponseCode"] = str(leg.sip_code)
    if leg.status is CallStatus.COMPLETED:
        params["CallDuration"] = str(leg.seconds())
        params["Duration"] = str(math.ceil(leg.seconds() / 60))
        params |= leg.recorded
    if leg.answered_by is not None:
        params["AnsweredBy"] = leg.answered_by
    return params

"""The degraded call: no database, no queue, and the caller's number is kept all the same (ANS-10)."""

from __future__ import annotations

import logging
import traceback
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from hotline import clock, spool
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.standard import loader
from hotline.voice import guard, twiml

log = logging.getLogger(__name__)
hooks = Blueprint("fallback", __name__, url_prefix="/voice")
hooks.before_request(guard.admit)
hooks.guard = "signature"  # type: ignore[attr-defined]  # read by web.py: who may enter
_NOTICES = ("/voice/status", "/voice/recording", "/voice/text", "/voice/meeting")


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["hotline"]
    return runtime


@hooks.post("/fallback")
def fallback() -> Response:
    """The carrier could not have our document: one try to resume the call, then the degraded call (contract 2.9)."""
    log.warning("fallback asked for by call %s", guard.sid("CallSid"), extra={"error": g.params.get("ErrorCode")})
    if urlsplit(g.params.get("ErrorUrl", "")).path.endswith("/resume"):
        return degraded()
    return spoken("trouble.one-moment", to=_runtime().addresses.resume())


@hooks.post("/fallback/number")
def number() -> Response:
    """Another number to ring back, keyed in, else the one the caller rings from; said to be kept only when it is."""
    guard.sid("CallSid")
    keyed = "".join(c for c in g.params.get("Digits", "") if c.isdigit())
    found = (PhoneNumber.from_carrier(keyed) if keyed else None) or PhoneNumber.from_carrier(g.params.get("From", ""))
    return spoken("trouble.kept" if found is not None and _keep(found) else "trouble.not-kept")


def blueprint(_runtime: Runtime) -> Blueprint:
    """The degraded call's webhooks, behind the carrier's signature."""
    return hooks


def spoken_error(error: Exception) -> Response:
    """Faults in the voice webhooks are heard as words, never as a silent line; refusals stay refusals, and empty."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        return Response(status=error.code)
    # Where it broke, but not in which words: an error's words may hold what a caller said or a number.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("a webhook failed: %s at %s\n%s", type(error).__name__, request.endpoint, frames)
    if "params" not in g:
        return Response(status=403)
    if request.path.startswith(_NOTICES):
        return Response(status=503)  # the carrier tries a notice again
    return _one_moment()


def degraded() -> Response:
    """An apology, whom to ring in an emergency, the caller's number kept on the disk, another asked for (ANS-10)."""
    if g.params.get("Direction", "").startswith("outbound"):  # a colleague: the matter goes on to the next one
        return spoken("trouble.apology")
    found = PhoneNumber.from_carrier(g.params.get("From", ""))
    if found is not None and not _keep(found):
        return spoken("trouble.apology", "trouble.emergency", "trouble.not-kept")
    asked = "trouble.number" if found is not None else "trouble.no-number"
    return spoken("trouble.apology", "trouble.emergency", asked, gather=_runtime().addresses.spoken_number())


def spoken(*keys: str, to: str | None = None, gather: str | None = None) -> Response:
    """Words that need no call on record, in every language offered: nobody knows the caller's here."""
    languages = loader.default().languages.offered
    return Response(twiml.apology(_runtime().prompts, languages, *keys, to=to, gather=gather), mimetype="text/xml")


def _one_moment() -> Response:
    """A passing fault of ours: "one moment", and back to the same question, so often and no oftener (rule 9)."""
    again = request.args.get("again", "0")
    times = (int(again) if again.isascii() and again.isdigit() else 0) + 1
    if times >= _runtime().figures.voice.fault_retries or request.path.endswith("/resume"):
        return degraded()
    return spoken("trouble.one-moment", to=_runtime().addresses.again(request.path, times))


def _keep(found: PhoneNumber) -> bool:
    """Keep whom to ring back; False when the disk does not take it."""
    runtime = _runtime()
    kept = spool.KeptCall(g.params.get("CallSid", ""), g.params.get("To", ""), found, clock.now())
    try:
        spool.keep(runtime.settings.hotline_var, runtime.sealer, kept)
    except OSError as error:  # a full disk: the caller still hears us, and the carrier's own list has the call
        log.error("a number could not be kept: %s", type(error).__name__)
        return False
    return True


hooks.register_error_handler(Exception, spoken_error)

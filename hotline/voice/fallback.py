"""The degraded call: no database, no queue, and the caller's number is kept all the same (ANS-10)."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, request

from hotline import clock, spool
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.voice import guard, twiml

log = logging.getLogger(__name__)
hooks = Blueprint("fallback", __name__, url_prefix="/voice")
hooks.before_request(guard.admit)
hooks.guard = "signature"  # type: ignore[attr-defined]  # read by web.py: who may enter


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["hotline"]
    return runtime


@hooks.post("/fallback")
def fallback() -> Response:
    """The carrier could not have our document: one try to resume the call, then the degraded call (contract 2.9)."""
    log.warning("fallback asked for", extra={"error": g.params.get("ErrorCode")})
    if urlsplit(g.params.get("ErrorUrl", "")).path.endswith("/resume"):
        return _degraded()
    return _spoken("trouble.one-moment", to=_runtime().addresses.resume())


@hooks.post("/fallback/number")
def number() -> Response:
    """Another number to ring back, keyed in; the one the caller rings from is kept already."""
    keyed = "".join(c for c in g.params.get("Digits", "") if c.isdigit())
    found = PhoneNumber.from_carrier(keyed) if keyed else None
    if found is not None:
        _keep(found)
    return _spoken("trouble.kept")


def one_moment(error: Exception) -> Response:
    """A passing fault of ours: "one moment", and back to the same question, so often and no oftener (rule 9)."""
    log.error("a webhook failed", extra={"path": request.path, "kind": type(error).__name__}, exc_info=error)
    if request.path.startswith(("/voice/status", "/voice/recording", "/voice/text")):
        return Response(status=503)  # the carrier tries a notice again
    tried = request.args.get("again", "0")
    times = int(tried) if tried.isascii() and tried.isdigit() else 0
    if times + 1 >= _runtime().figures.voice.fault_retries or request.path.endswith("/resume"):
        return _degraded()
    return _spoken("trouble.one-moment", to=f"{_runtime().addresses.base}{request.path}?again={times + 1}")


def blueprint(_runtime: Runtime) -> Blueprint:
    """The degraded call's webhooks, behind the carrier's signature."""
    return hooks


def spoken_error(error: Exception) -> Response:
    """Faults in the voice webhooks are heard as words, never as a silent line; refusals stay refusals."""
    code = getattr(error, "code", None)
    if isinstance(code, int) and code < 500:
        return Response(status=code)
    return one_moment(error)


def _degraded() -> Response:
    found = PhoneNumber.from_carrier(g.params.get("From", ""))
    if found is not None:
        _keep(found)
    return _spoken("trouble.apology", "trouble.number", gather=_runtime().addresses.spoken_number())


def _keep(found: PhoneNumber) -> None:
    runtime, params = _runtime(), g.params
    spool.keep(
        runtime.settings.hotline_var,
        runtime.sealer,
        sid=params.get("CallSid", ""),
        called=params.get("To", ""),
        number=found.e164,
        at=clock.now(),
    )


def _spoken(*keys: str, to: str | None = None, gather: str | None = None) -> Response:
    prompts = _runtime().prompts
    return Response(twiml.apology(prompts, prompts.languages[-1], *keys, to=to, gather=gather), mimetype="text/xml")


hooks.register_error_handler(Exception, spoken_error)

"""The carrier's signature, checked once for every webhook; without it anybody could speak for it (contract 4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from flask import Response, current_app, g, request

from hotline.runtime import Runtime
from hotline.voice.twiml import MOST_BYTES, clean

log = logging.getLogger(__name__)
HEADER = "X-Twilio-Signature"


def signature(token: str, url: str, params: Mapping[str, str]) -> str:
    """What the carrier signs a form with: HMAC-SHA1 over the URL and every name and value in order (contract 4.1).

    Text that was not UTF-8 is carried as surrogates and signed as the bytes that came.
    """
    text = url + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(token.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def admit() -> Response | None:
    """Let the carrier's own requests through, their parameters in `g.params`; 403, 413 with an empty body otherwise."""
    runtime: Runtime = current_app.extensions["hotline"]
    if (request.content_length or 0) > MOST_BYTES:
        return Response(status=413)
    pairs = parse_qsl(request.get_data(), keep_blank_values=True) if request.method == "POST" else []
    params = {_text(name): _text(value) for name, value in pairs}
    if len(params) != len(pairs):  # a name that comes twice is nobody's honest form (ASVS 15.3.7)
        return _refuse("a parameter is repeated")
    account = runtime.settings.carrier
    if not _signed(account.tokens, _url(runtime), params):
        return _refuse("the signature does not fit")
    if params.get("AccountSid") != account.sid:
        return _refuse("another account's sid")
    g.params = {name: clean(value) for name, value in params.items()}
    return None


def _url(runtime: Runtime) -> str:
    """The address as the carrier knows it: configured, never taken from the request's headers (contract 4.3)."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
    return runtime.settings.base_url + str(raw)


def _signed(tokens: Sequence[str], url: str, params: Mapping[str, str]) -> bool:
    given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
    fits = [hmac.compare_digest(signature(token, url, params).encode(), given) for token in tokens]
    if any(fits) and not fits[0]:
        log.info("a webhook was signed with a further token", extra={"token_index": fits.index(True)})
    return any(fits)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _refuse(why: str) -> Response:
    log.warning("webhook refused: %s", why, extra={"path": request.path})
    return Response(status=403)

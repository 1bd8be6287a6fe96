"""The carrier's signature, checked once for every webhook; without it anybody could speak for it (contract 4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from flask import Response, abort, current_app, g, request

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
    """Let the carrier's own requests through, their parameters in `g.params`; 403, 405, 413 with an empty body else."""
    runtime: Runtime = current_app.extensions["hotline"]
    if request.method != "POST":
        return Response(status=405, headers={"Allow": "POST"})
    if (request.content_length or 0) > MOST_BYTES:
        return Response(status=413)
    pairs = _form(request.get_data())
    params = dict(pairs)
    if len(params) != len(pairs):  # a name that comes twice is nobody's honest form (ASVS 15.3.7)
        return _refuse("a parameter is repeated")
    account = runtime.settings.carrier
    if not _signed(account.tokens, _urls(runtime), params):
        return _refuse("the signature does not fit")
    if params.get("AccountSid") != account.sid:
        return _refuse("another account's sid")
    g.params = {clean(name): clean(value) for name, value in params.items()}
    return None


def sid(name: str, kind: str = "CA") -> str:
    """A parameter that names something of the carrier's: two letters and 32 hexadecimal digits; else 400."""
    given = str(g.params.get(name, ""))
    if not re.fullmatch(rf"(?:{kind})[0-9a-f]{{32}}", given):
        log.warning("webhook refused: no %s", name, extra={"path": request.path})
        abort(400)
    return given


def _form(body: bytes) -> list[tuple[str, str]]:
    """Names and values in their order; bytes that are no UTF-8 become surrogates, one each."""
    return parse_qsl(
        body.decode("utf-8", "surrogateescape"), keep_blank_values=True, encoding="utf-8", errors="surrogateescape"
    )


def _urls(runtime: Runtime) -> tuple[str, ...]:
    """The address as the carrier knows it: configured, never taken from the request's headers (contract 4.3).

    The carrier signs https without a port, even where one is configured, but not always (contract 4.1).
    """
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path)
    base = runtime.settings.base_url
    parts = urlsplit(base)
    if parts.scheme == "https" and parts.port is not None:
        return base + raw, f"https://{parts.hostname}{parts.path}{raw}"
    return (base + raw,)


def _signed(tokens: Sequence[str], urls: Sequence[str], params: Mapping[str, str]) -> bool:
    given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
    fits = [any(hmac.compare_digest(signature(token, url, params).encode(), given) for url in urls) for token in tokens]
    if any(fits) and not fits[0]:
        log.info("a webhook was signed with a further token", extra={"token_index": fits.index(True)})
    return any(fits)


def _refuse(why: str) -> Response:
    log.warning("webhook refused: %s", why, extra={"path": request.path})
    return Response(status=403)

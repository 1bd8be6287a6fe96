"""What a refused form said, kept until its page is shown again; without it the browser would stay where no page is."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from flask import redirect, request, session
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from hotline.console import asking

log = logging.getLogger(__name__)
_KEPT = "refused"  # in the session: the name under which the words lie; they may be too long for a cookie


def back_to(here: str, **typed: Any) -> ResponseReturnValue | None:
    """Send the browser back to the page at `here`, which takes up again what was typed and why it was refused.

    It may be personal, so it is sealed, and kept no longer than a browser needs to come back. None where the form was
    sent from within its page, which stays open, and where nothing can be kept: then the page itself is the answer.
    """
    if "HX-Request" in request.headers:
        return None
    runtime, name = asking.runtime(), secrets.token_urlsafe()
    sealed = runtime.sealer.seal(json.dumps(typed))
    try:
        runtime.redis.set(_key(name, here), sealed, ex=runtime.figures.serving.request_limit.seconds)
    except RedisError as error:
        log.warning("a refused form is answered in its place: %s from Redis", type(error).__name__)
        return None
    session[_KEPT] = name
    return redirect(here, 303)


def answered(here: str, page: Callable[..., str], problem: str | None) -> ResponseReturnValue:
    """After a form of a page that is brought up to date: it anew where a script asked for it, else back to `here`."""
    if "HX-Request" in request.headers:
        return page(problem=problem), 200 if problem is None else 409
    if problem is None:
        return redirect(here)
    return back_to(here, problem=problem) or (page(problem=problem), 409)


def taken(here: str) -> dict[str, Any]:
    """What was typed into a form of this page and refused a moment ago, told once; nothing where nothing was."""
    if _KEPT not in session or "HX-Request" in request.headers:
        return {}
    runtime = asking.runtime()
    key = _key(session.pop(_KEPT), here)
    once = runtime.redis.pipeline()
    once.get(key)
    once.delete(key)
    try:
        sealed, _gone = once.execute()
    except RedisError:
        return {}
    return dict(json.loads(runtime.sealer.open(sealed.decode()))) if sealed else {}


def _key(name: str, here: str) -> str:
    """Blinded, because the path of a sheet is the key to it."""
    return f"hotline:refused:{asking.runtime().sealer.blind(chr(0).join((name, here)))}"

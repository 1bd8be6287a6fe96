"""Who may ask: another system with a key of its own; without it anybody could bring matters in under any name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from hotline.api import problems
from hotline.domain import api_keys
from hotline.domain.act import Actor
from hotline.domain.api_keys import ApiKey, Scope
from hotline.runtime import Runtime

ACTOR = Actor("api")
_SCHEME = "bearer"


def runtime() -> Runtime:
    """The product that serves this request."""
    made: Runtime = current_app.extensions["hotline"]
    return made


def key() -> ApiKey:
    """The key that was shown with this request."""
    shown: ApiKey = g.api_key
    return shown


def check() -> Response | None:
    """Before every request of the room: a key that holds, and not too many requests with it (RFC 6750)."""
    with runtime().look(ACTOR) as act:
        found = api_keys.shown(act, _secret())
    if found is None:
        why = ', error="invalid_token"' if "Authorization" in request.headers else ""
        return problems.answer(
            401,
            "show a key: Authorization: Bearer hotline_...",
            headers={"WWW-Authenticate": f'Bearer realm="api"{why}'},
        )
    g.api_key = found
    return _too_many(found.id)


def opened_by(view: Callable[..., ResponseReturnValue], *scopes: Scope) -> Callable[..., ResponseReturnValue]:
    """The same view, for keys with any of these scopes; others are told what they lack (RFC 6750)."""

    @wraps(view)
    def guarded(**address: str) -> ResponseReturnValue:
        if key().opens(*scopes):
            return view(**address)
        needed = " or ".join(scopes)
        return problems.answer(
            403,
            f"this key does not open that: it needs the scope {needed}; hotline key add --scope makes such a key",
            headers={"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{scopes[0]}"'},
        )

    return guarded


def _secret() -> str:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == _SCHEME else ""


def _too_many(key_id: int) -> Response | None:
    """A system that runs wild is stopped. Without Redis none is: a complaint is not refused because of our trouble."""
    figures, counts = runtime().figures.api, runtime().redis.pipeline()
    name = f"hotline:api:{key_id}"
    counts.set(name, 0, ex=figures.window.seconds, nx=True)
    counts.incr(name)
    counts.ttl(name)
    try:
        _set, count, left = counts.execute()
    except RedisError:
        return None
    if count <= figures.requests:
        return None
    detail = f"more than {figures.requests} requests within {figures.window} with this key"
    return problems.answer(429, detail, headers={"Retry-After": str(max(int(left), 1))})

"""Logging in through the company's identity provider (OpenID Connect); without it people would keep one more secret."""

from __future__ import annotations

import logging
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import current_app, render_template, request, session, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from redis import Redis
from redis.exceptions import RedisError
from requests.exceptions import RequestException
from werkzeug.exceptions import NotFound as NoPage

from hotline.console import asking, entering, login
from hotline.domain import identities
from hotline.domain.act import Actor
from hotline.domain.log_ins import How
from hotline.domain.staff import Staff
from hotline.runtime import Runtime
from hotline.sealing import Sealer

log = logging.getLogger(__name__)
_ROOM = "provider"  # in the extensions of the application
_NEXT = "provider-next"  # in the session: the page that was asked for
_DOOR = Actor("console")
_ALGORITHMS = ["RS256", "PS256", "ES256"]  # signed with a key of the provider's own, never with the secret we share
_TWICE = "mfa"  # in `amr`: the provider asked for more than one proof (RFC 8176)
_AWAY = (RequestException, RedisError)
_WRONG = (OAuthError, JoseError, ValueError, KeyError, RuntimeError)


class Once:
    """What is kept from the way to the provider until the way back: sealed, for a while, and given out once."""

    def __init__(self, redis: Redis, sealer: Sealer, seconds: int) -> None:
        self._redis, self._sealer, self._seconds = redis, sealer, seconds

    def set(self, key: str, value: str, _seconds: int) -> None:
        """Keep it; how long is our own figure. Raises RedisError."""
        self._redis.set(self._name(key), self._sealer.seal(value), ex=self._seconds)

    def get(self, key: str) -> str | None:
        """Give it out: whoever comes a second time with the same state finds nothing. Raises RedisError."""
        once = self._redis.pipeline()
        once.get(self._name(key))
        once.delete(self._name(key))
        sealed, _gone = once.execute()
        return self._sealer.open(sealed.decode()) if sealed else None

    def delete(self, key: str) -> None:
        """It is not needed any more. Raises RedisError."""
        self._redis.delete(self._name(key))

    def _name(self, key: str) -> str:
        return f"hotline:provider:{self._sealer.blind(key)}"


def prepare(app: App, runtime: Runtime) -> None:
    """Know the provider, where one is set; what it says of itself is asked when somebody first logs in through it."""
    if runtime.settings.oidc is None:
        return
    issuer, client_id, secret = runtime.settings.oidc
    figures = runtime.figures.sign_in
    providers = OAuth(app, cache=Once(runtime.redis, runtime.sealer, figures.second_step.seconds))
    app.extensions[_ROOM] = providers.register(
        _ROOM,
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": figures.provider_within.seconds,
        },
    )


def to_provider() -> ResponseReturnValue:
    """Send the browser to the provider, with a state, a nonce and a challenge that it brings back once.

    By a link, not by a form: the policy of our pages lets no form lead elsewhere.
    """
    client = _client()
    refusal = _too_many()
    if refusal is not None:
        return refusal
    back = f"{asking.runtime().settings.base_url}{url_for('console.from_provider')}"
    try:
        answer: ResponseReturnValue = client.authorize_redirect(back)
    except (*_AWAY, *_WRONG) as error:
        return _refused("provider-away", 503, error)
    session[_NEXT] = login.wanted()
    return answer


def from_provider() -> ResponseReturnValue:
    """The browser comes back: what it brings is exchanged at the provider for who this is, and checked."""
    client, going_to = _client(), str(session.pop(_NEXT, ""))
    if f"_state_{_ROOM}_{request.args.get('state', '')}" not in session:  # as authlib keeps it
        return _door("provider-wrong", 401)
    refusal = _too_many()
    if refusal is not None:
        return refusal
    try:
        person, proven_twice = _told(client)
        if person is not None:
            entering.throttle().was_let_on(asking.address())
    except _AWAY as error:
        return _refused("provider-away", 503, error)
    except _WRONG as error:
        return _refused("provider-wrong", 401, error)
    if person is None:
        return _refused("provider-unknown", 403, None)
    return entering.go_on(person, how=How.PROVIDER, going_to=going_to, proven_twice=proven_twice)


def _told(client: Any) -> tuple[Staff | None, bool]:
    """Who the provider says this is, and whether it asked for more than one proof. Raises one of _AWAY or _WRONG."""
    issuer, client_id, _secret = asking.runtime().settings.oidc or ("", "", "")
    client.load_server_metadata()["id_token_signing_alg_values_supported"] = _ALGORITHMS
    token = client.authorize_access_token(
        claims_options={
            "iss": {"essential": True, "values": [issuer, f"{issuer}/"]},
            "aud": {"essential": True, "value": client_id},
        }
    )
    claims = token.get("userinfo")
    if claims is None:
        raise ValueError("the provider told nobody's identity")
    with asking.runtime().act(_DOOR) as act:
        person = identities.person_of(act, issuer=issuer, subject=str(claims["sub"]), names=_names(claims))
    return person, _TWICE in (claims.get("amr") or [])


def _names(claims: dict[str, Any]) -> list[str]:
    """What this account is called: a user name, and an address that the provider has verified.

    A user name that looks like an address says nothing: at many providers everybody chooses theirs, and could choose a
    colleague's address.
    """
    name, address = str(claims.get("preferred_username") or ""), str(claims.get("email") or "")
    is_verified = claims.get("email_verified") is True and "@" in address
    return [name] * (bool(name) and "@" not in name) + [address] * is_verified


def _too_many() -> ResponseReturnValue | None:
    """Count this step; the answer where no more are let, or where they cannot be counted."""
    try:
        lets = entering.throttle().lets_on(asking.address())
    except RedisError as error:
        log.error(
            "nobody can log in through the provider: tries cannot be counted, %s from Redis", type(error).__name__
        )
        return _door("provider-away", 503)
    return None if lets else _door("throttled", 429)


def _client() -> Any:
    if _ROOM not in current_app.extensions:
        raise NoPage
    return current_app.extensions[_ROOM]


def _refused(word: str, status: int, error: Exception | None) -> ResponseReturnValue:
    """Back at the door; what the provider sent stays out of the log, it may hold what opens an account."""
    if error is not None:
        log.warning("a log-in through the provider failed: %s", type(error).__name__)
    with asking.runtime().act(_DOOR) as act:
        act.remember("house", "log-in-refused", staff=None, how=How.PROVIDER)
    return _door(word, status)


def _door(word: str, status: int) -> ResponseReturnValue:
    """Back at the door, without an entry: whoever is refused so far has shown nothing of ours."""
    return render_template("log_in.html", problem=word, going_to="", has_provider=True), status

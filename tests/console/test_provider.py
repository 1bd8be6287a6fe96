"""Logging in through the company's identity provider: who gets in, and every way in which it could be a lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from hotline.domain import audit, identities, leaving, staff
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.runtime import Runtime, make
from hotline.settings import Settings
from hotline.web import create_app
from tests.console import identity_provider
from tests.console.identity_provider import CLIENT, SECRET, Provider
from tests.console.visitor import Visitor, text_of
from tests.world import Cast

START, BACK = "/console/login/provider", "/console/login/provider/back"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The company's identity provider."""
    with identity_provider.running() as made:
        yield made


@pytest.fixture
def app(runtime: Runtime, settings: Settings, provider: Provider, cast: Cast) -> Iterator[Flask]:
    """The application with that provider set, and Sun allowed to come from there."""
    set_up = {"oidc_issuer": provider.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    known = Settings.model_validate({**dict(settings), **set_up})
    with runtime.act(COMMAND) as act:
        identities.allow(act, staff.get(act, cast.sun.id), "Sun.Li", by=None)
    with make(known, runtime.engine).redis as redis:
        ours = make(known, runtime.engine)
        ours.redis.close()
        ours.redis = redis
        yield create_app(ours)


def test_who_was_allowed_comes_in_through_the_provider_and_is_known_by_the_subject_from_then_on(
    stranger: Visitor, provider: Provider, runtime: Runtime, cast: Cast
) -> None:
    assert START in stranger.opens("/console/login?next=/console/cases").text
    there = stranger.opens(f"{START}?next=/console/cases").location
    assert there.startswith(f"{provider.address}/authorize?")
    assert stranger.opens(f"{BACK}?{provider.asked(there)}").location == "/console/cases"
    assert cast.sun.name in stranger.opens("/console/cases").text
    assert "公司统一登录" in text_of(stranger.opens("/console/account"))
    stranger.sends("/console/logout", page="/console")
    provider.names = {"sub": "248289761001", "preferred_username": "sun.married"}
    assert _comes(stranger, provider).status_code == 302, "the name may change, the subject stays"
    stranger.sends("/console/logout", page="/console")
    provider.names = {"sub": "another", "preferred_username": "sun.li"}
    assert _comes(stranger, provider).status_code == 403, "the name was given to somebody else"
    with runtime.look(COMMAND) as act:
        kept = b" ".join(e.body for e in audit.entries(act.session, "house"))
    assert b"248289761001" not in kept
    assert b"sun.li" not in kept


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "of another log-in"},
        {"aud": "another-client"},
        {"aud": ["another-client"], "azp": CLIENT},
        {"iss": "https://evil.example"},
        {"exp": 1_700_000_000, "iat": 1_700_000_000},
        {"sub": None},
    ],
)
def test_what_the_provider_did_not_say_to_us_now_opens_nothing(
    stranger: Visitor, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.claims = lie
    assert _comes(stranger, provider).status_code == 401
    assert stranger.opens("/console").status_code == 302


def test_a_token_signed_by_somebody_else_opens_nothing(stranger: Visitor, provider: Provider) -> None:
    provider.key = identity_provider.ANOTHER_KEY
    assert _comes(stranger, provider).status_code == 401


def test_a_state_is_good_once_and_in_the_browser_that_began(app: Flask, stranger: Visitor, provider: Provider) -> None:
    query = provider.asked(stranger.opens(START).location)
    with stranger.client.session_transaction(base_url="https://hotline.example.com") as session:
        copied = dict(session)
    assert stranger.opens(f"{BACK}?{query}").status_code == 302
    stranger.sends("/console/logout", page="/console")
    with stranger.client.session_transaction(base_url="https://hotline.example.com") as session:
        session.clear()
        session.update(copied)
    again = query.replace("code-0", provider.asked(stranger.opens(START).location).split("&")[0].removeprefix("code="))
    assert stranger.opens(f"{BACK}?{again}").status_code == 401, "a copied cookie, and a fresh code"
    fresh = provider.asked(stranger.opens(START).location)
    assert Visitor(app).opens(f"{BACK}?{fresh}").status_code == 401, "somebody else's browser"
    assert stranger.opens(f"{BACK}?error=access_denied").status_code == 401
    assert stranger.opens(BACK).status_code == 401


def test_strangers_and_who_left_stay_outside(
    stranger: Visitor, provider: Provider, runtime: Runtime, cast: Cast
) -> None:
    address = "sun@corp.example"
    with runtime.act(COMMAND) as act:
        identities.allow(act, staff.get(act, cast.sun.id), address, by=None)
    provider.names = {"sub": "t", "preferred_username": address}
    assert _comes(stranger, provider).status_code == 403, "anybody may call themself so"
    provider.names = {"sub": "s", "preferred_username": "nobody", "email": address, "email_verified": False}
    answer = _comes(stranger, provider)
    assert answer.status_code == 403
    assert "还没有被允许" in text_of(answer)
    provider.names["email_verified"] = True
    assert _comes(stranger, provider).status_code == 302, "an address counts once the provider vouches for it"
    with runtime.act(COMMAND) as act:
        leaving.dismiss(act, cast.sun.id, by=None)
    assert stranger.opens("/console").status_code == 302
    assert _comes(stranger, provider).status_code == 403


def test_whoever_only_comes_and_goes_fills_neither_the_log_nor_the_memory(
    stranger: Visitor, provider: Provider, runtime: Runtime
) -> None:
    for query in ("", "?error=access_denied", "?error=access_denied&state=made-up", "?code=x&state="):
        assert stranger.opens(f"{BACK}{query}").status_code == 401
    assert _refusals(runtime) == 0, "no state of ours, no entry"
    state = provider.asked(stranger.opens(START).location).partition("&state=")[2]
    most = runtime.figures.sign_in.provider_tries
    answers = [stranger.opens(f"{BACK}?error=access_denied&state={state}").status_code for _ in range(most)]
    assert answers == [401] * (most - 1) + [429]
    assert _refusals(runtime) == most - 1
    assert stranger.opens(START).status_code == 429


def test_whoever_gets_in_holds_nobody_up_who_sits_beside_them(
    stranger: Visitor, provider: Provider, runtime: Runtime
) -> None:
    for _ in range(3):
        assert _comes(stranger, provider).status_code == 302
        stranger.sends("/console/logout", page="/console")
    [key] = runtime.redis.scan_iter("hotline:sign-in:provider:*")
    assert runtime.redis.get(key) == b"0"


def test_a_second_factor_is_asked_for_unless_the_provider_asked_itself(
    stranger: Visitor, provider: Provider, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {}
    assert _comes(stranger, provider).location == "/console/login/set-up"
    provider.claims = {"amr": ["pwd", "mfa"]}
    assert _comes(stranger, provider).location == "/console"


def test_where_no_provider_is_set_or_it_is_away_the_pass_phrase_serves(
    stranger: Visitor, runtime: Runtime, cast: Cast, settings: Settings
) -> None:
    without = Visitor(create_app(runtime))
    assert START not in without.opens("/console/login").text
    assert without.opens(START).status_code == 404
    nowhere = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    made = make(Settings.model_validate({**dict(settings), **nowhere}), runtime.engine)
    away = Visitor(create_app(made))
    answer = away.opens(START)
    assert (answer.status_code, "连不上" in answer.text) == (503, True)
    assert away.logs_in(cast.sun).status_code == 302
    made.redis.close()


def _refusals(runtime: Runtime) -> int:
    with runtime.look(COMMAND) as act:
        return [e.kind for e in audit.entries(act.session, "house")].count("log-in-refused")


def _comes(visitor: Visitor, provider: Provider) -> Any:
    return visitor.opens(f"{BACK}?{provider.asked(visitor.opens(START).location)}")

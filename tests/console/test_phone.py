"""The telephone in the browser: who gets a token, what it lets them do, and what the page may reach (contract 8)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from twilio.jwt import Jwt

from hotline.console import phone
from hotline.domain import staff
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from hotline.settings import Settings, load
from hotline.web import create_app
from tests import world
from tests.console.visitor import BASE, Visitor
from tests.world import Cast, HandClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "the-secret-of-the-api-key-of-the-tests"
KEY = "SK" + "0" * 32
HOLDING = "/holding"
STATIC = Path(phone.__file__).parent / "static"


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """An account with an API key, or whatever else the test asks for."""
    given = world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path)
    return load(given | getattr(request, "param", {"TWILIO_API_KEY": KEY, "TWILIO_API_KEY_SECRET": SECRET}))


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The whole web application, and beside it a page that holds nothing but the telephone."""
    made = create_app(runtime)
    made.add_url_rule(HOLDING, "holding", lambda: render_template_string('{% include "phone.html" %}'))
    return made


def test_an_agent_gets_a_token_for_incoming_calls_alone(lin: Visitor, cast: Cast) -> None:
    answer = lin.sends("/console/phone/token", page="/console")
    told = answer.get_json()
    claims = Jwt.from_jwt(told["token"], SECRET).payload
    assert told["seconds"] == 600
    assert claims["exp"] - claims["nbf"] == 600
    assert claims["grants"] == {"identity": f"op_{cast.lin.id}", "voice": {"incoming": {"allow": True}}}
    assert (claims["iss"], claims["sub"]) == (KEY, "AC" + "0" * 31 + "1")


def test_a_token_holds_no_personal_value(lin: Visitor, cast: Cast) -> None:
    token = lin.sends("/console/phone/token", page="/console").get_json()["token"]
    read = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert set(json.loads(read)) == {"jti", "grants", "iss", "exp", "nbf", "sub"}
    assert cast.lin.name not in read
    assert cast.lin.login not in read


def test_whoever_is_not_logged_in_or_has_logged_out_gets_none(stranger: Visitor, lin: Visitor) -> None:
    assert stranger.sends("/console/phone/token").status_code == 401
    assert lin.sends("/console/phone/token", page="/console").status_code == 200
    lin.sends("/console/logout", page="/console")
    assert lin.sends("/console/phone/token").status_code == 401


def test_a_colleague_who_left_gets_none(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        staff.get(act, cast.lin.id).session_epoch += 1
    assert lin.sends("/console/phone/token", page="/console/login").status_code == 401


def test_a_token_does_not_outlast_the_log_in_and_asking_for_one_does_not_prolong_it(
    lin: Visitor, at: HandClock
) -> None:
    at.passes(timedelta(minutes=29))
    answer = lin.client.post(
        "/console/phone/token",
        base_url=BASE,
        data={"csrf_token": _csrf(lin)},
        headers={"HX-Request": "true"},
    )
    assert answer.get_json()["seconds"] == 60
    at.passes(timedelta(seconds=61))
    assert lin.opens("/console/calls/1").status_code == 302


def test_without_the_forms_token_none_is_given(lin: Visitor) -> None:
    assert lin.posts("/console/phone/token").status_code == 400


@pytest.mark.parametrize("settings", [{}], indirect=True)
def test_without_an_api_key_none_can_be_signed_and_the_page_says_so(lin: Visitor) -> None:
    assert lin.sends("/console/phone/token", page="/console").status_code == 409
    page = lin.opens(HOLDING)
    assert 'data-sdk=""' in page.text
    assert "microphone=()" in page.headers["Permissions-Policy"]


def test_with_a_key_the_browser_may_be_chosen(lin: Visitor) -> None:
    desk = "/console/desk"
    assert lin.sends(f"{desk}/device", page=desk, device="browser").location == desk
    assert 'data-device="browser"' in lin.opens(desk).text
    assert lin.sends(f"{desk}/status", page=desk, status="free").location == desk


def test_only_the_page_with_the_telephone_reaches_the_carrier(lin: Visitor) -> None:
    page, other = lin.opens(HOLDING), lin.opens("/console")
    policy = _policy(page.headers["Content-Security-Policy"])
    assert policy["script-src"] == ["'self'"]
    assert "wss://voice-js.roaming.twilio.com" in policy["connect-src"]
    assert page.headers["Permissions-Policy"].endswith("microphone=(self)")
    assert "twilio" not in other.headers["Content-Security-Policy"]
    assert other.headers["Permissions-Policy"].endswith("microphone=()")


@pytest.mark.parametrize(
    "settings",
    [{"TWILIO_API_KEY": KEY, "TWILIO_API_KEY_SECRET": SECRET, "TWILIO_API_BASE": "http://127.0.0.1:8001"}],
    indirect=True,
)
def test_beside_the_simulated_carrier_the_page_loads_its_telephone_and_reaches_nothing_else(lin: Visitor) -> None:
    page = lin.opens(HOLDING)
    policy = _policy(page.headers["Content-Security-Policy"])
    assert policy["script-src"] == policy["connect-src"] == ["'self'", "http://127.0.0.1:8001"]
    assert 'data-sdk="http://127.0.0.1:8001/device/sdk.js"' in page.text
    assert "twilio.com" not in page.headers["Content-Security-Policy"]


def test_the_sdk_is_served_from_here_with_its_licence(lin: Visitor) -> None:
    assert f'data-sdk="/console/static/{phone.SDK}"' in lin.opens(HOLDING).text
    assert "Twilio.Device" in (STATIC / phone.SDK).read_text("utf-8")
    licence = STATIC / phone.SDK.replace(".min.js", ".LICENSE.txt")
    assert "Apache License, Version 2.0" in licence.read_text("utf-8")


def test_the_page_has_a_word_for_every_state_that_its_script_shows(lin: Visitor) -> None:
    page, script = lin.opens(HOLDING).text, (STATIC / "phone.js").read_text("utf-8")
    states = {part.split('"')[0] for part in script.split('show("')[1:]} | {"microphone"}
    assert len(states) >= 8
    assert {state for state in states if f"data-word-{state}=" not in page} == set()


def _policy(header: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in header.split("; "))}


def _csrf(visitor: Visitor) -> str:
    with visitor.client.session_transaction(base_url=BASE) as session:
        assert session["staff"]
    text = visitor.client.get("/console", base_url=BASE, headers={"HX-Request": "true"}).text
    return text.split('name="csrf_token" value="')[1].split('"')[0]

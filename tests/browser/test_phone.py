"""The telephone in the page, in a real Chromium, rung by the practice exchange."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser, Dialog, Page, expect
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from werkzeug.serving import make_server

from hotline.runtime import Runtime
from hotline.settings import Settings, load
from hotline.simulator.board import NumberConfig
from hotline.simulator.server import Running
from hotline.web import create_app
from tests import world
from tests.browser.conftest import Quiet
from tests.domain.talks import Talk
from tests.simulator.product import ACCOUNT, HOTLINE, TOKEN, Product, say
from tests.world import PASSWORD, Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEY, SECRET = "SK" + "2" * 32, "the-secret-of-the-api-key-of-the-tests"
HOLDER = """{% extends "base.html" %}{% block body %}<main data-device="{{ request.args.device }}">
<input aria-label="form">{% include "phone.html" %}</main>{% endblock %}"""

NO_MICROPHONE = """() => {
  Twilio.Call.prototype.accept = function () { this.emit("error", { code: 31402 }); this.reject(); };
}"""


@pytest.fixture
def exchange() -> Iterator[Running]:
    """The practice exchange."""
    running = Running(port=0, account_sid=ACCOUNT, auth_token=TOKEN, numbers=[], phones=[], api_keys={KEY: SECRET})
    thread = threading.Thread(target=running.run)
    thread.start()
    yield running
    running.stop()
    thread.join()


@pytest.fixture
def settings(exchange: Running, database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """A trial whose carrier is the practice exchange."""
    account = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_API_KEY": KEY, "TWILIO_API_KEY_SECRET": SECRET}
    where = {"TWILIO_API_BASE": exchange.url, "PUBLIC_BASE_URL": "http://127.0.0.1:8000"}
    return load(world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path) | account | where)


def serve(app: Flask) -> Iterator[str]:
    """Serve an application on a free port; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(runtime: Runtime, cast: Cast, exchange: Running) -> Iterator[str]:
    """The product, known to the exchange; beside it a page that holds nothing but the telephone."""
    app = create_app(runtime)
    app.add_url_rule("/holder", "holder", lambda: render_template_string(HOLDER))
    for address in serve(app):
        exchange.exchange.own(NumberConfig(HOTLINE, voice_url=f"{address}/voice/inbound"))
        yield address


def ends_as(page: Page, exchange: Running, sid: str, status: str) -> None:
    """The exchange has the call down as ended so; the page shows its own part of it a moment before."""
    call = exchange.exchange.board.calls[sid]
    for _ in range(100):
        if call.status.value == status:
            break
        page.wait_for_timeout(50)
    assert call.status.value == status


@pytest.fixture
def offer(exchange: Running, cast: Cast) -> Iterator[Product]:
    """What an agent hears who picks up; the last digit pressed is told at /taken."""
    product = Product()
    for address in serve(product.app()):
        product.at("/offer", f'<Gather numDigits="1" action="{address}/taken">{say("按 1 接受")}</Gather>')
        product.at("/taken", say("正在接通") + '<Pause length="60"/>')
        product.at("/ring", address)
        yield product


def ring(exchange: Running, cast: Cast, offer: Product) -> str:
    """The product rings the agent's browser; the CallSid."""
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(pool_connections=False, timeout=5))
    client.api.base_url = exchange.url
    url = f"{offer.answers['/ring']}/offer"
    return str(client.calls.create(to=f"client:op_{cast.lin.id}", from_=HOTLINE, url=url).sid)


def open_phone(page: Page, cast: Cast, device: str = "browser") -> None:
    """Log in and open the page with the telephone."""
    page.goto("/console/login?next=/console/promises")
    page.get_by_label("登录名").fill(cast.lin.login)
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/console/promises")
    page.goto(f"/holder?device={device}")


def test_an_agent_answers_in_the_browser_presses_1_and_hangs_up(
    page: Page, cast: Cast, exchange: Running, offer: Product
) -> None:
    open_phone(page, cast)
    phone = page.locator("#phone")
    expect(phone.get_by_role("status")).to_have_text("可以接听")
    sid = ring(exchange, cast, offer)
    expect(phone.get_by_role("status")).to_have_text("来电")
    expect(phone.get_by_role("button", name="接听")).to_be_focused()
    page.keyboard.press("Enter")
    expect(phone.locator(".heard")).to_contain_text("按 1 接受")
    expect(phone.get_by_role("group", name="按键")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(phone.locator(".heard")).not_to_contain_text("正在接通")
    page.keyboard.press("1")
    expect(phone.locator(".heard")).to_contain_text("正在接通")
    assert offer.last("/taken")["Digits"] == "1"
    phone.get_by_role("button", name="静音").click()
    expect(phone.get_by_role("button", name="取消静音")).to_have_attribute("aria-pressed", "true")
    phone.get_by_role("button", name="挂断").click()
    expect(phone.get_by_role("status")).to_have_text("可以接听")
    ends_as(page, exchange, sid, "completed")


def test_a_declined_call_is_busy_for_the_caller_and_a_cancelled_one_stops_ringing(
    page: Page, cast: Cast, exchange: Running, offer: Product
) -> None:
    open_phone(page, cast)
    phone = page.locator("#phone")
    expect(phone.get_by_role("status")).to_have_text("可以接听")
    sid = ring(exchange, cast, offer)
    phone.get_by_role("button", name="拒接").click()
    expect(phone.get_by_role("status")).to_have_text("可以接听")
    ends_as(page, exchange, sid, "busy")
    sid = ring(exchange, cast, offer)
    expect(phone.get_by_role("status")).to_have_text("来电")
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(pool_connections=False, timeout=5))
    client.api.base_url = exchange.url
    client.calls(sid).update(status="canceled")
    expect(phone.get_by_role("button", name="接听")).to_be_hidden()


def test_ringing_takes_no_key_from_a_form_that_is_being_filled_in(
    page: Page, cast: Cast, exchange: Running, offer: Product
) -> None:
    open_phone(page, cast)
    expect(page.locator("#phone").get_by_role("status")).to_have_text("可以接听")
    page.get_by_label("form").focus()
    ring(exchange, cast, offer)
    expect(page.locator("#phone").get_by_role("status")).to_have_text("来电")
    page.keyboard.type("12")
    expect(page.get_by_label("form")).to_have_value("12")
    expect(page.get_by_role("button", name="接听")).to_have_attribute("accesskey", "j")


def test_whoever_is_rung_by_telephone_has_none_in_the_page(page: Page, cast: Cast, exchange: Running) -> None:
    open_phone(page, cast, device="phone")
    expect(page.locator("#phone")).to_be_hidden()
    assert not [line for line in exchange.exchange.board.lines if line.startswith("client:")]


def test_a_page_that_lost_its_live_part_for_a_moment_goes_on_being_rung(
    page: Page, cast: Cast, exchange: Running, offer: Product
) -> None:
    open_phone(page, cast)
    status = page.locator("#phone").get_by_role("status")
    expect(status).to_have_text("可以接听")
    page.evaluate("document.querySelector('[data-device]').removeAttribute('data-device')")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:after:swap'))")
    ring(exchange, cast, offer)
    expect(status).to_have_text("来电")


def test_a_telephone_that_lost_its_microphone_does_not_say_that_it_rings(
    page: Page, cast: Cast, runtime: Runtime, exchange: Running, offer: Product
) -> None:
    Talk(runtime, cast).rung_in_the_browser(cast.lin)
    open_phone(page, cast)
    status = page.locator("#phone").get_by_role("status")
    with page.expect_request("**/desk/beat?phone=ready"):
        page.goto("/console/desk")
    expect(status).to_have_text("可以接听")
    page.evaluate(NO_MICROPHONE)
    ring(exchange, cast, offer)
    with page.expect_request("**/desk/beat?phone=microphone"):
        page.get_by_role("button", name="接听").click()
    page.wait_for_timeout(3500)  # it looks after itself every three seconds
    expect(status).to_contain_text("不能用话筒")
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    expect(status).to_have_text("可以接听")


def test_leaving_the_page_lets_go_of_the_call(page: Page, cast: Cast, exchange: Running, offer: Product) -> None:
    open_phone(page, cast)
    expect(page.locator("#phone").get_by_role("status")).to_have_text("可以接听")
    sid = ring(exchange, cast, offer)
    page.get_by_role("button", name="接听").click()
    expect(page.locator("#phone").get_by_role("status")).to_have_text("通话中")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/console/login")
    legs = exchange.exchange.board.calls
    assert exchange.exchange.timetable.wait_until(lambda: legs[sid].over, 5)


@pytest.mark.parametrize("state", ["来电", "通话中"])
def test_nobody_loses_a_call_by_reloading_or_by_another_language_without_being_asked(
    page: Page, cast: Cast, exchange: Running, offer: Product, state: str
) -> None:
    open_phone(page, cast)
    status = page.locator("#phone").get_by_role("status")
    expect(status).to_have_text("可以接听")
    sid = ring(exchange, cast, offer)
    page.get_by_role("button", name="接听").click() if state == "通话中" else page.get_by_label("form").click()
    expect(status).to_have_text(state)
    asked: list[str] = []

    def stays(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stays)
    for away in ("location.reload()", "location.href = '/console/promises?lang=en'"):
        page.evaluate(f"setTimeout(() => {{ {away} }})")
        page.wait_for_timeout(300)
    assert asked == ["beforeunload"] * 2
    expect(status).to_have_text(state)
    assert not exchange.exchange.board.calls[sid].over


def test_the_carriers_own_sdk_loads_from_here_under_the_policy(
    browser: Browser, runtime: Runtime, cast: Cast, site: str
) -> None:
    context = browser.new_context(base_url=site, locale="zh-CN")
    page = context.new_page()
    open_phone(page, cast, device="phone")
    page.add_script_tag(url=f"{site}/console/static/twilio-voice-sdk-2.18.5.min.js")
    assert page.evaluate("typeof Twilio.Device.prototype.register") == "function"
    context.close()

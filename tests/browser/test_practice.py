"""The practice page in a real Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from hotline.simulator.board import NumberConfig
from hotline.simulator.practice import PhoneConfig
from hotline.simulator.server import Running
from tests.browser.conftest import Quiet
from tests.simulator.product import AGENT, CUSTOMER, ENGINEER, HOTLINE, Product, say

SECOND_AGENT = "+8613900004444"


@pytest.fixture
def practice() -> Iterator[str]:
    """A practice page without telephones; its address."""
    running = Running(port=0, account_sid="AC" + "0" * 32, auth_token="token", numbers=[], phones=[])
    thread = threading.Thread(target=running.run)
    thread.start()
    yield running.url
    running.stop()
    thread.join()


@pytest.mark.parametrize(
    ("browsers", "title"), [("en-US", "Practice phones"), ("zh-CN", "练习电话"), ("fr-FR", "练习电话")]
)
def test_the_page_speaks_the_browsers_language_until_another_is_chosen(
    browser: Browser, practice: str, browsers: str, title: str
) -> None:
    context = browser.new_context(base_url=practice, locale=browsers)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("header p")).to_contain_text("by itself" if title.isascii() else "录音就自己结束")
    page.locator("#language").click()
    other = "练习电话" if title.isascii() else "Practice phones"
    expect(page.locator("h1")).to_have_text(other)
    page.reload()
    expect(page.locator("h1")).to_have_text(other)
    context.close()


@pytest.fixture
def town() -> Iterator[str]:
    """A practice page with a caller, an engineer and two agents; whoever rings is put through to the agents."""
    product = Product()
    product.at("/in", say("请稍候") + f"<Dial><Number>{AGENT}</Number><Number>{SECOND_AGENT}</Number></Dial>")
    server = make_server("127.0.0.1", 0, product.app(), threaded=True, request_handler=Quiet)
    running = Running(
        port=0,
        account_sid="AC" + "0" * 32,
        auth_token="token",
        numbers=[NumberConfig(HOTLINE, "热线 Hotline", f"http://127.0.0.1:{server.server_port}/in")],
        phones=[
            PhoneConfig(CUSTOMER, "陈秀英", "customer", "陈秀英", "Ms Chen"),
            PhoneConfig(ENGINEER, "王强", "engineer", "安心热力 王强", "Anxin Heating Wang"),
            PhoneConfig(AGENT, "林晓", "agent", "安心热力 林晓", "Anxin Heating Lin"),
            PhoneConfig(SECOND_AGENT, "周静", "agent", "安心热力 周静", "Anxin Heating Zhou"),
        ],
    )
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)), threading.Thread(target=running.run)]
    for thread in threads:
        thread.start()
    yield running.url
    running.stop()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()


def open_page(browser: Browser, town: str, *, width: int = 1280, locale: str = "zh-CN") -> Page:
    """The practice page, silent."""
    page = browser.new_context(base_url=town, locale=locale, viewport={"width": width, "height": 844}).new_page()
    page.goto("/")
    page.locator("#aloud").uncheck(force=True)
    expect(page.locator("#third .owner option:checked")).to_contain_text(AGENT)
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_a_newcomer_rings_in_as_a_customer_and_answers_as_an_agent(browser: Browser, town: str, width: int) -> None:
    page = open_page(browser, town, width=width)
    customer, agent = page.locator("#customer"), page.locator("#third")
    customer.locator(".call").click()
    expect(customer.locator(".captions")).to_contain_text("请稍候")
    expect(agent.locator(".incoming")).to_be_visible()
    assert page.locator("#ringing").is_visible() is (width == 390)  # where it is out of sight
    agent.locator(".answer").click()
    expect(agent.locator(".state")).to_contain_text("通话中")
    customer.locator(".speech input").fill("家里不热")
    customer.locator(".send").click()
    expect(agent.locator(".captions")).to_contain_text("家里不热")
    agent.locator(".keypad button").first.click()
    agent.locator(".hang-up").click()
    expect(customer.locator(".state")).to_contain_text("空闲")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_whoever_is_rung_and_is_not_on_the_page_comes_onto_it(browser: Browser, town: str) -> None:
    page = open_page(browser, town)
    page.locator("#customer .call").click()
    expect(page.locator(".phone .incoming:visible")).to_have_count(2)
    second = page.locator(".phone", has=page.locator(".owner option:checked", has_text=SECOND_AGENT))
    second.locator(".answer").click()
    expect(second.locator(".state")).to_contain_text("通话中")
    expect(page.locator("#third .state")).to_contain_text("空闲")
    page.context.close()


def test_telephones_are_added_and_put_away_and_carry_their_names_in_english(browser: Browser, town: str) -> None:
    page = open_page(browser, town, locale="en-US")
    expect(page.locator("#customer h2")).to_have_text("Caller")
    expect(page.locator("#third .owner option:checked")).to_contain_text("Anxin Heating Lin")
    page.get_by_role("button", name="Another telephone").click()
    expect(page.locator(".phone")).to_have_count(4)
    expect(page.locator(".phone").last.locator(".owner option:checked")).to_contain_text("Anxin Heating Zhou")
    page.get_by_role("button", name="Put this telephone away").click()
    expect(page.locator(".phone")).to_have_count(3)
    page.context.close()

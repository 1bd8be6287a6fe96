"""An agent whose only telephone is the desk page, rung by a customer through the product as it is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import dials
from tests.browser.test_desk import picture, window
from tests.served import Served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def others() -> Iterator[ExitStack]:
    """Windows, closed in the end."""
    with ExitStack() as windows:
        yield windows


@pytest.fixture
def lin(browser: Browser, house: Served, others: ExitStack) -> Iterator[Page]:
    """Lin at her desk, rung in the page and free; what the console complains of fails the test."""
    page = window(browser, house.runtime.settings.base_url, others, house.cast.lin)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.locator("#device summary").click()
    page.locator("#device select").select_option("browser")
    page.locator("#device button").click()
    expect(page.locator("#phone .state")).to_have_text("可以接听")
    page.locator("#choose-free").click()
    expect(page.locator("#desk .seat-free")).to_be_visible()
    yield page
    assert complaints == []


def test_a_customer_is_answered_held_and_helped_with_no_telephone_but_the_page(
    browser: Browser, house: Served, others: ExitStack, lin: Page, pictures: Path
) -> None:
    customer = dials(browser, house, others)
    _answers(lin, customer, pictures)
    _both_are_heard(lin, customer)
    lin.locator("button[accesskey=h]").click()
    expect(customer.locator(".captions")).to_contain_text("谢谢您，请您稍等片刻")
    picture(lin, pictures, "desk-phone-held")
    lin.locator("button[accesskey=h]").click()
    expect(customer.locator(".captions")).to_contain_text("对不起，让您久等了，谢谢您")

    lin.locator("#phone button[name=hang-up]").click()
    expect(customer.locator(".captions")).to_contain_text("请问还有什么需要帮您")
    expect(lin.locator("#now")).to_have_text("整理记录")
    expect(lin.locator("#phone .state")).to_have_text("可以接听")
    customer.locator(".hang-up").click()
    _writes_it_down(lin, pictures)
    lin.locator("button[accesskey=w]").click()
    expect(lin.locator("#desk .seat-free")).to_be_visible()
    assert house.complaints() == []


def _answers(lin: Page, customer: Locator, pictures: Path) -> None:
    """By keyboard: the page rings, Enter answers, 1 accepts."""
    phone = lin.locator("#phone")
    expect(phone.locator(".state")).to_have_text("来电")
    expect(lin.locator("#now")).to_have_text("来电")
    picture(lin, pictures, "desk-phone-ringing")
    expect(phone.get_by_role("button", name="接听")).to_be_focused()
    lin.keyboard.press("Enter")
    expect(phone.locator(".heard")).to_contain_text("接听请按1")
    lin.keyboard.press("1")
    expect(lin.locator("#now")).to_have_text("通话中")
    expect(customer.locator(".captions")).to_contain_text("0 0 1号为您服务")


def _both_are_heard(lin: Page, customer: Locator) -> None:
    """Once Chen is in, what Lin says reaches her telephone, and the other way round."""
    expect(lin.locator(".parties li").filter(has_text="客户")).to_contain_text("在通话中")
    words = lin.locator("#phone .speech input")
    words.fill("您好，请讲")
    words.press("Enter")
    expect(customer.locator(".captions")).to_contain_text("您好，请讲")
    customer.locator(".speech input").fill("请转告502室，明天来")
    customer.locator(".send").click()
    expect(lin.locator("#phone .heard")).to_contain_text("请转告502室，明天来")


def _writes_it_down(lin: Page, pictures: Path) -> None:
    """The message that Chen left is taken down on the desk."""
    lin.locator("#f-kind-message").check()
    lin.locator("#f-for").fill("502室")
    lin.locator("#f-message").fill("明天来")
    lin.locator("#f-read_back").check()
    lin.locator("button[value=save]").click()
    expect(lin.locator("#opened")).to_contain_text("已经登记")
    picture(lin, pictures, "desk-phone-saved")

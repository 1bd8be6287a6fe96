"""The practice page in a real Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from hotline.simulator.server import Running


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
    page.locator("#language").click()
    other = "练习电话" if title.isascii() else "Practice phones"
    expect(page.locator("h1")).to_have_text(other)
    page.reload()
    expect(page.locator("h1")).to_have_text(other)
    context.close()

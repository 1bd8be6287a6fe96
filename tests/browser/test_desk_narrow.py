"""The desk on a telephone's screen, in English, whose words are longer: nothing runs off its edge."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests import given
from tests.browser.test_desk import log_in
from tests.domain.talks import Talk
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NARROW = 390


def test_why_a_caller_comes_to_me_stands_within_the_screen(page: Page, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        given.case(act, cast)
    talk = Talk(runtime, cast)
    log_in(page, cast.lin)
    page.set_viewport_size({"width": NARROW, "height": 800})
    talk.free(cast.lin)
    talk.waits()
    talk.offered()
    page.goto("/console/desk?lang=en")
    expect(page.locator(".now .mark.open")).to_contain_text("you own this customer")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW

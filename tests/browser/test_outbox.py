"""What was tried in vain, in a real Chromium: decided with a reason, and read on a screen and on a telephone."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from rq import Queue as RqQueue
from rq import Worker

from hotline.domain.outbox import Queue
from hotline.runtime import Runtime
from tests.browser.test_desk import picture
from tests.browser.test_handovers import logs_in
from tests.console import matters
from tests.console.test_outbox import PAGE, failed
from tests.world import Cast, HandClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def letters(runtime: Runtime, cast: Cast, at: HandClock) -> int:
    """A text that failed, a call and a recording; one worker. The text's entry."""
    case_id = matters.enquiry(runtime, cast)
    failed(runtime, "place-call")
    failed(runtime, "fetch-recording")
    worker = Worker([RqQueue(Queue.ROUTINE, connection=runtime.redis)], connection=runtime.redis)
    worker.register_birth()  # type: ignore[no-untyped-call]
    runtime.redis.hset(worker.key, "last_heartbeat", at.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    return failed(runtime, case_id=case_id)


def test_what_failed_is_tried_again_for_a_reason_that_is_typed(page: Page, cast: Cast, letters: int) -> None:
    logs_in(page, cast.qian)
    page.goto(PAGE)
    page.locator(f"#mend-{letters} summary").click()
    page.locator(f"#mend-{letters}").get_by_label("理由").fill("号码已改好")
    page.locator(f"#mend-{letters}").get_by_role("button", name="再试一次").click()
    expect(page.locator(f"#entry-{letters}")).to_have_count(0)
    expect(page.locator("#queue-routine td").nth(1)).to_have_text("1")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_it_fits_a_screen_and_a_telephone(
    page: Page, phone: Page, cast: Cast, letters: int, pictures: Path, language: str
) -> None:
    for window, name in ((page, "outbox"), (phone, "outbox-phone")):
        logs_in(window, cast.tang)
        window.goto(f"{PAGE}?lang={language}")
        window.locator(f"#mend-{letters} summary").click()
        expect(window.locator(f"#mend-{letters} button.main")).to_be_visible()
        assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        picture(window, pictures, f"{name}-{language}")

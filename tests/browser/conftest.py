"""A real Chromium at a real server. Without a Chromium these tests are not collected, and one line says so."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from hotline import live
from hotline.runtime import Runtime
from hotline.settings import Settings, load
from hotline.web import create_app
from tests import world
from tests.console import departments
from tests.console.departments import Departments
from tests.domain.talks import Talk
from tests.served import Served, served

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE, TELEPHONE_PATIENCE = 5_000, 60_000  # milliseconds: a telephone speaks as slowly as a telephone
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
NEEDS_AXE = "test_accessible.py"
MISSING = "browser tests not run: no Chromium on the PATH" if CHROMIUM is None else ""
if CHROMIUM is not None and not AXE.is_file():
    MISSING = "pages not held against axe-core's rules: it is not installed; run scripts/contract-packages"
if MISSING and os.environ.get("CI") == "true":
    raise pytest.UsageError(MISSING)
collect_ignore_glob = ["test_*.py"] if CHROMIUM is None else [NEEDS_AXE] if MISSING else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that something was left out."""
    if MISSING:
        terminalreporter.write_line(MISSING)


class Quiet(WSGIRequestHandler):
    """Keeps no access log, but what is connected."""

    connected: ClassVar[set[socket.socket]] = set()

    def setup(self) -> None:
        """Somebody connects."""
        super().setup()
        self.connected.add(self.connection)

    def finish(self) -> None:
        """They were answered."""
        self.connected.discard(self.connection)
        super().finish()

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing is written."""


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of a trial on this machine: no carrier account, no certificate."""
    given = world.environment(database_url=database_url, redis_url=redis_url, var=tmp_path)
    named = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_BASE_URL")
    return load({name: value for name, value in given.items() if name not in named})


@pytest.fixture
def site(runtime: Runtime, cast: world.Cast) -> Iterator[str]:
    """The product served on a free port; its address."""
    server = make_server("127.0.0.1", 0, create_app(runtime), threaded=True, request_handler=Quiet)
    server.daemon_threads = False  # type: ignore[attr-defined]  # closed, it waits for every request at hand
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    while thread.is_alive():  # it waits for what is at hand, a failed test's open streams too: cut, and told something
        for one in list(Quiet.connected):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        runtime.redis.publish(live.CHANGED, "end")
        thread.join(0.02)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A fresh window; what its console complains of fails the test, a refused script or style too."""
    context = browser.new_context(base_url=site, locale="zh-CN")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Page]:
    """A telephone's window, 390 pixels wide, operated by touch."""
    context = browser.new_context(
        base_url=site, locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def scriptless(browser: Browser, site: str) -> Iterator[Page]:
    """A window whose browser runs no scripts."""
    context = browser.new_context(base_url=site, locale="zh-CN", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def pictures(pytestconfig: pytest.Config) -> Path:
    """Where the pictures of a run are kept, to be looked at: .pytest_cache/d/pictures, when HOTLINE_PICTURES=1."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("pictures")


@pytest.fixture
def talk(runtime: Runtime, cast: world.Cast) -> Talk:
    """Lin talks to Chen, whose number the carrier shows."""
    made = Talk(runtime, cast)
    made.talk()
    made.shows_number()
    return made


@pytest.fixture
def firm(runtime: Runtime, cast: world.Cast) -> Departments:
    """The departments that can be complained of."""
    return departments.founded(runtime, cast)


@pytest.fixture
def house(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Served]:
    """The product as it is run, for whoever has the time to listen to its telephones."""
    expect.set_options(timeout=TELEPHONE_PATIENCE)
    try:
        with served(database_url, redis_url, tmp_path) as made:
            yield made
    finally:
        expect.set_options(timeout=PATIENCE)


def dials(browser: Browser, house: Served, others: ExitStack) -> Locator:
    """Chen rings from the practice page and asks for a person; her telephone."""
    context = browser.new_context(base_url=house.running.url, locale="zh-CN")
    others.callback(context.close)
    page = context.new_page()
    page.goto("/")
    page.locator("#aloud").uncheck(force=True)
    telephone = page.locator("#customer")
    expect(telephone.locator(".owner option:checked")).to_contain_text(house.cast.chen.number.e164)
    telephone.locator(".call").click()
    expect(telephone.locator(".captions")).to_contain_text("请按0")
    telephone.locator(".keypad button").nth("123456789*0#".index("0")).click()
    return telephone

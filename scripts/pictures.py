"""Rings the practice phone of a fresh trial and takes the README's pictures of what is seen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PORT = 8480
WAIT = 60_000  # milliseconds; the practice phone speaks as slowly as a telephone
SCREEN = {"width": 1280, "height": 1250}


@contextmanager
def trial() -> Iterator[str]:
    """A fresh trial in a folder of its own; gives the demo's password."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOTLINE_VAR": folder, "PORT": str(PORT)}
        up = subprocess.Popen([sys.executable, "-m", "hotline", "up", "--trial"], cwd=ROOT, env=environment)
        try:
            answers(f"http://127.0.0.1:{PORT + 1}/")
            yield str(json.loads((Path(folder) / "demo.json").read_text())[0]["password"])
        finally:
            up.send_signal(signal.SIGINT)
            up.wait()


def answers(url: str) -> None:
    """Wait until something answers there."""
    for _ in range(120):
        try:
            urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"nothing answers at {url}")


def open_page(browser: Browser, url: str, screen: dict[str, int]) -> Page:
    """A page of a size, in Chinese."""
    page = browser.new_page(viewport=screen, locale="zh-CN")  # type: ignore[arg-type]
    page.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    page.goto(url)
    return page


def press(phone: Locator, keys: str, after: str) -> None:
    """Wait until the phone says something, then press keys."""
    expect(phone.locator(".captions")).to_contain_text(after)
    for key in keys:
        phone.locator(".keypad button").nth("123456789*0#".index(key)).click()


def ring(page: Page) -> None:
    """A cold radiator, from the greeting to the signature."""
    page.locator("#aloud").uncheck(force=True)
    customer, engineer = page.locator("#customer"), page.locator("#second")
    customer.locator(".call").click()
    for keys, after in (
        ("2", "报修"),
        ("1", "家里不热"),
        ("1", "一个房间"),
        ("1", "阀门"),
        ("2", "摸一下"),
        ("1", "报修地址"),
    ):
        press(customer, keys, after)
    expect(customer.locator(".captions")).to_contain_text("单号")
    expect(engineer.locator(".incoming")).to_be_visible()
    picture(page, "practice-phone-zh")
    engineer.locator(".answer").click()
    press(engineer, "1", "签收请按1")
    expect(engineer.locator(".captions")).to_contain_text("已经签收")
    customer.locator(".hang-up").click()
    expect(customer.locator(".texts output")).to_have_text("2")


def picture(page: Page, name: str, *, full: bool = True) -> None:
    """One PNG of the whole page, or of what the window shows."""
    page.screenshot(path=PICTURES / f"{name}.png", full_page=full)
    print(f"docs/pictures/{name}.png")


def complain(console: Page) -> str:
    """Somebody comes to the counter to complain; the address of the complaint's page."""
    console.goto(f"http://127.0.0.1:{PORT}/console/visitors/new")
    console.locator("#f-channel-walk_in").check()
    console.locator("#f-kind-complaint").check()
    console.locator("#f-name").fill("陈秀兰")
    console.locator("#f-phone").fill("15400000051")
    console.locator("#f-happened").fill("约好上午来修暖气，两次都没有人来，也没有电话")
    console.locator("#f-about").select_option(label="维修部")
    console.locator("#f-grade-important").check()
    console.locator("#f-grade_why").fill("家有老人，已经冷了两天")
    console.locator("#f-read_back").check()
    console.locator('button[value="save"]').click()
    console.wait_for_url("**/opened**")
    return console.url.partition("/opened")[0]


def log_in(page: Page, password: str) -> None:
    """As the supervisor."""
    page.goto(f"http://127.0.0.1:{PORT}/console/login")
    page.locator("[name=login]").fill("sun")
    page.locator("[name=password]").fill(password)
    page.locator("main button.main").click()
    page.wait_for_url(f"http://127.0.0.1:{PORT}/console")


def main() -> None:
    """All of it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with trial() as password, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        phone = open_page(browser, f"http://127.0.0.1:{PORT + 1}/", SCREEN)
        ring(phone)
        phone.locator("#language").click()
        picture(phone, "practice-phone")
        console = open_page(browser, f"http://127.0.0.1:{PORT}/console", SCREEN)
        log_in(console, password)
        console.goto(f"http://127.0.0.1:{PORT}/console/calls/1")
        picture(console, "one-call-zh", full=False)
        console.goto(f"http://127.0.0.1:{PORT}/console/calls/1?lang=en")
        picture(console, "one-call", full=False)
        complaint = complain(console)
        for language, name in (("zh-CN", "one-complaint-zh"), ("en", "one-complaint")):
            console.goto(f"{complaint}?lang={language}")
            picture(console, name, full=False)
        browser.close()


if __name__ == "__main__":
    main()

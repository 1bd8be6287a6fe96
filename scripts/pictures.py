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
from typing import NamedTuple

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PORT = 8480
WAIT = 60_000  # milliseconds; the practice phone speaks as slowly as a telephone
CONSOLE = f"http://127.0.0.1:{PORT}/console"
SCREEN = {"width": 1280, "height": 1250}
TABLE = {"width": 1280, "height": 900}
LANGUAGES = {"zh-CN": "-zh", "en": ""}  # and how the pictures in it end


class Complaint(NamedTuple):
    """What somebody tells at the counter."""

    name: str
    happened: str
    department: str
    grade: str
    why: str


COMPLAINTS = (
    Complaint(
        "陈秀兰", "约好上午来修暖气，两次都没有人来，也没有电话", "维修部", "important", "家有老人，已经冷了两天"
    ),
    Complaint("周建国", "电话里说话不耐烦", "客户服务部", "minor", "态度问题，没有造成损失"),
    Complaint("吴桂芬", "检修后阀门漏水，家里地板泡了", "维修部", "major", "财产损失"),
)


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


def complain(console: Page, told: Complaint, phone: str) -> str:
    """Somebody comes to the counter to complain; the address of the complaint's page."""
    console.goto(f"{CONSOLE}/visitors/new")
    console.locator("#f-channel-walk_in").check()
    console.locator("#f-kind-complaint").check()
    console.locator("#f-name").fill(told.name)
    console.locator("#f-phone").fill(phone)
    console.locator("#f-happened").fill(told.happened)
    console.locator("#f-about").select_option(label=told.department)
    console.locator(f"#f-grade-{told.grade}").check()
    console.locator("#f-grade_why").fill(told.why)
    console.locator("#f-read_back").check()
    console.locator('button[value="save"]').click()
    console.wait_for_url("**/opened**")
    return console.url.partition("/opened")[0]


def log_in(page: Page, password: str) -> None:
    """As the supervisor."""
    page.goto(f"{CONSOLE}/login")
    page.locator("[name=login]").fill("sun")
    page.locator("[name=password]").fill(password)
    page.locator("main button.main").click()
    page.wait_for_url(CONSOLE)


def seen(console: Page, address: str, name: str, screen: dict[str, int] = SCREEN) -> None:
    """A page of the console in each language."""
    console.set_viewport_size(screen)  # type: ignore[arg-type]
    for language, end in LANGUAGES.items():
        console.goto(f"{address}?lang={language}")
        picture(console, f"{name}{end}", full=False)


def main() -> None:
    """All of it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with trial() as password, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        phone = open_page(browser, f"http://127.0.0.1:{PORT + 1}/", SCREEN)
        ring(phone)
        phone.locator("#language").click()
        picture(phone, "practice-phone")
        console = open_page(browser, CONSOLE, SCREEN)
        log_in(console, password)
        seen(console, f"{CONSOLE}/calls/1", "one-call")
        filed = [complain(console, told, f"154000000{n}") for n, told in enumerate(COMPLAINTS, start=51)]
        seen(console, filed[0], "one-complaint")
        seen(console, f"{CONSOLE}/tables/statistics", "statistics", TABLE)
        seen(console, f"{CONSOLE}/tables/tracking", "tracking", TABLE)
        browser.close()


if __name__ == "__main__":
    main()

"""Two agents, a supervisor and a customer's telephone, each in a window, over the product as it is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from tests import given
from tests.browser.test_desk import picture, window
from tests.browser.test_desk import pictures as pictures
from tests.served import Served, served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WAIT = 60_000  # milliseconds: the telephone speaks as slowly as a telephone


@pytest.fixture
def house(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Served]:
    """Everything runs."""
    expect.set_options(timeout=WAIT)
    with served(database_url, redis_url, tmp_path) as made:
        yield made
    expect.set_options(timeout=5_000)


@pytest.fixture
def others() -> Iterator[ExitStack]:
    """Windows, closed in the end."""
    with ExitStack() as windows:
        yield windows


def test_a_call_is_rung_accepted_held_handed_over_and_closed_on_three_pages(
    browser: Browser, house: Served, others: ExitStack, pictures: Path
) -> None:
    cast, site = house.cast, house.runtime.settings.base_url
    case_id = _matter(house)
    lin, zhou, sun = (window(browser, site, others, who) for who in (cast.lin, cast.zhou, cast.sun))
    lin.locator("#choose-free").click()
    expect(lin.locator("#desk .seat-free")).to_be_visible()
    customer = _dials(browser, house, others)

    agent = house.phone("lin").rings()
    expect(lin.locator("#now")).to_have_text("来电")
    expect(zhou.locator(".waiting li")).to_have_count(1)
    _pictures(pictures, "ringing", lin, zhou, sun)
    agent.answers().hears("接听请按1").presses("1")
    expect(lin.locator("#now")).to_have_text("通话中")
    expect(sun.locator(".talks")).to_contain_text("林晓 001")
    expect(customer.locator(".captions")).to_contain_text("0 0 1号为您服务")
    _pictures(pictures, "talking", lin, zhou, sun)

    lin.locator("button[accesskey=h]").click()
    expect(lin.get_by_role("button", name="取回通话")).to_be_visible()
    expect(customer.locator(".captions")).to_contain_text("谢谢您，请您稍等片刻")
    _pictures(pictures, "held", lin, zhou, sun)
    lin.locator("button[accesskey=h]").click()
    expect(customer.locator(".captions")).to_contain_text("对不起，让您久等了，谢谢您")

    zhou.locator("#choose-break").click()
    expect(zhou.locator("#desk .seat-break")).to_be_visible()
    _asks(lin, cast.zhou.id, case_id)
    receiver = house.phone("zhou").rings()
    expect(zhou.locator("#now")).to_have_text("同事请您加入通话")
    _pictures(pictures, "handing-over", lin, zhou, sun)
    receiver.answers().hears("接通请按1").presses("1")
    expect(zhou.locator("#now")).to_have_text("通话中")
    assert _owner(house, case_id) == cast.zhou.id

    customer.locator(".hang-up").click()
    expect(lin.locator("#now")).to_have_text("整理记录")
    _pictures(pictures, "wrapping-up", lin, zhou, sun)
    lin.locator("button[accesskey=w]").click()
    expect(lin.locator("#desk .seat-free")).to_be_visible()
    expect(sun.get_by_text("没有通话")).to_be_visible()
    assert house.complaints() == []


def _dials(browser: Browser, house: Served, others: ExitStack) -> Locator:
    """Chen rings from the practice page and asks for a person."""
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


def _asks(agent: Page, receiver: int, case_id: int) -> None:
    """The agent asks a colleague to take the matter over."""
    agent.locator("summary[accesskey=t]").click()
    agent.locator("#case-hand-over").select_option(str(case_id))
    agent.locator("#who-hand-over").select_option(str(receiver))
    agent.locator("#ask-hand-over input[name=why]").fill("她熟悉这台锅炉")
    agent.locator("#ask-hand-over button").click()


def _pictures(folder: Path, moment: str, lin: Page, zhou: Page, sun: Page) -> None:
    for who, page in (("lin", lin), ("zhou", zhou), ("floor", sun)):
        picture(page, folder, f"three-{moment}-{who}")


def _matter(house: Served) -> int:
    with house.runtime.act(COMMAND) as act:
        return given.case(act, house.cast).id


def _owner(house: Served, case_id: int) -> int:
    with house.look() as act:
        return act.session.get_one(Case, case_id).owner_id

"""Two agents, a supervisor and a customer's telephone, each in a window, over the product as it is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from tests import given
from tests.browser.conftest import dials
from tests.browser.test_desk import picture, window
from tests.served import Served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def others() -> Iterator[ExitStack]:
    """Windows, closed in the end."""
    with ExitStack() as windows:
        yield windows


@dataclass
class Pages:
    """What the three of us see, and where pictures of it are kept."""

    lin: Page
    zhou: Page
    sun: Page
    folder: Path

    def pictured(self, moment: str) -> None:
        """All three pages as they are now."""
        for who, page in (("lin", self.lin), ("zhou", self.zhou), ("floor", self.sun)):
            picture(page, self.folder, f"three-{moment}-{who}")


@pytest.fixture
def pages(browser: Browser, house: Served, others: ExitStack, pictures: Path) -> Pages:
    """Lin and Zhou at their desks, Sun at the floor."""
    cast, site = house.cast, house.runtime.settings.base_url
    lin, zhou, sun = (window(browser, site, others, who) for who in (cast.lin, cast.zhou, cast.sun))
    return Pages(lin, zhou, sun, pictures)


def test_a_call_is_rung_accepted_held_listened_to_handed_over_ended_and_closed_on_three_pages(
    browser: Browser, house: Served, others: ExitStack, pages: Pages
) -> None:
    case_id = _matter(house)
    pages.lin.locator("#choose-free").click()
    expect(pages.lin.locator("#desk .seat-free")).to_be_visible()
    customer = dials(browser, house, others)
    _is_accepted(house, pages, customer)
    _listens(house, pages)
    _is_held(pages, customer)
    _is_handed_over(house, pages, case_id)
    _ends(house, pages, customer)
    _is_written_down(pages)
    _is_closed(house, pages, case_id)
    assert house.complaints() == []


def _is_accepted(house: Served, pages: Pages, customer: Locator) -> None:
    agent = house.phone("lin").rings()
    expect(pages.lin.locator("#now")).to_have_text("来电")
    expect(pages.zhou.locator(".waiting li")).to_have_count(1)
    pages.pictured("ringing")
    agent.answers().hears("接听请按1").presses("1")
    expect(pages.lin.locator("#now")).to_have_text("通话中")
    expect(pages.sun.locator(".talks")).to_contain_text("林晓 001")
    expect(customer.locator(".captions")).to_contain_text("0 0 1号为您服务")
    expect(pages.lin.locator(".parties li").filter(has_text="客户")).to_contain_text("在通话中")
    pages.pictured("talking")


def _listens(house: Served, pages: Pages) -> None:
    """The supervisor presses "listen" on the floor's page, and her telephone takes her in."""
    pages.sun.get_by_role("button", name="监听").click()
    house.phone("sun").rings().answers().hears("请按1").presses("1")
    expect(pages.sun.locator(".watch .state")).to_have_text("监听 · 在通话中")
    expect(pages.lin.locator(".parties")).to_contain_text("孙丽")
    pages.pictured("listened-to")


def _is_held(pages: Pages, customer: Locator) -> None:
    pages.lin.locator("button[accesskey=h]").click()
    expect(pages.lin.get_by_role("button", name="取回通话")).to_be_visible()
    expect(customer.locator(".captions")).to_contain_text("谢谢您，请您稍等片刻")
    pages.pictured("held")
    pages.lin.locator("button[accesskey=h]").click()
    expect(customer.locator(".captions")).to_contain_text("对不起，让您久等了，谢谢您")


def _is_handed_over(house: Served, pages: Pages, case_id: int) -> None:
    """Zhou, at a break, is asked to take the matter over, and does."""
    pages.zhou.locator("#choose-break").click()
    expect(pages.zhou.locator("#desk .seat-break")).to_be_visible()
    pages.lin.locator("summary[accesskey=t]").click()
    pages.lin.locator("#case-hand-over").select_option(str(case_id))
    pages.lin.locator("#who-hand-over").select_option(str(house.cast.zhou.id))
    pages.lin.locator("#ask-hand-over input[name=why]").fill("她熟悉这台锅炉")
    pages.lin.locator("#ask-hand-over button").click()
    expect(pages.lin.locator(".parties")).to_contain_text("周静")
    expect(pages.lin.get_by_role("button", name="离开通话")).to_have_count(0)
    receiver = house.phone("zhou").rings()
    expect(pages.zhou.locator("#now")).to_have_text("同事请您加入通话")
    pages.pictured("handing-over")
    receiver.answers().hears("接通请按1").presses("1")
    expect(pages.zhou.locator("#now")).to_have_text("通话中")
    assert _case(house, case_id).owner_id == house.cast.zhou.id


def _ends(house: Served, pages: Pages, customer: Locator) -> None:
    """Lin leaves first; Zhou ends the call on her page, and the customer is asked whether there is more."""
    pages.lin.get_by_role("button", name="离开通话").click()
    expect(pages.lin.locator("#now")).to_have_text("整理记录")
    expect(pages.zhou.locator(".parties li").filter(has_text="林晓")).to_contain_text("已离开")
    expect(pages.zhou.get_by_role("button", name="离开通话")).to_have_count(0)
    pages.pictured("handed-over")
    pages.zhou.locator("button[accesskey=q]").click()
    expect(pages.zhou.locator("#now")).to_have_text("整理记录")
    expect(customer.locator(".captions")).to_contain_text("请问还有什么需要帮您")
    customer.locator(".hang-up").click()
    expect(pages.sun.get_by_text("没有通话")).to_be_visible()
    pages.pictured("wrapping-up")


def _is_written_down(pages: Pages) -> None:
    """Zhou saves what was told; both are done and choose again."""
    pages.zhou.locator("#f-kind-enquiry").check()
    pages.zhou.locator("#f-question").fill("锅炉什么时候检修")
    pages.zhou.locator("#f-answered").fill("周五上午")
    pages.zhou.locator("#f-read_back").check()
    pages.zhou.locator("button[value=save]").click()
    expect(pages.zhou.locator("#opened")).to_contain_text("已经登记")
    pages.pictured("saved")
    for page, status in ((pages.lin, "free"), (pages.zhou, "break")):
        page.locator("button[accesskey=w]").click()
        expect(page.locator(f"#desk .seat-{status}")).to_be_visible()


def _is_closed(house: Served, pages: Pages, case_id: int) -> None:
    """Whoever took the matter over closes it, from her desk."""
    with pages.zhou.expect_popup() as opened:
        pages.zhou.get_by_role("link", name=_case(house, case_id).number).first.click()
    page = opened.value
    page.locator("[name=outcome]").fill("已告知检修时间")
    picture(page, pages.folder, "three-closing-case")
    page.get_by_role("button", name="结单").click()
    expect(page.locator("h1 .state")).to_have_text("已结")
    picture(page, pages.folder, "three-closed-case")
    assert _case(house, case_id).state == "closed"
    pages.pictured("closed")


def _matter(house: Served) -> int:
    with house.runtime.act(COMMAND) as act:
        return given.case(act, house.cast).id


def _case(house: Served, case_id: int) -> Case:
    with house.look() as act:
        return act.session.get_one(Case, case_id)

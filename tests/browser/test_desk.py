"""The desk and the floor in a real Chromium: two agents and a supervisor, a call from ring to wrap-up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hotline.domain import meetings
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from tests import given
from tests.domain.talks import Talk
from tests.world import PASSWORD, Cast, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WIDTHS = (1280, 390)
TAKES_PICTURES = "HOTLINE_PICTURES" in os.environ  # to be looked at; each costs half a second of processor


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Chen's call and what becomes of it."""
    return Talk(runtime, cast)


@pytest.fixture
def agent(page: Page, cast: Cast) -> Page:
    """Lin at the desk, free."""
    log_in(page, cast.lin)
    page.locator("#choose-free").click()
    expect(page.locator("#desk .seat-free")).to_be_visible()
    return page


@pytest.fixture
def others(browser: Browser, site: str) -> Iterator[ExitStack]:
    """Windows of other people, closed in the end."""
    with ExitStack() as windows:
        yield windows


def log_in(page: Page, who: Person) -> None:
    """An agent lands at the desk, a supervisor goes to the floor."""
    page.goto("/console/login")
    page.locator("[name=login]").fill(who.login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button.main").click()
    page.wait_for_url("**/console**")
    if who.login == "sun":
        page.goto("/console/floor")


def window(browser: Browser, site: str, others: ExitStack, who: Person) -> Page:
    """A window of somebody else's."""
    context = browser.new_context(base_url=site, locale="zh-CN")
    others.callback(context.close)
    page = context.new_page()
    log_in(page, who)
    return page


def picture(page: Page, folder: Path, name: str) -> None:
    """The page at both widths, from the top: nothing lies beside it. A picture of each where pictures are asked for."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("scrollTo(0, 0)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        keep_picture(page, folder, f"{name}-{width}")
    page.set_viewport_size({"width": 1280, "height": 900})


def keep_picture(page: Page, folder: Path, name: str) -> None:
    """A picture of the whole page as it is shown, where pictures are asked for."""
    if TAKES_PICTURES:
        page.screenshot(path=folder / f"{name}.png", full_page=True)


def comes_in(talk: Talk, who: Person) -> None:
    """Somebody who was asked presses 1 and is in the conference."""
    leg = talk.party(who).call_id
    talk.with_leg(meetings.accepted, leg)
    talk.joins(leg)


def test_a_call_from_ring_to_wrap_up_appears_by_itself_on_three_pages(
    browser: Browser, site: str, others: ExitStack, talk: Talk, cast: Cast, pictures: Path
) -> None:
    agent, zhou, sun = (window(browser, site, others, who) for who in (cast.lin, cast.zhou, cast.sun))
    agent.locator("#choose-free").click()
    expect(agent.locator("#desk .seat-free")).to_be_visible()
    case_id = _matter(talk)
    picture(agent, pictures, "idle")
    talk.waits()
    expect(zhou.locator(".waiting li")).to_have_count(1)
    leg = talk.offered()
    expect(agent.locator("#now")).to_have_text("来电")
    expect(agent.locator("[role=status]").filter(has_text="来电：安心热力")).to_be_attached()
    assert agent.title().startswith("来电")
    picture(agent, pictures, "ringing")
    talk.accepts(leg)
    talk.joins(leg)
    talk.joins(talk.call_id)
    expect(agent.locator("#now")).to_have_text("通话中")
    expect(sun.locator(".talks")).to_contain_text("林晓 001")
    picture(agent, pictures, "in-call")
    _key(agent, "button[accesskey=h]")
    expect(agent.get_by_role("button", name="取回通话")).to_be_visible()
    picture(agent, pictures, "hold")
    _key(agent, "button[accesskey=h]")
    expect(agent.get_by_role("button", name="客户已同意")).to_be_visible()
    sun.get_by_role("button", name="监听").click()
    expect(sun.locator(".watch .state")).to_contain_text("已邀请")
    comes_in(talk, cast.sun)
    expect(sun.locator(".watch .state")).to_contain_text("在通话中")
    expect(agent.locator(".parties")).to_contain_text("孙丽")
    picture(sun, pictures, "floor")
    zhou.locator("#choose-break").click()
    expect(zhou.locator("#desk .seat-break")).to_be_visible()
    _hand_over(agent, cast.zhou, case_id)
    expect(zhou.locator("#now")).to_have_text("同事请您加入通话")
    expect(zhou.locator("#handovers-waiting .row")).to_have_count(1)
    picture(zhou, pictures, "asked")
    _key(agent, "button[accesskey=q]")
    expect(agent.locator("#said")).to_contain_text("对方接受之前由您负责")
    comes_in(talk, cast.zhou)
    expect(zhou.locator("#now")).to_have_text("通话中")
    with talk.runtime.look(COMMAND) as act:
        assert act.session.get_one(Case, case_id).owner_id == cast.zhou.id
    talk.leaves(talk.call_id)
    expect(agent.locator("#now")).to_have_text("整理记录")
    picture(agent, pictures, "wrap-up")
    _key(agent, "button[accesskey=w]")
    expect(agent.locator("#desk .seat-free")).to_be_visible()


def test_what_is_open_and_half_typed_survives_the_news(agent: Page, talk: Talk, cast: Cast) -> None:
    _matter(talk)
    talk.talk()
    agent.locator("#ask-hand-over summary").click()
    agent.locator("#who-hand-over").select_option(str(cast.zhou.id))
    agent.locator("#ask-hand-over input[name=why]").fill("她熟悉")
    agent.locator("#ask-expert summary").focus()
    talk.free(cast.wu)
    expect(agent.locator("#who-hand-over option").filter(has_text="吴敏 021 · 空闲")).to_be_attached()
    expect(agent.locator("#ask-hand-over")).to_have_attribute("open", "")
    expect(agent.locator("#who-hand-over")).to_have_value(str(cast.zhou.id))
    expect(agent.locator("#ask-hand-over input[name=why]")).to_have_value("她熟悉")


def test_a_lost_connection_is_made_good(browser: Browser, site: str, others: ExitStack, talk: Talk, cast: Cast) -> None:
    zhou = window(browser, site, others, cast.zhou)
    expect(zhou.get_by_text("没有人在等")).to_be_visible()
    zhou.context.set_offline(True)
    talk.waits()
    zhou.context.set_offline(False)
    expect(zhou.locator(".waiting li")).to_have_count(1, timeout=30_000)


def test_the_status_is_chosen_by_key_and_the_focus_stays(agent: Page) -> None:
    _key(agent, "button[accesskey=b]")
    expect(agent.locator("#choose-break")).to_have_attribute("aria-pressed", "true")
    expect(agent.locator("#choose-break")).to_be_focused()


def test_whoever_has_logged_out_elsewhere_is_led_to_the_door(
    browser: Browser, site: str, others: ExitStack, talk: Talk, cast: Cast
) -> None:
    agent = window(browser, site, others, cast.lin)
    with talk.runtime.act(COMMAND) as act:
        given.person(act, cast.lin).session_epoch += 1
    # By whichever is first, the news or the sign of life; where both lead away, one breaks the other off.
    expect(agent).to_have_url(re.compile("/login"), timeout=30_000)


def test_the_desk_works_without_scripts(scriptless: Page, talk: Talk, cast: Cast) -> None:
    log_in(scriptless, cast.lin)
    scriptless.locator("#choose-free").click()
    expect(scriptless.locator(".seat-free").first).to_be_visible()
    talk.waits()
    talk.offered()
    scriptless.reload()
    expect(scriptless.locator("#now")).to_have_text("来电")


def _key(page: Page, what: str) -> None:
    """Without a mouse."""
    page.locator(what).focus()
    page.keyboard.press("Enter")


def _matter(talk: Talk) -> int:
    with talk.runtime.act(COMMAND) as act:
        return given.case(act, talk.cast).id


def _hand_over(agent: Page, receiver: Person, case_id: int) -> None:
    _key(agent, "summary[accesskey=t]")
    agent.locator("#case-hand-over").select_option(str(case_id))
    agent.locator("#who-hand-over").select_option(str(receiver.id))
    agent.locator("#ask-hand-over input[name=why]").fill("她熟悉这台锅炉")
    agent.locator("#ask-hand-over button").click()


@pytest.mark.parametrize("code", ["zh-CN", "en"])
def test_the_languages_in_which_i_answer_are_chosen_by_keyboard(
    agent: Page, talk: Talk, cast: Cast, pictures: Path, code: str
) -> None:
    agent.goto(f"/console/desk?lang={code}")  # the one that is spoken already cannot be chosen
    control = agent.locator("#languages")
    control.locator("summary").press("Enter")
    control.locator("#language-en").press("Space")
    picture(agent, pictures, f"desk-languages-{code}")
    control.get_by_role("button").press("Enter")
    expect(control.locator("summary")).to_contain_text("English")
    expect(control).not_to_have_attribute("open", "")
    assert talk.seat(cast.lin).languages == ["en"]

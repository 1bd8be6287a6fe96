"""Every page held against axe-core's rules in a real Chromium; without it a page would be shut to who sees badly."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from hotline.console import office
from hotline.runtime import Runtime
from tests.browser.conftest import AXE
from tests.browser.test_desk import log_in
from tests.console import matters
from tests.world import Cast, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NAMES_IT = {"values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "type": "tag"}
SERIOUS = ("serious", "critical")
DAILY = (
    "",
    "/floor",
    "/cases",
    "/complaints",
    "/inbox",
    "/approvals",
    "/promises",
    "/notices",
    "/callbacks",
    "/visits",
)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_daily_page_has_a_serious_finding(page: Page, runtime: Runtime, cast: Cast, width: int, scheme: str) -> None:
    call_id, case_id = matters.call(runtime, cast), matters.enquiry(runtime, cast)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/console/login")
    found = _findings(page, "log-in")
    found += _looked_through(page, cast.feng, [*DAILY, f"/calls/{call_id}", f"/cases/{case_id}", "/office"])
    assert found == []


@pytest.mark.parametrize("who", ["feng", "bai"])
def test_no_page_behind_the_further_doors_has_a_serious_finding(page: Page, cast: Cast, who: str) -> None:
    log_in(page, getattr(cast, who))
    page.goto("/console/office")
    doors = page.locator(".doors a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(doors) <= sum(map(len, office.GROUPS.values()))
    found = []
    for door in doors:
        page.goto(door)
        found += _findings(page, door)
    assert found == []


def _looked_through(page: Page, who: Person, paths: list[str]) -> list[str]:
    log_in(page, who)
    found = []
    for path in paths:
        page.goto(f"/console{path}")
        found += _findings(page, path)
    return found


def _findings(page: Page, name: str) -> list[str]:
    """What axe-core finds that bars somebody: the page, its rule, and where."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text("utf-8"))  # run by the debugger: the page's policy lets no foreign script in
    run = "wanted => axe.run(document, { runOnly: wanted, resultTypes: ['violations'] })"
    result: dict[str, Any] = page.evaluate(run, NAMES_IT)
    return [
        f"{name}: {rule['id']} at {node['target'][0]}"
        for rule in result["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]

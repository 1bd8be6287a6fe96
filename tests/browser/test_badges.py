"""The badges that name the key of a button, in a real Chromium: read on every page, gone where there are no keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hotline.runtime import Runtime
from tests.browser.test_console import _log_in
from tests.browser.test_desk import picture
from tests.console import forms, matters
from tests.console.forms import NEW
from tests.world import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BADGES = ":is(button, .button, summary) kbd"
# Text on the colour that lies below it, by the figure of WCAG 2.2; a colour that lets others through is mixed first.
CONTRASTS = """badges => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parts = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = element => {
    const colour = getComputedStyle(element).backgroundColor;
    return parts(colour)[3] === 0 ? ground(element.parentElement) : colour;
  };
  const light = colour => parts(colour).slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  return badges.filter(badge => badge.checkVisibility()).map(badge => {
    const both = [light(getComputedStyle(badge).color), light(ground(badge))];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_key_of_a_button_can_be_read_on_every_page(
    page: Page, runtime: Runtime, cast: Cast, pictures: Path, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    form = forms.ringing(runtime, cast, who=cast.chen)
    _log_in(page, cast)
    for name, path in {"form": form, "visitor": NEW, "visitors": "/console/visitors", "desk": "/console/desk"}.items():
        page.goto(path)
        if name == "form":
            page.locator("#f-kind-enquiry").check()
            expect(page.locator("#f-question")).to_be_visible()
        found = page.locator(BADGES).evaluate_all(CONTRASTS)
        assert found, f"{name}: no badge is there"
        assert min(found) >= 4.5, name
        picture(page, pictures, f"badges-{name}-{scheme}")


def test_a_telephone_has_no_keys_and_shows_none(phone: Page, runtime: Runtime, cast: Cast) -> None:
    form = forms.ringing(runtime, cast, who=cast.chen)
    _log_in(phone, cast)
    for path in (form, "/console/visitors", "/console/desk"):
        phone.goto(path)
        assert phone.locator(BADGES).evaluate_all(CONTRASTS) == [], path


def test_a_call_and_a_case_look_as_they_should(page: Page, runtime: Runtime, cast: Cast, pictures: Path) -> None:
    case_id = matters.repair(runtime, cast)
    _log_in(page, cast)
    for name, path in {"call": "/console/calls/1", "case": f"/console/cases/{case_id}"}.items():
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        picture(page, pictures, f"page-{name}")

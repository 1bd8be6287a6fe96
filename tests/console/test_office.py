"""The page of further pages: everybody finds there what they may open, and no door that is shut to them."""

from __future__ import annotations

from flask import Flask

from hotline.console import office, rights
from hotline.domain.staff import Role
from tests.console.visitor import Visitor, logged_in
from tests.world import Cast


def test_a_supervisor_finds_the_log_and_an_agent_does_not(app: Flask, cast: Cast, sun: Visitor) -> None:
    page = sun.opens("/console/office").text
    assert 'href="/console/log"' in page
    assert "核对整本日志" in page
    agents = logged_in(app, cast.lin).opens("/console/office").text
    assert 'class="card"' in agents
    assert "核对整本日志" not in agents


def test_every_door_leads_to_a_page_that_somebody_may_open(app: Flask, cast: Cast) -> None:
    doors = [door for doors in office.GROUPS.values() for door in doors]
    assert [door for door in doors if not rights.PAGES[door.endpoint] & set(Role)] == []
    addresses = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.arguments}
    assert [door for door in doors if door.endpoint not in addresses] == [], "a door needs an address without a number"
    feng = logged_in(app, cast.feng)
    for door in doors:
        if rights.PAGES[door.endpoint] & {Role.GENERAL_MANAGER}:
            assert feng.opens(app.url_map.bind("").build(door.endpoint)).status_code == 200, door

"""The table of permissions as it is shown, and every address of the whole program: each says who may come."""

from __future__ import annotations

import re

from flask import Flask

from hotline.console import permissions, rights
from hotline.domain.staff import Role
from hotline.standard.kinds import Holder
from tests.console.visitor import Visitor, logged_in
from tests.world import Cast

_ROW = re.compile(r'<tr><th scope="row"><code>([^<]+)</code>(.*?)</tr>', re.DOTALL)


def test_the_page_says_of_every_role_what_the_code_lets_it_do(app: Flask, sun: Visitor) -> None:
    shown = _ROW.findall(sun.opens("/console/permissions").text)
    cells = [(address, ["✓" in cell for cell in re.findall("<td.*?</td>", row)]) for address, row in shown]
    expected = [
        (
            re.sub("<.*?>", "…", str(rule)).removeprefix("/console") or "/",
            [role in rights.PAGES[rule.endpoint] for role in Role],
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint in rights.PAGES
    ]
    assert sorted(cells) == sorted(expected)


def test_the_standard_knows_every_role_that_logs_in() -> None:
    assert {str(role) for role in Holder} == {str(role) for role in Role}


def test_each_part_of_the_console_has_a_name(app: Flask, sun: Visitor) -> None:
    with app.test_request_context():
        groups = [group for group in permissions.table() if group]
    for language in ("zh-CN", "en"):
        page = sun.opens(f"/console/permissions?lang={language}").text
        unnamed = [group for group in groups if f'scope="rowgroup" colspan="{len(Role) + 1}">{group}</th>' in page]
        assert unnamed == [], language


def test_who_does_not_watch_over_others_does_not_see_it(lin: Visitor) -> None:
    assert lin.opens("/console/permissions").status_code == 403


def test_every_address_of_the_program_has_a_row_or_a_room_that_says_who_may_enter(app: Flask, cast: Cast) -> None:
    guards = app.extensions["guards"]
    for rule in app.url_map.iter_rules():
        room = rule.endpoint.partition(".")[0]
        assert guards.get(room) in ("session", "signature", "key", "link", "open"), rule
        if guards[room] == "session":
            assert (rule.endpoint in rights.OPEN) is not (rule.endpoint in rights.PAGES), rule
    assert {room for room, guard in guards.items() if guard == "open"} <= {"door", "health", "api-description"}, (
        "what is open to all"
    )
    assert logged_in(app, cast.bai).opens("/console/permissions").status_code == 200

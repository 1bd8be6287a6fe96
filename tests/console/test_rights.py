"""Which page is open to whom: every address of the console, every role, and nobody at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from hotline.console import rights
from hotline.domain import cases, companies, staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.staff import Role
from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import Visitor, logged_in
from tests.world import PASSWORD_HASH, Cast

_FORM = {"what": "number", "reason": "to ring back", "said": "settled", "rule": "x", "outcome": "done"}


def test_every_address_of_the_console_stands_in_the_table_and_nothing_else(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in _rules(app)}
    assert endpoints == rights.OPEN | set(rights.PAGES)


def test_without_a_log_in_only_the_door_is_open(app: Flask, cast: Cast, stranger: Visitor) -> None:
    token = stranger.token("/console/login")
    for rule in _rules(app):
        if rule.endpoint in rights.OPEN:
            continue
        answer = _knock(stranger, rule, 1, token)
        led_to_the_door = answer == 302 and rule.endpoint != "console.stream"
        assert led_to_the_door or answer == 401, rule


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_the_pages_of_the_table_and_no_other(
    app: Flask, runtime: Runtime, cast: Cast, role: Role
) -> None:
    with runtime.act(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        person = staff.hire(
            act, heat, name="新同事", login="new", roles=[role], agent_number="9", password_hash=PASSWORD_HASH
        )
        case = cases.open(act, heat, kind=Kind.ENQUIRY, matter="enquiry", owner_id=person.id)
    matters.call(runtime, cast)
    visitor = logged_in(app, "new")
    token = visitor.token("/console/login")
    rules = sorted(_rules(app), key=lambda rule: rule.endpoint == "console.log_out")
    for rule in rules:
        if rule.endpoint in rights.OPEN:
            continue
        if rule.endpoint == "console.show_wallboard":  # that log-in opens nothing else from then on
            wall = logged_in(app, "new")
            refused = _knock(wall, rule, case.id, wall.token("/console/login")) == 403
        else:
            refused = _knock(visitor, rule, case.id, token) == 403
        assert refused is (role not in rights.PAGES[rule.endpoint]), rule
    assert visitor.opens("/console").status_code == 302, "the last form logged out: the token was good for each of them"


def test_every_form_is_refused_without_its_token(app: Flask, runtime: Runtime, cast: Cast, sun: Visitor) -> None:
    case_id = matters.enquiry(runtime, cast)
    for rule in _rules(app):
        if "POST" in (rule.methods or ()):
            assert sun.posts(_path(rule, case_id), **_FORM).status_code == 400, rule
    assert sun.opens("/console").status_code == 200, "logged out by a form that was not ours"


@pytest.mark.parametrize("number", ["2147483648", "-2147483649", "9" * 20])
def test_a_query_for_what_no_row_can_be_is_passed_over(sun: Visitor, number: str) -> None:
    for page in ("/console", "/console/cases", "/console/promises", "/console/visitors"):
        assert sun.opens(f"{page}?before={number}&company={number}").status_code == 200, page


def test_a_sister_companys_calls_and_cases_are_not_there(app: Flask, runtime: Runtime, cast: Cast) -> None:
    call_id, case_id = matters.call(runtime, cast), matters.enquiry(runtime, cast)
    hu = logged_in(app, cast.hu)
    assert "139****0088" not in hu.opens("/console").text
    for path in (f"/console/calls/{call_id}", f"/console/cases/{case_id}"):
        assert hu.opens(path).status_code == 404
        assert hu.sends(f"{path}/reveal", page="/console", **_FORM).status_code == 404
    for form in ("called-back", "close"):
        assert hu.sends(f"/console/cases/{case_id}/{form}", page="/console", **_FORM).status_code == 404


def test_whoever_answers_for_a_matter_sees_it_in_whatever_company(app: Flask, runtime: Runtime, cast: Cast) -> None:
    case_id = matters.enquiry(runtime, cast, owner=cast.wu)
    wu = logged_in(app, cast.wu)
    assert wu.opens(f"/console/cases/{case_id}").status_code == 200


def test_an_administrator_sees_every_company_and_no_personal_value(app: Flask, runtime: Runtime, cast: Cast) -> None:
    call_id = matters.call(runtime, cast)
    tang = logged_in(app, cast.tang)
    assert "安心物业" in tang.opens("/console").text
    assert "139****0088" in tang.opens("/console").text
    assert "139****0088" not in tang.opens(f"/console?company={cast.home.id}").text
    assert f"/console/calls/{call_id}/reveal" not in tang.opens(f"/console/calls/{call_id}").text


def test_a_reader_cannot_choose_another_company(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    matters.call(runtime, cast)
    assert "139****0088" in sun.opens(f"/console?company={cast.home.id}").text


def _rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console."))


def _path(rule: Rule, id_: int) -> str:
    address = str(rule).replace("<int:call_id>", "1").replace("<int:log_in_id>", "999999")  # not the one that knocks
    return re.sub(r"<int:\w+>", str(id_), address)


def _knock(visitor: Visitor, rule: Rule, id_: int, token: str) -> int:
    """Open the page, or send its form; the status."""
    if "GET" in (rule.methods or ()):
        answer = visitor.opens(_path(rule, id_))
    else:
        answer = visitor.posts(_path(rule, id_), csrf_token=token, **_FORM)
    answer.close()
    return answer.status_code

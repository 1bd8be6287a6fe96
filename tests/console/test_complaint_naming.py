"""Whom a complaint is about is named on its page, or with what was told by voice; from then on they do not find it."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import cases
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.console import complaining, forms, matters
from tests.console.test_complaint_page import HERE, does, offered, refused
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, Person


@pytest.fixture
def head(runtime: Runtime, cast: Cast) -> Person:
    """Who heads the department."""
    return complaining.department(runtime, cast)[1]


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast, head: Person) -> int:
    """Chen's complaint about the department, of whom in it nobody knows yet; owned by Lin."""
    return complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=1)


@pytest.fixture
def by_voice(runtime: Runtime, case_id: int) -> None:
    """It was told by voice, and nobody wrote it down yet."""
    with runtime.act(COMMAND) as act:
        cases.get(act, case_id).details = {}


def names(visitor: Visitor, who: Person, text: str, number: str = "") -> str:
    """They are named: the page shows who was found, and it is pressed once more; what was shown."""
    shown = refused(visitor, "name", number=number or who.name, text=text)
    assert f'name="sure" value="{who.id}"' in shown
    does(visitor, "name", number=number or who.name, text=text, sure=str(who.id))
    return shown


@pytest.mark.parametrize("by_number", [True, False])
def test_the_owner_names_them_by_number_or_name(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, case_id: int, by_number: bool
) -> None:
    zhou = logged_in(app, cast.zhou)
    assert zhou.opens(HERE).status_code == 200
    shown = names(lin, cast.zhou, "客户说了胸牌号", "002" if by_number else "")
    assert f"查到的是{cast.zhou.name} 002" in shown
    assert complaining.row(runtime, case_id).about_staff_id == cast.zhou.id
    assert f"被投诉人 {cast.zhou.name}" in text_of(lin.opens(HERE))
    assert zhou.opens(HERE).status_code == 404
    [entry] = matters.entries(runtime, "case:1", "complaint-named")
    assert "胸牌" not in str(entry["body"])


def test_somebody_else_is_named_by_a_superior_alone(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast, head: Person, case_id: int
) -> None:
    names(lin, cast.zhou, "客户说的")
    assert "name" not in offered(lin)
    assert "name" in offered(sun)
    assert "指错了人的，由您在这里改指他人" in sun.opens(HERE).text
    names(sun, head, "问过了，是科长")
    assert complaining.row(runtime, case_id).about_staff_id == head.id


def test_nobody_is_named_until_the_name_that_was_found_was_shown(
    lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    refused(lin, "name", number="002", text="客户说的")
    refused(lin, "name", number="002", text="客户说的", sure=str(cast.lin.id))
    assert complaining.row(runtime, case_id).about_staff_id is None


def test_whoever_names_themselves_is_told_what_happened_and_led_back_to_the_list(
    sun: Visitor, cast: Cast, case_id: int
) -> None:
    told = sun.sends(f"{HERE}/complaint/name", page=HERE, number=cast.sun.name, text="客户说的", sure=str(cast.sun.id))
    assert (told.status_code, "这件投诉说的是您本人" in told.text) == (200, True)
    assert 'href="/console/complaints"' in told.text.partition('id="form"')[2]
    assert sun.opens(HERE).status_code == 404


@pytest.mark.parametrize(
    ("number", "why", "told"),
    [("没有这个人", "客户说的", "没有这个工号或姓名"), ("002", " ", "请写下何以得知")],
)
def test_a_press_that_names_nobody_says_what_would_be_right(
    lin: Visitor, runtime: Runtime, cast: Cast, case_id: int, number: str, why: str, told: str
) -> None:
    page = refused(lin, "name", number=number, text=why)
    assert told in page
    assert f'value="{number}"' in page
    assert complaining.row(runtime, case_id).about_staff_id is None


@pytest.mark.usefixtures("by_voice")
def test_they_are_named_with_what_was_told_by_voice(lin: Visitor, runtime: Runtime, cast: Cast, case_id: int) -> None:
    there, sent = f"{HERE}/opened", f"{HERE}/told"
    assert 'name="accused"' in lin.opens(there).text
    page = lin.sends(sent, page=there, happened="骂人", accused="没有这个人").text
    assert "请写工号" in page
    assert "骂人" in page, "nothing that was typed is lost"
    assert lin.sends(sent, page=there, happened="骂人", accused="002").status_code == 303
    assert complaining.row(runtime, case_id).about_staff_id == cast.zhou.id
    assert "sealed_happened" in forms.rows(runtime, Case)[0].details


@pytest.mark.usefixtures("by_voice")
def test_whoever_writes_down_that_it_is_about_themselves_hears_its_number_and_finds_it_no_more(
    lin: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    there, sent = f"{HERE}/opened", f"{HERE}/told"
    answer = lin.sends(sent, page=there, happened="骂人", accused=cast.lin.name)
    assert (answer.status_code, "261118001" in answer.text.replace(" ", "")) == (200, True)
    assert lin.opens(HERE).status_code == 404
    assert forms.rows(runtime, Case)[0].owner_id == cast.sun.id

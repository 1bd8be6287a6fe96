"""Whoever complained anonymously in mid-conversation is found by nobody, neither beside the call nor on the desk."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline import marks, rows
from hotline.domain import matters
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.desk import Wait
from hotline.domain.exports import Export
from hotline.domain.matters import Told
from hotline.runtime import Runtime
from tests import given
from tests.console import forms
from tests.console.forms import SAID
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.talks import Talk
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast

MASKED = "139****0088"
DESK = "/console/desk"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Chen waits because of an earlier matter of hers."""
    talk = Talk(runtime, cast)
    talk.free(cast.lin)
    talk.waits()
    with talk.acting() as act:
        act.session.get_one(Wait, 1).case_id = given.case(act, cast).id
    return talk


@pytest.fixture
def leg(talk: Talk) -> int:
    """Lin took the call, and they talk: the leg of Lin's telephone."""
    leg = talk.offered()
    talk.accepts(leg)
    talk.joins(leg)
    talk.joins(talk.call_id)
    return leg


def complains(talk: Talk) -> str:
    """What she says now is not to lead to her; the number of that case."""
    with talk.acting() as act:
        call = act.session.get_one(Call, talk.call_id)
        told = Told(call.company_id, call.owner_id, {}, reachable=False, call=call, anonymous=True)
        return matters.open_complaint(act, told).case.number


def test_the_agents_leg_leads_to_no_other_matter_of_whoever_complained(
    lin: Visitor, runtime: Runtime, talk: Talk, leg: int
) -> None:
    earlier = talk.call(leg).case_id
    page = f"/console/calls/{leg}"
    assert f"/console/cases/{earlier}" in lin.opens(page).text
    number = complains(talk)
    for one in (page, "/console"):
        shown = lin.opens(one).text
        assert f"/console/cases/{earlier}" not in shown
        assert MASKED not in shown
        assert number not in shown
    assert "单据 1 " not in text_of(lin.opens(page))
    with runtime.look(COMMAND) as act:
        assert rows.of_call(act, rows.Names.read(act), act.session.get_one(Call, leg))["case"] is None


def test_a_telephone_that_only_rang_for_them_does_not_either(sun: Visitor, talk: Talk) -> None:
    rang = talk.offered()
    complains(talk)
    assert "/console/cases/1" not in sun.opens("/console").text
    assert "/console/cases/1" not in sun.opens(f"/console/calls/{rang}").text


def test_the_earlier_matter_does_not_name_the_leg(lin: Visitor, talk: Talk, leg: int) -> None:
    assert f"线路 {leg}" in text_of(lin.opens("/console/cases/1"))
    complains(talk)
    assert f"线路 {leg}" not in text_of(lin.opens("/console/cases/1"))


def test_no_exported_row_of_a_telephone_that_rang_for_them_does_either(
    app: Flask, runtime: Runtime, talk: Talk, leg: int, shop: Workshop
) -> None:
    qian = logged_in(app, talk.cast.qian)
    earlier, before = "261118001", exported(qian, shop)
    assert [earlier in row for row in before] == [False, True], "it rang for her earlier matter"
    assert leg > talk.call_id
    number = complains(talk)
    for row in exported(qian, shop)[: len(before)]:  # behind them a supervisor is rung about the complaint
        assert not {earlier, number, MASKED} & set(row)


def exported(visitor: Visitor, shop: Workshop) -> list[list[str]]:
    """The rows of a file of this month's calls that somebody asks for, without its marks."""
    asked = {"first": "2026-11-01", "last": "2026-11-30", "reason": "十一月检查"}
    visitor.sends("/console/exports", what="calls", form="csv", **asked)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        export_id = act.session.scalar(select(func.max(Export.id)))
    with visitor.sends(f"/console/exports/{export_id}/file") as answer:
        lines = answer.get_data().decode("utf-8-sig").splitlines()
    return [[marks.without(cell) for cell in line.split(",")] for line in lines[2:]]


def test_the_desk_is_told_at_once_and_forgets_who_it_was(app: Flask, lin: Visitor, talk: Talk, leg: int) -> None:
    assert MASKED in lin.opens(DESK).text
    desk = logged_in(app, talk.cast.lin)
    with desk.opens(f"/console/stream?about=staff:{talk.cast.lin.id}") as answer:
        news = (one.decode() if isinstance(one, bytes) else one for one in answer.response)
        next(news)
        forms.saves(lin, f"/console/calls/{talk.call_id}/form", **SAID, anonymous="yes")
        assert "changed" in next(news), "and not by the sign of life that comes by itself"
    assert MASKED not in lin.opens(DESK).text

"""The page of the carrier's list: what is missing stands there for whoever watches, and a look is asked for there."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from hotline.console import lists
from hotline.domain import completeness
from hotline.domain.act import COMMAND
from hotline.domain.completeness import Listed, MissingCall
from hotline.runtime import Runtime
from tests import given
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock

PAGE, LOST, GONE = "/console/completeness", "CA" + "a" * 32, "CA" + "b" * 32
_SID, _NEXT, _BACK = (
    re.compile(one)
    for one in (r"<code>CA([0-9a-f]{32})</code>", r'rel="next" href="([^"]+)"', r'rel="prev" href="([^"]+)"')
)


@pytest.fixture
def looked(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    """A look found that each side lacks a call of the heating company."""
    with runtime.act(COMMAND) as act:
        begin = act.at
        given.call(act, cast, sid=GONE)
    at.passes(timedelta(hours=1))
    with runtime.act(COMMAND) as act:
        look = completeness.ask(act, runtime.figures.completeness, since=begin, until=act.at)
        lost = Listed(LOST, "in", cast.heat.number, begin + timedelta(minutes=5))
        completeness.compare(act, look, look.until_at, [lost], [GONE])
        completeness.end(act, look)


def test_what_is_missing_stands_on_the_page_of_its_company_alone(
    looked: None, app: Flask, cast: Cast, sun: Visitor
) -> None:
    shown = text_of(sun.opens(PAGE))
    assert f"本系统没有记录 安心热力 呼入 {cast.heat.number} {LOST}" in shown
    assert f"话单上没有 安心热力 呼入 {cast.heat.number} {GONE}" in shown
    assert "有不符 1 1" in shown
    assert "not in our log" in text_of(sun.opens(f"{PAGE}?lang=en"))
    others = text_of(logged_in(app, cast.hu).opens(PAGE))
    assert LOST not in others
    assert "完全相符 0 0" in others, "what the group lacks is not told to a sister company"
    assert "其他号码" not in others
    everybodys = text_of(logged_in(app, cast.tang).opens(PAGE))
    assert LOST in everybodys
    assert "有不符 1 0 1 1 0" in everybodys
    assert "话单核对" in text_of(sun.opens("/console/office?lang=zh-CN"))


def test_what_is_more_than_a_page_is_on_the_next_ones_and_what_turned_up_behind_it(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        begin = act.at
    at.passes(timedelta(hours=1))
    with runtime.act(COMMAND) as act:
        look = completeness.ask(act, runtime.figures.completeness, since=begin, until=act.at)
        moments = [begin + timedelta(seconds=n // 2) for n in range(2 * lists.PAGE + 3)]
        lost = [Listed(f"CA{n:032x}", "in", cast.heat.number, one) for n, one in enumerate(moments)]
        completeness.compare(act, look, look.until_at, lost, [])
        for turned_up in lost[: lists.PAGE]:
            act.session.get_one(MissingCall, turned_up.sid).settled_at = act.at
    sun, pages, here = logged_in(app, cast.sun), [], PAGE
    while here:
        shown = sun.opens(here).text
        pages.append([int(sid, 16) for sid in _SID.findall(shown)])
        [here] = [PAGE + unescape(one) for one in _NEXT.findall(shown)] or [""]
    newest = sorted(range(len(lost)), key=lambda n: (n < lists.PAGE, -(n // 2), n))
    assert [len(page) for page in pages] == [lists.PAGE, lists.PAGE, 3]
    assert [n for page in pages for n in page] == newest
    assert _BACK.findall(shown) == [f"?before={lost[newest[lists.PAGE - 1]].sid}&amp;back=0"]
    home = logged_in(app, cast.hu)
    assert not _SID.findall(home.opens(f"{PAGE}?before={lost[-1].sid}").text)


def test_an_agent_does_not_see_it(lin: Visitor) -> None:
    assert lin.opens(PAGE).status_code == 403
    assert lin.sends(PAGE, page="/console/desk", since="2026-11-17", until="2026-11-17").status_code == 403


def test_days_are_looked_at_on_request_and_what_makes_no_sense_is_said(sun: Visitor, runtime: Runtime) -> None:
    for typed, said in (("2026-11-19", "时段为空或太近"), ("2020-01-01", "约 390 天"), ("18.11.", "有效的日期")):
        refused = sun.is_refused(PAGE, page=PAGE, since=typed, until=typed)
        assert said in text_of(refused)
        assert f'value="{typed}"' in refused.text
    assert sun.sends(PAGE, page=PAGE, since="2026-11-17", until="2026-11-17").status_code == 302
    assert "正在核对，已核对到 2026-11-17 00:00" in text_of(sun.opens(PAGE))
    assert "另一次核对正在进行" in text_of(sun.is_refused(PAGE, page=PAGE, since="2026-11-17", until="2026-11-17"))
    with runtime.look(COMMAND) as act:
        [look] = completeness.looks(act, most=9)
        assert (look.until_at - look.from_at, look.asked_by[:8]) == (timedelta(days=1), "console:")

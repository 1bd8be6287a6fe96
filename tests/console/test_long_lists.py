"""Lists of what waits and what is done that are longer than a page: each row is on some page, what waits first."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask import Flask

from hotline.db import Base
from hotline.domain import cases
from hotline.domain.act import COMMAND
from hotline.domain.disposals import Disposal
from hotline.domain.erasures import Erasure
from hotline.domain.holds import Hold
from hotline.domain.own_mistakes import OwnMistake
from hotline.domain.quality_draws import QualityCheck, QualityDraw
from hotline.runtime import Runtime
from tests import given
from tests.console.visitor import Visitor, logged_in
from tests.world import Cast

MANY, DONE = 53, 2  # more than a page; the first of them are done
PAGES = {
    "/console/quality": r'id="check-(\d+)"',
    "/console/holds": r'id="hold-(\d+)"',
    "/console/erasures": r'id="erasure-(\d+)"',
    "/console/retention": r'id="disposal-(\d+)"',
    "/console/own-mistakes": r'id="mistake-(\d+)"',
}


@pytest.fixture
def many(runtime: Runtime, cast: Cast) -> None:
    """Of each so many; what the first ones are was decided, lifted, judged."""
    with runtime.act(COMMAND) as act:
        case, firm, lin = given.case(act, cast), cast.heat.id, cast.lin.id
        sealed, said = act.sealer.seal("法院来函"), cases.seal(act, case, "没登记清楚")
        draw = QualityDraw(company_id=firm, week=date(2026, 11, 9), checkpoint=1, seed="0" * 64, drawn_at=act.at)
        draw.each, draw.among, draw.among_print, draw.unjudged = 3, MANY, "0" * 64, []
        act.session.add(draw)
        act.session.flush()
        for n in range(MANY):
            done = act.at if n < DONE else None
            by = cast.qian.id if done else None
            both, of = {"company_id": firm, "case_id": case.id}, {"draw_id": draw.id, "call_id": 1000 + n}
            scored: dict[str, Any] = {"judged_at": done, "score": 77 if done else None, "points": [] if done else None}
            asked = {"customer_id": cast.chen.id, "state": "refused" if done else "asked", "reason": sealed}
            rows: list[Base] = [
                QualityCheck(company_id=firm, agent_id=lin, judge_id=cast.sun.id, **of, **scored),
                Hold(
                    **both, reason=sealed, placed_by_id=cast.sun.id, placed_at=act.at, lifted_by_id=by, lifted_at=done
                ),
                Erasure(**both, **asked, asked_by_id=lin, asked_at=act.at, decided_by_id=by, decided_at=done),
                Disposal(company_id=firm, state="refused", digest="0" * 64, drawn_at=act.at),
                OwnMistake(**both, staff_id=lin, what=said, at=act.at),
            ]
            act.session.add_all(rows)
            act.session.flush()


def pages(who: Visitor, address: str, row: str) -> list[list[int]]:
    """The rows of every page, as one goes from page to page."""
    found, at = [], ""
    while True:
        page = who.opens(address + at).text
        found.append([int(one) for one in re.findall(row, page)])
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        if onward is None:
            return found
        at = unescape(onward[1])


@pytest.mark.usefixtures("many")
def test_every_row_is_on_one_page_and_what_waits_comes_first(app: Flask, cast: Cast) -> None:
    sun = logged_in(app, cast.sun)
    newest_first = list(range(MANY, 0, -1))
    for address, row in PAGES.items():
        found = pages(sun, address, row)
        assert [len(one) for one in found] == [50, MANY - 50], address
        assert [one for page in found for one in page] == newest_first, address
    mine = pages(logged_in(app, cast.lin), "/console/quality", PAGES["/console/quality"])
    assert set(range(1, DONE + 1)) <= {one for page in mine for one in page}, "what was judged can be answered"


@pytest.mark.usefixtures("many")
def test_what_is_new_and_done_stands_behind_all_that_waits(app: Flask, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for check_id in range(MANY - 4, MANY + 1):
            check = act.session.get_one(QualityCheck, check_id)
            check.judged_at, check.score, check.points = act.at, 80, []
    [first, second] = pages(logged_in(app, cast.sun), "/console/quality", PAGES["/console/quality"])
    assert [*first, *second] == [*range(MANY - 5, DONE, -1), *range(MANY, MANY - 5, -1), *range(DONE, 0, -1)]
    assert second[0] == MANY - 4, "the page ends among what is done"

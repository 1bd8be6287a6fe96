"""Two companies in two time zones: each one's days are its own on a page, in a file and in a report.

The sister's clock is two hours behind; one call of each began half an hour before its own midnight, one half an hour
after it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask

from hotline.domain import calls, reports
from hotline.domain.act import CALLER, CLOCK, COMMAND
from hotline.domain.companies import Company
from hotline.jobs import reporting
from hotline.runtime import Runtime
from tests import given
from tests.console.test_compared_companies import _FIGURE, PAGE
from tests.console.test_export_list import asks, fetches, table
from tests.console.visitor import logged_in
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock

WEST = "Asia/Urumqi"
NOVEMBER, DECEMBER = "11-30 23:30", "12-01 00:30"


@pytest.fixture
def midnight(runtime: Runtime, cast: Cast, at: HandClock) -> Cast:
    """It rings around both midnights, of November's last day; then December is some days old."""
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.home.id).overrides = {"timezone": WEST}
    for hour, firm in ((15, cast.heat), (16, cast.heat), (17, cast.home), (18, cast.home)):
        at.set(datetime(2026, 11, 30, hour, 30, tzinfo=UTC))
        with runtime.act(CALLER) as act:
            call = given.call(act, cast, sid=f"CA{hour}", firm=firm)
            calls.answered(act, call, millis=90)
            calls.progress(act, call, state=calls.State.ENDED, sequence=3, ended_by="them", cause=None)
    at.set(datetime(2026, 12, 3, 12, tzinfo=UTC))
    return cast


@pytest.mark.parametrize(("month", "began"), [("2026-11", NOVEMBER), ("2026-12", DECEMBER)])
def test_a_page_and_a_file_of_the_group_have_each_companys_own_days(
    app: Flask, shop: Workshop, midnight: Cast, month: str, began: str
) -> None:
    tang, days = logged_in(app, midnight.tang), {"first": f"{month}-01", "last": f"{month}-30"}
    rows = table(fetches(tang, asks(tang, shop, **days)))
    heads = next(row for row in rows if "开始时间" in row)
    column = heads.index("开始时间")
    told = [row[column] for row in rows[rows.index(heads) + 1 :] if len(row) == len(heads)]
    assert [one[5:16] for one in told] == [began, began]
    for query in (f"period={month}", f"from=2026-{began[:5]}&to=2026-{began[:5]}"):
        shown = tang.opens(f"{PAGE}?{query}").text.replace("&amp;", "&")
        [(rows_at, n)] = [one for one in _FIGURE.findall(shown) if "rule=ANS-1&outcome=made" in one[0]]
        assert n == "2"
        assert tang.opens(rows_at).text.count(began) == 2, "and so are its rows"


def test_a_report_is_made_once_its_own_companys_month_is_over_and_of_that_month(
    runtime: Runtime, midnight: Cast, at: HandClock
) -> None:
    settles = runtime.figures.counting.settles.span
    for hour, over in ((15, []), (17, [midnight.heat.id]), (19, [midnight.heat.id, midnight.home.id])):
        at.set(datetime(2026, 11, 30, hour, tzinfo=UTC) + settles)
        with runtime.look(CLOCK) as act:
            assert [company for company, span in reports.due(act) if span.name == "2026-11"] == over
    with runtime.look(CLOCK) as act:
        owed = [(company, span) for company, span in reports.due(act) if span.name == "2026-11"]
    for company, span in owed:
        assert json.loads(reporting.count(runtime, company, span))["calls"]["in"] == 1

"""A company whose own figures no longer load: its sisters' calls, pages, files and routine go on without it.

Somebody wrote a figure of `home` that nobody knows; everything here is seen from `heat`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.api.health import look_at_database
from hotline.domain import calls, companies, customers, news, reports
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.companies import Company
from hotline.domain.customers import NuisanceNumber
from hotline.domain.news import CarrierNews
from hotline.domain.seats import Seat, Status
from hotline.errors import Invalid
from hotline.jobs import reporting, routine, watch
from hotline.runtime import Runtime
from tests import given
from tests.console import matters
from tests.console.test_export_list import asks, fetches
from tests.console.visitor import logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast

PAGES = ("", "/desk", "/calls/1", "/cases", "/promises", "/tables/statistics", "/tables/tracking", "/exports")
GROUP_PAGES = ("compliance", "tables/statistics", "tables/tracking", "retention", "wallboard", "compliance/rows")


@pytest.fixture
def unloaded(runtime: Runtime, cast: Cast) -> Cast:
    """One call of each company, with what the carrier told of it; then the figures of `home` are spoilt."""
    matters.call(runtime, cast, number=1)
    with runtime.act(CALLER) as act:
        for sid, firm in (("CA1", cast.heat), ("CA2", cast.home)):
            call = given.call(act, cast, sid=sid, firm=firm)
            calls.answered(act, call, millis=90)
            news.keep(act, kind="status", sid=sid, mark="1", call=call, params="To=1")
        news.keep(act, kind="text", sid="SM1", mark="sent", call=None, params="To=1")
        given_up = act.at + timedelta(days=1)
        customers.flag_nuisance(act, cast.unknown, reason="x", flagged_by=cast.lin.id, expires_at=given_up)
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.home.id).overrides = {"answering": {"no_such_figure": 3}}
    return cast


def test_what_is_kept_for_a_time_goes_and_reports_are_made_and_it_is_named(
    shop: Workshop, runtime: Runtime, unloaded: Cast
) -> None:
    shop.at.passes(timedelta(days=91))
    with pytest.raises(Invalid, match="no_such_figure"):
        routine.dispose_of_news(runtime)
    with runtime.look(COMMAND) as act:
        left = set(act.session.scalars(select(CarrierNews.sid)))
        assert left == {"CA2", "SM1"}, "it keeps its own, and what might be its own"
        assert act.session.scalar(select(NuisanceNumber.id)) is None
    with pytest.raises(Invalid, match="no_such_figure"):
        reporting.owe_due(runtime)
    shop.works()
    with runtime.look(COMMAND) as act:
        made = reports.listed(act, None, before=None, most=9)
        assert {one.company_id for one in made} == {unloaded.heat.id}
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, unloaded.home.id).overrides = {}
    routine.dispose_of_news(runtime)
    reporting.owe_due(runtime)
    with runtime.look(COMMAND) as act:
        assert act.session.scalar(select(CarrierNews.sid)) is None
        assert {company_id for company_id, _span in reports.due(act)} == {unloaded.home.id}


def test_its_sisters_pages_and_files_open_and_health_answers(app: Flask, shop: Workshop, unloaded: Cast) -> None:
    qian = logged_in(app, unloaded.qian)
    assert {page: qian.opens(f"/console{page}").status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
    assert "按时接听" in text_of(qian.opens("/console"))
    for what in ("calls", "tracking", "statistics"):
        assert fetches(qian, asks(qian, shop, what)).status_code == 200
    found = look_at_database(shop.runtime)
    assert found["nobody_to_ring"] == ["home"]
    assert {one["company"] for one in found["calendar_warnings"]} == {"heat"}


def test_the_groups_own_pages_stay_open_and_say_who_is_left_out(app: Flask, unloaded: Cast, runtime: Runtime) -> None:
    tang = logged_in(app, unloaded.tang)
    for page in GROUP_PAGES:
        for of in ("", unloaded.home.id, unloaded.heat.id):
            opened = tang.opens(f"/console/{page}?rule=ANS-1&company={of}")
            assert opened.status_code == 200, page
            assert "标准读不出来" in text_of(opened), page
    wall = tang.opens("/console/wallboard")
    assert "全部公司" in text_of(wall)
    assert 'wallboard?company=1"' in wall.text
    assert 'aria-current="page"' not in wall.text.partition('class="wall-foot"')[2].partition("</nav>")[0]
    assert "不含 安心物业" in text_of(tang.opens("/console/compliance"))
    assert "标准读不出来" not in text_of(logged_in(app, unloaded.qian).opens("/console/compliance"))
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, unloaded.home.id).overrides = {}
    assert "标准读不出来" not in text_of(tang.opens("/console/compliance"))


def test_who_went_quiet_at_a_sister_is_away_whoever_of_it_is_still_at_the_desk(
    shop: Workshop, runtime: Runtime, unloaded: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, unloaded.heat.id)
        given.seat(act, unloaded.lin)
        seat = given.seat(act, unloaded.wu)
        seat.status, seat.wrap_up_ends = Status.WRAP_UP, act.at
    shop.at.passes(timedelta(minutes=9))
    with pytest.raises(Invalid, match="no_such_figure"):
        watch.the_desk(runtime)
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(Seat, unloaded.lin.id).status == Status.AWAY
        assert [one.code for one in companies.loading(act)] == ["heat"]

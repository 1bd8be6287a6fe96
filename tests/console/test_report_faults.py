"""Faults by class and place for the technical side: a report's two tables, without anything of complaints or staff."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain import cases, companies, repairs, reports, staff
from hotline.domain.act import COMMAND
from hotline.domain.reports import Report
from hotline.domain.staff import Role
from hotline.jobs import reporting
from hotline.runtime import Runtime
from hotline.standard.kinds import Scope
from tests import given, tallies
from tests.console import departments
from tests.console.departments import Departments
from tests.console.tables import EXPORTS, WHY, lines_of, sheets_of, wished
from tests.console.test_reports import DECEMBER, LIST, made, november
from tests.console.visitor import Visitor, logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock

_TABLE = re.compile(r'<h2 id="table-(\w+)">')


@pytest.fixture
def heads(runtime: Runtime, cast: Cast) -> Departments:
    """Departments, each with its head."""
    return departments.founded(runtime, cast)


@pytest.fixture
def report(runtime: Runtime, cast: Cast, at: HandClock, heads: Departments) -> Report:
    """November of the heating company; a complaint about the repair department turned out to be a fault as well."""
    november(runtime, cast, tallies.places(runtime, cast))
    with runtime.act(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        one = tallies.complaint(act, heat.id, cast.lin.id, filed_at=act.at, number=950, department_id=heads.repair)
        case = cases.get(act, one.case_id)
        repairs.report(act, case, fault_class="heating", answers={}, scope=Scope.UNCLEAR, address=None)
    return made(runtime, at)["2026-11"]


def of_faults(visitor: Visitor, report: Report) -> str:
    """The page of the faults, which has those two tables alone."""
    page = visitor.opens(f"{LIST}/{report.id}/faults")
    assert _TABLE.findall(page.text) == ["faults", "places"]
    return text_of(page)


def test_engineers_and_heads_open_the_faults_of_their_companys_reports_and_nothing_else(
    app: Flask, cast: Cast, shop: Workshop, report: Report, heads: Departments
) -> None:
    wang, xu = logged_in(app, cast.wang), logged_in(app, heads.xu)
    for visitor, unclear in ((wang, True), (xu, False)):
        listed = visitor.opens(LIST).text
        assert f'href="{LIST}/{report.id}/faults"' in listed
        assert f'href="{LIST}/{report.id}"' not in listed
        assert "孙丽" not in listed, "who else is told is for whoever reads reports"
        assert visitor.opens(f"{LIST}/{report.id}").status_code == 403
        told = of_faults(visitor, report)
        assert "2026年11月 · 故障通报" in told
        assert "3号楼" in told
        assert ("7号楼" in told, "林晓" in told) == (False, False), "a building of one customer, and staff"
        assert ("原因待查" in told) is unclear, "what is hidden from its head is not counted for them"
    here = f"{LIST}/{report.id}/faults"
    page = text_of(wang.opens(here))
    sheets = sheets_of(wished(wang, shop, here, "xlsx"))
    assert [len(rows) for rows in sheets] == [2, 2]
    assert {str(cell) for rows in sheets for row in rows for cell in row.values()} <= set(page.split())
    assert {line["表"] for line in lines_of(wished(xu, shop, here, "csv"))} == {"故障（按类别）", "故障（按地点）"}
    shown = text_of(wang.opens(EXPORTS))
    assert "定期报告（仅故障） 安心热力 · 2026年11月" in shown
    assert shown.count(WHY) == 1, "of others' files an engineer knows nothing"
    for visitor in (wang, xu):
        asked = {"what": "report", "report": str(report.id), "form": "csv", "reason": WHY}
        assert "只能导出本公司的、您可以查看的内容。" in text_of(visitor.is_refused(EXPORTS, page=EXPORTS, **asked))
    assert logged_in(app, heads.yang).opens(here).status_code == 404, "of the sister company"
    assert logged_in(app, cast.lin).opens(here).status_code == 403
    sun = logged_in(app, cast.sun)
    assert f'href="{here}"' in sun.opens(f"{LIST}/{report.id}").text
    assert "原因待查" in of_faults(sun, report)


def test_an_engineer_who_logs_in_has_the_reports_before_them(app: Flask, cast: Cast, report: Report) -> None:
    wang = logged_in(app, cast.wang)
    assert f'class="brand" href="{LIST}"' in wang.opens(LIST).text
    assert f'href="{LIST}"' in wang.opens("/console/office").text


def test_the_technical_side_is_told_with_a_link_to_the_faults(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock, shop: Workshop, heads: Departments
) -> None:
    with runtime.act(COMMAND) as act:
        given.case(act, cast)
    qian = logged_in(app, cast.qian)
    assert qian.sends(f"{LIST}/readers", reader=str(cast.wang.id)).location == f"{LIST}?company={cast.heat.id}"
    assert "王强 003 故障通报" in text_of(qian.opens(LIST))
    with runtime.act(COMMAND) as act:
        among = [staff.get(act, one.id) for one in (cast.wang, cast.zhao, heads.xu, cast.sun)]
        reports.choose(act, cast.heat.id, [one.id for one in among], among, by=cast.qian.id)
    with runtime.act(COMMAND) as act:
        staff.get(act, cast.zhao.id).roles[0].role = Role.AGENT  # who reads nothing of it any more is not told
    shop.passes(DECEMBER - at.now + timedelta(hours=4))
    reporting.owe_due(runtime)
    shop.works()
    shop.passes(timedelta(seconds=5))
    base = "https://hotline.example.com/console/reports/1"
    told = {
        one: [text.body for text in shop.texts(one) if base in text.body] for one in (cast.wang, heads.xu, cast.sun)
    }
    faults = [f"【安心热力】2026-11 的故障通报已做好，请看 {base}/faults"]
    assert list(told.values()) == [faults, faults, [f"【安心热力】2026-11 的报告已做好，请看 {base}"]]
    assert not [text for text in shop.texts(cast.zhao) if base in text.body]

"""Monthly, quarterly, yearly: made when a period is over, standing from then on, read on a page and as a file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from hotline.domain import audit, cases, companies, customers, repairs, reports, tracing
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.complaints import Complaint
from hotline.domain.promises import Promise
from hotline.domain.repairs import RepairOrder
from hotline.domain.reports import Report
from hotline.jobs import reporting
from hotline.runtime import Runtime
from hotline.standard.kinds import Scope
from tests import given, tallies
from tests.console import matters
from tests.console.tables import EXPORTS, WHY, lines_of, sheets_of, wished
from tests.console.visitor import logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.tampering import write_over
from tests.world import SHANGHAI, Cast, HandClock, number

LIST = "/console/reports"
BEGINS, ENDS = datetime(2026, 1, 1, tzinfo=SHANGHAI), datetime(2027, 1, 1, tzinfo=SHANGHAI)
DECEMBER = datetime(2026, 12, 1, 6, 20, tzinfo=SHANGHAI)  # what began before midnight is over
NEW_YEAR = datetime(2027, 1, 1, 6, 20, tzinfo=SHANGHAI)
SHARED = ("CMP-1", "CMP-2", "CMP-4", "CMP-6")  # dealt with once where complaints are joined


def november(runtime: Runtime, cast: Cast, places: tallies.Places, seed: int = 21) -> None:
    """Calls, complaints of every kind; faults in a building of three customers, of one who has three, and nowhere."""
    tallies.many(runtime, cast, places, seed=seed, n=60)
    for n in range(1, 6):
        matters.call(runtime, cast, number=n)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        neighbours = [customers.with_number(act, number(700 + n)).id for n in range(2)]
        faults = [
            (cast.chen.id, "3号楼2单元501"),
            (neighbours[0], "找陈丽，3号楼1单元102"),
            (neighbours[1], "3号楼101"),
        ]
        faults += [(cast.chen.id, "陈丽家7号楼1单元9")] * 3 + [(cast.chen.id, "")]
        for n, (customer_id, address) in enumerate(faults):
            case = Case(
                company_id=cast.heat.id, numbered_by_id=cast.heat.id, day=act.at.date(), seq=9000 + n,
                number=f"26111890{n:02d}", kind=Kind.FAULT, matter="heating", customer_id=customer_id,
                owner_id=cast.zhou.id, first_owner_id=cast.zhou.id, handler_id=cast.zhou.id, details={},
                state="open", opened_at=act.at, anonymous=False,
            )  # fmt: skip
            act.session.add(case)
            act.session.flush()
            repairs.report(
                act, case, fault_class="heating", answers={}, scope=Scope.IN_SCOPE,
                address=cases.seal(act, case, address) if address else None,
            )  # fmt: skip


def made(runtime: Runtime, at: HandClock, when: datetime = DECEMBER) -> dict[str, Report]:
    """The reports of the heating company that there are by then, by period."""
    at.set(when)
    with runtime.look(CLOCK) as act:
        owed = reports.due(act)
    for company_id, span in owed:
        figures = json.loads(reporting.count(runtime, company_id, span))
        with runtime.act(CLOCK) as act:
            reports.make(act, company_id, span, figures)
    with runtime.look(COMMAND) as act:
        return {one.period: one for one in reports.listed(act, 1, before=None, most=100)}


def ringing(act: Act, cast: Cast, sid: str, **whom: int) -> Call:
    """We ring somebody."""
    made = Call(
        sid=sid, direction="out", company_id=cast.heat.id, owner_id=cast.lin.id, our_number=cast.heat.number,
        state="ended", step="menu", language="zh-CN", words_version="tests", slots={}, started_at=act.at, **whom,
    )  # fmt: skip
    act.session.add(made)
    act.session.flush()
    return made


def test_what_a_report_says_is_what_a_separate_count_of_the_rows_says(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    november(runtime, cast, tallies.places(runtime, cast))
    with runtime.act(COMMAND) as act:
        late = tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=act.at, number=900)
        tallies.promise(act, late, "CMP-7.tell", "late", due_at=ENDS)  # the year's last day ends with it
        tallies.promise(act, late, "CMP-7.tell", "late", due_at=BEGINS)  # the year before's
        ringing(act, cast, "colleague", staff_id=cast.zhou.id)
        ringing(act, cast, "customer", customer_id=cast.chen.id)
    figures = made(runtime, at, NEW_YEAR)["2026"].figures
    with runtime.look(COMMAND) as act:

        def count(query: object) -> int:
            return int(act.session.scalar(query) or 0)  # type: ignore[call-overload]

        rows = select(func.count()).select_from(Complaint).join(Case, Case.id == Complaint.case_id)
        filed = count(rows.where(Case.company_id == 1, Complaint.filed_at >= BEGINS, Complaint.filed_at < ENDS))
        rang = count(select(func.count()).select_from(Call).where(Call.company_id == 1, Call.direction == "in"))
        joined = set(act.session.scalars(select(Complaint.case_id).where(Complaint.joined_to_id.is_not(None))))
        theirs = Promise.company_id == 1, Promise.department_id.is_(None), Promise.owner_id == cast.lin.id
        due = act.session.scalars(select(Promise).where(*theirs, Promise.due_at > BEGINS, Promise.due_at <= ENDS)).all()
        kept = Counter(
            one.verdict
            for one in due
            if one.verdict in ("late", "broken") or one.rule_id not in SHARED or one.case_id not in joined
        )
    assert figures["complaints"][0]["counts"]["all"] == len(figures["tracking"]) == filed > 10
    assert figures["calls"] == {"in": rang, "answered": 0, "out": 1}
    assert rang == 5
    assert figures["faults"] == [{"class": "heating", "scope": "in_scope", "n": 7, "done": 0, "charged": 0}]
    assert figures["places"] == [
        {"place": "3号楼", "class": "heating", "n": 3},
        {"place": None, "class": "heating", "n": 4},
    ], "a building in which several customers had a fault is named, one in which one had several is not"
    [lin] = [one for one in figures["staff"] if one["staff"] == cast.lin.id]
    assert {name: lin.get(name, 0) for name in ("kept", "late", "broken")} == {
        name: kept[name] for name in ("kept", "late", "broken")
    }


def test_a_report_stands_whatever_becomes_of_its_rows_and_says_where_it_was_changed(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    november(runtime, cast, tallies.places(runtime, cast))
    report = made(runtime, at)["2026-11"]
    with runtime.act(COMMAND) as act:
        for order in act.session.scalars(select(RepairOrder)):
            order.fault_class = "lift"
    assert made(runtime, at)["2026-11"].digest == report.digest
    sun = logged_in(app, cast.sun)
    shown = text_of(sun.opens(f"{LIST}/{report.id}"))
    for told in ("2026年11月", "与生成时一致", "故障（按地点）", "3号楼", "林晓 001", "2单元"):
        assert (told in shown) is (told != "2单元"), told
    with runtime.look(COMMAND) as act:
        bodies = act.session.scalars(select(AuditEntry.body).where(AuditEntry.kind == "report-made")).all()
        assert [report.digest.encode() in body for body in bodies].count(True) == 1
    with runtime.act(COMMAND) as act:
        row = reports.get(act, report.id)
        row.figures = {**row.figures, "calls": {"in": 1, "answered": 1, "out": 0}}
        row.digest = hashlib.sha256(audit.canonical(row.figures)).hexdigest()  # whoever can do this can do that
    assert "与生成时不一致" in text_of(sun.opens(f"{LIST}/{report.id}"))


def test_files_say_what_the_page_says_and_are_exports_whose_rows_lead_home(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock, shop: Workshop
) -> None:
    november(runtime, cast, tallies.places(runtime, cast))
    report = made(runtime, at)["2026-11"]
    sun, here = logged_in(app, cast.sun), f"{LIST}/{report.id}"
    sheets = sheets_of(wished(sun, shop, here, "xlsx"))
    taken = wished(sun, shop, here, "csv")
    page = text_of(sun.opens(here))  # counted as it stands: something in it is hidden from her
    assert len(sheets) == 10
    for rows in sheets:
        for row in rows:
            assert {*map(str, row.values())} - {"None"} <= {one for one in map(str, row.values()) if one in page} | {
                str(one) for one in row.values() if isinstance(one, datetime)
            }, row
    in_csv = {"表": "通话", "行": "呼入", "指标": "件数", "数值": "5", "公司": "安心热力"}
    assert in_csv in lines_of(taken)
    listed = text_of(sun.opens(EXPORTS))
    assert listed.count("定期报告 安心热力 · 2026年11月") == 2
    assert listed.count(WHY) == 2
    with runtime.act(COMMAND) as act:
        _line, _heads, *lines = csv.reader(io.StringIO(taken.data.decode("utf-8-sig"), newline=""))
        without_codes = "\n".join("\t".join(line[:-1]) for line in lines[:3])
        for text in (without_codes, "\n".join(line[-1] for line in lines)):
            [source] = tracing.trace(act, text).sources
            assert (source.export.id, source.is_sure) == (2, True)
    assert "孙丽 006 于 2026-12-01 06:20:00 打开的副本" in page, "at the head of each printed sheet"
    hu = logged_in(app, cast.hu)
    assert hu.opens(here).status_code == hu.opens(f"{EXPORTS}?what=report&report={report.id}").status_code == 404
    asked = {"what": "report", "report": str(report.id), "form": "csv", "reason": WHY}
    assert hu.sends(EXPORTS, **asked).status_code == 404
    assert sun.sends(EXPORTS, **asked | {"report": "x"}).status_code == 404


def test_a_complaint_about_the_reader_is_no_row_of_theirs_and_is_counted_nowhere_for_them(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock, shop: Workshop
) -> None:
    with runtime.act(COMMAND) as act:
        for number, about in enumerate((None, cast.sun.id), 1):
            one = tallies.complaint(
                act, cast.heat.id, cast.lin.id, filed_at=act.at, number=number, about_staff_id=about, settled_at=act.at
            )
            tallies.promise(act, one, "CMP-7.tell", "kept", due_at=act.at)
            ringing(act, cast, f"CA{number}", customer_id=cast.chen.id, case_id=one.case_id)
    report = made(runtime, at)["2026-11"]
    for who, n in ((cast.sun, 1), (cast.feng, 2)):
        reader = logged_in(app, who)
        page = text_of(reader.opens(f"{LIST}/{report.id}"))
        assert "261118001" in page
        assert ("261118002" in page) is (n == 2)
        assert "与生成时一致" in page, "what stands is what was made, whoever reads"
        lines = lines_of(wished(reader, shop, f"{LIST}/{report.id}", "csv"))
        told = {(line["表"], line["指标"]): line["数值"] for line in lines}
        wanted = [("通话", "件数"), ("投诉统计", "合计"), ("投诉用时", "件数"), ("投诉时限", "按时"), ("人员", "受理")]
        wanted += [("人员", "承诺按时"), ("承诺兑现（按规则）", "按时")]
        assert {one: told[one] for one in wanted} == dict.fromkeys(wanted, str(n)), who.name


def test_those_whom_a_manager_chooses_are_told_by_text_without_a_figure(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock, shop: Workshop
) -> None:
    with runtime.act(COMMAND) as act:
        given.case(act, cast)
    qian, sun = logged_in(app, cast.qian), logged_in(app, cast.sun)
    assert sun.sends(f"{LIST}/readers", reader=str(cast.sun.id)).status_code == 403
    assert qian.sends(f"{LIST}/readers", reader=str(cast.lin.id)).status_code == 400, "an agent reads no reports"
    assert qian.sends(f"{LIST}/readers", reader=str(cast.sun.id)).location == f"{LIST}?company={cast.heat.id}"
    shown = text_of(sun.opens(LIST))
    assert "孙丽 006" in shown
    assert "2026年11月：2026-11-30 过后自动生成" in shown
    shop.passes(DECEMBER - at.now + timedelta(hours=4))
    reporting.owe_due(runtime)
    reporting.owe_due(runtime)
    with runtime.act(COMMAND) as act, runtime.look(COMMAND) as look:
        assert not reports.listed(look, None, before=None, most=9), "whoever hands out calls counts nothing"
        company_id, span = reports.due(look)[0]
        assert json.loads(reporting.count(runtime, company_id, span))["staff"], "while somebody else writes"
    shop.works()
    shop.passes(timedelta(seconds=5))
    [text] = [one.body for one in shop.texts(cast.sun) if "报告" in one.body]
    assert text == "【安心热力】2026-11 的报告已做好，请看 https://hotline.example.com/console/reports/1"
    assert not [one for one in shop.texts(cast.lin) if "报告" in one.body]
    qian, sun = logged_in(app, cast.qian), logged_in(app, cast.sun)
    qian.sends(f"{LIST}/readers")
    assert "孙丽 006" not in text_of(sun.opens(LIST)).split("生成后短信通知")[1]


def test_a_quarter_and_a_year_are_reported_when_they_are_over_by_every_company_that_was_there(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.set(NEW_YEAR - timedelta(hours=1))
    with runtime.look(COMMAND) as act:
        owed = [(company_id, span.name) for company_id, span in reports.due(act)]
        assert owed == [(1, "2026-11"), (2, "2026-11")], "a call may still go on"
    at.set(NEW_YEAR)
    with runtime.look(COMMAND) as act:
        dues = [
            (company_id, span.name, span.first.isoformat(), span.last.isoformat())
            for company_id, span in reports.due(act)
        ]
    assert dues[:3] == [
        (1, "2026-12", "2026-12-01", "2026-12-31"),
        (1, "2026-Q4", "2026-10-01", "2026-12-31"),
        (1, "2026", "2026-01-01", "2026-12-31"),
    ]
    assert [one[:2] for one in dues[3:]] == [(2, "2026-12"), (2, "2026-Q4"), (2, "2026")]
    still = made(runtime, at, NEW_YEAR)["2026-12"]
    assert still.figures["calls"] == {"in": 0, "answered": 0, "out": 0}, "a month of standstill says so"
    assert "呼入 0" in text_of(logged_in(app, cast.sun).opens(f"{LIST}/{still.id}"))


def test_of_the_time_before_a_company_was_founded_there_is_no_report(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.look(COMMAND) as act:
        assert reports.due(act) == [], "October was over before"
    with runtime.act(COMMAND) as act:
        write_over(act.session, "house", "company-founded", at.now - timedelta(days=99))
        assert reports.due(act) == [], "what somebody wrote over says nothing, and stops nobody's report"
    at.set(DECEMBER)
    with runtime.act(COMMAND) as act:
        numbers = ["+8613900003000"]
        companies.found(act, code="late", name_zh="迟来", name_en="Late", profile="property", numbers=numbers)
    with runtime.look(COMMAND) as act:
        assert {company_id for company_id, _span in reports.due(act)} == {1, 2}

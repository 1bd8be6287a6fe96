"""What is asked for as a file is checked first, and no row of the list of exports closes it to anybody else (REC-6)."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, select

from hotline.domain import companies, report_figures, reports
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.exports import Export
from hotline.domain.staff import Role, StaffRole
from hotline.runtime import Runtime
from tests import given
from tests.console import departments, matters
from tests.console.departments import Departments
from tests.console.visitor import logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock, Person

LIST, TRACE = "/console/exports", "/console/trace"
WISH = {"form": "csv", "first": "2026-11-01", "last": "2026-11-30", "reason": "核对投诉的来电"}
OVERLONG = "9" * 20
ODD = (
    *({"what": "tracking", "department": one} for one in (OVERLONG, "77", "陈丽娟13912345678")),
    *({"what": "tracking", name: "王小明的地址"} for name in ("grade", "stage", "figure")),
    {"what": "statistics", "figure": "CMP-99.late"},
    *({"what": "promises", name: "13912345678"} for name in ("rule", "verdict")),
)


def test_what_is_no_choice_is_refused_in_words_and_stands_nowhere(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments
) -> None:
    sun, tang = logged_in(app, cast.sun), logged_in(app, cast.tang)
    for odd in ODD:
        assert "没有这样的" in text_of(sun.is_refused(LIST, page=LIST, **{**WISH, **odd})), odd
    for company in (OVERLONG, "99999", "甲"):
        wish = {**WISH, "what": "calls", "company": company}
        assert "没有这样的" in text_of(tang.is_refused(LIST, page=LIST, **wish)), company
    for report in ("7", OVERLONG, "甲"):
        assert sun.sends(LIST, **{**WISH, "what": "report", "report": report}).status_code == 404
        assert sun.opens(f"{LIST}?report={report}").status_code == 404
    for query in (f"department={OVERLONG}", "department=٣", "figure=x&grade=x&stage=x", f"company={OVERLONG}"):
        assert sun.opens(f"{LIST}?what=tracking&{query}").status_code == 200, query
    with runtime.look(COMMAND) as act:
        assert act.session.scalars(select(Export)).all() == []
    assert matters.entries(runtime, "house", "export-asked") == []
    known = {"what": "tracking", "department": str(firm.repair), "grade": "major", "stage": "filed", "figure": "all"}
    assert sun.sends(LIST, **{**WISH, **known}).location == LIST
    assert "重大" in text_of(sun.opens(LIST))


def test_no_row_closes_the_list_or_the_tracing_of_its_file(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock, shop: Workshop
) -> None:
    matters.call(runtime, cast)
    with runtime.act(CLOCK) as act:
        home, span = companies.get(act, cast.home.id), reports.over(at.now.date())[0]
        made = reports.make(act, home.id, span, report_figures.counted(act, home, span.first, span.last))
        assert made is not None
        report = str(made.id)
    tang, sun, qian = (logged_in(app, one) for one in (cast.tang, cast.sun, cast.qian))
    tang.sends(LIST, what="report", report=report, form="csv", reason=WISH["reason"])
    shop.works()
    rows = tang.sends(f"{LIST}/1/file").get_data().decode()
    assert "导出 1 号" in text_of(qian.sends(TRACE, rows=rows)), "a sister company's report, taken by one of ours"
    days = {"first": "2026-11-01", "last": "2026-11-30"}
    written = [
        {"company": cast.heat.id, **days, "department": OVERLONG},
        {"company": 99999, **days, "grade": "enormous", "figure": "CMP-99.late", "report": 77},
        {"company": cast.heat.id, **days, "street": "of an older version"},
        {"company": cast.heat.id},
        {},
    ]
    with runtime.act(COMMAND) as act:
        pattern = act.session.get_one(Export, 1)
        told = {column.key: getattr(pattern, column.key) for column in Export.__table__.columns if column.key != "id"}
        for what in ("tracking", "found"):
            act.session.add_all(Export(**{**told, "what": what, "criteria": one, "key": None}) for one in written)
    for reader in (sun, qian, tang):
        listed = text_of(reader.opens(LIST))
        assert (listed.count("查不到名称"), listed.count("已读不出")) == (2, 8)
    assert qian.opens(f"/console/looks?staff={cast.tang.id}").status_code == 200


def test_the_reason_is_read_by_who_asked_who_stands_above_them_and_who_audits(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, shop: Workshop
) -> None:
    about = departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.sun.id)
    qian, sun, feng = (logged_in(app, one) for one in (cast.qian, cast.sun, cast.feng))
    why = f"查投诉孙丽的 {about.number} 号"
    qian.sends(LIST, **{**WISH, "what": "calls", "reason": why})
    feng.sends(LIST, **{**WISH, "what": "calls", "reason": "再查一次孙丽"})
    shop.works()
    assert [why in text_of(who.opens(LIST)) for who in (qian, feng)] == [True, True]
    assert [why in text_of(logged_in(app, who).opens(LIST)) for who in (cast.bai, cast.tang)] == [True, True]
    for page in (LIST, f"/console/looks?staff={cast.qian.id}"):
        shown = text_of(sun.opens(page))
        assert (why in shown, about.number in shown, "••••" in shown) == (False, False, True), page
    rows = feng.sends(f"{LIST}/2/file").get_data().decode().splitlines()[2]
    traced = text_of(qian.sends(TRACE, rows=rows))
    assert ("导出 2 号" in traced, "再查一次孙丽" in traced, "••••" in traced) == (True, False, True)


def test_how_much_a_file_holds_is_told_to_whom_its_reason_is_for_rows_that_one_has_not_oneself_say_who_complained(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, shop: Workshop
) -> None:
    departments.complains(runtime, cast, department_id=firm.repair, about_staff_id=cast.sun.id)
    qian, sun = logged_in(app, cast.qian), logged_in(app, cast.sun)
    for what in ("complaints", "cases", "tracking"):
        qian.sends(LIST, **{**WISH, "what": what, "reason": "钱明自己要用"})
    shop.works()
    for what in ("complaints", "cases", "tracking"):
        sun.sends(LIST, **{**WISH, "what": what})
    shop.works()
    with runtime.act(COMMAND) as act:
        given_to = {one.id: one for one in act.session.scalars(select(Export))}
        assert [given_to[n].rows for n in range(1, 7)] == [1, 1, 1, 0, 0, 0], "the same days, the same kinds"
        given_to[6].state, given_to[6].rows, given_to[6].expected = "gathering", 0, 1
        given_to[3].state, given_to[3].rows, given_to[3].expected = "gathering", 1, 4

    def told(who: Person, number: int) -> list[bool]:
        row = logged_in(app, who).opens(LIST).text.partition(f'id="export-{number}"')[2].partition("</tr>")[0]
        return [word in row for word in (" 行", " kB", "Bytes", "SHA-256", "<progress", "个字节")]

    for number in (1, 2, 3):
        assert any(told(cast.qian, number)), number
        assert any(told(cast.bai, number)), number
        assert not any(told(cast.sun, number)), number
    for number in (4, 5, 6):
        assert any(told(cast.sun, number)), number
        assert any(told(cast.qian, number)), "she stands above"


def test_a_file_is_fetched_by_who_might_ask_for_it_today_and_nobody_took_what_the_store_has_not(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, shop: Workshop
) -> None:
    qian = logged_in(app, cast.qian)
    for what in ("looks", "calls", "statistics", "cases"):
        qian.sends(LIST, **{**WISH, "what": what})
    shop.works()

    def becomes(*roles: Role, heads: int | None = None) -> list[int]:
        with runtime.act(COMMAND) as act:
            act.session.execute(delete(StaffRole).where(StaffRole.staff_id == cast.qian.id))
            act.session.add_all(StaffRole(staff_id=cast.qian.id, role=role) for role in roles)
            given.person(act, cast.qian).department_id = heads
        person = logged_in(app, cast.qian)
        answers = [person.sends(f"{LIST}/{n}/file").status_code for n in range(1, 5)]
        offered = [f"/{n}/file" in person.opens(LIST).text for n in range(1, 5)]
        assert offered == [one == 200 for one in answers]
        return answers

    assert becomes(Role.SUPERVISOR) == [404, 200, 200, 200]
    assert becomes(Role.DEPARTMENT_HEAD, heads=firm.repair) == [404] * 4
    assert becomes(Role.MANAGER) == [200] * 4
    before = matters.entries(runtime, "house", "export-fetched")
    with runtime.look(COMMAND) as act:
        runtime.sounds.remove(act.session.get_one(Export, 4).pieces[0])
    assert logged_in(app, cast.qian).sends(f"{LIST}/4/file").status_code == 404
    assert matters.entries(runtime, "house", "export-fetched") == before
    with runtime.look(COMMAND) as act:
        shorter, torn = (act.session.get_one(Export, n) for n in (2, 3))
        runtime.sounds.keep(shorter.pieces[0], runtime.sealer.seal_bytes(shorter.key, b"another's"))
        runtime.sounds.keep(torn.pieces[0], runtime.sounds.read(torn.pieces[0])[:-1])
    for n in (2, 3):
        refused = logged_in(app, cast.qian).sends(f"{LIST}/{n}/file")
        assert (refused.status_code, "与生成时的不一致" in text_of(refused)) == (409, True)
        assert "已作废" in text_of(logged_in(app, cast.qian).opens(LIST))
    assert matters.entries(runtime, "house", "export-fetched") == before
    told = [str(one["body"]) for one in matters.entries(runtime, "house", "export-failed")]
    assert ['"failure":"damaged"' in one for one in told] == [True, True]

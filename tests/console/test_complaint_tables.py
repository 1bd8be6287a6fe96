"""The statistics and tracking tables on the page: every figure leads to what it counts, and nobody sees too much."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import staff
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests import tallies
from tests.console.tables import STATISTICS, TRACKING, head, lines_of, linked, takes
from tests.console.visitor import Visitor, logged_in, text_of
from tests.jobs.conftest import shop as shop
from tests.jobs.workshop import Workshop
from tests.tallies import Places
from tests.world import START, Cast


@pytest.fixture
def departments(runtime: Runtime, cast: Cast) -> Places:
    """Two of each company."""
    return tallies.places(runtime, cast)


@pytest.fixture
def tang(app: Flask, cast: Cast) -> Visitor:
    """Tang, who keeps the registers of the whole group."""
    return logged_in(app, cast.tang.login)


def test_every_figure_of_the_page_leads_to_the_rows_that_it_counts(
    tang: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    tallies.many(runtime, cast, departments, seed=13, n=25)
    for (_company, _dept, name), (number, href) in linked(tang.opens(f"{STATISTICS}?period=2026")).items():
        page = tang.opens(href)
        assert page.status_code == 200
        counts = [int(n) for n in re.findall(r"\d+", text_of(page).partition("件投诉")[0].rpartition("显示")[2])[-1:]]
        rows = page.text.count('class="row"')
        assert counts == [rows], href
        assert (number == rows) if "." not in name or not name.startswith("CMP") else number >= rows, href


def test_the_head_of_a_department_has_its_own_complaints_alone_and_only_what_it_may_know(
    app: Flask, runtime: Runtime, cast: Cast, departments: Places, shop: Workshop
) -> None:
    ding = logged_in(app, head(runtime, cast, departments.heat[0]))
    with runtime.act(COMMAND) as act:
        first = (cast.heat, cast.lin, departments.heat[0])
        others = ((cast.heat, cast.lin, departments.heat[1]), (cast.heat, cast.lin, None))
        for number, (firm, owner, department) in enumerate((first, *others, (cast.home, cast.wu, first[2])), 1):
            made = tallies.complaint(
                act,
                firm.id,
                owner.id,
                filed_at=START,
                number=number,
                department_id=department,
                anonymous=True,
                told_at=START,
                told_by_id=cast.sun.id,
                first_grade="major",
            )
            for rule in ("CMP-1.sign", "CMP-7.tell"):
                tallies.promise(act, made, rule, "kept", due_at=START)
    lines = lines_of(takes(ding, shop, TRACKING, "csv"))
    assert [line["单号"] for line in lines] == ["261118004", "261118001"], "a sister company's about it too (CMP-11)"
    assert {"首问责任人", "匿名", "并入", "告知人", "最初等级", "CMP-7 期限", "延期"} & set(lines[0]) == set()
    page = text_of(ding.opens(TRACKING))
    assert "261118001" in page
    assert {name for name in (cast.lin.name, cast.sun.name, "匿名", "CMP-7", "261118002") if name in page} == set()
    found = linked(ding.opens(STATISTICS))
    assert {name for (*_place, name) in found} == {"now.minor", "CMP-1.made", "CMP-1.kept"}
    assert {name for name in ("匿名", "figure=first", "CMP-7") if name in text_of(ding.opens(STATISTICS))} == set()
    assert {number for number, _href in found.values()} == {2}
    for _number, href in found.values():
        assert {number for number in ("261118001", "261118004") if number not in ding.opens(href).text} == set(), href
    for figure in ("anonymous", "CMP-7.kept", "told", "first.major"):
        assert "261118001" in ding.opens(f"{TRACKING}?figure={figure}").text, "passed over, not answered"


def test_what_a_department_missed_stays_its_own_after_another_has_the_complaint(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, departments: Places, shop: Workshop
) -> None:
    before, now = departments.heat
    with runtime.act(COMMAND) as act:
        made = tallies.complaint(
            act, cast.heat.id, cast.lin.id, filed_at=START, department_id=now, stage="signed", signed_at=START
        )
        tallies.promise(act, made, "CMP-1.sign", "broken", due_at=START, missed_by=before)
        tallies.promise(act, made, "CMP-1.sign", "kept", due_at=START + timedelta(minutes=20))
    found = linked(sun.opens(STATISTICS))
    heat = str(cast.heat.id)
    assert found[heat, str(before), "CMP-1.broken"][0] == found[heat, str(now), "CMP-1.kept"][0] == 1
    assert (heat, str(now), "CMP-1.broken") not in found
    for place, name in ((before, "CMP-1.broken"), (now, "CMP-1.kept")):
        assert "261118001" in sun.opens(found[heat, str(place), name][1]).text
    assert "超期 CMP-1 锅炉房 期限 11-18 10:00 按时 CMP-1 期限 11-18 10:20" in text_of(sun.opens(TRACKING))
    [line] = lines_of(takes(sun, shop, TRACKING, "csv"))
    assert (line["CMP-1 结果"], line["此前的时限"]) == ("按时", "CMP-1 11-18 10:00 超期 锅炉房")
    ding = logged_in(app, head(runtime, cast, before))
    [(n, href)] = [found for (*_p, name), found in linked(ding.opens(STATISTICS)).items() if name == "CMP-1.broken"]
    shown = text_of(ding.opens(href))
    assert (n, "261118001" in shown, "超期 CMP-1 锅炉房" in shown) == (1, True, True)
    assert {word for word in ("按时 CMP-1", "签收 11-18") if word in shown} == set(), "how it went on is not theirs"
    [row] = lines_of(takes(ding, shop, TRACKING, "csv", "period=2026&figure=CMP-1.broken"))
    assert (row["被投诉部门"], row["进展"], row["签收时间"]) == ("收费处", "", "")
    for stage in ("signed", "filed"):
        hidden = ding.opens(f"{TRACKING}?period=2026&figure=CMP-1.broken&stage={stage}").text
        assert "261118001" not in hidden, "nor by asking for its stage"


def test_a_head_without_a_department_has_nothing(app: Flask, runtime: Runtime, cast: Cast, departments: Places) -> None:
    ding = logged_in(app, head(runtime, cast, departments.heat[0]))
    with runtime.act(COMMAND) as act:
        tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START)
        person = act.session.scalars(select(staff.Staff).where(staff.Staff.login == "ding")).one()
        person.department_id = None
    assert "本期间没有投诉" in ding.opens(TRACKING).text


def test_a_sister_companys_complaints_are_nobody_elses(
    app: Flask, sun: Visitor, tang: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        tallies.complaint(act, cast.home.id, cast.wu.id, filed_at=START)
    for query in ("", f"?company={cast.home.id}"):
        assert "261118001" not in sun.opens(f"{TRACKING}{query}").text
    assert "261118001" in tang.opens(f"{TRACKING}?company={cast.home.id}").text
    assert "261118001" not in tang.opens(f"{TRACKING}?company={cast.heat.id}").text


@pytest.mark.parametrize(
    "query", ["grade=enormous", "stage=x", "figure=CMP-4.x", "department=0x7", "company=a", "before=z"]
)
def test_what_a_filter_does_not_know_is_passed_over(
    tang: Visitor, runtime: Runtime, cast: Cast, departments: Places, query: str
) -> None:
    with runtime.act(COMMAND) as act:
        tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=START)
    assert "261118001" in tang.opens(f"{TRACKING}?{query}").text
    assert tang.opens(f"{STATISTICS}?{query}").status_code == 200


def test_rows_are_cut_by_grade_stage_and_department(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        for number, (grade, stage, department) in enumerate(
            (
                ("minor", "filed", departments.heat[0]),
                ("major", "signed", departments.heat[1]),
                ("major", "told", None),
            ),
            1,
        ):
            tallies.complaint(
                act,
                cast.heat.id,
                cast.lin.id,
                filed_at=START,
                number=number,
                grade=grade,
                stage=stage,
                department_id=department,
            )
    asked = {"grade=major": ["3", "2"], "stage=filed": ["1"], "grade=major&stage=told": ["3"], "department=none": ["3"]}
    asked |= {f"department={departments.heat[1]}": ["2"], "period=2026-10": []}
    for query, numbers in asked.items():
        page = sun.opens(f"{TRACKING}?{query}").text
        assert re.findall(r'class="row"[^>]*>26111800(\d)<', page) == numbers, query


def test_a_year_of_months_is_drawn_with_its_numbers_beside_it(
    sun: Visitor, runtime: Runtime, cast: Cast, departments: Places
) -> None:
    with runtime.act(COMMAND) as act:
        for number, (month, grade) in enumerate(((10, "major"), (11, "major"), (11, None)), 1):
            at = START.replace(month=month)
            tallies.complaint(act, cast.heat.id, cast.lin.id, filed_at=at, number=number, grade=grade)
    page = sun.opens(STATISTICS).text
    drawn = re.findall(r"<title>([^<]*: \d+)</title>", page)
    assert drawn == ["2026年10月 重大: 1", "2026年11月 重大: 1", "2026年11月 未定级: 1"]
    numbers = re.findall(r'href="/console/tables/tracking\?(period=\d{4}-\d\d&amp;figure=first[^"]*)">(\d+)<', page)
    assert ("period=2026-10&amp;figure=first.major", "1") in numbers
    heads = re.findall(r'<th scope="col">(\d\d-\d\d)</th>', page)
    assert (heads[0], heads[-1], len(heads)) == ("26-11", "25-12", 12), "the newest first"
    assert "style=" not in page, "our pages allow no style but the sheets'"


@pytest.mark.usefixtures("departments")
def test_what_is_no_period_is_said_on_the_page_and_kept_and_taken_as_no_file(sun: Visitor) -> None:
    for table in (STATISTICS, TRACKING):
        page = sun.opens(f"{table}?from=2026-11-09&to=2026-11-02")
        assert "结束日 2026-11-02 早于开始日 2026-11-09：请让开始日在前。 下面显示的是2026年11月。" in text_of(page)
        assert all(f'value="2026-11-0{day}" required' in page.text for day in (9, 2))
        assert "“2026-13”不是期间" in sun.opens(f"{table}?period=2026-13").text
        assert "/console/exports?" not in sun.opens(f"{table}?period=2026-13").text
    assert 'rel="next"' not in sun.opens(STATISTICS).text, "nobody is led to a month that has not come"
    assert 'rel="next"' in sun.opens(f"{STATISTICS}?period=2026-10").text

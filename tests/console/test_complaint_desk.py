"""The complaint desk: what falls due first stands first, what needs somebody before all; filters, pages, speed."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Complaint
from hotline.domain.promises import Promise, Verdict
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.console import complaining
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock

DESK = "/console/complaints"


@pytest.fixture
def department_id(runtime: Runtime, cast: Cast) -> int:
    return complaining.department(runtime, cast)[0]


def numbers(page: str) -> list[str]:
    """The complaints of a page, in its order."""
    return re.findall(r'<a class="row" href="/console/cases/\d+">(\d+)</a>', page)


def test_what_falls_due_first_stands_first_and_what_needs_somebody_before_all(
    sun: Visitor, runtime: Runtime, cast: Cast, department_id: int, at: HandClock
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MAJOR, department_id=department_id)
    at.passes(timedelta(minutes=1))
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id)
    at.passes(timedelta(minutes=1))
    complaining.filed(runtime, cast)
    assert numbers(sun.opens(DESK).text) == ["261118003", "261118001", "261118002"]
    page = text_of(sun.opens(DESK))
    assert "→" not in page, "the sign is the style's, the word stands by itself"
    assert "未定被投诉部门 未定级" in page
    assert f"{complaining.HEATING} 已受理" in page


def test_what_is_dealt_with_in_another_needs_nobody_itself(
    lin: Visitor, runtime: Runtime, cast: Cast, department_id: int, at: HandClock
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MAJOR, department_id=department_id)
    at.passes(timedelta(minutes=1))
    complaining.filed(runtime, cast)
    assert numbers(lin.opens(DESK).text) == ["261118002", "261118001"]
    lin.sends("/console/cases/2/complaint/join", page="/console/cases/2", number="261118001", text="同一次上门")
    page = lin.opens(DESK).text
    assert "未定被投诉部门" not in page
    assert numbers(page)[0] == "261118001"


def test_what_the_department_owes_of_a_joined_one_falls_due_in_the_one_that_leads(
    sun: Visitor, runtime: Runtime, cast: Cast, department_id: int, at: HandClock
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id)
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id)
    sun.sends("/console/cases/2/complaint/join", page="/console/cases/2", number="261118001", text="同一次上门")
    at.passes(timedelta(minutes=12))
    assert numbers(sun.opens(f"{DESK}?overdue=yes").text) == ["261118001"]
    joined = text_of(sun.opens(DESK)).partition("261118002 ")[2]
    assert joined.startswith("并入 261118001")
    assert "没有待办的承诺" in joined, "its customer hears the result once the leading one's form is back"


def test_a_deadline_is_told_in_words_and_changes_with_the_clock(
    sun: Visitor, runtime: Runtime, cast: Cast, department_id: int, at: HandClock
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id)
    assert "被投诉部门签收投诉单 CMP-1 未到期 还有 10 分 · 11-18 10:10" in text_of(sun.opens(DESK))
    at.passes(timedelta(minutes=7))
    assert "快到期 还有 3 分" in text_of(sun.opens(DESK))
    at.passes(timedelta(hours=3))
    sun.logs_in(cast.sun)
    assert "超期 已超 2 小时 57 分" in text_of(sun.opens(DESK))


def test_how_many_are_overdue_is_told_where_it_is_more_than_one(
    sun: Visitor, runtime: Runtime, cast: Cast, department_id: int, at: HandClock
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id)
    at.passes(timedelta(days=3))
    sun.logs_in(cast.sun)
    assert "共有 2 项超期" in text_of(sun.opens(DESK)), "signing, and dealing with it"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("grade=major", ["261118001"]),
        ("grade=none", ["261118003"]),
        ("stage=returned", ["261118002"]),
        ("mine=yes", ["261118003"]),
        ("overdue=yes", []),
        ("department=99", []),
        ("grade=x&stage=y&department=z&after=q&company=w", ["261118003", "261118001", "261118002"]),
    ],
)
def test_the_filters_choose(app: Flask, runtime: Runtime, cast: Cast, query: str, shown: list[str]) -> None:
    department_id, head = complaining.department(runtime, cast)
    complaining.filed(runtime, cast, grade=Grade.MAJOR, department_id=department_id)
    returned = complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id)
    complaining.filed(runtime, cast, owner=cast.zhou)
    complaining.dealt_with(runtime, returned, head)
    zhou = logged_in(app, cast.zhou)
    assert sorted(numbers(zhou.opens(f"{DESK}?{query}").text)) == sorted(shown)


def test_a_closed_complaint_is_not_on_the_desk(sun: Visitor, runtime: Runtime, cast: Cast, department_id: int) -> None:
    complaining.filed(runtime, cast, department_id=department_id)
    with runtime.act(COMMAND) as act:
        act.session.execute(update(Promise).values(verdict=Verdict.KEPT, done_at=act.at))
        act.session.execute(update(Complaint).values(settled_at=act.at))
    sun.sends("/console/cases/1/close", page="/console/cases/1", outcome="已道歉")
    assert "没有符合的未结投诉" in sun.opens(DESK).text


def test_the_pages_follow_one_another_without_a_gap_and_without_a_repetition(
    sun: Visitor, runtime: Runtime, cast: Cast, department_id: int, at: HandClock
) -> None:
    for grade, n in ((Grade.MINOR, 30), (None, 5), (Grade.MAJOR, 25)):
        complaining.filed(runtime, cast, grade=grade, department_id=department_id, n=n)
        at.passes(timedelta(seconds=1))
    first = sun.opens(DESK).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = sun.opens(DESK + html.unescape(following[1])).text
    assert 'rel="next"' not in second
    ungraded, minor, major = range(31, 36), range(1, 31), range(36, 61)
    wanted = [f"261118{n:03d}" for n in (*ungraded, *minor, *major)]
    assert (numbers(first), numbers(second)) == (wanted[:50], wanted[50:])


def test_many_complaints_ask_the_database_no_more_than_few(
    sun: Visitor, runtime: Runtime, cast: Cast, department_id: int
) -> None:
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id)
    with complaining.counted(runtime.engine) as few:
        sun.opens(DESK)
    complaining.filed(runtime, cast, grade=Grade.MINOR, department_id=department_id, n=20)
    with complaining.counted(runtime.engine) as more:
        assert len(numbers(sun.opens(DESK).text)) == 21
    assert len(more) == len(few)


def test_whom_a_complaint_is_about_does_not_find_it_on_the_desk(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast, department_id: int
) -> None:
    complaining.filed(runtime, cast, department_id=department_id, about_staff_id=cast.zhou.id)
    assert numbers(sun.opens(DESK).text) == ["261118001"]
    assert numbers(logged_in(app, cast.zhou).opens(DESK).text) == []


def test_a_head_of_a_department_has_no_complaint_desk(app: Flask, runtime: Runtime, cast: Cast) -> None:
    _department_id, head = complaining.department(runtime, cast)
    assert logged_in(app, head).opens(DESK).status_code == 403


def test_a_sister_companys_complaints_are_for_the_group_alone(
    app: Flask, runtime: Runtime, cast: Cast, department_id: int
) -> None:
    complaining.filed(runtime, cast, department_id=department_id)
    assert numbers(logged_in(app, cast.hu).opens(DESK).text) == []
    tang = logged_in(app, cast.tang)
    assert numbers(tang.opens(DESK).text) == ["261118001"]
    assert numbers(tang.opens(f"{DESK}?company={cast.home.id}").text) == []

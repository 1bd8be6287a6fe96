"""Leave and leaving on the page: who may say so, what is asked first, and what becomes of the matters."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import absences, cases, staff
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock, Person

PAGE = "/console/staff"
SPAN = {"from": "2026-11-20T08:00", "until": "2026-11-23T08:00"}


def active(runtime: Runtime, who: Person) -> bool:
    with runtime.look(COMMAND) as act:
        return staff.get(act, who.id).active


def test_the_supervisor_says_that_an_agent_has_left_and_owns_what_was_theirs(
    sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.enquiry(runtime, cast)
    assert "1 件未结的事" in text_of(sun.opens(PAGE))
    unsure = sun.is_refused(f"{PAGE}/{cast.lin.id}/dismiss", page=PAGE)
    assert "勾选确认" in unsure.text
    assert active(runtime, cast.lin)
    sun.sends(f"{PAGE}/{cast.lin.id}/dismiss", page=PAGE, sure="yes")
    assert "林晓 已离职。未结的事现在由谁负责：孙丽 006 (1)" in text_of(sun.opens(PAGE))
    assert not active(runtime, cast.lin)
    with runtime.look(COMMAND) as act:
        assert cases.get(act, case_id).owner_id == cast.sun.id
    assert "已离职" in sun.opens(PAGE).text
    sun.sends(f"{PAGE}/{cast.lin.id}/back", page=PAGE)
    assert active(runtime, cast.lin)


def test_whom_the_manager_let_go_the_supervisor_does_not_take_back(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    qian, back = logged_in(app, cast.qian), f"{PAGE}/{cast.lin.id}/back"
    qian.sends(f"{PAGE}/{cast.lin.id}/dismiss", page=PAGE, sure="yes")
    assert back not in sun.opens(PAGE).text
    assert sun.sends(back, page=PAGE).status_code == 403
    assert not active(runtime, cast.lin)
    assert back in qian.opens(PAGE).text
    qian.sends(back, page=PAGE)
    assert active(runtime, cast.lin)


def test_a_leave_is_noted_in_the_companys_own_time(sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock) -> None:
    sun.sends(f"{PAGE}/{cast.lin.id}/leave", page=PAGE, receiver=str(cast.zhou.id), **SPAN)
    assert "请假 11-20 08:00 至 11-23 08:00" in text_of(sun.opens(PAGE))
    with runtime.look(COMMAND) as act:
        (absence,) = absences.ahead(act, cast.lin.id)
        assert absence.starts_at.astimezone(at.now.tzinfo).isoformat() == "2026-11-20T08:00:00+08:00"
    again = sun.is_refused(f"{PAGE}/{cast.lin.id}/leave", page=PAGE, receiver=str(cast.zhou.id), **SPAN)
    assert "已登记过请假" in again.text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"receiver": "2", "from": "soon", "until": "later"}, "请选好起止时间"),
        ({"receiver": "2", **SPAN, "from": "0001-01-01T00:00"}, "请选好起止时间"),
        ({"receiver": "2", **SPAN, "until": "9999-12-31T23:59"}, "请选好起止时间"),
        ({"receiver": "2", **SPAN, "from": "2026-11-20T08:00+00:00"}, "请选好起止时间"),  # whose eight o'clock?
        (SPAN, "请选择一位那几天在岗"),
        ({"receiver": "5", **SPAN}, "请选择一位那几天在岗"),  # a guard
    ],
)
def test_a_leave_that_cannot_be_is_refused_with_the_reason(
    sun: Visitor, runtime: Runtime, cast: Cast, form: dict[str, str], told: str
) -> None:
    assert told in sun.is_refused(f"{PAGE}/{cast.lin.id}/leave", page=PAGE, **form).text
    with runtime.look(COMMAND) as act:
        assert absences.ahead(act, cast.lin.id) == []


def test_a_refused_leave_keeps_what_was_typed_and_nobody_takes_over_from_themselves(sun: Visitor, cast: Cast) -> None:
    reversed_ = {"from": SPAN["until"], "until": SPAN["from"], "receiver": str(cast.zhou.id)}
    page = sun.is_refused(f"{PAGE}/{cast.lin.id}/leave", page=PAGE, **reversed_).text
    row = page.partition(f'id="staff-{cast.lin.id}"')[2].partition("</tr>")[0]
    assert "结束要晚于开始" in row
    assert f'name="from" value="{SPAN["until"]}"' in row
    assert f'<option value="{cast.zhou.id}" selected>' in row
    assert f'<option value="{cast.lin.id}"' not in row


def test_nobody_sends_away_a_superior_themselves_or_a_sister_companys_people(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    for who in (cast.sun, cast.qian, cast.feng, cast.wu, cast.bai, cast.tang):
        assert sun.sends(f"{PAGE}/{who.id}/dismiss", page=PAGE, sure="yes").status_code == 403
        assert active(runtime, who)
    tang = logged_in(app, cast.tang)
    tang.sends(f"{PAGE}/{cast.wu.id}/dismiss", page=PAGE, sure="yes")
    assert not active(runtime, cast.wu), "an administrator keeps the registers of the whole group"

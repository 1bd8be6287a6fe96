"""A call is held, and its caller forgotten, from its page or by its number; nobody learns who told an anonymous one."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import calls, cases, customers
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.erasures import Erasure
from hotline.domain.holds import Hold
from hotline.runtime import Runtime
from tests import given
from tests.console import departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast

HOLDS, ERASURES = "/console/holds", "/console/erasures"
WHY = "电话里扬言伤人"
FORMS = ("hold-call", "forget-caller")


@pytest.fixture
def rang(runtime: Runtime, cast: Cast) -> int:
    """Chen rang and hung up; no matter came of it. The call."""
    with runtime.act(COMMAND) as act:
        return ended(act.session.get_one(Call, given.call(act, cast, who=cast.chen).id))


@pytest.fixture
def qian(app: Flask, cast: Cast) -> Visitor:
    """Qian, the heating company's manager, is logged in."""
    return logged_in(app, cast.qian)


def ended(call: Call) -> int:
    call.state, call.ended_at = calls.State.ENDED, call.started_at
    return call.id


def forms(who: Visitor, call_id: int) -> list[str]:
    """Which forms of keeping somebody finds on the page of a call."""
    page = who.opens(f"/console/calls/{call_id}").text
    return [one for one in FORMS if f'id="{one}"' in page]


def by(call_id: int, **more: str) -> dict[str, str]:
    """What the forms on the page of a call send."""
    return {"by": "call", "number": str(call_id), "reason": WHY, **more}


def test_a_call_is_held_from_its_page_and_the_page_says_so(
    app: Flask, sun: Visitor, qian: Visitor, rang: int, cast: Cast, runtime: Runtime
) -> None:
    here = f"/console/calls/{rang}"
    assert forms(sun, rang) == forms(qian, rang) == [*FORMS]
    assert forms(logged_in(app, cast.lin), rang) == [], "an agent holds nothing"
    assert sun.sends(HOLDS, page=here, **by(rang, what="call")).location == HOLDS
    assert sun.sends(HOLDS, page=here, **by(rang, what="customer")).location == HOLDS
    page = sun.opens(HOLDS)
    assert f'href="{here}"' in page.text
    for n, what in enumerate(("这通电话", "这位客户的全部"), start=1):
        assert f"通话 {rang} {what} 第 {n} 号保全 {WHY} 孙丽" in text_of(page)
    shown = text_of(sun.opens(here))
    assert "第 1 号保全 、 第 2 号保全" in shown
    assert "hold 1 , hold 2" in text_of(sun.opens(f"{here}?lang=en"))
    sun.opens(f"{here}?lang=zh-CN")
    auditor = logged_in(app, cast.bai)
    assert (forms(auditor, rang), "第 1 号保全" in text_of(auditor.opens(here))) == ([], True)
    qian.sends(f"{HOLDS}/1/lift", why="已经移交")
    assert "第 1 号保全" not in text_of(sun.opens(here))
    with runtime.look(COMMAND) as act:
        rows = act.session.execute(select(Hold.case_id, Hold.call_id, Hold.customer_id).order_by(Hold.id)).all()
        assert [tuple(row) for row in rows] == [(None, rang, None), (None, rang, cast.chen.id)]


def test_whoever_mistypes_the_number_of_a_call_or_may_not_see_it_is_told_so(
    app: Flask, sun: Visitor, rang: int, cast: Cast, runtime: Runtime
) -> None:
    with runtime.act(COMMAND) as act:
        matter = given.case(act, cast).number
    for page in (HOLDS, ERASURES):
        for number in ("999", "99999999999", "0", "十二", matter):
            answer = sun.is_refused(page, page=page, **by(rang) | {"number": number})
            assert "没有这个编号的通话" in answer.text, number
            assert '<option value="call" selected>' in answer.text, "what was typed stays"
            assert f'value="{number}"' in answer.text
        assert "没有这个单号" in sun.is_refused(page, page=page, **by(rang) | {"by": "case"}).text
        hu = logged_in(app, cast.hu)
        assert "没有这个编号的通话" in hu.is_refused(page, page=page, **by(rang)).text, "of another company"
        assert logged_in(app, cast.lin).sends(page, **by(rang)).status_code == 403
    with runtime.look(COMMAND) as act:
        assert (act.session.scalar(select(Hold.id)), act.session.scalar(select(Erasure.id))) == (None, None)


def test_a_caller_without_a_matter_is_forgotten_from_the_page_of_their_call(
    sun: Visitor, qian: Visitor, rang: int, cast: Cast, runtime: Runtime
) -> None:
    here = f"/console/calls/{rang}"
    sun.sends(HOLDS, **by(rang, what="call"))
    assert "在保全中" in sun.is_refused(ERASURES, page=ERASURES, **by(rang)).text
    qian.sends(f"{HOLDS}/1/lift", why="已经移交")
    with runtime.act(COMMAND) as act:
        act.session.get_one(Call, rang).state = calls.State.TALKING
    assert "正在和我们通话" in sun.is_refused(ERASURES, page=ERASURES, **by(rang)).text
    with runtime.act(COMMAND) as act:
        ended(act.session.get_one(Call, rang))
    assert sun.sends(ERASURES, page=here, **by(rang)).location == ERASURES
    sun.sends(HOLDS, **by(rang, what="call"))
    page = text_of(qian.opens(ERASURES))
    assert f"通话 {rang} {WHY} 孙丽" in page
    assert "第 2 号保全还没解除" in page
    qian.sends(f"{HOLDS}/2/lift", why="已经移交")
    assert qian.sends(f"{ERASURES}/1/decide", decide="approve", answer="核对过身份").location == ERASURES
    assert "已清除" in text_of(sun.opens(here))
    with runtime.look(COMMAND) as act:
        assert customers.get(act, cast.chen.id).key is None


def test_an_anonymous_call_is_held_as_such_and_who_it_was_is_told_to_nobody(
    app: Flask, sun: Visitor, qian: Visitor, cast: Cast, runtime: Runtime
) -> None:
    departments.complains(runtime, cast, anonymous=True, about_staff_id=cast.feng.id)
    with runtime.act(COMMAND) as act:
        call_id = ended(act.session.scalars(select(Call).where(Call.unnamed)).one())
        settled = given.case(act, cast)
        cases.mark_closed(act, settled, by=cast.lin.id, outcome="十五号")
    assert forms(sun, call_id) == ["hold-call"]
    assert "只能保全这通电话本身" in text_of(sun.opens(f"/console/calls/{call_id}"))
    assert "匿名的" in sun.is_refused(HOLDS, page=HOLDS, **by(call_id, what="customer")).text
    assert "匿名的" in sun.is_refused(ERASURES, page=ERASURES, **by(call_id)).text
    feng, answered = logged_in(app, cast.feng), {"decide": "approve", "answer": WHY}
    for page in (HOLDS, ERASURES):
        assert "没有这个编号的通话" in feng.is_refused(page, page=page, **by(call_id)).text, "it is about them"
    assert sun.sends(HOLDS, **by(call_id)).location == HOLDS
    assert f"通话 {call_id} 这通电话 第 1 号保全 {WHY}" in text_of(qian.opens(HOLDS))
    assert f"通话 {call_id}" not in text_of(feng.opens(HOLDS))
    assert feng.sends(f"{HOLDS}/1/lift", why=WHY).status_code == 404
    assert sun.sends(ERASURES, number=settled.number, reason=WHY).location == ERASURES
    assert "保全还没解除" not in text_of(qian.opens(ERASURES))
    refused = qian.is_refused(f"{ERASURES}/1/decide", page=ERASURES, **answered).text
    assert "有别的记录要保全" in refused
    assert f"/console/calls/{call_id}" not in refused
    qian.sends(f"{HOLDS}/1/lift", why="已经移交")
    assert qian.sends(f"{ERASURES}/1/decide", **answered).location == ERASURES


def test_a_hold_of_a_customer_by_a_call_that_became_anonymous_leads_to_nobody(
    sun: Visitor, qian: Visitor, rang: int, cast: Cast, runtime: Runtime
) -> None:
    with runtime.act(COMMAND) as act:
        settled = given.case(act, cast)
        cases.mark_closed(act, settled, by=cast.lin.id, outcome="十五号")
    sun.sends(ERASURES, number=settled.number, reason=WHY)
    sun.sends(HOLDS, **by(rang, what="customer"))
    assert "第 1 号保全还没解除" in text_of(qian.opens(ERASURES))
    complaint = departments.complains(runtime, cast, anonymous=True)
    with runtime.act(COMMAND) as act:
        told = ended(act.session.scalars(select(Call).where(Call.unnamed)).one())
        act.session.get_one(Hold, 1).call_id = told
        cases.mark_closed(act, act.session.get_one(Case, complaint.id), by=cast.lin.id, outcome="查过了")
    page = text_of(qian.opens(ERASURES))
    assert "号保全" not in page
    assert "还有别的事没办结" in page

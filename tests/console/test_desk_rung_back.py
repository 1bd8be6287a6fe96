"""An agent whose telephone rings for a call back sees whom, about what, before any call to the customer exists."""

from __future__ import annotations

from hotline.domain.calls import State
from hotline.runtime import Runtime
from tests import rung
from tests.console.visitor import Visitor, text_of
from tests.domain.waiting import matched
from tests.world import Cast


def test_the_desk_shows_who_is_to_be_rung_back_and_about_what(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert matched(runtime) is not None
    page = lin.opens("/console/desk")
    shown = text_of(page)
    assert page.status_code == 200
    assert "回拨：客户留了号" in shown
    assert "139****0088" in shown
    assert "261118001" in shown
    assert cast.chen.number.e164 not in page.text


def test_once_the_agent_accepted_the_desk_shows_the_customers_call(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    rung.owes(runtime, cast)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    call_id = rung.takes(runtime)
    assert f"/console/calls/{call_id}" in lin.opens("/console/desk").text
    rung.ends(runtime, call_id, State.UNANSWERED)
    assert lin.opens("/console/desk").status_code == 200

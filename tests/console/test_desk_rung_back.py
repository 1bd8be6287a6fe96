"""An agent whose telephone rings for a call back sees whom, about what, before any call to the customer exists."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import callbacks, calls, meetings, parties
from hotline.domain.act import CARRIER, COMMAND
from hotline.domain.calls import State
from hotline.domain.companies import Company
from hotline.runtime import Runtime
from tests import rung
from tests.console.visitor import Visitor, text_of
from tests.domain.waiting import matched
from tests.visiting import GOOD, mended
from tests.world import Cast, HandClock


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


def test_whoever_rings_about_a_return_visit_is_led_to_its_form_in_the_call_and_after_it(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        company = act.session.get_one(Company, cast.heat.id)
        company.overrides = {"visits": {"by": "agent"}}
    done = mended(runtime, cast)
    with done.by(cast.lin) as (act, case):
        callbacks.plan(act, callbacks.of_case(act, case.id)[-1].id, at=None, by=cast.lin.id)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    call_id = rung.takes(runtime)
    form = f"/console/visits/{done.visits[0].id}"
    assert form in lin.opens("/console/desk").text
    with runtime.act(CARRIER) as act:
        meeting = meetings.of_call(act, calls.locked(act, call_id))
        assert meeting is not None
        for party in parties.of(act, meeting):
            meetings.joined(act, meeting, calls.locked(act, party.call_id))
    rung.ends(runtime, call_id, State.ENDED)
    assert form in lin.opens("/console/desk").text
    done.records(cast.lin, GOOD)
    assert form not in lin.opens("/console/desk").text


def test_a_customer_waits_to_be_rung_back_since_they_asked_not_since_the_place_in_the_line_came(
    lin: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    rung.owes(runtime, cast)
    asked = at.now
    at.passes(timedelta(minutes=20))
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert matched(runtime) is not None
    assert f'data-since="{round(asked.timestamp() * 1000)}"' in lin.opens("/console/desk").text

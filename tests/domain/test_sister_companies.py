"""A matter for a sister company is taken here and handed over inside; the caller is never sent away (OWN-4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import audit, cases, companies, dispatches, handovers, promise_looks, promises
from hotline.domain.act import CLOCK, COMMAND, Actor
from hotline.domain.cases import Case, Kind
from hotline.domain.promises import Verdict
from hotline.runtime import Runtime
from tests import given
from tests.line import Line
from tests.line import line as line
from tests.world import Cast, HandClock

HEARD_FROM = """
chen dials {firm}
chen hears 查询办理进度请按{key}
chen presses {key}
chen hears 由021号负责
chen hangs up
"""


@pytest.fixture
def moved(runtime: Runtime, cast: Cast) -> Case:
    """Lin took it for the heating company; Wu of the sister company accepted it; an answer is promised."""
    return move(runtime, cast)


def move(runtime: Runtime, cast: Cast) -> Case:
    with runtime.act(Actor("console", cast.lin.id)) as act:
        case = given.case(act, cast)
        promises.make(act, "CBK-1.answer", case)
        asked = handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.wu.id, reason="it is their pump")
        assert case.company_id == cast.heat.id, "until it is accepted nothing changes"
    with runtime.act(Actor("console", cast.wu.id)) as act:
        handovers.answer(act, asked.id, by=cast.wu.id, accept=True)
        return cases.get(act, case.id)


def test_the_case_moves_with_its_record_and_its_first_owner_stays_named(
    runtime: Runtime, cast: Cast, moved: Case
) -> None:
    assert (moved.company_id, moved.owner_id, moved.handler_id) == (cast.home.id, cast.wu.id, cast.wu.id)
    assert (moved.first_owner_id, moved.numbered_by_id) == (cast.lin.id, cast.heat.id)
    with runtime.look(COMMAND) as act:
        last = audit.entries(act.session, moved.chain)[-1]
        assert (last.kind, last.fields["company"]) == ("handover-accepted", cast.home.id)


def test_a_promise_keeps_its_deadline_and_is_now_the_sister_companys_to_keep(
    runtime: Runtime, cast: Cast, moved: Case, at: HandClock
) -> None:
    with runtime.look(COMMAND) as act:
        promise = next(one for one in promises.of_case(act, moved.id) if one.rule == "CBK-1.answer")
        limit = act.standard_of("heating", {}).promise("CBK-1.answer").limit
        due = limit.deadline(promise.made_at, act.standard_of("heating", {}).calendar).at
    assert (promise.company_id, promise.owner_id, promise.due_at) == (cast.home.id, cast.wu.id, due)
    at.set(promise.due_at + timedelta(seconds=1))
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, [promise.id])
    with runtime.look(COMMAND) as act:
        assert act.session.get_one(promises.Promise, promise.id).verdict == Verdict.BROKEN


def test_numbers_stay_and_never_clash(runtime: Runtime, cast: Cast, moved: Case) -> None:
    with runtime.act(COMMAND) as act:
        own = cases.open(act, companies.get(act, cast.home.id), kind=Kind.MESSAGE, matter="parcel", owner_id=cast.wu.id)
        companies.get(act, cast.heat.id)
        following = given.case(act, cast)
        assert (moved.number, own.number, following.number) == ("261118001", "261118001", "261118002")
        assert cases.numbered(act, cast.home.id, "261118001") is own
        assert cases.numbered(act, cast.heat.id, "261118001") == cases.get(act, moved.id)
        theirs = cases.numbered(act, cast.home.id, "261118001", customer_id=cast.chen.id)
        assert theirs == cases.get(act, moved.id)


def test_whoever_is_rung_for_it_from_now_on_is_on_duty_there(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        matter, _order = given.fault(act, cast)
        matter.company_id = cast.home.id
        act.session.flush()
        companies.get(act, cast.home.id)
        following = given.rung_next(act, dispatches.of_case(act, matter.id)[0], matter)
        assert following is not None
        assert following.id == cast.hu.id


def test_the_customer_is_told_who_owns_it_now_and_hears_it_under_the_old_number_from_either_company(
    line: Line, cast: Cast
) -> None:
    case = move(line.runtime, cast)
    line.passes(seconds=1)
    line.phone("chen").receives(f"事项{case.number}现由吴敏负责")
    line.play(HEARD_FROM.format(firm="heat", key=3))
    line.play(HEARD_FROM.format(firm="home", key=6))

"""A matter that is settled and was kept long enough, and what stands in the way of destroying it; else each test of
keeping would tell the same beginning.
"""

from __future__ import annotations

import pytest

from hotline.domain import (
    audit,
    call_words,
    calls,
    cases,
    companies,
    holds,
    promises,
    recordings,
    transcripts,
    turns,
    verifying,
)
from hotline.domain.act import COMMAND
from hotline.domain.news import Recording
from hotline.runtime import Runtime
from tests import given
from tests.jobs.workshop import Workshop
from tests.world import Cast, Person


@pytest.fixture
def told(shop: Workshop) -> int:
    """Chen rang about a cold radiator, said something that was recorded and written down; all is settled. The case."""
    with shop.runtime.act(COMMAND) as act:
        call = given.call(act, shop.cast, who=shop.cast.chen)
        turns.record(act, call, said=["ask"], heard="speech", words="暖气不热", led_to="farewell")
        matter, _order = given.fault(act, shop.cast, told_in=call)
        call.case_id = matter.id
        calls.progress(act, call, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)
        matter.details = {"sealed_wish": cases.seal(act, matter, "晚上来"), "source": "phone"}
        call.put(sealed_looks=calls.seal(act, call, "漏水"), passed="yes")
        row = Recording(sid="RE1", call_id=call.id, case_id=matter.id, state="completed", seconds=3, at=act.at)
        act.session.add(row)
        recordings.prepare(act, row)
        shop.runtime.sounds.keep(row.file or "", b"sealed sound")
        recordings.kept(act, row, "0" * 64)
        row.removed_at = act.at
        transcripts.keep(act, row, [transcripts.Turn(0, 1, "", "暖气不热")], "folder", language="zh-CN")
        call_words.index(act, call.id, shop.cast.chen.id, "暖气不热")
        for promise in promises.of_case(act, matter.id):
            promises.excuse(act, promise, None, why="customer-erased")
        cases.mark_closed(act, matter, by=shop.cast.lin.id, outcome="修好了")
        return matter.id


def house(runtime: Runtime) -> list[tuple[str, dict[str, object]]]:
    with runtime.look(COMMAND) as act:
        return [(one.kind, one.fields) for one in audit.entries(act.session, "house")]


def is_unaltered(runtime: Runtime) -> bool:
    with runtime.look(COMMAND) as act:
        return verifying.verify(act.session).unaltered


def hold(runtime: Runtime, cast: Cast, case_id: int, *, whole_customer: bool = False) -> int:
    with runtime.act(COMMAND) as act:
        matter = cases.get(act, case_id)
        companies.get(act, matter.company_id)
        by = given.person(act, cast.sun)
        return holds.place(act, matter, whole_customer=whole_customer, by=by, reason="法院调取").id


def lifts(runtime: Runtime, hold_id: int, who: Person) -> None:
    with runtime.act(COMMAND) as act:
        person = given.person(act, who)
        companies.get(act, person.company_id)
        holds.lift(act, hold_id, by=person, why="案件已经审结")

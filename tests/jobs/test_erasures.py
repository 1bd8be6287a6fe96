"""Of an erased customer no number, name or print of a number is left; else who asks to be forgotten would not be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hotline.db import Base
from hotline.domain import callbacks, cases, companies, drafts, erasures, owed_calls, promises, staff
from hotline.domain.act import COMMAND
from hotline.domain.drafts import Draft, Window
from hotline.domain.owed_calls import Callback
from hotline.runtime import Runtime
from tests import given
from tests.jobs.kept import told as told
from tests.jobs.workshop import Workshop

ABOUT_THEM, OF_ANOTHER = "call:1", "visitor"


def everything(runtime: Runtime) -> str:
    """All that stands in all the tables."""
    with runtime.look(COMMAND) as act:
        return repr([act.session.execute(select(table)).all() for table in Base.metadata.sorted_tables])


def typed(runtime: Runtime, staff_id: int, about: str, fields: dict[str, str]) -> None:
    """Half of a form, which is still open."""
    with runtime.act(COMMAND) as act:
        companies.get(act, staff.get(act, staff_id).company_id)
        row = drafts.locked(act, staff_id, about, "form-1")
        drafts.keep(act, row, "form-1", fields, Window("w", 0))


def left(runtime: Runtime, table: Any) -> list[Any]:
    with runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(table).order_by(table.id)))


def test_no_print_of_a_number_leads_to_an_erased_customer(shop: Workshop, told: int) -> None:
    runtime, cast = shop.runtime, shop.cast
    with runtime.act(COMMAND) as act:
        matter = given.case(act, cast)
        callback = callbacks.owe(act, matter, "CBK-1.answer")
        for promise in promises.of_case(act, matter.id):
            promises.excuse(act, promise, None, why="customer-erased")
        owed_calls.end(act, matter, callback, owed_calls.State.REFUSED, why="no-need")
        cases.mark_closed(act, matter, by=cast.lin.id, outcome="不用了")
        its_print = act.sealer.blind(cast.chen.number.e164)
    assert its_print in everything(runtime)
    with runtime.act(COMMAND) as act:
        erasures.carry_out(act, cast.chen.id)
    assert its_print not in everything(runtime)
    assert [(one.number_print, one.zone) for one in left(runtime, Callback)] == [(None, None)]


def test_what_was_half_typed_about_an_erased_customer_goes_with_them(shop: Workshop, told: int) -> None:
    runtime, cast = shop.runtime, shop.cast
    typed(runtime, cast.lin.id, ABOUT_THEM, {"question": "楼上漏水"})
    typed(runtime, cast.lin.id, OF_ANOTHER, {"name": "刘洋", "question": "陈旧管道漏水"})
    typed(runtime, cast.zhou.id, OF_ANOTHER, {"contact": "139-0000-0088"})
    typed(runtime, cast.wu.id, OF_ANOTHER, {"name": cast.chen.name})
    with runtime.act(COMMAND) as act:
        erasures.carry_out(act, cast.chen.id)
    assert [(one.staff_id, one.about) for one in left(runtime, Draft)] == [(cast.lin.id, OF_ANOTHER)]

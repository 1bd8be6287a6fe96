"""Whose telephone takes no text: somebody else hears of it; if this broke, what goes wrong would be told to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.outbox import State
from hotline.jobs import work
from tests import given
from tests.jobs.test_notices import MINUTE, bodies, promised, tell, told
from tests.jobs.test_notices import case as case
from tests.jobs.workshop import Workshop


def test_whose_telephone_the_carrier_refuses_the_supervisors_learn_of_once(shop: Workshop, case: Case) -> None:
    shop.exchange.faults.refuse(shop.cast.lin.number.e164, 21211)
    for about in ("1", "2"):
        tell(shop, case, shop.cast.lin, about=about)
    shop.works_for(MINUTE)
    (body,) = bodies(shop, shop.cast.sun)
    assert "未能送达" in body
    assert [one.told_at is None for one in told(shop)] == [True, True, False]


@pytest.mark.parametrize("first", ["lin", "sun"])
def test_where_the_only_supervisor_cannot_be_reached_the_next_above_learns_of_it_once(
    shop: Workshop, case: Case, first: str
) -> None:
    for who in (shop.cast.lin, shop.cast.sun):
        shop.exchange.faults.refuse(who.number.e164, 21211)
    tell(shop, case, getattr(shop.cast, first))
    shop.works_for(3 * MINUTE)
    assert ["未能送达" in body for body in bodies(shop, shop.cast.qian)] == [True]
    assert bodies(shop, shop.cast.feng) == []


def test_where_nobody_up_to_the_top_can_be_reached_it_ends_there(shop: Workshop, case: Case) -> None:
    people = (shop.cast.sun, shop.cast.qian, shop.cast.feng)
    for who in people:
        shop.exchange.faults.refuse(who.number.e164, 21211)
    tell(shop, case, shop.cast.sun)
    shop.works_for(5 * MINUTE)
    failed = [one for one in told(shop) if one.text == "outbox-failed"]
    assert ([one.staff_id for one in failed], {one.told_at for one in failed}) == (
        [shop.cast.qian.id, shop.cast.feng.id], {None}
    )  # fmt: skip
    assert {entry.state for entry in shop.entries("tell-staff")} == {State.FAILED}


def test_of_who_leaves_between_the_text_and_the_telephone_the_supervisors_are_told_and_rung(
    shop: Workshop, case: Case
) -> None:
    tell(shop, case, shop.cast.zhou, "promise-broken", promise=promised(shop, case), urgent=True, by_call=True)
    attempts = dict(shop.claim())
    for kind in ("tell-staff", "ring-notice"):
        entry = shop.entry(kind).id
        work.perform(entry, attempts[entry])
        with shop.runtime.act(COMMAND) as act:
            given.person(act, shop.cast.zhou).active = False
    shop.works_for(timedelta(seconds=5))
    assert [len(bodies(shop, who)) for who in (shop.cast.zhou, shop.cast.sun)] == [1, 1]
    assert [(one.staff_id, one.by_call) for one in told(shop)] == [(shop.cast.zhou.id, True), (shop.cast.sun.id, True)]
    assert [entry.state for entry in shop.entries("ring-notice")] == [State.DROPPED, State.DONE]


def test_whoever_lost_their_number_meanwhile_is_not_forgotten(shop: Workshop, case: Case) -> None:
    tell(shop, case, shop.cast.lin)
    with shop.runtime.act(COMMAND) as act:
        given.person(act, shop.cast.lin).phone = None
    shop.works_for(MINUTE)
    assert ["未能送达" in body for body in bodies(shop, shop.cast.sun)] == [True]

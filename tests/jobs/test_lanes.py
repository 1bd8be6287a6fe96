"""Calls of one company keep to its own pace; if this broke, one company of a group would ring for all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import calls, companies, outbox, staff
from hotline.domain.act import COMMAND
from hotline.domain.outbox import State
from tests import given
from tests.jobs.workshop import Workshop


def two_calls(shop: Workshop, **figures: float) -> timedelta:
    """Two colleagues are to be rung, by the heating company's own figures; how long the second call waits."""
    with shop.runtime.act(COMMAND) as act:
        heat = companies.get(act, shop.cast.heat.id)
        heat.overrides = {"engine": {"carrier": figures}} if figures else {}
        case = given.case(act, shop.cast)
        for person in (shop.cast.wang, shop.cast.zhao):
            call = calls.place(
                act,
                heat,
                colleague=staff.get(act, person.id),
                case_id=case.id,
                owner_id=case.owner_id,
                our_number=shop.cast.heat.number,
                first_step="repair-offer",
                words_version=shop.runtime.prompts.version,
                slots={},
            )
            outbox.post(act, "place-call", urgent=True, call=call.id)
    shop.works()
    first, second = shop.entries("place-call")
    assert (first.state, second.state) == (State.DONE, State.DUE)
    return second.due_at - shop.at.now


@pytest.mark.parametrize(
    ("figures", "waits"),
    [
        ({}, 1),  # the account's own pace
        ({"company_calls_per_minute": 6}, 10),
        ({"number_calls_per_second": 0.25}, 4),
        ({"number_calls_per_second": 0.25, "company_calls_per_minute": 6}, 10),
    ],
)
def test_a_company_and_its_number_ring_no_more_often_than_their_figures_say(
    shop: Workshop, figures: dict[str, float], waits: int
) -> None:
    assert two_calls(shop, **figures) == timedelta(seconds=waits)

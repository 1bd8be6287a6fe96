"""How a dispatch stands on a page: who is rung, who was only told, and what nobody has to sign for any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hotline.console import matter
from hotline.domain import dispatches, signatures
from hotline.domain.act import COMMAND
from hotline.domain.dispatches import RESPONDENT, Answer, Dispatch, Offer
from hotline.runtime import Runtime
from tests.console import departments
from tests.console.visitor import Visitor, text_of
from tests.world import Cast

BEGAN = datetime(2026, 11, 18, 2, tzinfo=UTC)


def offer(answer: Answer, *, call_id: int | None = 1, minutes: int = 1) -> Offer:
    """Somebody was asked, so long after it began."""
    return Offer(answer=answer, call_id=call_id, rung_at=BEGAN + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("offers", "stands"),
    [
        ([], "waiting"),
        ([offer(Answer.WITHDRAWN)], "withdrawn"),
        ([offer(Answer.WITHDRAWN), offer(Answer.RINGING)], "waiting"),
        ([offer(Answer.WITHDRAWN, minutes=-5)], "waiting"),  # before it began anew: the next is chosen
    ],
)
def test_what_nobody_is_asked_for_any_more_waits_for_no_signature(offers: list[Offer], stands: str) -> None:
    assert matter.standing(Dispatch(posted_at=BEGAN), offers) == stands
    assert matter.standing(Dispatch(posted_at=BEGAN, signed_at=BEGAN), offers) == "signed"


def test_who_has_the_link_alone_is_not_said_to_be_rung() -> None:
    assert matter.offer_stands(offer(Answer.RINGING, call_id=None)) == "told"
    assert matter.offer_stands(offer(Answer.RINGING)) == "ringing"
    assert matter.offer_stands(offer(Answer.SIGNED, call_id=None)) == "signed"


def test_the_page_says_of_a_dispatch_that_was_withdrawn_that_nobody_has_to_sign(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    firm = departments.founded(runtime, cast)
    case = departments.complains(runtime, cast, department_id=firm.repair)
    departments.link(runtime, cast, case, firm.xu)
    here = f"/console/cases/{case.id}"
    waiting = text_of(lin.opens(here)).count("等待签收")
    with runtime.act(COMMAND) as act:
        [made] = [one for one in dispatches.of_case(act, case.id) if one.duty == RESPONDENT]
        signatures.withdraw(act, dispatches.get(act, made.id))
    page = text_of(lin.opens(here))
    assert "已撤回，无需签收" in page
    assert page.count("等待签收") == waiting - 1

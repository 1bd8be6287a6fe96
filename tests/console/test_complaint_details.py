"""What stood small on the pages of a complaint and led somebody astray: words, empty cards, buttons that cannot go."""

from __future__ import annotations

import pytest

from hotline.domain import cases, companies
from hotline.domain.act import CALLER
from hotline.domain.cases import Kind
from hotline.domain.complaint_forms import Complaint
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from tests.console import complaining
from tests.console.visitor import Visitor, text_of
from tests.world import Cast

HERE = "/console/cases/1"


def test_a_complaint_that_came_graded_is_not_said_to_wait_for_a_grade() -> None:
    assert "grade" not in Prompts().text("console.sent.complaint-for-supervisor", "en")


def test_an_agents_page_of_an_anonymous_complaint_has_no_empty_card(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    complaining.filed(runtime, cast, anonymous=True)
    cards = lin.opens(HERE).text.split('<section class="card')[1:]
    assert [card for card in cards if not card.partition(">")[2].partition("</section>")[0].strip()] == []


@pytest.mark.parametrize("has_number", [True, False])
def test_a_customer_who_left_no_number_is_not_to_be_called(
    lin: Visitor, runtime: Runtime, cast: Cast, has_number: bool
) -> None:
    with runtime.act(CALLER) as act:
        left = {"customer_id": cast.chen.id if has_number else None}
        heat = companies.get(act, cast.heat.id)
        case_id = cases.open(act, heat, kind=Kind.ENQUIRY, matter="enquiry", owner_id=cast.lin.id, **left).id
    page = lin.opens(f"/console/cases/{case_id}")
    assert (f"{case_id}/call" in page.text, "没有留下号码" in text_of(page)) == (has_number, not has_number)
    assert "号码未显示" not in page.text, "nothing was withheld"

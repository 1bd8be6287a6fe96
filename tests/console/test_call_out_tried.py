"""A call out that met nobody: the page says where to answer, and whose telephone was not answered."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import meetings
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.runtime import Runtime
from tests.console.test_call_out import here as here
from tests.console.visitor import Visitor, text_of
from tests.domain.talks import Talk
from tests.world import Cast


def test_the_page_says_where_to_answer_and_whose_telephone_was_not_answered(
    lin: Visitor, runtime: Runtime, cast: Cast, here: str
) -> None:
    Talk(runtime, cast).rung_in_the_browser(cast.lin)
    lin.sends(here, page=here)
    assert "请在工作台上接听" in text_of(lin.opens(here))
    with runtime.act(COMMAND) as act:
        [leg] = act.session.scalars(select(Call))
        meeting = meetings.of_call(act, leg)
        assert meeting is not None
        meetings.left(act, meeting, leg, "no-answer")
    assert "您的电话没有接通，所以没有拨给客户" in text_of(lin.opens(here))

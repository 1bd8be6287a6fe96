"""What no group hears although it was owed; if this broke, who is complained of could read of it among the others."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import complaint_forms
from hotline.domain.act import COMMAND
from tests import complaining
from tests.chatroom import Room
from tests.jobs.test_robots import post, states
from tests.jobs.test_robots import robot as robot
from tests.jobs.test_robots import room as room
from tests.jobs.test_robots import settings as settings
from tests.jobs.workshop import Workshop


def test_what_turns_out_to_be_about_somebody_before_it_was_said_is_not_said(
    shop: Workshop, room: Room, robot: int
) -> None:
    post(shop, "1")
    first, second = (complaining.filed(shop.runtime, shop.cast) for _ in range(2))
    with shop.runtime.act(COMMAND) as act:
        for one in (first, second):
            found = complaint_forms.of(act, one.id)
            assert found is not None
            found.about_staff_id = shop.cast.zhou.id
    assert len(states(shop)) == 3
    shop.passes(timedelta(minutes=1))
    shop.works_for(timedelta(minutes=1))
    (text,) = room.texts
    assert "有人报告失物招领" in text
    assert [one.case.number for one in (first, second) if one.case.number in text] == []
    assert "due" not in states(shop)

"""What no group hears although it was owed; if this broke, who is complained of could read of it among the others."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import complaint_forms, robots
from hotline.domain.act import COMMAND
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import State
from tests import complaining, given
from tests.chatroom import Room
from tests.chatroom import room as room
from tests.chatroom import settings as settings
from tests.complaining import Filed
from tests.jobs.test_robots import post, states
from tests.jobs.test_robots import robot as robot
from tests.jobs.workshop import Workshop


def turn_out_to_be_about_somebody(shop: Workshop, *complaints: Filed) -> None:
    with shop.runtime.act(COMMAND) as act:
        for one in complaints:
            found = complaint_forms.of(act, one.id)
            assert found is not None
            found.about_staff_id = shop.cast.zhou.id


def test_what_turns_out_to_be_about_somebody_before_it_was_said_is_not_said(
    shop: Workshop, room: Room, robot: int
) -> None:
    post(shop, "1")
    first, second = (complaining.filed(shop.runtime, shop.cast) for _ in range(2))
    turn_out_to_be_about_somebody(shop, first, second)
    assert len(states(shop)) == 3
    shop.passes(timedelta(minutes=1))
    shop.works_for(timedelta(minutes=1))
    (text,) = room.texts
    assert "有人报告失物招领" in text
    assert [one.case.number for one in (first, second) if one.case.number in text] == []
    assert "due" not in states(shop)


def test_what_is_kept_back_is_not_even_counted(shop: Workshop, room: Room, robot: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        case = given.case(act, shop.cast)
        for about in range(60):
            robots.post(act, Occasion(case, "lost-property-for-supervisor", str(about)))
    complaints = [complaining.filed(shop.runtime, shop.cast) for _ in range(2)]
    turn_out_to_be_about_somebody(shop, *complaints)
    shop.passes(timedelta(minutes=1))
    shop.works_for(timedelta(minutes=1))
    (text,) = room.texts
    *lines, more = text.splitlines()
    assert more.startswith(f"另有{60 - len(lines)}条")
    hidden = [entry for entry in shop.entries(robots.TELLS) if entry.case_id != case.id]
    assert {(entry.state, entry.problem) for entry in hidden} == {(State.DROPPED, robots.HIDDEN)}

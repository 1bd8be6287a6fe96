"""What group robots say, how often and never twice; if this broke, a group would be flooded or hear nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.chats import Kind as Platform
from hotline.domain import cases, companies, robots
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Case, Kind
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.robots import Robot
from hotline.errors import Refused
from hotline.jobs import robots as talking
from tests import given
from tests.chatroom import HANGS_UP, Room
from tests.chatroom import room as room
from tests.chatroom import settings as settings
from tests.jobs.workshop import Workshop

BETWEEN = timedelta(seconds=4)


@pytest.fixture
def robot(shop: Workshop, room: Room) -> int:
    """The robot of the heating company's group."""
    with shop.runtime.act(COMMAND) as act:
        also = shop.runtime.settings.robot_hosts_also
        return robots.add(act, shop.cast.heat.id, "值班群", room.robot(), also=also).id


def post(shop: Workshop, about: str, text: str = "lost-property-for-supervisor") -> None:
    """Something happens in a matter of its own that the group is told of."""
    with shop.runtime.act(COMMAND) as act:
        heat = companies.get(act, shop.cast.heat.id)
        case = cases.open(
            act,
            heat,
            kind=Kind.MESSAGE,
            matter="lost-property",
            owner_id=shop.cast.lin.id,
            customer_id=shop.cast.chen.id,
        )
        robots.post(act, Occasion(case, text, about))


def states(shop: Workshop) -> list[str]:
    return [entry.state for entry in shop.entries(robots.TELLS)]


def row(shop: Workshop, robot: int) -> Robot:
    with shop.runtime.look(COMMAND) as act:
        return act.session.get_one(Robot, robot)


def told_supervisors(shop: Workshop) -> list[str]:
    with shop.runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(Notice.text).where(Notice.staff_id == shop.cast.sun.id)))


def test_a_group_reads_what_a_person_would_and_no_personal_value(shop: Workshop, room: Room, robot: int) -> None:
    post(shop, "1")
    shop.works()
    (text,) = room.texts
    assert "261118001 有人报告失物招领" in text
    assert "安心热力" in text
    assert shop.cast.chen.name not in text
    assert states(shop) == ["done"]


def test_what_happens_together_is_said_in_one_message(shop: Workshop, room: Room, robot: int) -> None:
    for about in "123":
        post(shop, about)
    shop.works()
    (text,) = room.texts
    assert [line[:9] for line in text.splitlines()] == ["261118001", "261118002", "261118003"]
    shop.works_for(timedelta(minutes=2))
    assert states(shop) == ["done"] * 3
    assert len(room.told) == 1


def test_a_robot_speaks_no_more_often_than_its_platform_takes(shop: Workshop, room: Room, robot: int) -> None:
    for about in range(30):
        post(shop, str(about))
        shop.works()
        shop.passes(timedelta(seconds=1))
    shop.works_for(timedelta(minutes=2))
    assert len(room.told) == 9, "the first, then one in four seconds, the last with what was left"
    assert sum(len(text.splitlines()) for text in room.texts) == 30, "and everything once"


def test_what_is_too_long_for_a_message_is_counted(shop: Workshop, room: Room, robot: int) -> None:
    for about in range(60):
        post(shop, str(about))
    shop.works()
    (text,) = room.texts
    lines = text.splitlines()
    assert len(text.encode()) <= 2000
    assert lines[-1].startswith(f"另有{60 - len(lines) + 1}条")


def test_hundreds_of_notices_are_one_message_and_no_flood(shop: Workshop, room: Room, robot: int) -> None:
    room.answers_with(code=11232)
    with shop.runtime.act(COMMAND) as act:
        case = given.case(act, shop.cast)
        for about in range(300):
            robots.post(act, Occasion(case, "lost-property-for-supervisor", str(about)))
    shop.works()
    post(shop, "later")
    shop.passes(timedelta(seconds=10))
    shop.works_for(timedelta(minutes=2))
    refused, alone, again = room.texts
    assert again == refused, "what was counted counts when it is tried again"
    assert len(alone.splitlines()) == 1
    *lines, more = again.splitlines()
    assert more.startswith(f"另有{300 - len(lines)}条")
    assert {entry.problem for entry in shop.entries(robots.TELLS) if entry.state == State.DROPPED} == {"only-counted"}
    assert set(states(shop)) == {"done", "dropped"}


def test_what_may_have_been_said_is_never_said_again(shop: Workshop, room: Room, robot: int) -> None:
    room.answers_with(HANGS_UP)
    post(shop, "1")
    post(shop, "2")
    shop.works_for(timedelta(minutes=5))
    assert len(room.told) == 1
    assert states(shop) == ["failed", "failed"], "what went along shares its end"
    assert {entry.problem for entry in shop.entries(robots.TELLS)} == {talking.UNKNOWN}
    assert row(shop, robot).takes
    post(shop, "3")
    shop.works()
    assert len(room.told) == 2


def test_a_worker_that_died_after_submitting_leaves_nothing_to_repeat(shop: Workshop, room: Room, robot: int) -> None:
    post(shop, "1")
    ((entry_id, _attempt),) = shop.claim()
    with shop.runtime.act(CLOCK) as act:
        entry = act.session.get_one(OutboxEntry, entry_id)
        entry.submitted_at, entry.lease_until = act.at, act.at
    shop.works_for(timedelta(minutes=2))
    assert (states(shop), room.told) == (["failed"], [])


def test_a_platform_in_a_hurry_is_tried_again_with_all_that_waited(shop: Workshop, room: Room, robot: int) -> None:
    for _ in range(3):  # longer than a worker keeps an entry
        room.answers_with(code=11232)
    post(shop, "1")
    post(shop, "2")
    shop.works_for(timedelta(minutes=4))
    assert states(shop) == ["done", "done"]
    assert len(set(room.texts)) == 1
    assert (len(room.texts), len(room.texts[0].splitlines())) == (4, 2)


def test_what_comes_while_a_message_is_tried_again_goes_by_itself(shop: Workshop, room: Room, robot: int) -> None:
    room.answers_with(code=11232)
    post(shop, "1")
    shop.works()
    post(shop, "2")
    shop.works_for(timedelta(minutes=1))
    assert states(shop) == ["done", "done"]
    assert sorted(text[:9] for text in room.texts[1:]) == ["261118001", "261118002"]


def test_a_message_that_is_tried_again_takes_its_companions_with_it(shop: Workshop, room: Room, robot: int) -> None:
    room.answers_with(code=11232)
    post(shop, "1")
    post(shop, "2")
    shop.works()
    post(shop, "3")
    shop.passes(timedelta(seconds=10))  # by now the third is due, and so is the second try
    shop.works_for(timedelta(minutes=2))
    assert states(shop) == ["done"] * 3
    assert sorted(line[:9] for text in room.texts[1:] for line in text.splitlines()) == [
        "261118001",
        "261118002",
        "261118003",
    ]


def test_a_platform_in_a_hurry_for_hours_costs_a_message_and_not_the_robot(
    shop: Workshop, room: Room, robot: int
) -> None:
    for _ in range(shop.runtime.figures.outbox.attempts):
        room.answers_with(code=11232)
    post(shop, "1")
    shop.works_for(timedelta(hours=6), step=timedelta(minutes=20))
    assert states(shop) == ["failed"]
    assert row(shop, robot).takes
    assert "robot-refused" not in told_supervisors(shop)


def test_a_robot_that_its_platform_refuses_is_set_aside_and_supervisors_are_told_once(
    shop: Workshop, room: Room, robot: int
) -> None:
    room.answers_with(code=19001)
    post(shop, "1")
    post(shop, "2")
    shop.works()
    post(shop, "3")
    shop.works_for(timedelta(minutes=2))
    assert len(room.told) == 1
    assert states(shop) == ["failed", "failed"], "and the third was never owed"
    assert row(shop, robot).refused_at is not None
    assert told_supervisors(shop).count("robot-refused") == 1
    assert "outbox-failed" not in told_supervisors(shop)


def test_a_robot_that_works_again_is_told_again(shop: Workshop, room: Room, robot: int) -> None:
    room.answers_with(code=19024)
    post(shop, "1")
    shop.works()
    talking.try_out(shop.runtime, robot)
    assert "群机器人已接通" in room.texts[-1]
    assert row(shop, robot).takes
    post(shop, "2")
    shop.works_for(BETWEEN)
    assert len(room.told) == 3


def test_a_trial_says_why_nothing_was_said(shop: Workshop, room: Room, robot: int) -> None:
    room.answers_with(code=19021)
    with pytest.raises(Refused, match=r"robot-not-allowed \(19021\)$"):
        talking.try_out(shop.runtime, robot)
    room.answers_with(HANGS_UP)
    with pytest.raises(Refused, match="look there"):
        talking.try_out(shop.runtime, robot)


def test_an_address_that_is_allowed_no_more_is_not_called(shop: Workshop, room: Room, robot: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        elsewhere = act.session.get_one(Robot, robot)
        elsewhere.url = act.sealer.seal(room.robot().url.replace("127.0.0.1", "localhost"))
    post(shop, "1")
    shop.works()
    assert (room.told, states(shop)) == ([], ["failed"])
    assert row(shop, robot).refused_at is not None


def test_a_robot_that_was_removed_meanwhile_says_nothing(shop: Workshop, room: Room, robot: int) -> None:
    post(shop, "1")
    with shop.runtime.act(COMMAND) as act:
        robots.remove(act, robots.get(act, robot))
    shop.works()
    assert (room.told, states(shop)) == ([], [State.DROPPED])


def test_two_groups_hear_the_same_by_themselves(shop: Workshop, room: Room, robot: int) -> None:
    with shop.runtime.act(COMMAND) as act:
        also = shop.runtime.settings.robot_hosts_also
        robots.add(act, shop.cast.heat.id, "主管群", room.robot(Platform.DINGTALK, "SEC1"), also=also)
    post(shop, "1")
    shop.works()
    assert [one.path for one in room.told] == ["/open-apis/bot/v2/hook/the-group-of-the-tests", "/robot/send"]
    assert room.texts[0] == room.texts[1]


def test_a_broken_promise_is_said_with_its_title(shop: Workshop, room: Room, robot: int) -> None:
    shop.fault()
    shop.works_for(timedelta(minutes=12))
    assert any("「维修人员签收」未能在11月18日10:10前完成" in text for text in room.texts)


@pytest.mark.parametrize("longest", [60, 61, 62])
def test_a_line_is_cut_between_two_characters(longest: int) -> None:
    text, kept = talking.fitted(["请" * 50], longest, lambda n: "")
    assert (text[-1], kept) == ("…", 1)
    assert longest - 3 <= len(text.encode()) <= longest


def test_the_case_that_the_group_heard_of_says_so(shop: Workshop, room: Room, robot: int) -> None:
    post(shop, "1")
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        case = act.session.scalars(select(Case)).one()
        assert [entry.case_id for entry in shop.entries(robots.TELLS)] == [case.id]

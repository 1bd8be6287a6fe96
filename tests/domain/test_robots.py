"""A company's group robots: who is owed what; if this broke, a group would hear twice or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.chats import Address, Kind
from hotline.domain import audit, robots
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry
from hotline.domain.robots import Robot
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import complaining, given
from tests.complaining import House
from tests.complaining import house as house
from tests.world import Cast, HandClock

FEISHU = Address(Kind.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-4e5f", "the-signing-secret")
WECOM = Address(Kind.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a1b2c3d-4e5f")


def add(runtime: Runtime, cast: Cast, name: str = "值班群", to: Address = FEISHU) -> int:
    with runtime.act(COMMAND) as act:
        return robots.add(act, cast.heat.id, name, to).id


def owed(act: Act) -> list[OutboxEntry]:
    return list(act.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == robots.TELLS)))


def test_address_and_secret_lie_sealed_and_open_again(runtime: Runtime, cast: Cast) -> None:
    number = add(runtime, cast)
    with runtime.look(COMMAND) as act:
        row = act.session.get_one(Robot, number)
        assert "0a1b2c3d" not in row.url
        assert "the-signing-secret" not in str(row.secret)
        assert robots.address_of(act, row) == FEISHU


def test_the_log_says_that_a_robot_came_and_went_and_never_where_it_is(runtime: Runtime, cast: Cast) -> None:
    number = add(runtime, cast)
    with runtime.act(COMMAND) as act:
        robots.remove(act, robots.get(act, number))
    with runtime.look(COMMAND) as act:
        said = [entry for entry in audit.entries(act.session, "house") if entry.kind.startswith("robot-")]
        assert [(entry.kind, entry.fields["robot"]) for entry in said] == [
            ("robot-added", number),
            ("robot-removed", number),
        ]
        assert not any(b"0a1b2c3d" in entry.body for entry in said)


def test_a_removed_robot_is_forgotten_and_its_name_is_free_again(runtime: Runtime, cast: Cast) -> None:
    number = add(runtime, cast)
    with runtime.act(COMMAND) as act:
        gone = robots.get(act, number)
        robots.remove(act, gone)
        assert gone.url == ""
        with pytest.raises(NotFound):
            robots.address_of(act, gone)
        with pytest.raises(Conflict):
            robots.remove(act, gone)
        assert robots.listed(act, None) == []
    add(runtime, cast)


def test_two_robots_of_a_company_have_two_names(runtime: Runtime, cast: Cast) -> None:
    add(runtime, cast)
    with pytest.raises(Conflict, match="值班群"):
        add(runtime, cast)
    with runtime.act(COMMAND) as act:
        robots.add(act, cast.home.id, "值班群", FEISHU)
        assert len(robots.listed(act, cast.home.id)) == 1
        assert len(robots.listed(act, None)) == 2


def test_no_other_address_is_kept(runtime: Runtime, cast: Cast) -> None:
    with pytest.raises(Invalid):
        add(runtime, cast, to=Address(Kind.FEISHU, "https://10.0.0.1/open-apis/bot/v2/hook/0a1b2c3d-4e5f"))


def test_every_robot_of_the_company_is_owed_an_occasion_once(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    first, second = add(runtime, cast), add(runtime, cast, "主管群", WECOM)
    with runtime.act(COMMAND) as act:
        robots.add(act, cast.home.id, "别家", FEISHU)
        case = given.case(act, cast)
        for _ in range(2):
            robots.post(act, Occasion(case, "promise-broken", "7", promise=7))
        robots.post(act, Occasion(case, "promise-broken", "8"), due=at.now + timedelta(hours=1))
        assert [(entry.about.get("robot"), entry.about.get("promise"), entry.case_id) for entry in owed(act)] == [
            (first, 7, case.id),
            (second, 7, case.id),
            (first, None, case.id),
            (second, None, case.id),
        ]
        assert owed(act)[2].due_at == at.now + timedelta(hours=1)


def test_a_robot_that_was_refused_or_removed_is_owed_nothing(runtime: Runtime, cast: Cast) -> None:
    refused, gone = add(runtime, cast), add(runtime, cast, "主管群", WECOM)
    with runtime.act(COMMAND) as act:
        robots.set_aside(act, robots.get(act, refused), "robot-gone (19001)")
        robots.remove(act, robots.get(act, gone))
        robots.post(act, Occasion(given.case(act, cast), "promise-broken", "7"))
        assert owed(act) == []
        robots.take_back(act, robots.get(act, refused))
        robots.post(act, Occasion(given.case(act, cast), "promise-broken", "7"))
        assert [entry.about["robot"] for entry in owed(act)] == [refused]


def test_of_a_complaint_about_somebody_no_group_hears_for_they_may_sit_in_it(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    add(runtime, cast)
    of_nobody = complaining.filed(runtime, cast, department_id=house.repair)
    of_somebody = complaining.filed(runtime, cast, department_id=house.repair, about_staff_id=cast.sun.id)
    with runtime.act(COMMAND) as act:
        for one in (of_nobody, of_somebody):
            robots.post(act, Occasion(act.session.get_one(Case, one.id), "promise-broken", str(one.id)))
        told = {entry.case_id for entry in owed(act)}
    assert of_somebody.told("complaint-for-supervisor") == {cast.qian.id}, "those it is not about are told themselves"
    assert told == {of_nobody.id}


def test_an_unknown_robot_is_named_as_such(runtime: Runtime) -> None:
    with runtime.look(COMMAND) as act, pytest.raises(NotFound, match="hotline robot list"):
        robots.get(act, 4711)

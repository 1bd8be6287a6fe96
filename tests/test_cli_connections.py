"""The commands for robots and keys: what they take, and that what opens a door is never shown twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from hotline.chats import Kind
from hotline.domain import api_keys, robots
from hotline.domain.act import COMMAND
from hotline.domain.robots import Robot
from hotline.runtime import Runtime
from tests import chatroom
from tests.chatroom import PATHS, Room
from tests.operator import Operator
from tests.world import Cast

FEISHU = f"https://open.feishu.cn{PATHS[Kind.FEISHU]}"
ADD = ("--company", "heat", "--name", "值班群", "--kind")


@pytest.fixture
def operator(runtime: Runtime, cast: Cast) -> Operator:
    return Operator.of(runtime.settings)


@pytest.fixture
def room() -> Iterator[Room]:
    with chatroom.serving() as made:
        yield made


def kept(runtime: Runtime) -> list[Robot]:
    with runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(Robot).order_by(Robot.id)))


def test_a_robot_is_added_by_two_lines_that_are_not_shown(operator: Operator, runtime: Runtime) -> None:
    said = operator.answered("robot add --stdin", *ADD, "feishu", stdin=f"{FEISHU}\nthe-secret\n")
    assert said == "robot 1 was added to heat; see that it works: hotline robot try 1\n"
    (robot,) = kept(runtime)
    with runtime.look(COMMAND) as act:
        to = robots.address_of(act, robot)
    assert (to.kind, to.url, to.secret) == (Kind.FEISHU, FEISHU, "the-secret")


def test_a_robot_is_asked_for_unseen(operator: Operator, runtime: Runtime) -> None:
    result = operator.types("robot add", *ADD, "feishu", stdin=f"{FEISHU}\n\n")
    assert result.exit_code == 0, result.output
    assert "the-group" not in result.output
    assert kept(runtime)[0].secret is None


def test_no_list_shows_where_a_robot_is(operator: Operator) -> None:
    operator.answered("robot add --stdin", *ADD, "feishu", stdin=f"{FEISHU}\nthe-secret")
    (row,) = operator.reads("robot list")
    assert (row["company"], row["kind"], row["name"], row["signs"], row["refused_at"]) == (
        "heat",
        "feishu",
        "值班群",
        True,
        None,
    )
    shown = str(row) + operator.answered("robot list --company heat")
    assert "the-group" not in shown
    assert "the-secret" not in shown
    assert operator.reads("robot list", "--company", "home") == []


@pytest.mark.parametrize(
    ("kind", "typed", "right"),
    [
        ("feishu", "http://127.0.0.1:6379/open-apis/bot/v2/hook/0a1b2c3d", "open.feishu.cn"),
        ("dingtalk", FEISHU, "oapi.dingtalk.com"),
        ("wecom", f"https://qyapi.weixin.qq.com{PATHS[Kind.WECOM]}\nthe-secret", "leave the secret out"),
        ("feishu", "", "open.feishu.cn"),
    ],
)
def test_an_address_elsewhere_is_refused_and_not_repeated(
    operator: Operator, runtime: Runtime, kind: str, typed: str, right: str
) -> None:
    said = operator.refused("robot add --stdin", *ADD, kind, stdin=typed)
    assert right in said
    assert not any(line in said for line in typed.splitlines())
    assert kept(runtime) == []


def test_a_name_that_no_list_can_show_is_refused(operator: Operator) -> None:
    for name in (" ", "x" * 81):
        more = ("--company", "heat", "--kind", "feishu", "--name", name)
        assert "--name" in operator.refused("robot add --stdin", *more, stdin=FEISHU)
        assert "--name" in operator.refused("key add --company heat", "--name", name)


def test_a_host_of_ones_own_is_allowed_by_a_setting_and_said_loudly(operator: Operator, room: Room) -> None:
    operator.environment["HOTLINE_ROBOT_HOSTS_ALSO"] = room.origin
    result = operator.types("robot add --stdin", *ADD, "wecom", stdin=room.origin + PATHS[Kind.WECOM])
    assert result.exit_code == 0, result.output
    assert "WARNING: this is none of the platform's own hosts" in result.stderr
    assert operator.answered("robot try 1") == "robot 1 works\n"
    assert "群机器人已接通" in room.texts[0]
    room.answers_with(errcode=93000)
    assert "robot-gone (93000)" in operator.refused("robot try 1")
    del operator.environment["HOTLINE_ROBOT_HOSTS_ALSO"]
    assert "robot-not-allowed" in operator.refused("robot try 1")


def test_a_removed_robot_is_in_no_list(operator: Operator) -> None:
    operator.answered("robot add --stdin", *ADD, "feishu", stdin=FEISHU)
    assert operator.answered("robot remove 1") == "robot 1 was removed\n"
    assert operator.answered("robot list") == "none\n"
    assert "removed already" in operator.refused("robot remove 1")
    assert "was removed" in operator.refused("robot try 1")
    assert "hotline robot list" in operator.refused("robot remove 7")


def test_a_key_is_shown_once_and_alone(operator: Operator, runtime: Runtime, cast: Cast) -> None:
    secret = operator.answered("key add --company heat --name 官网").strip()
    with runtime.look(COMMAND) as act:
        found = api_keys.shown(act, secret)
        assert found is not None
        assert found.company_id == cast.heat.id
    (row,) = operator.reads("key list")
    assert (row["id"], row["company"], row["name"], row["used_at"], row["revoked_at"]) == (
        1,
        "heat",
        "官网",
        None,
        None,
    )
    assert secret not in str(row) + operator.answered("key list")


def test_a_revoked_key_stays_in_the_list(operator: Operator) -> None:
    operator.answered("key add --company heat --name 官网")
    assert operator.answered("key revoke 1") == "key 1 is revoked\n"
    assert operator.reads("key list")[0]["revoked_at"]
    assert "revoked already" in operator.refused("key revoke 1")
    assert "hotline key list" in operator.refused("key revoke 7")
    assert "there are: heat, home" in operator.refused("key add --company nobody --name x")

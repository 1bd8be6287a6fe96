"""The commands for webhooks and for the scopes of keys: what they take, and that no secret is shown twice."""

from __future__ import annotations

import pytest

from hotline.domain import api_keys, webhooks
from hotline.domain.act import COMMAND
from hotline.domain.api_keys import Scope
from hotline.runtime import Runtime
from tests.operator import Operator
from tests.receiver import Receiver
from tests.receiver import receiver as receiver
from tests.world import Cast

URL = "https://erp.example.com/hooks?key=a-key-of-theirs"


@pytest.fixture
def operator(runtime: Runtime, cast: Cast) -> Operator:
    return Operator.of(runtime.settings)


def test_a_webhook_is_added_tried_rotated_and_removed(operator: Operator, receiver: Receiver) -> None:
    operator.environment["HOTLINE_WEBHOOK_HOSTS_ALSO"] = receiver.origin
    added = ("--company", "heat", "--events", "case.opened, case.closed")
    secret = operator.answered("webhook add --stdin", *added, stdin=f"{receiver.url}\n").strip()
    assert operator.answered("webhook try 1") == "webhook 1 works\n"
    renewed = operator.answered("webhook rotate 1").strip()
    assert operator.answered("webhook try 1") == "webhook 1 works\n"
    assert [one.is_signed_with(secret) for one in receiver.told] == [True, True]
    assert receiver.told[1].is_signed_with(renewed)
    (row,) = operator.reads("webhook list --company heat")
    assert (row["company"], row["host"], row["events"], row["ended_at"]) == (
        "heat", receiver.origin, ["case.opened", "case.closed"], None,
    )  # fmt: skip
    assert row["told_at"]
    shown = str(row) + operator.answered("webhook list")
    assert not any(one in shown for one in (secret, renewed, "a-key-of-the-receiver"))
    assert operator.answered("webhook remove 1") == "webhook 1 was removed\n"
    assert operator.reads("webhook list")[0]["why"] == "removed"
    assert "has ended" in operator.refused("webhook remove 1")
    assert "has ended" in operator.refused("webhook rotate 1")
    assert "hotline webhook list" in operator.refused("webhook try 7")


def test_what_is_not_called_is_refused_and_nothing_is_kept(operator: Operator, runtime: Runtime) -> None:
    for url in (URL.replace("https", "http"), "https://10.0.0.7/x?key=a-key-of-theirs"):
        said = operator.refused("webhook add --company heat --events all --url", url)
        assert "HOTLINE_WEBHOOK_HOSTS_ALSO" in said
        assert "a-key-of-theirs" not in said
    assert "case.opened" in operator.refused("webhook add --company heat --url", URL, "--events", "case.eaten")
    assert "there are: heat, home" in operator.refused("webhook add --company nobody --events all --url", URL)
    with runtime.look(COMMAND) as act:
        assert webhooks.listed(act) == []


def test_a_key_is_made_for_what_it_is_for(operator: Operator, runtime: Runtime) -> None:
    made = "key add --company heat --scope repairs --engineer 004 --engineer 003 --scope cases.read --name"
    secret = operator.answered(made, "维保单位").strip()
    operator.answered("key add --company heat --name 官网")
    with runtime.look(COMMAND) as act:
        key = api_keys.shown(act, secret)
        assert key is not None
        assert [scope for scope in Scope if key.opens(scope)] == [Scope.CASES_READ, Scope.REPAIRS]
    assert [row["scopes"] for row in operator.reads("key list")] == [
        ["cases.read", "repairs"], ["complaints", "callbacks"],
    ]  # fmt: skip
    assert [row["engineers"] for row in operator.reads("key list")] == [["wang", "zhao"], []]
    for more in ("--scope repairs", "--engineer 003"):
        assert "--scope repairs goes with --engineer" in operator.refused(f"key add --company heat {more} --name x")
    for number in ("001", "099"):  # an agent's, and nobody's
        refused = operator.refused(f"key add --company heat --scope repairs --engineer {number} --name x")
        assert f"{number} is no agent number of one engineer of heat: `hotline staff list`" in refused
    assert "cases.write" in operator.refused("key add --company heat --scope everything --name x")

"""Keys of other systems; if this broke, a door would stand open, or a matter would be filed twice."""

from __future__ import annotations

import pytest

from hotline.domain import api_keys, audit
from hotline.domain.act import COMMAND, Act
from hotline.domain.api_keys import ApiKey, Brought, Scope
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast


def made(runtime: Runtime, cast: Cast) -> tuple[int, str]:
    """A key of the heating company: its number, and what stands in it."""
    with runtime.act(COMMAND) as act:
        key, secret = api_keys.make(act, cast.heat.id, "官网")
        return key.id, secret


def of(act: Act, number: int) -> ApiKey:
    key = api_keys.turn(act, number)
    assert key is not None
    return key


def test_a_key_is_known_by_its_hash_alone(runtime: Runtime, cast: Cast) -> None:
    number, secret = made(runtime, cast)
    with runtime.look(COMMAND) as act:
        row = act.session.get_one(ApiKey, number)
        assert secret not in str(vars(row))
        found = api_keys.shown(act, secret)
        assert found is not None
        assert (found.id, found.company_id) == (number, cast.heat.id)


def test_no_two_keys_are_alike(runtime: Runtime, cast: Cast) -> None:
    assert len({made(runtime, cast)[1] for _ in range(5)}) == 5


def test_a_key_names_on_whose_repairs_it_reports_or_is_for_none(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for scopes, engineers in (([Scope.REPAIRS], []), ([Scope.CASES_READ], [cast.wang.id])):
            with pytest.raises(Invalid, match="--engineer NUMBER"):
                api_keys.make(act, cast.heat.id, "维保单位", scopes, engineers)
        key, _secret = api_keys.make(act, cast.heat.id, "维保单位", [Scope.REPAIRS], [cast.zhao.id, cast.wang.id])
        assert key.engineers == [cast.wang.id, cast.zhao.id]
    with runtime.look(COMMAND) as act:
        (made,) = [one for one in audit.entries(act.session, "house") if one.kind == "key-made"]
        assert made.fields["engineers"] == [cast.wang.id, cast.zhao.id]


@pytest.mark.parametrize("change", ["", "x", "hotline_", "Bearer", " ", "\0", "é", "x" * 10_000])
def test_what_is_nearly_a_key_is_none(runtime: Runtime, cast: Cast, change: str) -> None:
    _number, secret = made(runtime, cast)
    with runtime.look(COMMAND) as act:
        assert api_keys.shown(act, change) is None
        assert api_keys.shown(act, secret[:-1] + change) is None
        assert api_keys.shown(act, secret.swapcase()) is None


def test_a_revoked_key_opens_nothing_and_the_log_has_both(runtime: Runtime, cast: Cast) -> None:
    number, secret = made(runtime, cast)
    with runtime.act(COMMAND) as act:
        api_keys.revoke(act, number)
        with pytest.raises(Conflict):
            api_keys.revoke(act, number)
        assert api_keys.shown(act, secret) is None
        assert api_keys.turn(act, number) is None
        with pytest.raises(NotFound, match="hotline key list"):
            api_keys.revoke(act, 4711)
    with runtime.look(COMMAND) as act:
        said = [entry for entry in audit.entries(act.session, "house") if entry.kind.startswith("key-")]
        assert [(entry.kind, entry.fields["key"]) for entry in said] == [("key-made", number), ("key-revoked", number)]
        assert not any(secret.encode() in entry.body for entry in said)


FILED, CALLED = Brought.COMPLAINT, Brought.CALLBACK


def test_a_request_is_known_again_by_its_name_what_it_asks_for_and_its_body(runtime: Runtime, cast: Cast) -> None:
    number, _secret = made(runtime, cast)
    with runtime.act(COMMAND) as act:
        key, case = of(act, number), given.case(act, cast)
        assert api_keys.done_before(act, key, "a", FILED, "1") is None
        done = api_keys.note_done(act, key, "a", FILED, "1", case.id)
        assert api_keys.done_before(act, key, "a", FILED, "1") == done
        assert api_keys.done_before(act, key, "b", FILED, "1") is None
        for kind, body in ((FILED, "2"), (CALLED, "1")):
            with pytest.raises(Conflict, match="fresh one"):
                api_keys.done_before(act, key, "a", kind, body)
        assert key.used_at == act.at


def test_another_system_may_use_the_same_name(runtime: Runtime, cast: Cast) -> None:
    (one, _), (other, _) = made(runtime, cast), made(runtime, cast)
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        api_keys.note_done(act, of(act, one), "a", FILED, "1", case.id)
        assert api_keys.done_before(act, of(act, other), "a", FILED, "2") is None
        assert api_keys.brought(act, one, FILED, case.id)
        assert not api_keys.brought(act, other, FILED, case.id)
        assert not api_keys.brought(act, one, CALLED, case.id)

"""A sealing key is changed while the product runs: nothing is forgotten, nothing is lost, the log stays as it is."""

from __future__ import annotations

import base64
import json

import pytest
from sqlalchemy import Connection, select

from hotline import runtime as house
from hotline import settings as environment
from hotline import spool
from hotline.domain import (
    audit,
    calls,
    cases,
    companies,
    customers,
    handovers,
    old_keys,
    recordings,
    resealing,
    sealed_columns,
    staff,
    turns,
    verifying,
)
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.news import Recording
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.settings import Settings
from tests import given, tampering, world
from tests.operator import Operator
from tests.world import ADDRESS, Cast

SECOND = "k2:" + base64.b64encode(b"2" * 32).decode()
WHY = "要去外地三天"


@pytest.fixture
def sealed(runtime: Runtime, cast: Cast) -> Runtime:
    """Something of every kind that our own key seals: a stranger's call, an anonymous matter, a sound of nobody's."""
    with runtime.act(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        stranger = given.call(act, cast)
        turns.record(act, stranger, said=["ask"], heard="speech", words="水管爆了", led_to="agent")
        stranger.put(sealed_looks=calls.seal(act, stranger, "很大的烟"))
        matter = cases.open(
            act, heat, kind=Kind.COMPLAINT, matter="complaint", owner_id=cast.lin.id, call=stranger, anonymous=True
        )
        matter.details = {"sealed_wish": cases.seal(act, matter, "请道歉"), "place": "lobby"}
        handovers.ask(act, matter, giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason=WHY)
        tape = Recording(sid="RE1", call_id=stranger.id, case_id=matter.id, state="completed", at=act.at)
        act.session.add(tape)
        recordings.prepare(act, tape)
        customers.flag_nuisance(act, cast.unknown, reason="骂人", flagged_by=cast.lin.id, expires_at=act.at)
    return runtime


def with_keys(settings: Settings, keys: str) -> Settings:
    """The same product, told other keys."""
    given = Operator.of(settings).environment
    return environment.load({**given, "SEALING_KEYS": keys})


def operator(settings: Settings) -> Operator:
    keys = settings.sealing_keys.get_secret_value()
    return Operator({**Operator.of(settings).environment, "SEALING_KEYS": keys})


def both(runtime: Runtime) -> str:
    return f"{SECOND},{runtime.settings.sealing_keys.get_secret_value()}"


def test_every_column_with_room_for_a_sealed_value_says_whether_it_holds_one() -> None:
    assert sealed_columns.unlisted() == []


def test_in_a_database_that_was_used_no_column_holds_what_the_lists_do_not_name(sealed: Runtime) -> None:
    listed = {f"{one.table}.{one.column}" for one in (*sealed_columns.RESEALED, *sealed_columns.AS_LOGGED)}
    with sealed.look(COMMAND) as act:
        found = {
            str(column)
            for column in sealed_columns.roomy()
            if resealing.count(act.session, column, ["k1"]) and str(column) != "audit_entries.body"
        }
    assert len(found) > 8
    assert found <= listed


def test_the_steps_name_a_key_that_is_free_and_the_order_in_which_it_is_set(runtime: Runtime) -> None:
    said = operator(runtime.settings).answered("keys rotate")
    present = runtime.settings.sealing_keys.get_secret_value()
    behind, before = [line.strip() for line in said.splitlines() if "SEALING_KEYS=k" in line]
    assert behind.startswith(f"SEALING_KEYS={present},k2:")
    assert before.startswith("SEALING_KEYS=k2:")
    assert before.endswith(present)
    assert "hotline keys retire k1" in said


def test_what_the_old_key_sealed_opens_when_it_is_gone_and_the_log_still_verifies(sealed: Runtime, cast: Cast) -> None:
    changed = operator(with_keys(sealed.settings, both(sealed)))
    assert "are sealed with k1 still" in changed.refused("keys retire k1")
    said = changed.answered("keys reseal")
    assert "customers.key: 1" in said
    assert "cases.details: 1" in said
    assert "0 values are sealed anew" in changed.answered("keys reseal")
    assert "entries of the log open with it still" in changed.answered("keys retire k1")
    alone = house.make(with_keys(sealed.settings, SECOND), sealed.engine)
    with alone.look(COMMAND) as act:
        chen = customers.get(act, cast.chen.id)
        assert customers.phone_of(act, chen) == cast.chen.number
        place = customers.place_with(act, chen.id, cast.heat.id)
        assert place is not None
        assert act.sealer.open_for(chen.key, place.address) == ADDRESS
        assert (staff.get(act, cast.lin.id).phone or "").startswith("k2.")
        assert act.sealer.open(staff.get(act, cast.lin.id).phone or "") == cast.lin.number.e164
        matter = act.session.get_one(cases.Case, 1)
        assert cases.unseal(act, matter, matter.details["sealed_wish"]) == "请道歉"
        assert matter.details["place"] == "lobby"
        [request] = handovers.of_case(act, 1)
        assert request.reason.startswith("k1."), "the log says the same text"
        assert cases.unseal(act, matter, request.reason) == WHY
        tape = act.session.get_one(Recording, "RE1")
        assert act.sealer.open_bytes(tape.key, act.sealer.seal_bytes(tape.key, b"x")) == b"x"
        assert verifying.verify(act.session).unaltered
        kinds = [entry.kind for entry in audit.entries(act.session, "house")]
        assert kinds[-2:] == ["values-resealed", "sealing-key-retired"]
    alone.redis.close()


def test_a_retired_key_is_itself_sealed_anew_by_the_next_change(sealed: Runtime) -> None:
    changed = operator(with_keys(sealed.settings, both(sealed)))
    changed.answered("keys reseal")
    changed.answered("keys retire k1")
    third = "k3:" + base64.b64encode(b"3" * 32).decode()
    again = operator(with_keys(sealed.settings, f"{third},{SECOND}"))
    assert "old_keys.wrapped 1" in again.refused("keys retire k2")
    again.answered("keys reseal")
    again.answered("keys retire k2")
    last = house.make(with_keys(sealed.settings, third), sealed.engine)
    with last.look(COMMAND) as act:
        assert old_keys.names(act.session) == ["k1", "k2"]
        [request] = handovers.of_case(act, 1)
        assert cases.unseal(act, act.session.get_one(cases.Case, 1), request.reason) == WHY
    last.redis.close()


def test_two_keys_of_one_name_are_never_mixed_up(sealed: Runtime) -> None:
    first = operator(with_keys(sealed.settings, both(sealed)))
    first.answered("keys reseal")
    first.answered("keys retire k1")
    again = "k1:" + base64.b64encode(b"9" * 32).decode()
    named_so = house.make(with_keys(sealed.settings, f"{again},{SECOND}"), sealed.engine)
    with named_so.act(COMMAND) as act:
        [request] = handovers.of_case(act, 1)
        assert cases.unseal(act, act.session.get_one(cases.Case, 1), request.reason) == WHY, "the retired one opens"
        act.remember("house", "noted", reason=act.sealer.seal(WHY))
    named_so.redis.close()
    third = "k3:" + base64.b64encode(b"3" * 32).decode()
    changed = operator(with_keys(sealed.settings, f"{third},{again},{SECOND}"))
    changed.answered("keys reseal")
    assert "another key called k1 was retired before" in changed.refused("keys retire k1")
    with sealed.look(COMMAND) as act:
        assert old_keys.names(act.session) == ["k1"]


def test_an_entry_that_somebody_wrote_over_with_no_text_at_all_keeps_no_other_from_being_counted(
    sealed: Runtime,
) -> None:
    with tampering.forging(sealed) as session:
        entries = resealing.logged(session, ["k1"])
        assert entries > 0
        update = "UPDATE audit_entries SET body = :b WHERE id = (SELECT min(id) FROM audit_entries)"
        assert tampering.run(session, update, b=b"\xff\x00\xfe") == 1
        assert resealing.logged(session, ["k1"]) == entries, "the first is no sealed one"


def test_what_stands_in_use_is_passed_over_and_found_the_next_time(sealed: Runtime) -> None:
    later = house.make(with_keys(sealed.settings, both(sealed)), sealed.engine)
    [keys] = [one for one in sealed_columns.RESEALED if (one.table, one.column) == ("customers", "key")]

    def held(connection: Connection) -> int:
        with later.look(COMMAND) as act:
            connection.execute(select(customers.Customer.__table__).with_for_update())
            return resealing.reseal(act, keys, most=10)

    if sealed.engine.dialect.name == "postgresql":
        with sealed.engine.begin() as connection:
            assert held(connection) == 0
    with later.act(COMMAND) as act:
        assert resealing.reseal(act, keys, most=10) == 1
    later.redis.close()


def test_a_key_that_seals_or_is_not_there_or_keeps_a_call_on_the_disk_is_not_retired(sealed: Runtime) -> None:
    changed = operator(with_keys(sealed.settings, both(sealed)))
    assert "is the key that seals" in changed.refused("keys retire k2")
    assert "has no key k9" in changed.refused("keys retire k9")
    changed.answered("keys reseal")
    with sealed.look(COMMAND) as act:
        kept = spool.KeptCall("CA1", world.number(1000).e164, PhoneNumber(world.number(5).e164), act.at)
    spool.keep(sealed.settings.hotline_var, sealed.sealer, kept)
    assert "1 kept calls" in changed.refused("keys retire k1")


def test_fresh_keys_are_printed_as_before(runtime: Runtime) -> None:
    printed = json.loads(Operator.of(runtime.settings).answered("keys --json"))
    assert set(printed) == {"SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY"}

"""What the carrier told is kept raw, sealed, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import audit, customers, holds, news, turns
from hotline.domain.act import CALLER, CARRIER, CLOCK, COMMAND
from hotline.domain.companies import Company
from hotline.domain.news import CarrierNews, Recording
from hotline.errors import Invalid, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, HandClock

PARAMS = "From=%2B8613900000088&SpeechResult=暖气不热"


def test_the_same_news_is_kept_once(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        call = given.call(act, cast)
    kept = []
    for mark in ("1", "1", "2"):
        with runtime.act(CARRIER) as act:
            kept.append(news.keep(act, kind="status", sid=call.sid or "", mark=mark, call=call, params=PARAMS))
    assert kept == [True, False, True]
    with runtime.look(CARRIER) as act:
        rows = act.session.scalars(select(CarrierNews)).all()
        assert [act.sealer.open(row.params) for row in rows] == [PARAMS, PARAMS]
        assert "13900000088" not in "".join(row.params for row in rows)


def raw(runtime: Runtime) -> list[str]:
    """What is kept, opened: with the customer's key where it speaks of one."""
    with runtime.look(CARRIER) as act:
        rows = act.session.scalars(select(CarrierNews).order_by(CarrierNews.id)).all()
        keys = [customers.get(act, row.customer_id).key if row.customer_id else None for row in rows]
        open_, open_for = act.sealer.open, act.sealer.open_for
        both = zip(rows, keys, strict=True)
        return [open_for(key, row.params) if row.customer_id else open_(row.params) for row, key in both]


@pytest.mark.parametrize("withheld", [True, False])
def test_what_was_told_of_a_customer_is_erased_with_the_customer(runtime: Runtime, cast: Cast, withheld: bool) -> None:
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, who=None if withheld else cast.chen)
        news.keep(act, kind="inbound", sid=call.sid or "", mark="first", call=call, params=PARAMS)
        turns.adopt(act, call, customers.get(act, cast.chen.id))
        news.keep(act, kind="text", sid="SM1", mark="sent", call=None, params=PARAMS, customer_id=cast.chen.id)
    assert raw(runtime) == [PARAMS] * 2
    with runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, cast.chen.id))
        news.keep(act, kind="text", sid="SM1", mark="delivered", call=None, params=PARAMS, customer_id=cast.chen.id)
    with runtime.look(COMMAND) as act:
        for row in act.session.scalars(select(CarrierNews)):
            with pytest.raises((Invalid, NotFound)):
                act.sealer.open(row.params)
    with pytest.raises(NotFound, match="erased"):
        raw(runtime)


def test_what_was_told_is_kept_as_long_as_the_standard_says(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        own = {"records": {"retention": {"webhooks": "30 days"}}}
        act.session.get_one(Company, cast.home.id).overrides = own
    with runtime.act(CALLER) as act:
        for sid, firm in (("CA1", cast.heat), ("CA2", cast.home)):
            call = given.call(act, cast, sid=sid, firm=firm)
            news.keep(act, kind="status", sid=sid, mark="1", call=call, params=PARAMS)
        news.keep(act, kind="text", sid="SM1", mark="sent", call=None, params=PARAMS)
    for days, left in ((30, 3), (1, 2), (59, 2), (1, 0), (1, 0)):
        at.passes(timedelta(days=days))
        with runtime.act(CLOCK) as act:
            news.dispose(act, but=holds.held_calls(act))
        assert len(raw(runtime)) == left
    with runtime.look(CLOCK) as act:
        told = [one.fields["count"] for one in audit.entries(act.session, "house") if one.kind == "webhooks-disposed"]
    assert told == [1, 2]


def test_news_of_a_call_that_nobody_knows_is_kept_too(runtime: Runtime) -> None:
    with runtime.act(CARRIER) as act:
        assert news.keep(act, kind="status", sid="CA" + "9" * 32, mark="1", call=None, params="")


def test_a_recording_ends_once(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        call = given.call(act, cast)
        for state, seconds in (("in-progress", None), ("completed", 12), ("absent", None)):
            news.recorded(act, call, sid="RE1", state=state, seconds=seconds)
    with runtime.look(CALLER) as act:
        row = act.session.get_one(Recording, "RE1")
        assert (row.state, row.seconds, row.call_id) == ("completed", 12, call.id)
        kinds = [entry.kind for entry in audit.entries(act.session, call.chain)]
        assert kinds.count("recording") == 2

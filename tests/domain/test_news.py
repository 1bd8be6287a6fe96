"""What the carrier told is kept raw, sealed, and once."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain import audit, news
from hotline.domain.act import CALLER, CARRIER
from hotline.domain.news import CarrierNews, Recording
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast

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

"""Our calls beside the carrier's list; if this broke, nobody would miss a call that never reached us (REC-2)."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select

from hotline import records
from hotline.domain import audit, completeness
from hotline.domain.act import COMMAND
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.completeness import Look, MissingCall, State
from hotline.errors import Conflict, Invalid
from hotline.jobs.routine import Rounds
from hotline.runtime import Runtime
from hotline.simulator.faults import Trouble
from hotline.simulator.legs import CallStatus
from tests import given
from tests.jobs.workshop import Workshop
from tests.world import Cast, Firm

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def rings(shop: Workshop, firm: Firm | None = None, *, known: bool = True) -> str:
    """Somebody rings and hangs up; where it is `known`, our log has the call. The carrier's id of it."""
    phone = shop.phone(shop.cast.chen).dial((firm or shop.cast.heat).number)
    shop.passes(timedelta(seconds=2))
    sid = list(shop.exchange.board.calls)[-1]
    if known:
        with shop.runtime.act(COMMAND) as act:
            call = given.call(act, shop.cast, sid=sid, firm=firm)
            call.state, call.ended_at = "ended", act.at
    phone.hangs_up()
    return sid


def asks(shop: Workshop, since: datetime, until: datetime) -> Look:
    """Ask for a look, and let it be done."""
    with shop.runtime.act(COMMAND) as act:
        look = completeness.ask(act, shop.runtime.figures.completeness, since=since, until=until)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        return act.session.get_one(Look, look.id)


def lost(shop: Workshop) -> dict[str, tuple[str, bool]]:
    """The carrier's id -> who has no record of it, and whether it turned up."""
    with shop.runtime.look(COMMAND) as act:
        rows = act.session.scalars(select(MissingCall).order_by(MissingCall.at))
        return {row.sid: (row.lacking, row.settled_at is not None) for row in rows}


def told(shop: Workshop) -> list[str]:
    return [text.body for text in shop.texts(shop.cast.sun) if "话单核对" in text.body]


def in_house(shop: Workshop, kind: str) -> list[AuditEntry]:
    with shop.runtime.look(COMMAND) as act:
        return [entry for entry in audit.entries(act.session, "house") if entry.kind == kind]


def test_a_call_that_never_reached_us_is_named_and_the_supervisors_hear_of_it_once(shop: Workshop) -> None:
    begin = shop.at.now
    ours, theirs = rings(shop), rings(shop, known=False)
    shop.passes(HOUR)
    look = asks(shop, begin, shop.at.now)
    assert (look.state, look.listed, look.ours, look.missing, look.unlisted) == (State.DONE, 2, 1, 1, 0)
    assert lost(shop) == {theirs: ("log", False)}
    assert [entry.fields["sid"] for entry in in_house(shop, "call-missing")] == [theirs]
    shop.works_for(timedelta(minutes=2), timedelta(seconds=30))
    [text] = told(shop)
    assert "有1通电话" in text
    assert shop.cast.chen.number.e164[-8:] not in text
    assert ours not in str(lost(shop))
    again = asks(shop, begin, shop.at.now)
    shop.works_for(timedelta(minutes=2), timedelta(seconds=30))
    assert (again.missing, len(told(shop)), len(in_house(shop, "call-missing"))) == (1, 1, 1)


def test_it_is_settled_when_it_turns_up_and_named_anew_when_it_goes_again(shop: Workshop) -> None:
    begin = shop.at.now
    sid = rings(shop, known=False)
    shop.passes(HOUR)
    asks(shop, begin, shop.at.now)
    with shop.runtime.act(COMMAND) as act:
        late = given.call(act, shop.cast, sid=sid).id
    asks(shop, begin, shop.at.now)
    assert lost(shop) == {sid: ("log", True)}
    with shop.runtime.act(COMMAND) as act:
        act.session.execute(delete(Call).where(Call.id == late))
    asks(shop, begin, shop.at.now)
    assert lost(shop) == {sid: ("log", False)}
    assert len(in_house(shop, "call-missing")) == 2


def test_a_call_of_ours_that_the_carrier_does_not_know_is_named_too(shop: Workshop) -> None:
    begin = shop.at.now
    rings(shop)
    with shop.runtime.act(COMMAND) as act:
        given.call(act, shop.cast, sid="CA" + "e" * 32)
    shop.passes(HOUR)
    look = asks(shop, begin, shop.at.now)
    assert (look.listed, look.ours, look.missing, look.unlisted) == (1, 1, 0, 1)
    assert lost(shop) == {"CA" + "e" * 32: ("carrier", False)}
    assert not told(shop)


def test_a_long_period_is_looked_at_in_pieces_and_each_call_counts_once(shop: Workshop) -> None:
    begin = shop.at.now
    for _ in range(5):
        rings(shop)
        shop.passes(timedelta(hours=2))
    shop.exchange.faults.order(Trouble.REST_BROKEN, matching="Calls")
    look = asks(shop, begin, shop.at.now)
    assert look.state == State.RUNNING
    shop.works_for(timedelta(minutes=1), timedelta(seconds=10))
    with shop.runtime.look(COMMAND) as act:
        done = act.session.get_one(Look, look.id)
    assert (done.state, done.listed, done.ours, done.missing) == (State.DONE, 5, 5, 0)


def test_more_calls_than_are_asked_for_at_once_stand_on_no_list_and_none_is_believed_gone(shop: Workshop) -> None:
    begin, n = shop.at.now, 2 * shop.runtime.figures.completeness.looked_up + 1
    rang = rings(shop)
    known = shop.exchange.board.calls[rang]
    with shop.runtime.act(COMMAND) as act:
        for number in range(n):  # given up before it was dialled: the carrier knows it, and lists it nowhere
            sid = f"CA{number:032d}"
            one = given.call(act, shop.cast, sid=sid)
            one.started_at += timedelta(seconds=number // 4)
            shop.exchange.board.calls[sid] = replace(
                known, sid=sid, created=begin - DAY, status=CallStatus.CANCELED, answered=None
            )
    del shop.exchange.board.calls[f"CA{n - 1:032d}"]  # but this one it never heard of
    shop.passes(HOUR)
    look = asks(shop, begin, shop.at.now)
    assert (look.state, look.listed, look.ours, look.unlisted) == (State.DONE, 1, n, 1)
    assert lost(shop) == {f"CA{n - 1:032d}": ("carrier", False)}


def test_the_edges_what_still_runs_and_other_numbers_of_the_account(shop: Workshop) -> None:
    rings(shop, known=False)
    shop.passes(HOUR)
    begin = shop.at.now
    sid = rings(shop)
    shop.phone(shop.cast.chen).dial(shop.cast.home.number)  # goes on while we look
    running = list(shop.exchange.board.calls)[-1]
    shop.exchange.board.calls[sid].called = "+8613900009999"
    shop.passes(timedelta(minutes=20))
    rings(shop, known=False)  # too young to be missed
    look = asks(shop, begin, shop.at.now)
    assert (look.listed, look.others, look.missing) == (1, 1, 1)
    assert lost(shop) == {running: ("log", False)}
    assert look.until_at == shop.at.now - timedelta(minutes=15)


def test_a_list_that_lacks_a_call_which_the_carrier_has_is_not_believed(shop: Workshop) -> None:
    begin = shop.at.now
    sid = rings(shop)
    shop.exchange.board.calls[sid].created -= timedelta(hours=3)
    shop.passes(HOUR)
    look = asks(shop, begin, shop.at.now)
    assert look.state == State.RUNNING
    shop.works_for(timedelta(hours=9), timedelta(minutes=20))
    with shop.runtime.look(COMMAND) as act:
        assert act.session.get_one(Look, look.id).state == State.FAILED
    assert lost(shop) == {}


def test_a_command_asks_and_says_by_its_status_whether_the_log_is_whole(shop: Workshop) -> None:
    settings = shop.runtime.settings
    secrets = ("SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY")
    given = {name: getattr(settings, name.lower()).get_secret_value() for name in secrets}
    given |= {"DATABASE_URL": settings.database, "REDIS_URL": settings.redis, "HOTLINE_VAR": str(settings.hotline_var)}
    yesterday = (shop.at.now - DAY).date().isoformat()
    asked = ["complete", "--from", yesterday, "--until", yesterday, "--json"]
    for missing in (0, 1):
        if missing:
            shop.exchange.board.calls[rings(shop, known=False)].created -= DAY
        with ThreadPoolExecutor(1) as pool:
            command = pool.submit(CliRunner().invoke, records.audit, asked, env=given)
            while not command.done():
                shop.works()
                time.sleep(0.05)
        assert command.result().exit_code == missing, command.result().output
        assert json.loads(command.result().output)["missing"] == missing


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_clock_goes_on_where_it_ended_and_a_period_makes_sense(shop: Workshop) -> None:
    rounds = Rounds(shop.runtime, shop.runtime.redis)
    rounds.turn()
    shop.works()
    shop.passes(DAY)
    rounds.turn()
    with shop.runtime.act(COMMAND) as act:
        figures = shop.runtime.figures.completeness
        with pytest.raises(Conflict):
            completeness.ask(act, figures, since=act.at - HOUR, until=act.at)
        with pytest.raises(Invalid):
            completeness.ask(act, figures, since=act.at, until=act.at + HOUR)
        with pytest.raises(Invalid):
            completeness.ask(act, figures, since=act.at - 400 * DAY, until=act.at)
        later, first = completeness.looks(act, most=9)
    assert later.from_at == first.until_at


def test_of_two_who_ask_at_once_the_second_is_told_so(runtime: Runtime, cast: Cast) -> None:
    def ask() -> None:
        with runtime.act(COMMAND) as act:
            completeness.ask(act, runtime.figures.completeness, since=act.at - DAY, until=act.at)

    with ThreadPoolExecutor(1) as pool:
        with runtime.act(COMMAND) as act:
            completeness.ask(act, runtime.figures.completeness, since=act.at - DAY, until=act.at)
            second = pool.submit(ask)
            time.sleep(0.3)  # where rows are locked it has come as far as ours, which is not committed yet
        with pytest.raises(Conflict):
            second.result()

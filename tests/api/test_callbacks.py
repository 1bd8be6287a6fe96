"""Callbacks asked for over the web; if this broke, whoever asked would wait, or a stranger's victim be rung all day."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import audit, callbacks, cases, customers, owed_calls, visitors
from hotline.domain.act import COMMAND
from hotline.domain.callbacks import Callback
from hotline.domain.cases import Case
from hotline.domain.visitors import Channel
from hotline.runtime import Runtime
from tests import given, rung
from tests.api.sender import CALLBACKS, Sender, said
from tests.faults.test_decided_at_once import at_once
from tests.world import SHANGHAI, Cast, HandClock, number

LI = {"phone": "138 0000 1234", "name": "李梅", "question": "暖气费怎么交"}
NEXT_MORNING = datetime(2026, 11, 19, 9, 30, tzinfo=SHANGHAI)


@pytest.fixture
def home(app: Flask, runtime: Runtime, cast: Cast) -> Sender:
    """The web form of the property managers, at whose desk nobody sits by night and on days off."""
    return Sender(app, runtime, cast.home)


def only(sender: Sender) -> tuple[Case, Callback]:
    """The only matter there is, and the call that is owed in it."""
    (case,) = sender.cases()
    with sender.runtime.look(COMMAND) as act:
        (callback,) = callbacks.of_case(act, case.id)
    return case, callback


def told(sender: Sender, name: str) -> str:
    """What is kept of the only matter, opened."""
    with sender.runtime.look(COMMAND) as act:
        case = act.session.scalars(select(Case)).one()
        return cases.unseal(act, case, case.details[f"sealed_{name}"])


def stands(sender: Sender, number: str) -> Any:
    answer = sender.asks(number, of=CALLBACKS)
    assert answer.status_code == 200, answer.text
    return said(answer)


def test_as_soon_as_possible_is_now_while_somebody_is_there(sender: Sender, cast: Cast, at: HandClock) -> None:
    answer = sender.wants(**LI, matter="heating")
    assert answer.status_code == 201, answer.text
    case, callback = only(sender)
    assert (case.number, case.kind, case.matter, case.owner_id) == (
        said(answer)["number"], "callback", "heating", cast.lin.id,
    )  # fmt: skip
    assert (callback.rule, callback.next_at, callback.agreed) == ("ANS-3.callback", at.now, False)
    assert said(answer)["joined"] is False
    (promise,) = said(answer)["promises"]
    assert datetime.fromisoformat(promise["due"]) == at.now + timedelta(minutes=30)


def test_by_night_it_is_the_next_morning(home: Sender, at: HandClock) -> None:
    at.passes(timedelta(hours=13))
    home.wants(**LI)
    _case, callback = only(home)
    assert callback.rule == "ANS-8.callback"
    assert callback.next_at == datetime(2026, 11, 19, 8, 30, tzinfo=SHANGHAI)


def test_a_chosen_time_is_promised(sender: Sender) -> None:
    answer = sender.wants(**LI, at="2026-11-19T09:30:00+08:00")
    case, callback = only(sender)
    assert (callback.next_at, callback.agreed) == (NEXT_MORNING, True)
    (promise,) = said(answer)["promises"]
    assert promise["rule"] == "CBK-3.time"
    assert datetime.fromisoformat(promise["due"]) == NEXT_MORNING + timedelta(minutes=5)
    assert case.matter == "agent"


def test_within_a_window_the_promise_is_due_when_it_ends(sender: Sender) -> None:
    answer = sender.wants(**LI, at="2026-11-19T01:30:00Z", until="2026-11-19T11:30:00+08:00")
    _case, callback = only(sender)
    ends = NEXT_MORNING + timedelta(hours=2)
    assert (callback.next_at, callback.until_at) == (NEXT_MORNING, ends)
    assert datetime.fromisoformat(said(answer)["promises"][0]["due"]) == ends


def test_what_was_told_lies_sealed_with_the_customers_key_and_the_log_names_the_key_alone(sender: Sender) -> None:
    sender.wants(**LI, language="en")
    case, callback = only(sender)
    assert [told(sender, name) for name in ("contact", "name", "question")] == [
        "+8613800001234", "李梅", "暖气费怎么交",
    ]  # fmt: skip
    assert "李梅" not in str(case.details)
    assert callback.language == "en"
    with sender.runtime.look(COMMAND) as act:
        line = visitors.of_case(act, case.id)
        assert line is not None
        assert line.channel == Channel.WEB
        entries = audit.entries(act.session, case.chain)
        assert [one.fields["key"] for one in entries if one.kind == "came-by-key"] == [sender.key_id]
        assert not any("李梅".encode() in one.body or b"13800001234" in one.body for one in entries)


def test_a_second_wish_joins_the_first_and_what_it_tells_is_kept(sender: Sender, at: HandClock) -> None:
    number = said(sender.wants(**LI))["number"]
    at.passes(timedelta(minutes=5))
    again = said(sender.wants(phone=LI["phone"], question="还有发票"))
    assert (again["number"], again["joined"]) == (number, True)
    only(sender)
    assert told(sender, "question") == "暖气费怎么交\n还有发票"


def test_a_stranger_cannot_put_off_what_was_promised(sender: Sender, at: HandClock) -> None:
    sender.wants(**LI)
    due = only(sender)[1].next_at
    at.passes(timedelta(minutes=5))
    answer = said(sender.wants(**LI, at="2026-11-19T09:30:00+08:00"))
    assert answer["joined"] is True
    assert [one["rule"] for one in answer["promises"]] == ["ANS-3.callback"]
    assert only(sender)[1].next_at == due


@pytest.mark.parametrize("again", [{}, {"at": "2026-11-19T09:30:00+08:00"}, {"at": "2026-11-19T19:00:00+08:00"}])
def test_a_time_that_was_agreed_stands(sender: Sender, again: dict[str, str], at: HandClock) -> None:
    first = said(sender.wants(**LI, at="2026-11-19T15:00:00+08:00"))
    at.passes(timedelta(minutes=1))
    answer = said(sender.wants(**LI, **again))
    assert (answer["joined"], answer["promises"]) == (True, first["promises"])
    assert only(sender)[1].next_at == datetime(2026, 11, 19, 15, tzinfo=SHANGHAI)
    assert [one.kind for one in entries(sender)].count("callback-asked-again") == 1


@pytest.mark.parametrize(("chosen", "rung_at"), [("2026-11-19T09:30:00+08:00", 9.5), ("2026-11-19T19:00:00+08:00", 18)])
def test_whoever_asks_again_after_a_broken_promise_is_promised_anew_and_rung_at_the_sooner_time(
    sender: Sender, at: HandClock, chosen: str, rung_at: float
) -> None:
    sender.wants(**LI)
    with sender.runtime.act(COMMAND) as act:
        evening = datetime(2026, 11, 19, 18, tzinfo=SHANGHAI)
        owed_calls.schedule(act, act.session.get_one(Callback, only(sender)[1].id), evening)
    at.passes(timedelta(hours=2))
    again = said(sender.wants(**LI, at=chosen))
    assert [one["rule"] for one in again["promises"]] == ["ANS-3.callback", "CBK-3.time"]
    callback = only(sender)[1]
    assert callback.next_at == datetime(2026, 11, 19, tzinfo=SHANGHAI) + timedelta(hours=rung_at)
    assert (callback.agreed, callback.from_at) == (True, datetime.fromisoformat(chosen)), "tried then, too"


def test_while_a_promise_runs_a_sooner_time_is_taken(home: Sender, runtime: Runtime, cast: Cast, at: HandClock) -> None:
    home.wants(**LI)
    with runtime.act(COMMAND) as act:
        noon = datetime(2026, 11, 18, 12, tzinfo=SHANGHAI)
        owed_calls.schedule(act, act.session.get_one(Callback, only(home)[1].id), noon)
    again = said(home.wants(**LI, at="2026-11-18T11:00:00+08:00"))
    assert [one["rule"] for one in again["promises"]] == ["ANS-3.callback"]
    assert only(home)[1].next_at == datetime(2026, 11, 18, 11, tzinfo=SHANGHAI)


def test_a_missed_call_and_a_wish_are_one_and_where_it_was_told_to_ring_is_rung(
    sender: Sender, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    owed = rung.owes(runtime, cast)
    at.passes(timedelta(minutes=1))
    with runtime.act(COMMAND) as act:
        case = rung.case_of(act, owed)
        case.details = {"sealed_contact": cases.seal(act, case, cast.unknown.e164)}
    answer = said(sender.wants(phone=cast.chen.number.e164, name="冒名者"))
    assert answer["joined"] is False, "nobody who types in a number learns that its owner rang us"
    assert told(sender, "contact") == cast.unknown.e164
    with runtime.look(COMMAND) as act:
        chen = customers.get(act, cast.chen.id)
        assert act.sealer.open_for(chen.key, chen.name or "") == "陈"
        assert visitors.of_case(act, only(sender)[0].id) is None, "it reached us by telephone"


def test_one_number_is_not_asked_for_all_day_whoever_asks(
    app: Flask, runtime: Runtime, cast: Cast, sender: Sender, at: HandClock
) -> None:
    other = Sender(app, runtime, cast.home)
    assert [one.wants(**LI).status_code for one in (sender, other, sender)] == [201] * 3
    for one in (sender, other):
        refused = one.wants(**LI)
        assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
        assert int(refused.headers["Retry-After"]) == 14 * 3600 + 1, "until the day is over"
    assert sender.wants(phone="13800005678").status_code == 201
    at.passes(timedelta(seconds=int(refused.headers["Retry-After"])))
    assert sender.wants(**LI).status_code == 201


def test_of_many_that_ask_for_one_number_at_once_no_more_are_served_than_one_after_the_other(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    senders, known = (
        [Sender(app, runtime, firm) for firm in (cast.heat, cast.home) * 3],
        {**LI, "phone": cast.chen.number.e164},
    )
    answers: list[int] = []
    at_once(*[lambda who=who: answers.append(who.wants(**known).status_code) for who in senders])
    assert sorted(answers) == [201] * 3 + [429] * 3


def test_calls_asked_for_by_telephone_count_as_well(sender: Sender, runtime: Runtime, cast: Cast) -> None:
    for last in range(3):
        with runtime.act(COMMAND) as act:
            case = given.case(act, cast)
            case.customer_id = customers.with_number(act, number(500 + last)).id
            case.details = {"sealed_contact": cases.seal(act, case, "+8613800001234")}
            callbacks.owe(act, case, rung.MISSED)
    assert sender.wants(**LI).status_code == 429


def test_sent_twice_it_is_asked_for_once_and_answered_alike(sender: Sender, at: HandClock) -> None:
    first = sender.wants("the-same", **LI)
    at.passes(timedelta(minutes=5))
    sender.wants(**LI, at="2026-11-19T09:30:00+08:00")
    again = sender.wants("the-same", **dict(reversed(LI.items())))
    assert (again.status_code, said(again)) == (201, said(first))
    assert "callback-asked-again" in [one.kind for one in entries(sender)]
    assert len([one for one in entries(sender) if one.kind == "came-by-key"]) == 2


def entries(sender: Sender) -> list[audit.AuditEntry]:
    with sender.runtime.look(COMMAND) as act:
        return audit.entries(act.session, sender.cases()[0].chain)


def test_a_name_that_stood_for_a_complaint_does_not_stand_for_a_call(sender: Sender) -> None:
    sender.files("the-same", happened="夜里停暖")
    assert sender.wants("the-same", **LI).status_code == 409
    assert len(sender.cases()) == 1


def test_asked_for_many_times_at_once_it_is_one_call(app: Flask, runtime: Runtime, cast: Cast, sender: Sender) -> None:
    senders = [sender, Sender(app, runtime, cast.heat), Sender(app, runtime, cast.heat)]
    answers: list[int] = []
    threads = [threading.Thread(target=lambda who=who: answers.append(who.wants(**LI).status_code)) for who in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * 3
    with runtime.look(COMMAND) as act:
        assert len(act.session.scalars(select(Callback)).all()) == 1


def test_a_sender_may_ask_where_its_callback_stands(sender: Sender, runtime: Runtime, cast: Cast) -> None:
    number = said(sender.wants(**LI, at="2026-11-19T09:30:00+08:00"))["number"]
    found = stands(sender, number)
    assert {name: found[name] for name in ("state", "callback", "attempts")} == {
        "state": "open", "callback": "open", "attempts": 0,
    }  # fmt: skip
    assert datetime.fromisoformat(found["next"]) == NEXT_MORNING
    with runtime.act(COMMAND) as act:
        callbacks.cancel(act, 1, by=cast.lin.id, why="客户自己来了")
    assert (stands(sender, number)["callback"], stands(sender, number)["next"]) == ("cancelled", None)


def test_nobody_else_is_told_of_it(app: Flask, runtime: Runtime, cast: Cast, sender: Sender) -> None:
    number = said(sender.wants(**LI))["number"]
    complaint = said(sender.files(happened="夜里停暖"))["number"]
    other = Sender(app, runtime, cast.heat)
    assert other.asks(number, of=CALLBACKS).status_code == 404
    assert sender.asks(complaint, of=CALLBACKS).status_code == 404
    assert sender.asks(number).status_code == 404, "it is no complaint"

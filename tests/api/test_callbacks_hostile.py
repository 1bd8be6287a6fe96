"""Wishes that nobody should send; if this broke, a stranger would have us ring whom they like, when they like."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import customers, promises
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.owed_calls import Callback
from hotline.domain.promises import Verdict
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from tests import rung, world
from tests.api.sender import CALLBACKS, Sender, said
from tests.api.test_hostile import kept
from tests.world import Cast, HandClock

ME = "13800001234"
SOON = "2026-11-19T09:30:00+08:00"


def lacks(sender: Sender, **fields: Any) -> dict[str, str]:
    """What a refused wish is told, by field; nothing of it is kept."""
    before = kept(sender.runtime)
    answer = sender.wants(**fields)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), answer.text
    assert kept(sender.runtime) == before
    assert sender.cases() == []
    return {one["field"]: one["detail"] for one in said(answer)["errors"]}


@pytest.mark.parametrize(
    ("fields", "field", "right"),
    [
        ({}, "phone", "required"),
        ({"phone": None}, "phone", "string"),
        ({"phone": 13800001234}, "phone", "string"),
        ({"phone": "110"}, "phone", "no telephone number"),
        ({"phone": "12345"}, "phone", "is not rung"),
        (
            {"phone": "+8616812345"},
            "phone",
            "special or not whole: give an ordinary line in one of CN; callbacks.regions",
        ),
        ({"phone": "4001234567"}, "phone", "premium-rate, special"),
        ({"phone": "+881612345678"}, "phone", "another country or region"),
        ({"phone": "+18765551234"}, "phone", "another country or region"),
        ({"phone": "sip:victim@example.com"}, "phone", "no telephone number"),
        ({"phone": world.number(1000).e164}, "phone", "a number of our own"),
        ({"phone": world.number(2000).e164}, "phone", "a number of our own"),
        ({"phone": ME, "matter": "agent"}, "matter", "'heating'"),
        ({"phone": ME, "matter": "lift"}, "matter", "is one of heating, or left out"),
        ({"phone": ME, "language": "tlh"}, "language", "zh-CN, en"),
        ({"phone": ME, "question": "x" * 2001}, "question", "at most 2000"),
        ({"phone": ME, "name": "a\0b"}, "name", "control character"),
        ({"phone": ME, "at": "tomorrow"}, "at", "instant with its offset"),
        ({"phone": ME, "at": "2026-11-19"}, "at", "instant with its offset"),
        ({"phone": ME, "at": "2026-11-19T09:30:00"}, "at", "instant with its offset"),
        ({"phone": ME, "at": "2026-02-30T09:30:00+08:00"}, "at", "there is not"),
        ({"phone": ME, "at": "0001-01-01T00:00:00+14:00"}, "at", "there is not"),
        ({"phone": ME, "at": "9999-12-31T23:59:59-12:00"}, "at", "there is not"),
        ({"phone": ME, "at": "9999-12-31T23:59:59Z"}, "at", "no later than 2026-11-20T"),
        ({"phone": ME, "at": "2026-11-18T10:00:00+08:00"}, "at", "must lie in the future"),
        ({"phone": ME, "at": "2026-11-18T22:00:00+08:00"}, "at", "the next time is 2026-11-19T08:00+08:00"),
        ({"phone": ME, "until": SOON}, "until", "goes with at"),
        ({"phone": ME, "at": SOON, "until": SOON}, "until", "lies after at"),
        ({"phone": ME, "at": SOON, "until": "2026-12-31T00:00:00Z"}, "until", "no later than 2026-11-19T21:00+08:00"),
        ({"phone": ME, "company": "home"}, "company", "is not known; there are phone, name, question"),
        ({"phone": ME, "anonymous": True}, "anonymous", "is not known"),
    ],
)
def test_a_refusal_names_the_field_and_what_would_be_right(
    sender: Sender, fields: dict[str, Any], field: str, right: str
) -> None:
    assert right in lacks(sender, **fields)[field]


def test_where_nobody_is_at_night_the_next_time_is_named(app: Flask, runtime: Runtime, cast: Cast) -> None:
    home = Sender(app, runtime, cast.home)
    after_hours = lacks(home, phone=ME, at="2026-11-18T19:00:00+08:00")
    assert "the next time is 2026-11-19T08:30+08:00" in after_hours["at"]
    assert home.wants(phone=ME, at="2026-11-19T08:30:00+08:00").status_code == 201


def test_nobody_has_somebody_abroad_rung_in_the_night_of_their_place(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.home.id).overrides = {"callbacks": {"regions": ["CN", "US"]}}
    home = Sender(app, runtime, cast.home)
    told = lacks(home, phone="+12125551234", at="2026-11-19T15:00:00+08:00")
    assert told == {"at": "nobody calls then; the next time is 2026-11-20T08:30+08:00"}
    answer = said(home.wants(phone="+12125551234"))
    with runtime.look(COMMAND) as act:
        next_at = act.session.scalars(select(Callback.next_at)).one()
    assert next_at == datetime(2026, 11, 19, 0, 30, tzinfo=UTC), answer


def test_a_window_ends_when_the_company_closes_on_the_day_on_which_it_begins(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    """Else whoever types in a number has its owner rung all weekend, and the time is promised for three at night."""
    home = Sender(app, runtime, cast.home)
    at.passes(timedelta(days=1))
    friday = {"phone": ME, "at": "2026-11-20T15:00:00+08:00"}
    told = lacks(home, **friday, until="2026-11-20T21:00:00+08:00")
    assert "no later than 2026-11-20T17:30+08:00" in told["until"]
    assert lacks(home, **friday, until="2026-11-21T03:00:00+08:00") == told
    assert home.wants(**friday, until="2026-11-20T17:30:00+08:00").status_code == 201


def test_all_that_is_wrong_is_told_at_once_and_nothing_that_was_sent(sender: Sender) -> None:
    told = lacks(sender, phone="16812345", at="2026-11-18T22:00:00+08:00", name=7, language="tlh", color=1)
    assert set(told) == {"phone", "at", "name", "language", "color"}
    assert "16812345" not in str(told)
    assert "no telephone number" in lacks(sender, phone="1", until=SOON)["phone"]


def test_what_goes_with_a_wrong_field_is_not_called_wrong(sender: Sender) -> None:
    assert set(lacks(sender, phone=ME, at="soon", until=SOON)) == {"at"}


def test_a_number_that_a_supervisor_set_aside_is_not_rung(
    sender: Sender, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        number, ends = PhoneNumber.parse(ME), at.now + timedelta(days=1)
        flagged = customers.flag_nuisance(act, number, reason="骚扰", flagged_by=cast.lin.id, expires_at=ends)
        customers.confirm_nuisance(act, flagged.id, cast.sun.id)
    assert "ANS-12" in lacks(sender, phone=ME)["phone"]
    at.passes(timedelta(days=2))
    assert sender.wants(phone=ME).status_code == 201


def test_whoever_types_in_anothers_number_learns_nothing_of_what_that_one_was_promised(
    app: Flask, sender: Sender, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    """Chen missed us and is called back; somebody asks for a call to her number over the web."""
    owed = rung.owes(runtime, cast)
    at.passes(timedelta(minutes=1))
    answer = said(sender.wants(phone=cast.chen.number.e164))
    assert (answer["joined"], answer["promises"]) == (False, [])
    found = said(sender.asks(answer["number"], of=CALLBACKS))
    assert found == dict.fromkeys(("state", "callback", "attempts", "next")) | {
        "number": answer["number"],
        "promises": [],
    }
    with runtime.act(COMMAND) as act:
        promises.of_case(act, rung.found(runtime, owed).case_id)[0].verdict = Verdict.BROKEN
    at.passes(timedelta(minutes=1))
    anew = said(sender.wants(phone=cast.chen.number.e164))["promises"]
    assert [one["rule"] for one in anew] == ["ANS-3.callback"], "what was promised to whoever asks now"
    assert [one["rule"] for one in said(sender.asks(answer["number"], of=CALLBACKS))["promises"]] == ["ANS-3.callback"]
    at.passes(timedelta(minutes=1))
    other = said(Sender(app, runtime, cast.heat).wants(phone=cast.chen.number.e164))
    assert (other["number"], other["promises"]) == (answer["number"], []), "nor of what another system was told"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"phone": "1"} x', b'{"phone": "a", "phone": "b"}', b"[" * 60_000])
def test_what_is_no_json_object_is_refused(sender: Sender, body: bytes) -> None:
    answer = sender.sends(body, to=CALLBACKS)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert sender.cases() == []


def test_without_a_key_or_a_name_of_its_own_nobody_is_rung(sender: Sender) -> None:
    body = json.dumps({"phone": ME})
    assert sender.sends(body, to=CALLBACKS, Authorization="").status_code == 401
    assert sender.sends(body, to=CALLBACKS, Idempotency_Key=" ").status_code == 400
    assert sender.cases() == []

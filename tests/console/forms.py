"""Callers on the line and forms filled in about them; without it every test would tell the same beginning."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline.domain import anonymity, calls, cases, promises
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from tests import given
from tests.console.visitor import Visitor
from tests.world import Cast, Person

NEW = "/console/visitors/new"
PHONE = "13700137000"
SAID = {"kind": "complaint", "happened": "师傅来晚了", "read_back": "yes"}
COLD = {"kind": "fault", "answer-heating-problem": "cold", "answer-heating-rooms": "one"}
SHUT = {**COLD, "answer-heating-valve": "shut", "read_back": "yes"}  # out of scope: guided, or paid for
LEAK = {"kind": "fault", "answer-heating-problem": "leak", "answer-heating-leak": "drip", "read_back": "yes"}


def ringing(runtime: Runtime, cast: Cast, *, who: Person | None = None) -> str:
    """Chen rings (or nobody knows who), and is answered; the address of the form of the call."""
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, sid="CA" + "9" * 32, who=who)
        calls.answered(act, call, millis=120)
        if who is not None:
            call.put(sealed_caller=calls.seal(act, call, who.number.e164))
        return f"/console/calls/{call.id}/form"


def saves(visitor: Visitor, at: str, **typed: str) -> TestResponse:
    """Fill the form in and save it, as a browser does that runs no scripts."""
    return sends(visitor, at, do="save", **typed)


def sends(visitor: Visitor, at: str, **typed: str) -> TestResponse:
    """Send the form as it stands on its page."""
    return visitor.sends(at, page=at, **{**hidden(visitor, at), **typed})


def hidden(visitor: Visitor, at: str) -> dict[str, str]:
    """The form is opened in a window of its own; what it sends with everything."""
    page = visitor.opens(at).text
    names = ("sheet", "window", "since")
    return {name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in names}


def opened(runtime: Runtime) -> Case:
    """The case that was opened last."""
    with runtime.look(COMMAND) as act:
        return act.session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()


def told(runtime: Runtime, case: Case) -> dict[str, str]:
    """What is kept with a case, opened."""
    with runtime.look(COMMAND) as act:
        return {name: cases.unseal(act, case, value) for name, value in case.details.items()}


def promised(runtime: Runtime, case: Case) -> set[str]:
    """The rules under which something was promised in a case."""
    with runtime.look(COMMAND) as act:
        return {promise.rule for promise in promises.of_case(act, case.id)}


def case_count(runtime: Runtime) -> int:
    """How many cases there are."""
    with runtime.look(COMMAND) as act:
        return len(act.session.scalars(select(Case.id)).all())


def told_anonymously(runtime: Runtime, call_id: int) -> bool:
    """Does the call say that an anonymous matter was told in it, and no more?"""
    with runtime.look(COMMAND) as act:
        call = act.session.get_one(calls.Call, call_id)
        return anonymity.told_in(call) and call.case_id is None


def rows(runtime: Runtime, table: Any) -> list[Any]:
    """Every row of a table."""
    with runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(table)))

"""A customer whom we were to ring back rings in first, and is served: the form keeps the callback."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import promises
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case, Kind
from hotline.domain.promises import Promise, Verdict
from hotline.runtime import Runtime
from tests import given
from tests.console import forms, matters
from tests.console.visitor import Visitor
from tests.domain.talks import Talk
from tests.world import Cast, HandClock

OFFERED = "本次通话已答复"


@pytest.fixture
def owed(runtime: Runtime, cast: Cast, at: HandClock) -> Case:
    """Zhou owes Chen a callback, for some minutes already."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.CALLBACK, owner=cast.zhou)
        promises.make(act, "ANS-3.callback", case)
    at.passes(timedelta(minutes=5))
    return case


def at_form(talk: Talk) -> str:
    return f"/console/calls/{talk.call_id}/form"


def only_promise(runtime: Runtime) -> Promise:
    with runtime.look(COMMAND) as act:
        return act.session.scalars(select(Promise)).one()


def test_who_was_served_is_not_rung_again_and_the_matter_stays_with_its_owner(
    lin: Visitor, runtime: Runtime, cast: Cast, owed: Case
) -> None:
    talk = Talk(runtime, cast)
    talk.talk()
    here = at_form(talk)
    page = lin.opens(here).text
    assert OFFERED in page
    assert owed.number in page
    assert page.index('value="save"') < page.index('name="served"'), "the Enter key saves, it does not keep a promise"
    forms.sends(lin, here, served=str(owed.id), kind="enquiry")
    assert only_promise(runtime).verdict == Verdict.KEPT
    with runtime.look(COMMAND) as act:
        case = act.session.get_one(Case, owed.id)
        assert (case.owner_id, case.state) == (cast.zhou.id, "open")
    assert len(matters.entries(runtime, owed.chain, "callback-served")) == 1
    page = lin.opens(here).text
    assert OFFERED not in page
    assert 'value="enquiry" checked' in page, "what was chosen is kept"


def test_a_caller_to_whom_nobody_spoke_was_not_served(lin: Visitor, runtime: Runtime, cast: Cast, owed: Case) -> None:
    here = forms.ringing(runtime, cast, who=cast.chen)
    assert OFFERED not in lin.opens(here).text
    forms.sends(lin, here, served=str(owed.id))
    assert only_promise(runtime).verdict == Verdict.OPEN


def test_what_needs_more_than_a_conversation_is_not_offered(
    lin: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        promises.make(act, "FLT-5.result", given.case(act, cast))
    at.passes(timedelta(minutes=5))
    talk = Talk(runtime, cast)
    talk.talk()
    assert OFFERED not in lin.opens(at_form(talk)).text


def test_who_stays_unnamed_is_not_shown_by_what_they_wait_for(
    lin: Visitor, runtime: Runtime, cast: Cast, owed: Case
) -> None:
    talk = Talk(runtime, cast)
    talk.talk()
    forms.saves(lin, at_form(talk), **forms.SAID, anonymous="yes")
    assert owed.number not in lin.opens(at_form(talk)).text

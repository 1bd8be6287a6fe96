"""Why a caller is brought to one agent first: only what is true is told, and of an unnamed caller nothing (OWN-5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import anonymity, calls, cases, desk, meetings, promises, wanted
from hotline.domain.calls import State
from hotline.domain.wanted import Reason
from hotline.runtime import Runtime
from tests import given
from tests.domain.talks import Talk
from tests.world import Cast, HandClock, Person


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Chen's call and what becomes of it."""
    return Talk(runtime, cast)


def reason(talk: Talk) -> Reason | None:
    with talk.acting() as act:
        return wanted.reason(act, desk.locked(act, talk.wait().id))


def owns(talk: Talk, who: Person) -> int:
    """An open matter of Chen's is this agent's."""
    with talk.acting() as act:
        return given.case(act, talk.cast, owner=who).id


def comes_back(talk: Talk) -> None:
    """Our line breaks, and the caller goes back into the line, Lin wanted first."""
    talk.does(meetings.dropped)
    with talk.acting() as act:
        desk.join(act, calls.locked(act, talk.call_id), wanted=talk.cast.lin.id)


def test_whose_line_broke_is_told_so_whether_or_not_a_matter_is_theirs(talk: Talk, at: HandClock) -> None:
    talk.talk()
    at.passes(timedelta(seconds=20))
    comes_back(talk)
    assert reason(talk) is Reason.BROKE
    owns(talk, talk.cast.lin)
    assert reason(talk) is Reason.BROKE
    at.passes(timedelta(seconds=5))
    leg = talk.offered()
    talk.accepts(leg)
    assert reason(talk) is Reason.BROKE, "the talk that follows changes nothing of why"


def test_the_owner_of_an_open_matter_is_told_so_until_it_is_closed(talk: Talk) -> None:
    case_id = owns(talk, talk.cast.lin)
    talk.free(talk.cast.lin)
    talk.waits()
    assert reason(talk) is Reason.OWNER
    with talk.acting() as act:
        promises.close_case(act, cases.get(act, case_id), by=talk.cast.lin.id, outcome="done")
    assert reason(talk) is None


def test_a_caller_who_asks_again_after_the_talk_is_brought_to_the_owner_as_the_owner(talk: Talk, at: HandClock) -> None:
    owns(talk, talk.cast.lin)
    talk.talk()
    comes_back(talk)
    at.passes(timedelta(seconds=5))
    talk.accepts(talk.offered())
    talk.joins(talk.call_id)
    at.passes(timedelta(seconds=5))
    talk.leaves(talk.call_id)
    with talk.acting() as act:
        call = calls.locked(act, talk.call_id)
        call.state = State.TALKING
        again = desk.join(act, call)
        assert wanted.reason(act, again) is Reason.OWNER


def test_once_an_anonymous_matter_was_told_no_reason_is(talk: Talk) -> None:
    """CMP-10."""
    owns(talk, talk.cast.lin)
    talk.free(talk.cast.lin)
    talk.waits()
    complaint = owns(talk, talk.cast.zhou)
    with talk.acting() as act:
        anonymity.note(act, calls.locked(act, talk.call_id), complaint)
    assert reason(talk) is None


def test_where_nobody_is_wanted_there_is_no_reason(talk: Talk) -> None:
    talk.free(talk.cast.lin)
    talk.waits()
    assert reason(talk) is None

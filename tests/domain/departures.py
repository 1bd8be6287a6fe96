"""People who go on leave, leave for good, and answer what they are asked; four files of tests begin with them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import (
    cases,
    companies,
    handovers,
    leaving,
)
from hotline.domain.act import CLOCK, COMMAND, Actor
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from tests import given
from tests.line import line as line
from tests.world import Cast, HandClock, Person

DAY = timedelta(days=1)


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """An enquiry of Chen's that Lin took."""
    with runtime.act(Actor("console", cast.lin.id)) as act:
        return given.case(act, cast)


def owner(runtime: Runtime, case_id: int) -> int:
    with runtime.look(COMMAND) as act:
        return cases.get(act, case_id).owner_id


def dismissed(runtime: Runtime, who: Person, by: Person | None = None) -> None:
    with runtime.act(COMMAND) as act:
        leaving.dismiss(act, who.id, by=by.id if by else None)


def on_leave(runtime: Runtime, who: Person, receiver: Person, at: HandClock, *, after: timedelta = timedelta()) -> None:
    """Three days, from now or after a span; begun when its time has come."""
    with runtime.act(COMMAND) as act:
        companies.get(act, given.person(act, who).company_id)
        absence = leaving.go_on_leave(
            act, given.person(act, who), starts_at=at.now + after, ends_at=at.now + after + 3 * DAY,
            receiver_id=receiver.id,
        )  # fmt: skip
    at.passes(after)
    with runtime.act(CLOCK) as act:
        leaving.begin(act, absence.id)


def looked(runtime: Runtime, case: Case) -> Case:
    with runtime.look(COMMAND) as act:
        return cases.get(act, case.id)


def requests(runtime: Runtime, case: Case) -> list[tuple[str, str, int]]:
    with runtime.look(COMMAND) as act:
        return [(one.why, one.state, one.receiver_id) for one in handovers.of_case(act, case.id)]


def answers(runtime: Runtime, case: Case, who: Person, *, accept: bool) -> None:
    with runtime.act(Actor("console", who.id)) as act:
        request = handovers.open_of(act, case.id)
        assert request is not None
        handovers.answer(act, request.id, by=who.id, accept=accept, refusal=None if accept else "on the road all week")

"""Rows that an act keeps to itself; if this broke, two who do the same at once would both be right (design rule 4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, update

from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.dispatches import Dispatch
from hotline.domain.staff import Duty
from hotline.runtime import Runtime
from tests import given
from tests.world import START, Cast

LATER = START + timedelta(hours=1)


def test_a_row_is_locked_as_it_stands_now_whatever_was_read_before(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        past = update(Case).where(Case.id == case.id).values(matter="meant otherwise")
        act.session.execute(past.execution_options(synchronize_session=False))
        assert act.lock(Case, case.id) is case
        assert case.matter == "meant otherwise"


def test_what_is_locked_once_is_not_asked_for_again_and_keeps_what_the_act_changed(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        made = Dispatch(case_id=given.case(act, cast).id, duty=Duty.REPAIR, urgent=False, posted_at=START)
        act.session.add(made)
    with runtime.act(COMMAND) as act:
        first = act.lock_once(Dispatch, made.id)
        assert first is not None
        first.notified_at = LATER
        with statements() as asked:
            again = act.lock_once(Dispatch, made.id)
        assert (asked, again is first, first.notified_at) == ([], True, LATER)


def test_nothing_is_locked_where_there_is_nothing(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        assert act.lock(Case, 99) is act.lock_once(Case, 99) is None


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)

"""The commands for leave, leaving and coming back: what they take, and what they refuse in a sentence."""

from __future__ import annotations

from datetime import datetime

import pytest

from hotline.domain import absences, cases, staff
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests import given
from tests.operator import Operator
from tests.world import SHANGHAI, Cast

SPAN = ("--from", "2026-11-20T08:00", "--until", "2026-11-23T08:00")


@pytest.fixture
def operator(runtime: Runtime) -> Operator:
    return Operator.of(runtime.settings)


def test_who_leaves_hands_everything_to_a_superior_and_may_come_back(
    operator: Operator, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
    assert "sun answers for what was theirs" in operator.answered("staff dismiss lin")
    with runtime.look(COMMAND) as act:
        assert cases.get(act, case.id).owner_id == cast.sun.id
    assert "does not work here" in operator.refused("staff dismiss lin")
    assert "lin works here" in operator.answered("staff return lin")
    with runtime.look(COMMAND) as act:
        assert staff.get(act, cast.lin.id).active


def test_a_leave_is_noted_and_struck(operator: Operator, runtime: Runtime, cast: Cast) -> None:
    said = operator.answered("staff leave lin --receiver zhou", *SPAN)
    assert "from 2026-11-20 08:00 until 2026-11-23 08:00; zhou is asked then" in said
    assert "noted for these days" in operator.refused("staff leave lin --receiver zhou", *SPAN)
    operator.answered("staff return lin")
    with runtime.look(COMMAND) as act:
        assert absences.ahead(act, cast.lin.id) == []
    assert "nobody logs in as mo" in operator.refused("staff leave mo --receiver zhou", *SPAN)


def test_a_day_alone_begins_a_leave_at_its_start_and_ends_it_at_its_end(
    operator: Operator, runtime: Runtime, cast: Cast
) -> None:
    """By the company's own day, from midnight to midnight."""
    days = ("--from", "2026-11-23", "--until", "2026-11-23")
    assert "from 2026-11-23 00:00 until 2026-11-23 23:59" in operator.answered("staff leave lin --receiver zhou", *days)
    with runtime.look(COMMAND) as act:
        [leave] = absences.ahead(act, cast.lin.id)
    assert leave.starts_at == datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert leave.ends_at == datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=SHANGHAI)

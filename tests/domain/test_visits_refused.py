"""Who wants to be asked no more is not: their refusal is on record, and ends what was owed (VIS-4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain.visits import State
from hotline.runtime import Runtime
from tests.complaining import Filed, House
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.verified import the_log_agrees as the_log_agrees
from tests.visiting import Mended, mended, told, wants_no_calls
from tests.world import Cast, HandClock

DAY = timedelta(days=1)


@pytest.fixture
def done(runtime: Runtime, cast: Cast) -> Mended:
    """Chen's radiator is mended, and a visit is owed."""
    return mended(runtime, cast)


def test_a_refusal_is_kept_with_the_customer_and_ends_the_promise(
    done: Mended, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    done.refuses(cast.lin)
    [visit] = done.visits
    assert (visit.state, visit.staff_id, visit.ended_at) == (State.REFUSED, cast.lin.id, at.now)
    assert done.verdicts[-1] == ("VIS-1.repair", "excused")
    assert wants_no_calls(runtime, cast.chen)
    done.is_closed(cast.lin)


def test_a_refusal_after_the_deadline_excuses_nothing(done: Mended, cast: Cast, at: HandClock) -> None:
    at.passes(8 * DAY)
    done.refuses(cast.lin)
    assert done.verdicts[-1] == ("VIS-1.repair", "late")


def test_a_refusal_holds_for_every_visit_that_is_owed_to_this_customer(
    done: Mended, runtime: Runtime, cast: Cast, complaint: Filed, house: House
) -> None:
    other = told(complaint, house, cast)
    done.refuses(cast.lin)
    assert [one.state for one in other.visits] == [State.REFUSED]
    assert dict(other.verdicts)["CMP-8.visit"] == "excused"


def test_a_later_visit_to_whoever_refused_is_neither_promised_nor_owed(
    done: Mended, runtime: Runtime, cast: Cast
) -> None:
    done.refuses(cast.lin)
    later = mended(runtime, cast)
    assert [one.state for one in later.visits] == [State.REFUSED]
    assert "VIS-1.repair" not in dict(later.verdicts)


def test_a_second_refusal_changes_nothing(done: Mended, cast: Cast, at: HandClock) -> None:
    done.refuses(cast.lin)
    before = done.visits[0].ended_at
    at.passes(DAY)
    done.refuses(cast.sun)
    assert done.visits[0].ended_at == before

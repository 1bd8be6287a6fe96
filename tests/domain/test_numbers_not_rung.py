"""Nobody has us ring a number that costs more than a call, lies elsewhere or is our own; whose call it was is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.domain import cases, companies, customers, meetings, owed_calls, staff
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.outbox import OutboxEntry
from hotline.domain.owed_calls import BARRED, Style
from hotline.errors import Refused
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from tests import given, rung
from tests.world import Cast

PREMIUM, SATELLITE, HONG_KONG = "+8616812345", "+881612345678", "+85263000000"


def names(runtime: Runtime, callback_id: int, number: str) -> int:
    """Somebody told us this number to ring back; the case."""
    with runtime.act(COMMAND) as act:
        case = rung.case_of(act, callback_id)
        case.details = {"sealed_contact": cases.seal(act, case, number)}
        return case.id


@pytest.mark.parametrize("number", [PREMIUM, SATELLITE, HONG_KONG])
@pytest.mark.parametrize("style", Style)
def test_it_is_not_rung_and_owner_and_supervisor_are_told_why(
    runtime: Runtime, cast: Cast, number: str, style: Style
) -> None:
    owed = rung.owes(runtime, cast, style=style)
    names(runtime, owed, number)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    over = rung.found(runtime, owed)
    assert (over.state, over.why, over.attempts) == ("unreached", BARRED, 0)
    assert rung.verdicts(runtime, owed) == {rung.MISSED: "open"}, "what was promised is still owed (VIS-5)"
    with runtime.look(COMMAND) as act:
        assert given.told(act) == [("callback-unreached", cast.lin.id), ("callback-unreached", cast.sun.id)]
        assert act.session.scalar(select(Call.id)) is None


def test_our_own_number_is_not_rung_or_we_would_ring_ourselves(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    names(runtime, owed, cast.home.number)
    rung.begins(runtime)
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert rung.found(runtime, owed).why == BARRED


def test_a_region_that_the_company_adds_is_rung(runtime: Runtime, cast: Cast) -> None:
    owed = rung.owes(runtime, cast)
    names(runtime, owed, HONG_KONG)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {"callbacks": {"regions": ["CN", "HK"]}}
    rung.sits(runtime, cast.lin)
    rung.begins(runtime)
    assert len(rung.in_line(runtime)) == 1


def test_nor_is_it_rung_by_hand(runtime: Runtime, cast: Cast) -> None:
    case_id = names(runtime, rung.owes(runtime, cast), PREMIUM)
    with runtime.act(COMMAND) as act:
        case, lin = cases.get(act, case_id), staff.get(act, cast.lin.id)
        with pytest.raises(Refused) as refused:
            meetings.call_out(act, case, lin, words_version=given.WORDS)
    assert refused.value.key == BARRED
    assert PREMIUM not in str(refused.value)


def test_the_last_guard_is_where_the_call_is_placed(runtime: Runtime, cast: Cast) -> None:
    case_id = names(runtime, rung.owes(runtime, cast), PREMIUM)
    with runtime.act(COMMAND) as act:
        case, heat = cases.get(act, case_id), companies.get(act, cast.heat.id)
        with pytest.raises(Refused):
            owed_calls.placed(act, case, heat, "called-back", given.WORDS)


def test_nor_is_anything_written_to_it(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        assert cases.text_customer(act, case, "case-opened")
        case.customer_id = customers.with_number(act, PhoneNumber(SATELLITE)).id
        assert not cases.text_customer(act, case, "owner-changed")
        texts = act.session.scalars(select(OutboxEntry.about).where(OutboxEntry.kind == "send-text"))
        assert [one["text"] for one in texts] == ["case-opened"]

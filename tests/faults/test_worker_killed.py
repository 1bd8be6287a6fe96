"""A worker dies at any moment; if this broke, an effect would be lost, or a person rung or texted twice (rule 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from hotline.domain import calls, cases, companies, notices, promises, staff
from hotline.domain.act import COMMAND
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import work
from tests.faults.mortal import Ward
from tests.jobs.workshop import Workshop

Owe = Callable[[Workshop], int]


@pytest.fixture
def ward(shop: Workshop) -> Iterator[Ward]:
    """An emergency whose engineer was offered it; what is owed besides is out of the way."""
    shop.phone(shop.cast.wang).habit("no-answer")
    shop.fault(kind=cases.Kind.EMERGENCY)
    shop.works()
    leave_nothing(shop)
    made = Ward(shop)
    yield made
    made.close()
    work.serve(shop.runtime, shop.carrier)


def owe_call(shop: Workshop) -> int:
    with shop.runtime.act(COMMAND) as act:
        act.session.execute(update(calls.Call).values(state=calls.State.ENDED))  # a busy colleague would not be rung
        call = calls.place(
            act,
            companies.get(act, shop.cast.heat.id),
            colleague=staff.get(act, shop.cast.wang.id),
            case_id=1,
            owner_id=shop.cast.lin.id,
            our_number=shop.cast.heat.number,
            first_step="repair-offer",
            words_version=shop.runtime.prompts.version,
            slots={},
        )
    return shop.owe("place-call", call=call.id)


def owe_link(shop: Workshop) -> int:
    return shop.owe("text-link", case_id=1, offer=shop.offers()[0].id)


def owe_ring(shop: Workshop) -> int:
    return shop.owe("ring-dispatch", case_id=1, dispatch=1)


def owe_notices(shop: Workshop) -> int:
    """Two things that Sun is told in one summary; they press, for the matter is an emergency."""
    occasion = len(shop.entries())
    with shop.runtime.act(COMMAND) as act:
        case, sun = act.session.get_one(cases.Case, 1), staff.get(act, shop.cast.sun.id)
        for n in (1, 2):
            notices.tell(act, sun, Occasion(case, "recording-lost", f"{occasion}-{n}"))
    return shop.entries("tell-staff")[-1].id


def owe_notice_ring(shop: Workshop) -> int:
    with shop.runtime.act(COMMAND) as act:
        act.session.execute(update(calls.Call).values(state=calls.State.ENDED))
        companies.get(act, shop.cast.heat.id)
        case, feng = act.session.get_one(cases.Case, 1), staff.get(act, shop.cast.feng.id)
        promise, about = promises.of_case(act, 1)[0].id, str(len(shop.entries()))
        notices.tell(act, feng, Occasion(case, "promise-broken", about, promise, by_call=True))
        act.session.execute(update(OutboxEntry).where(OutboxEntry.kind == "tell-staff").values(state=State.DROPPED))
    return shop.entries("ring-notice")[-1].id


def effects(shop: Workshop) -> int:
    """How often anything happened: calls and texts that the carrier has, offers and rings that stand in our rows."""
    happened = len(shop.exchange.board.calls) + len(shop.exchange.board.messages) + len(shop.offers())
    return happened + sum("notice" in call.slots for call in shop.calls())


@pytest.mark.parametrize(
    ("owe", "goes_out"),
    [
        (owe_call, {"commit", "request"}),
        (owe_link, {"commit", "request"}),
        (owe_ring, {"commit"}),
        (owe_notices, {"commit", "request"}),
        (owe_notice_ring, {"commit"}),
    ],
)
def test_whatever_moment_a_worker_dies_at_the_effect_happens_once(
    shop: Workshop, ward: Ward, owe: Owe, goes_out: set[str]
) -> None:
    moments = ward.moments(*taken(shop, owe))
    assert goes_out < set(moments)
    for at, what in enumerate(moments):
        before, (entry_id, attempt) = effects(shop), taken(shop, owe)
        ward.dies(entry_id, attempt, at=at)
        assert settled(shop, entry_id) == State.DONE, f"killed before {what}, {at} of {moments}"
        assert effects(shop) - before == 1, f"killed before {what}, {at} of {moments}"


def taken(shop: Workshop, owe: Owe) -> tuple[int, int]:
    """One effect is owed and claimed, and nothing else is; the pace of calls and of texts would allow it."""
    leave_nothing(shop)
    shop.passes(shop.runtime.figures.notices.urgent_between.span + timedelta(seconds=1))
    owe(shop)
    ((entry_id, attempt),) = shop.claim()
    return entry_id, attempt


def settled(shop: Workshop, entry_id: int) -> str:
    """Leases run out, another worker takes over; how the entry ended."""
    work.serve(shop.runtime, shop.carrier)
    shop.passes(shop.runtime.figures.outbox.lease.span + timedelta(seconds=1))
    for _ in range(3):  # the first may only learn that the carrier has nothing
        for owed, attempt in shop.claim():
            if owed == entry_id:
                work.perform(owed, attempt)
    with shop.runtime.look(COMMAND) as act:
        return act.session.get_one(OutboxEntry, entry_id).state


def leave_nothing(shop: Workshop) -> None:
    """What is owed by now is owed no more: this test is about one entry at a time."""
    others = update(OutboxEntry).where(OutboxEntry.state.in_([State.DUE, State.CLAIMED]))
    with shop.runtime.act(COMMAND) as act:
        act.session.execute(others.values(state=State.DROPPED).execution_options(synchronize_session=False))

"""The dispatcher reads what calls came to, in small acts, until nothing is unread; then any of them is found."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from hotline.domain import call_searches, companies
from hotline.domain.act import COMMAND
from hotline.domain.call_facts import CallFact
from hotline.domain.call_searches import CallSearch
from hotline.jobs import reading, routine
from hotline.runtime import Runtime
from tests.looked_for import Book
from tests.world import Cast, HandClock


def test_whatever_was_written_since_is_read_in_as_many_acts_as_it_takes(runtime: Runtime, cast: Cast) -> None:
    book, batch = Book(runtime, cast), runtime.figures.call_index.batch
    for _ in range(batch // 2 + 1):
        book.rings("暖气不热")  # a call and a case: two chains
    assert reading.read_calls(runtime) is False, "nothing is left"
    with runtime.look(COMMAND) as act:
        read = act.session.scalar(select(func.count()).where(CallFact.fact == "kind:enquiry"))
    assert read == batch // 2 + 1
    assert reading.read_calls(runtime) is False


def test_what_nobody_kept_goes_though_its_owner_never_searches_again(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        for name in ("", "夜里的"):
            companies.get(act, cast.heat.id)
            row = call_searches.ask(act, cast.sun.id, {"number": cast.chen.number.e164})
            if name:
                call_searches.keep(act, row, name)
    reading.dispose_of_searches(runtime)
    with runtime.look(COMMAND) as act:
        assert act.session.query(CallSearch).count() == 2, "it may still be open"
    at.passes(runtime.figures.sign_in.longest.span + timedelta(seconds=1))
    reading.dispose_of_searches(runtime)
    with runtime.look(COMMAND) as act:
        assert [name for _id, name in call_searches.kept(act, cast.sun.id)] == ["夜里的"]
        assert act.session.query(CallSearch).count() == 1


def test_every_dispatcher_takes_part() -> None:
    [work] = [one for one in routine.ROUTINE if one.run is reading.read_calls]
    assert work.shared, "each takes what no other is reading at this moment"

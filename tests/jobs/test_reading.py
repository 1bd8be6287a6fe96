"""The dispatcher reads what calls came to, in small acts, until nothing is unread; then any of them is found."""

from __future__ import annotations

from sqlalchemy import func, select

from hotline.domain.act import COMMAND
from hotline.domain.call_facts import CallFact
from hotline.jobs import reading, routine
from hotline.runtime import Runtime
from tests.looked_for import Book
from tests.world import Cast


def test_whatever_was_written_since_is_read_in_as_many_acts_as_it_takes(runtime: Runtime, cast: Cast) -> None:
    book, batch = Book(runtime, cast), runtime.figures.call_index.batch
    for _ in range(batch // 2 + 1):
        book.rings("暖气不热")  # a call and a case: two chains
    assert reading.read_calls(runtime) is False, "nothing is left"
    with runtime.look(COMMAND) as act:
        read = act.session.scalar(select(func.count()).where(CallFact.fact == "kind:enquiry"))
    assert read == batch // 2 + 1
    assert reading.read_calls(runtime) is False


def test_every_dispatcher_takes_part() -> None:
    [work] = [one for one in routine.ROUTINE if one.run is reading.read_calls]
    assert work.shared, "each takes what no other is reading at this moment"

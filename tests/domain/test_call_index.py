"""What calls are found by follows what happened to them; if this broke, a search would name who complained (CMP-10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.domain import call_index, calls, cases, matters, transcripts
from hotline.domain.act import COMMAND, Act
from hotline.domain.audit import AuditHead
from hotline.domain.calls import Call
from hotline.domain.desk import Wait
from hotline.domain.matters import Told
from hotline.runtime import Runtime
from tests import given, tampering
from tests.domain.talks import Talk
from tests.domain.test_transcripts import SAID, recorded
from tests.looked_for import Book
from tests.world import Cast


def test_what_is_said_anonymously_after_the_talk_takes_the_colleagues_leg_from_every_search(
    runtime: Runtime, cast: Cast
) -> None:
    talk, book = Talk(runtime, cast), Book(runtime, cast)
    talk.free(cast.lin)
    talk.waits()
    with talk.acting() as act:
        earlier = given.case(act, cast)
        earlier.details = {"sealed_question": cases.seal(act, earlier, "阀门漏水")}
        act.session.get_one(Wait, 1).case_id = earlier.id
        number = earlier.number
    leg = talk.offered()
    talk.accepts(leg)
    for call_id in (leg, talk.call_id):
        talk.joins(call_id)
    for call_id in (leg, talk.call_id):
        talk.leaves(call_id)
        talk.with_leg(_ends, call_id)
    assert leg in book.found(case_number=number)
    assert leg in book.found(words="漏水")
    with talk.acting() as act:  # while the agent still writes
        call = act.session.get_one(Call, talk.call_id)
        told = Told(call.company_id, call.owner_id, {}, reachable=False, call=call, anonymous=True)
        matters.open_complaint(act, told)
    several: list[dict[str, Any]] = [{"case_number": number}, {"kind": "enquiry"}, {"words": "漏水"}]
    for asked in several:
        assert book.found(**asked) == [], asked
    assert leg in book.found(staff_id=cast.lin.id), "that somebody rang is no secret"
    with runtime.act(COMMAND) as act:
        call_index.found_altered(act, [f"case:{earlier.id}"])
    assert book.found(altered=True) == [], "nor does a check of the log say whose matter it was"
    with runtime.act(COMMAND) as act:
        call_index.found_altered(act, [f"call:{leg}", "call:99", "call:x", "house"])
    assert book.found(altered=True) == [leg]


def _ends(act: Act, call: Call) -> None:
    calls.progress(act, call, state=calls.State.ENDED, sequence=9, ended_by="them", cause=None)


def test_a_record_that_somebody_wrote_over_hides_no_other_call(runtime: Runtime, cast: Cast) -> None:
    book = Book(runtime, cast)
    waited, noted, heard, odd, sound = (book.rings("暖气不热") for _ in range(5))
    with runtime.act(COMMAND) as act:
        act.remember(f"call:{waited}", "waited", seconds=95)
        act.remember(f"call:{noted}", "waited", seconds=95)
        case = cases.get(act, book.case_of(noted))
        act.remember(case.chain, "called-back", words=cases.seal(act, case, "换了阀门"), rule=None)
        call = act.session.get_one(Call, heard)
        first, second = (transcripts.keep(act, recorded(act, call, n=n), SAID, "folder", language="zh") for n in (1, 2))
        ids = {"one": first.id, "other": second.id}
    with tampering.forging(runtime) as session:
        tampering.run(
            session,
            "UPDATE audit_entries SET body = :b WHERE chain = :c AND kind = 'waited'",
            b=b"{",
            c=f"call:{waited}",
        )
        tampering.retell(session, f"call:{noted}", 4, seconds="long")
        tampering.run(session, "UPDATE audit_entries SET body = :b WHERE kind = 'called-back'", b=b"[]")
        tampering.run(session, "UPDATE transcripts SET words = 'changed' WHERE id = :one", one=ids["one"])
        tampering.run(session, "UPDATE calls SET slots = :s WHERE id = :i", s='{"opened": 7}', i=odd)
        session.commit()
    assert book.found(kind="enquiry") == [sound, heard, noted, waited], "but for the one that cannot be read at all"
    assert book.found(words="暖气不") == [sound, heard, noted, waited]
    assert book.found(words="水管漏了") == [heard], "by what is left unchanged"
    with runtime.look(COMMAND) as act:
        unread = select(AuditHead.chain).where(AuditHead.indexed_seq < AuditHead.seq, AuditHead.chain != "house")
        assert list(act.session.scalars(unread)) == []


def test_a_call_that_another_reads_at_this_moment_is_left_with_its_matter_for_the_next_time(
    runtime: Runtime, cast: Cast
) -> None:
    book, several = Book(runtime, cast), runtime.engine.dialect.name == "postgresql"
    call_id = book.rings("暖气不热")
    book.read()
    with runtime.act(COMMAND) as act:
        act.remember(f"case:{book.case_of(call_id)}", "promise-warned")
    held = select(AuditHead.seq).where(AuditHead.chain == f"call:{call_id}").with_for_update()
    with Session(runtime.engine) as another:
        another.execute(held)
        if not several:
            another.rollback()  # SQLite has one writer: nobody can be in between
        with runtime.act(COMMAND) as act:
            assert call_index.read(act, most=10) == (0 if several else 1)
    with runtime.act(COMMAND) as act:
        assert call_index.read(act, most=10) == (1 if several else 0)

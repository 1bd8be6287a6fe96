"""In which calls something anonymous was told is known of calls from before as well; else no hold reached them."""

from __future__ import annotations

from sqlalchemy import func, select

from hotline import migrations
from hotline.domain import anonymity
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.export_holdings import ExportHolding, Held, note
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast

TOLD, NAMED, TAKEN_BACK, EMPTY = ("CA" + n * 32 for n in "1234")


def test_calls_of_before_are_marked_by_their_note_alone_and_no_file_of_before_says_what_it_held(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        for sid in (TOLD, NAMED, TAKEN_BACK, EMPTY):
            given.call(act, cast, sid=sid)
        by_sid = {call.sid: call for call in act.session.scalars(select(Call))}
        anonymity.note(act, by_sid[TOLD], case.id)
        by_sid[NAMED].case_id = case.id
        by_sid[NAMED].put(name="x")
        by_sid[TAKEN_BACK].put(anonymous_case=None)
        note(act, 1, [Held("call", by_sid[TOLD].id)])
    migrations.downgrade(runtime.engine, "0014")
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        assert list(act.session.scalars(select(Call.sid).where(Call.unnamed))) == [TOLD]
        assert anonymity.Notes(act).calls_about([case.id]) == [by_sid[TOLD].id]
        assert act.session.scalar(select(func.count()).select_from(ExportHolding)) == 0

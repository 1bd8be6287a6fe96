"""What was said, in writing; if this broke, words of an erased customer could be read, or a complainant be found."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from hotline.domain import audit, customers, recordings, transcripts
from hotline.domain.act import COMMAND, Act
from hotline.domain.calls import Call
from hotline.domain.news import Recording
from hotline.domain.transcripts import Transcript, Turn
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.tampering import write_over
from tests.world import Cast

SAID = [Turn(0.5, 3.0, "caller", "三号楼的水管漏了"), Turn(3.4, 5.0, "", "请尽快")]


def recorded(act: Act, call: Call, *, n: int = 1, case_id: int | None = None) -> Recording:
    """A recording of a call, fetched and kept."""
    row = Recording(sid=f"RE{n:032}", call_id=call.id, case_id=case_id, seconds=5, state="completed", at=act.at)
    act.session.add(row)
    act.session.flush()
    recordings.prepare(act, row)
    recordings.kept(act, row, "d" * 64)
    return row


def test_what_was_said_is_kept_sealed_once_and_on_record(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        row = recorded(act, call)
        kept = transcripts.keep(act, row, SAID, "folder", language="zh-CN")
        assert "水管" not in kept.words
        with pytest.raises(Conflict):
            transcripts.keep(act, row, SAID, "folder", language="zh-CN")
    with runtime.look(COMMAND) as act:
        assert transcripts.text_of(act, call.id) == SAID
        entry = audit.entries(act.session, call.chain)[-1]
        assert (entry.kind, entry.fields["recording"], entry.fields["turns"]) == ("transcript-kept", row.file, 2)
        assert "水管" not in json.dumps(entry.fields, ensure_ascii=False)


def test_words_put_beside_another_recording_of_the_same_customer_do_not_open(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        kept = [transcripts.keep(act, recorded(act, call, n=n), SAID, "folder", language="zh-CN") for n in (1, 2)]
        moved = update(Transcript).where(Transcript.id == kept[0].id).values(words=kept[1].words)
        act.session.execute(moved.execution_options(synchronize_session="fetch"))
        with pytest.raises(Invalid):
            transcripts.opened(act, kept[0])


def test_what_an_erased_customer_said_is_read_by_nobody(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        kept = transcripts.keep(act, recorded(act, call), SAID, "folder", language="zh-CN")
        customers.erase(act, customers.get(act, call.customer_id or 0))
        with pytest.raises(NotFound):
            transcripts.opened(act, kept)
        assert transcripts.text_of(act, call.id) == []
        with pytest.raises(NotFound):
            transcripts.keep(act, recorded(act, call, n=2), SAID, "folder", language="zh-CN")


def test_what_was_said_in_an_anonymous_matter_leads_nobody_from_the_call_to_it(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        call = given.call(act, cast, who=cast.chen)
        case = given.case(act, cast)
        case.anonymous = True
        kept = transcripts.keep(act, recorded(act, call, case_id=case.id), SAID, "folder", language="zh-CN")
        assert transcripts.text_of(act, call.id) == []
        assert transcripts.opened(act, kept) == SAID


def test_that_the_carriers_words_are_gone_is_told_once_though_somebody_wrote_over_what_was_told_before(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        row = recorded(act, given.call(act, cast, who=cast.chen))
        chain = recordings.thing_of(act, row).chain
        write_over(act.session, chain, "transcript-kept", act.at)
    for _again in range(2):
        with runtime.act(COMMAND) as act:
            transcripts.removed(act, recordings.get(act, row.sid))
    with runtime.look(COMMAND) as act:
        kinds = [entry.kind for entry in audit.entries(act.session, chain)]
        assert kinds.count("transcript-removed") == 1

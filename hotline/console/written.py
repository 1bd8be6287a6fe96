"""What was said in a recording, for its page and its call's: the words, or why there are none (REC-2, SEC-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.console import asking
from hotline.domain import recordings, transcripts
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.news import Recording
from hotline.domain.outbox import State
from hotline.domain.transcripts import Turn
from hotline.errors import Invalid


@dataclass(frozen=True)
class Written:
    """What is written down of a recording. `lacks`: why nothing can be read, "" where something can.

    The turns stand in it for whoever gave a reason alone (`is_open`); `source`: who wrote them down.
    """

    turns: Sequence[Turn]
    lacks: str
    language: str
    source: str
    is_open: bool


def of(act: Act, row: Recording, *, is_open: bool) -> Written:
    """What is written down of a recording that is kept; `is_open`: its reader gave a reason a while ago."""
    language, kept = act.session.get_one(Call, row.call_id).language, transcripts.of_recording(act, row)
    if recordings.key_of(act, row) is None:
        return Written((), "erased", language, "", is_open)
    if kept is None:
        return Written((), _lacks(act, row, language), language, "", is_open)
    try:
        turns = transcripts.opened(act, kept)
    except Invalid:
        return Written((), "changed", language, kept.source, is_open)
    return Written(turns if is_open else (), "" if turns else "silent", language, kept.source, is_open)


def _lacks(act: Act, row: Recording, language: str) -> str:
    """Why it is not written down: it is to be, it could not be; nobody does it, nobody does it in this language, or
    nobody was asked.
    """
    asked, transcriber = transcripts.asked(act, row), asking.runtime().transcriber
    if asked in (State.DUE, State.CLAIMED):
        return "waits"
    if asked is not None:
        return "failed"
    if transcriber is None or not act.standard.transcripts.kept:
        return "none"
    return transcriber.lacks(language) or "not-asked"

"""What was said in a recording, in writing, sealed; without it nobody could search what was spoken (REC-2, SEC-4)."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import audit, outbox, recordings
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import Conflict, Invalid, NotFound
from hotline.transcribers import FOLDER
from hotline.transcribers import Turn as Turn

OWED, FORGETS = "transcribe", "forget-transcript"  # the outbox' words: to have it written down, and gone where it lay
_REMOVED = "transcript-removed"
_MAY_COME = (State.DUE, State.CLAIMED, State.FAILED)  # what failed is looked at again once a person has mended it


class Transcript(Base):
    """What was said in one recording, sealed with that recording's key: who loses the one loses the other."""

    __tablename__ = "transcripts"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_sid: Mapped[str] = mapped_column(ForeignKey("recordings.sid"), unique=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    language: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))  # who wrote it down: folder, carrier
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)


def keep(act: Act, recording: Recording, turns: Sequence[Turn], source: str, *, language: str) -> Transcript:
    """Keep what was said in a recording of ours, once; `source`: who wrote it down.

    Raises Conflict where it is written down already, NotFound where its customer was erased.
    """
    if of_recording(act, recording) is not None:
        raise Conflict("what was said in this recording is written down already")
    # The recording's name is sealed with its words: put beside another recording, they do not open.
    said = json.dumps([recording.file, *(asdict(turn) for turn in turns)], ensure_ascii=False)
    row = Transcript(
        recording_sid=recording.sid,
        call_id=recording.call_id,
        language=language,
        source=source,
        at=act.at,
        words=act.sealer.seal_for(recordings.key_of(act, recording), said),
    )
    act.session.add(row)
    act.session.flush()
    thing = recordings.thing_of(act, recording)
    act.remember(
        thing.chain, "transcript-kept", recording=recording.file, source=source, language=language, turns=len(turns)
    )
    return row


def not_made(act: Act, recording: Recording, source: str) -> None:
    """Whoever should have written it down could not."""
    thing = recordings.thing_of(act, recording)
    act.remember(thing.chain, "transcript-not-made", recording=recording.file, source=source)


def removed(act: Act, recording: Recording) -> None:
    """The carrier has deleted what it had written down; told once, however often it was owed."""
    chain = recordings.thing_of(act, recording).chain
    told = [one.kind for one in audit.entries(act.session, chain) if one.said.get("recording") == recording.file]
    if [kind for kind in told if kind.startswith("transcript-")][-1:] != [_REMOVED]:
        act.remember(chain, _REMOVED, recording=recording.file)


def asked(act: Act, recording: Recording) -> State | None:
    """How far whoever was asked to write it down is; None: nobody was asked."""
    entry = _asked(act, recording)
    return None if entry is None else State(entry.state)


def source_of(entry: OutboxEntry) -> str:
    """Who is asked; a version before asked a recogniser of the company's own alone, and did not say so."""
    return str(entry.about.get("source", FOLDER))


def forget(act: Act, recording: Recording) -> None:
    """The recording is destroyed: what was ever asked for goes from where it may lie in clear, though that was owed
    before, and was given up or came too early (REC-5).
    """
    entry = _asked(act, recording)
    if entry is not None:
        key, sid = f"erase-transcript-{recording.sid}", recording.sid
        outbox.post(act, FORGETS, key=key, patient=True, recording=sid, source=source_of(entry))


def waited_for(act: Act, names: Collection[str], *, since: datetime) -> set[str]:
    """Of recordings by our name, those since an instant of which it may be read yet what was said in them."""
    query = (
        select(Recording)
        .join(OutboxEntry, OutboxEntry.key == literal(f"{OWED}-") + Recording.sid)
        .where(Recording.file.in_(names), Recording.sha256.is_not(None), Recording.at > since)
        .where(OutboxEntry.state.in_(_MAY_COME))
    )
    rows = act.session.scalars(query)
    return {row.file for row in rows if row.file is not None and recordings.key_of(act, row) is not None}


def of_recording(act: Act, recording: Recording) -> Transcript | None:
    """What is written down of a recording, still sealed; None where nothing is."""
    return act.session.scalar(select(Transcript).where(Transcript.recording_sid == recording.sid))


def waiting(act: Act, *, since: datetime, most: int) -> list[Recording]:
    """Recordings of ours since an instant of which nothing is written down, the oldest first; none that was erased."""
    query = (
        select(Recording)
        .join(Transcript, Transcript.recording_sid == Recording.sid, isouter=True)
        .where(Recording.sha256.is_not(None), Recording.at >= since, Transcript.id.is_(None))
    )
    rows = act.session.scalars(query.order_by(Recording.at, Recording.sid).limit(most))
    return [row for row in rows if recordings.key_of(act, row) is not None]


def opened(act: Act, row: Transcript) -> list[Turn]:
    """The words themselves. Whoever shows them to a person writes down who looked (SEC-4).

    Raises NotFound where the customer was erased, Invalid where the words were changed or are another recording's.
    """
    recording = act.session.get_one(Recording, row.recording_sid)
    name, *turns = json.loads(act.sealer.open_for(recordings.key_of(act, recording), row.words))
    if name != recording.file:
        raise Invalid("what is written down here was said in another recording")
    return [Turn(**turn) for turn in turns]


def text_of(act: Act, call_id: int, *, but_changed: bool = False) -> list[Turn]:
    """Everything that was said in a call's recordings and is written down, in order; for searching, not for showing.

    Without what an anonymous matter holds: by its words nobody is led from the call to it (CMP-10). What was erased is
    left out; `but_changed`: what somebody changed, too. Else that raises Invalid.
    """
    query = (
        select(Transcript)
        .join(Recording, Recording.sid == Transcript.recording_sid)
        .join(Case, Case.id == Recording.case_id, isouter=True)
        .where(Transcript.call_id == call_id, Case.anonymous.is_not(True))
    )
    said: list[Turn] = []
    for row in act.session.scalars(query.order_by(Recording.at, Recording.sid)):
        try:
            said += opened(act, row)
        except NotFound:
            continue
        except Invalid:
            if not but_changed:
                raise
    return said


def _asked(act: Act, recording: Recording) -> OutboxEntry | None:
    return act.session.scalar(select(OutboxEntry).where(OutboxEntry.key == f"{OWED}-{recording.sid}"))

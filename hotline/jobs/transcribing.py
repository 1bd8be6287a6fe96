"""What was said in a recording is fetched from whoever wrote it down, and kept sealed (REC-2, SEC-4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from hotline.carrier import Carrier, CarrierError
from hotline.domain import audit, calls, companies, outbox, recordings, transcripts
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import Invalid
from hotline.jobs.effects import DONE, Effect, Prepared
from hotline.runtime import Runtime
from hotline.transcribers import CARRIER, ByCarrier, Spoken, Transcriber, Turn, Unwritten

KIND, FORGETS = transcripts.OWED, transcripts.FORGETS
_NOT_YET, _GIVEN_UP = "not-yet", "given-up"  # answers beside the turns themselves
_CALLER = "caller"


def owe(runtime: Runtime, act: Act, row: Recording, call: Call) -> bool:
    """A recording was kept: what is said in it is written down, where somebody does that and the company wants it.

    True: the carrier writes it down, so its copy has to stay; it goes once that is over, however it ended.
    """
    transcriber = runtime.transcriber
    if transcriber is None or not act.standard.transcripts.kept or transcriber.lacks(call.language):
        return False
    if transcriber.away and _stays_with_us(act, row, call):
        return False
    outbox.post(act, KIND, key=f"{KIND}-{row.sid}", patient=True, recording=row.sid, source=transcriber.source)
    return transcriber.away


def transcribe(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Is it written down by now? What is kept already, erased or waited for too long is forgotten where it lies."""
    row, call = _locked(act, entry)
    transcriber, figures = runtime.transcriber, act.standard.engine.transcripts
    if transcriber is None or row.file is None or transcriber.source != transcripts.source_of(entry):
        _over(act, entry)
        return State.DROPPED
    kept = transcripts.of_recording(act, row) is not None
    is_there = row.sha256 is not None and recordings.key_of(act, row) is not None
    within = figures.carrier_within if transcriber.away else figures.within
    if kept or not is_there or not act.standard.transcripts.kept or act.at >= row.at + within.span:
        _over(act, entry)
        return State.DONE if kept else State.DROPPED
    spoken = Spoken(row.file, row.sid, call.language, _who(act, row), recordings.reader(act, row, runtime.sounds))
    return Effect(_asking(transcriber, spoken))


def transcribed(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime | None:
    """What was said is kept, and forgotten where it lay once that is committed; or looked for again later."""
    row, call = _locked(act, entry)
    if answer == _NOT_YET:
        return act.at + act.standard.engine.transcripts.look_again.span
    if answer == _GIVEN_UP:
        transcripts.not_made(act, row, transcripts.source_of(entry))
    elif transcripts.of_recording(act, row) is None and row.sha256 is not None and recordings.key_of(act, row):
        turns = [Turn(**turn) for turn in json.loads(answer)]
        transcripts.keep(act, row, turns, transcripts.source_of(entry), language=call.language)
    _over(act, entry)
    return None


def not_transcribed(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It cannot be had. What lies in a folder of ours stays there to be mended; the carrier's goes."""
    row, _call = _locked(act, entry)
    transcripts.not_made(act, row, transcripts.source_of(entry))
    if transcripts.source_of(entry) == CARRIER:
        _over(act, entry)


def forget(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """What was written down goes from where it lay in clear."""
    row, _call = _locked(act, entry)
    transcriber = runtime.transcriber
    if transcriber is None or transcriber.source != transcripts.source_of(entry):  # the setting was changed meanwhile
        transcriber = ByCarrier({}, ()) if transcripts.source_of(entry) == CARRIER else None
    if transcriber is None or row.file is None:
        recordings.owe_removal(act, row)
        return State.DROPPED
    forgets, name, sid = transcriber.forget, row.file, row.sid

    def ask(carrier: Carrier) -> str:
        try:
            forgets(name, sid, carrier)
        except OSError as error:
            raise CarrierError("transcript-not-removed") from error
        return DONE

    return Effect(ask)


def forgotten(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> None:
    """Then the carrier's copy of the sound goes too; that its transcript went is on record, as it is of the sound."""
    row, _call = _locked(act, entry)
    if transcripts.source_of(entry) == CARRIER:
        transcripts.removed(act, row)
    recordings.owe_removal(act, row)


def not_forgotten(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It lies about still, and a person is told; the sound need not."""
    row, _call = _locked(act, entry)
    recordings.owe_removal(act, row)


def _asking(transcriber: Transcriber, spoken: Spoken) -> Callable[[Carrier], str]:
    def ask(carrier: Carrier) -> str:
        try:
            said = transcriber.transcribe(spoken, carrier)
        except Unwritten:
            return _GIVEN_UP
        except (Invalid, OSError) as error:
            raise CarrierError("transcript-not-readable") from error
        return _NOT_YET if said is None else json.dumps([asdict(turn) for turn in said])

    return ask


def _locked(act: Act, entry: OutboxEntry) -> tuple[Recording, Call]:
    row = act.session.get_one(Recording, entry.about["recording"])
    call = calls.locked(act, row.call_id)
    companies.get(act, call.company_id)
    act.session.refresh(row)
    return row, call


def _over(act: Act, entry: OutboxEntry) -> None:
    """It is forgotten once for each attempt: a person who has it tried again has it asked for, and forgotten, anew."""
    sid, source = entry.about["recording"], transcripts.source_of(entry)
    outbox.post(act, FORGETS, key=f"{FORGETS}-{sid}-{entry.attempts}", patient=True, recording=sid, source=source)


def _stays_with_us(act: Act, row: Recording, call: Call) -> bool:
    """Where a recording was paused something was told that nobody else may learn, and some of it may be before the
    pause: the carrier's recogniser is not made for cards and their numbers. What is too short it does not take.
    """
    shortest = act.standard.engine.transcripts.carrier_shortest
    too_short = row.seconds is not None and row.seconds < shortest
    return too_short or any(one.kind == "pause-recording" for one in audit.entries(act.session, call.chain))


def _who(act: Act, row: Recording) -> str:
    """Who speaks: a conversation is recorded on request, and has several; what a caller was asked to say, has one."""
    asked = select(OutboxEntry.id).where(OutboxEntry.kind == "start-recording", OutboxEntry.carrier_sid == row.sid)
    return _CALLER if act.session.scalar(asked.limit(1)) is None else ""

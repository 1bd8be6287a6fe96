"""What was said in a recording is fetched from whoever wrote it down, and kept sealed (REC-2, SEC-4)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from hotline.carrier import Carrier, CarrierError
from hotline.domain import calls, companies, outbox, recordings, transcripts
from hotline.domain.act import Act
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import Invalid
from hotline.jobs.effects import Effect, Prepared
from hotline.runtime import Runtime
from hotline.transcribers import Turn

KIND = "transcribe"


def owe(runtime: Runtime, act: Act, row: Recording) -> None:
    """A recording was kept: what is said in it is written down, where somebody does that and the company wants it."""
    if runtime.transcriber is not None and act.standard.transcripts.kept:
        outbox.post(act, KIND, key=f"{KIND}-{row.sid}", patient=True, recording=row.sid)


def transcribe(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Is it written down by now? What is kept already, erased or waited for too long is forgotten where it lies."""
    row = act.session.get_one(Recording, entry.about["recording"])
    call, transcriber = calls.locked(act, row.call_id), runtime.transcriber
    companies.get(act, call.company_id)
    if transcriber is None or row.file is None:
        return State.DROPPED
    kept, key, name = transcripts.of_recording(act, row), recordings.key_of(act, row), row.file
    wanted = act.standard.transcripts.kept and act.at < row.at + act.standard.engine.transcripts.within.span
    if kept is not None or key is None or not wanted:
        transcriber.forget(name)
        return State.DONE if kept is not None else State.DROPPED
    sound, language = recordings.reader(act, row, runtime.sounds), call.language

    def ask(_carrier: Carrier) -> str:
        try:
            said = transcriber.transcribe(name, sound, language)
        except (Invalid, OSError) as error:
            raise CarrierError("transcript-not-readable") from error
        return json.dumps(None if said is None else [asdict(turn) for turn in said])

    return Effect(ask)


def transcribed(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime:
    """What was said is kept, and forgotten where it lay in clear once that is committed; or looked for again later."""
    row, said = act.session.get_one(Recording, entry.about["recording"]), json.loads(answer)
    call = calls.locked(act, row.call_id)
    companies.get(act, call.company_id)
    if said is None:
        return act.at + act.standard.engine.transcripts.look_again.span
    if transcripts.of_recording(act, row) is None and recordings.key_of(act, row) is not None:
        turns, source = [Turn(**turn) for turn in said], runtime.transcriber.source if runtime.transcriber else ""
        transcripts.keep(act, row, turns, source, language=call.language)
    return act.at

"""Recordings come from the carrier to us and are deleted there; without it only the carrier could hear them (SEC-4)."""

from __future__ import annotations

import io
import wave
from hashlib import sha256

from hotline.carrier import Carrier, CarrierError
from hotline.domain import calls, companies, recordings
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import telling, transcribing
from hotline.jobs.effects import Effect, Prepared
from hotline.runtime import Runtime

IN_PROGRESS = "in-progress"


def fetch(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Fetch a recording, once the call has come to its matter: the matter decides with whose key it is sealed."""
    row, call = _locked(act, entry)
    if row.sha256 is not None or row.state == recordings.LOST:
        return State.DROPPED
    figures, over_at = act.standard.engine.recordings, call.ended_at
    if row.state == IN_PROGRESS and (over_at is None or act.at < over_at + figures.news_within.span):
        return (over_at or act.at) + figures.news_within.span  # a conversation is recorded for as long as it lasts
    if row.case_id is None and over_at is None:
        return act.at + figures.matter_within.span
    if row.state not in (recordings.COMPLETED, IN_PROGRESS):
        _lost(act, row)
        return State.DONE
    recordings.prepare(act, row)
    key = recordings.key_of(act, row)
    if key is None:  # the customer was erased meanwhile
        recordings.owe_removal(act, row)
        return State.DROPPED
    return _fetching(runtime, act, row, key)


def fetched(runtime: Runtime, act: Act, entry: OutboxEntry, digest: str) -> None:
    """The copy is ours: the carrier's is not needed any more, unless it is to write down what is said there."""
    row, call = _locked(act, entry)
    if row.sha256 is None:
        recordings.kept(act, row, digest)
        if not transcribing.owe(runtime, act, row, call):
            recordings.owe_removal(act, row)


def not_fetched(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It cannot be had: somebody has to ask the caller again."""
    row, _call = _locked(act, entry)
    if row.sha256 is None and row.state != recordings.LOST:
        _lost(act, row)


def remove(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Delete the carrier's copy, after ours was read again from where it is kept, and found whole; of what was
    discarded, at once.
    """
    row, _call = _locked(act, entry)
    if row.removed_at is not None:
        return State.DROPPED
    is_ours = row.state != recordings.DISCARDED and recordings.key_of(act, row) is not None
    read = recordings.reader(act, row, runtime.sounds) if is_ours else None
    sid = row.sid

    def ask(carrier: Carrier) -> str:
        if read is not None:
            read()
        carrier.delete_recording(sid)
        return sid

    return Effect(ask)


def removed(runtime: Runtime, act: Act, entry: OutboxEntry, sid: str) -> None:
    """The carrier has it no more."""
    recordings.removed(act, recordings.get(act, sid))


def not_removed(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It stays with the carrier, and the record says so."""
    recordings.not_removed(act, recordings.get(act, entry.about["recording"]))


def _locked(act: Act, entry: OutboxEntry) -> tuple[Recording, Call]:
    """The recording and its call, both locked; the call first, as everywhere."""
    call = calls.locked(act, act.session.get_one(Recording, entry.about["recording"]).call_id)
    companies.get(act, call.company_id)
    return recordings.get(act, entry.about["recording"]), call


def _fetching(runtime: Runtime, act: Act, row: Recording, key: str) -> Effect:
    sid, name, seconds = row.sid, row.file or "", row.seconds
    seal, store = act.sealer.seal_bytes, runtime.sounds
    differs_at_most = act.standard.engine.recordings.differs_at_most.seconds

    def ask(carrier: Carrier) -> str:
        whole = seconds if seconds is not None else carrier.recorded_seconds(sid)  # the news of its end was lost
        if whole is None:
            raise CarrierError("recording-not-whole")
        sound = carrier.fetch_recording(sid)
        if abs(_length(sound) - whole) > differs_at_most:
            raise CarrierError("recording-not-whole")
        store.keep(name, seal(key, sound))
        return sha256(sound).hexdigest()

    return Effect(ask)


def _length(sound: bytes) -> float:
    """Seconds of a WAV file."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError):
        raise CarrierError("recording-not-readable") from None


def _lost(act: Act, row: Recording) -> None:
    recordings.prepare(act, row)  # it is named by our name alone; the carrier's would lead to an anonymous caller
    recordings.lost(act, row)
    if row.case_id is not None:
        telling.supervisors(act, row.case_id, "recording-lost", row.file or "")

"""Recordings come from the carrier to us and are deleted there; without it only the carrier could hear them (SEC-4)."""

from __future__ import annotations

import io
import wave
from hashlib import sha256

from hotline import sounds
from hotline.carrier import Carrier, CarrierError
from hotline.domain import calls, companies, outbox, recordings
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import telling
from hotline.jobs.effects import Effect, Prepared
from hotline.runtime import Runtime

IN_PROGRESS = "in-progress"


def fetch(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Fetch a recording, once the call has come to its matter: the matter decides with whose key it is sealed."""
    row, call_is_over = _locked(act, entry)
    if row.sha256 is not None or row.state == recordings.LOST:
        return State.DROPPED
    if row.case_id is None and not call_is_over:
        return act.at + act.standard.engine.recordings.matter_within.span
    if row.state == IN_PROGRESS and _is_just_over(act, row):  # a long talk: its recording is only now being finished
        return act.at + act.standard.engine.recordings.news_within.span
    if row.state not in (recordings.COMPLETED, IN_PROGRESS):
        _lost(act, row)
        return State.DONE
    recordings.prepare(act, row)
    key = recordings.key_of(act, row)
    if key is None:  # the customer was erased meanwhile
        _owe_removal(act, row)
        return State.DROPPED
    return _fetching(runtime, act, row, key)


def fetched(runtime: Runtime, act: Act, entry: OutboxEntry, digest: str) -> None:
    """The copy is ours: the carrier's is not needed any more."""
    row, _call_is_over = _locked(act, entry)
    if row.sha256 is None:
        recordings.kept(act, row, digest)
        _owe_removal(act, row)


def not_fetched(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It cannot be had: somebody has to ask the caller again."""
    row, _call_is_over = _locked(act, entry)
    if row.sha256 is None and row.state != recordings.LOST:
        _lost(act, row)


def remove(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Delete the carrier's copy, after ours was read again from the disk and found whole."""
    row, _call_is_over = _locked(act, entry)
    if row.removed_at is not None:
        return State.DROPPED
    if recordings.key_of(act, row) is not None:
        recordings.sound(act, row, runtime.settings.hotline_var)
    sid = row.sid

    def ask(carrier: Carrier) -> str:
        carrier.delete_recording(sid)
        return sid

    return Effect(ask)


def removed(runtime: Runtime, act: Act, entry: OutboxEntry, sid: str) -> None:
    """The carrier has it no more."""
    recordings.removed(act, recordings.get(act, sid))


def not_removed(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It stays with the carrier, and the record says so."""
    recordings.not_removed(act, recordings.get(act, entry.about["recording"]))


def _locked(act: Act, entry: OutboxEntry) -> tuple[Recording, bool]:
    """The recording and whether its call is over, both locked; the call first, as everywhere."""
    call = calls.locked(act, act.session.get_one(Recording, entry.about["recording"]).call_id)
    companies.get(act, call.company_id)
    return recordings.get(act, entry.about["recording"]), call.state in FINAL


def _is_just_over(act: Act, row: Recording) -> bool:
    ended_at = act.session.get_one(Call, row.call_id).ended_at
    return ended_at is None or act.at < ended_at + act.standard.engine.recordings.matter_within.span


def _fetching(runtime: Runtime, act: Act, row: Recording, key: str) -> Effect:
    sid, name, seconds = row.sid, row.file or "", row.seconds
    seal, folder = act.sealer.seal_bytes, runtime.settings.hotline_var
    differs_at_most = act.standard.engine.recordings.differs_at_most.seconds

    def ask(carrier: Carrier) -> str:
        sound = carrier.fetch_recording(sid)
        if seconds is not None and abs(_length(sound) - seconds) > differs_at_most:
            raise CarrierError("recording-not-whole")
        sounds.keep(folder, name, seal(key, sound))
        return sha256(sound).hexdigest()

    return Effect(ask)


def _length(sound: bytes) -> float:
    """Seconds of a WAV file."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError):
        raise CarrierError("recording-not-readable") from None


def _owe_removal(act: Act, row: Recording) -> None:
    outbox.post(act, "delete-recording", key=f"delete-{row.sid}", recording=row.sid)


def _lost(act: Act, row: Recording) -> None:
    recordings.prepare(act, row)  # it is named by our name alone; the carrier's would lead to an anonymous caller
    recordings.lost(act, row)
    if row.case_id is not None:
        telling.supervisors(act, row.case_id, "recording-lost", row.file or "")

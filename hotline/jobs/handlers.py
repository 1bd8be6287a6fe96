"""Every kind of owed effect and how it is performed: the whole index of what workers do (small index file)."""

from __future__ import annotations

from hotline.domain import cases, companies, handovers, leaving, promises
from hotline.domain.act import Act
from hotline.domain.handovers import Handover
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.promises import Promise
from hotline.jobs import checking, line, placing, recordings, rings, talks, texts
from hotline.jobs.effects import Handler
from hotline.jobs.placing import News
from hotline.runtime import Runtime


def _judge(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    promises.judge(act, _promise(act, entry))
    return State.DONE


def _warn(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    promises.warn(act, _promise(act, entry))
    return State.DONE


def _escalate(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    promises.escalate(act, _promise(act, entry), entry.about["role"])
    return State.DONE


def _return_handover(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    handover = act.session.get_one(Handover, entry.about["handover"])
    companies.get(act, cases.get(act, handover.case_id).company_id)
    handovers.give_back(act, handover.id)
    return State.DONE


def _begin_leave(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    leaving.begin(act, entry.about["absence"])
    return State.DONE


def _promise(act: Act, entry: OutboxEntry) -> int:
    """The promise an entry is about, its company's standard chosen."""
    promise = act.session.get_one(Promise, entry.about["promise"])
    companies.get(act, promise.company_id)
    return promise.id


_KINDS = {
    "ring-dispatch": Handler(rings.ring_next),
    "place-call": Handler(placing.place, placing.placed, placing.not_placed, paced=True),
    "check-offer": Handler(rings.check_offer, rings.offer_checked, rings.not_checked),
    "end-call": Handler(placing.end),
    "match-line": Handler(line.match),
    "check-leg": Handler(checking.check, checking.checked, checking.not_checked),
    "look-at-meeting": Handler(checking.look, checking.looked),
    "hold": Handler(talks.hold, ordered=True),
    "resume": Handler(talks.resume, ordered=True),
    "announce": Handler(talks.announce),
    "set-mode": Handler(talks.set_mode, ordered=True),
    "start-recording": Handler(talks.start_recording, talks.recording_started),
    "pause-recording": Handler(talks.pause_recording, ordered=True),
    "resume-recording": Handler(talks.resume_recording, ordered=True),
    "stop-recording": Handler(talks.stop_recording),
    "text-link": Handler(texts.link),
    "send-text": Handler(texts.send, texts.sent),
    "fetch-recording": Handler(recordings.fetch, recordings.fetched, recordings.not_fetched),
    "delete-recording": Handler(recordings.remove, recordings.removed, recordings.not_removed),
    "judge-promise": Handler(_judge),
    "warn-promise": Handler(_warn),
    "escalate-promise": Handler(_escalate),
    "return-handover": Handler(_return_handover),
    "begin-leave": Handler(_begin_leave),
}


def handlers(news: News) -> dict[str, Handler]:
    """Every kind; `news` takes what turns out at the carrier about a call's end, with all that follows from it."""
    return _KINDS | {"look-up-call": placing.looking_up(news)} | line.handlers(news)


HANDLERS = handlers(placing.over)

"""Every kind of owed effect and how it is performed: the whole index of what workers do (small index file)."""

from __future__ import annotations

from hotline.domain import cases, companies, handovers, promises
from hotline.domain.act import Act
from hotline.domain.handovers import Handover
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.promises import Promise
from hotline.jobs import recordings, rings, texts
from hotline.jobs.effects import Handler
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


def _promise(act: Act, entry: OutboxEntry) -> int:
    """The promise an entry is about, its company's standard chosen."""
    promise = act.session.get_one(Promise, entry.about["promise"])
    companies.get(act, promise.company_id)
    return promise.id


HANDLERS = {
    "ring-dispatch": Handler(rings.ring_next),
    "place-call": Handler(rings.place, rings.placed, rings.not_placed, paced=True),
    "check-offer": Handler(rings.check_offer, rings.offer_checked, rings.not_checked),
    "end-call": Handler(rings.end),
    "look-up-call": rings.looking_up(rings.over),
    "text-link": Handler(texts.link),
    "send-text": Handler(texts.send, texts.sent),
    "fetch-recording": Handler(recordings.fetch, recordings.fetched, recordings.not_fetched),
    "delete-recording": Handler(recordings.remove, recordings.removed, recordings.not_removed),
    "judge-promise": Handler(_judge),
    "warn-promise": Handler(_warn),
    "escalate-promise": Handler(_escalate),
    "return-handover": Handler(_return_handover),
}

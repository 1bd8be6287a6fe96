"""Every kind of owed effect and how it is performed: the whole index of what workers do (small index file)."""

from __future__ import annotations

from hotline.domain import cases, companies, completeness, handovers, leaving, replacing, reports
from hotline.domain.act import Act
from hotline.domain.handovers import Handover
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import (
    accounts,
    alarms,
    callbacks,
    checking,
    exporting,
    keeping,
    line,
    notices,
    people,
    placing,
    recordings,
    reporting,
    rings,
    robots,
    talks,
    texts,
    transcribing,
    unusual,
)
from hotline.jobs import completeness as checks
from hotline.jobs import webhooks as telling_systems
from hotline.jobs.effects import Handler
from hotline.jobs.placing import News
from hotline.runtime import Runtime


def _return_handover(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    handover = act.session.get_one(Handover, entry.about["handover"])
    companies.get(act, cases.get(act, handover.case_id).company_id)
    handovers.give_back(act, handover.id)
    return State.DONE


def _begin_leave(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    leaving.begin(act, entry.about["absence"])
    return State.DONE


def _looked_at_by_the_clock(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    """Posted by a version before: the promise itself says now when it is looked at."""
    return State.DROPPED


_KINDS = {
    "ring-dispatch": Handler(rings.ring_next),
    "call-back": Handler(callbacks.begin, failed=callbacks.not_begun),
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
    replacing.SENDS_OFF: Handler(talks.send_off),
    "text-link": Handler(texts.link),
    "send-text": Handler(texts.send, texts.sent),
    "tell-staff": Handler(notices.send, notices.sent, notices.not_sent),
    "ring-notice": Handler(notices.ring),
    "tell-alarm": Handler(alarms.tell),
    "tell-look": Handler(unusual.tell),
    "tell-account": Handler(accounts.tell),
    "tell-webhook": Handler(telling_systems.tell, telling_systems.told),
    "tell-robot": Handler(robots.tell, failed=robots.not_told),
    "fetch-recording": Handler(recordings.fetch, recordings.fetched, recordings.not_fetched),
    "delete-recording": Handler(recordings.remove, recordings.removed, recordings.not_removed),
    transcribing.KIND: Handler(transcribing.transcribe, transcribing.transcribed, transcribing.not_transcribed),
    transcribing.FORGETS: Handler(transcribing.forget, transcribing.forgotten, transcribing.not_forgotten),
    completeness.CHECKS: Handler(checks.check, checks.checked, checks.not_checked),
    completeness.TELLS: Handler(checks.tell),
    "discard-sound": Handler(keeping.discard),
    "dispose": Handler(keeping.dispose),
    "judge-promise": Handler(_looked_at_by_the_clock),
    "warn-promise": Handler(_looked_at_by_the_clock),
    "escalate-promise": Handler(_looked_at_by_the_clock),
    "return-handover": Handler(_return_handover),
    "tell-gap": Handler(people.tell_gap),
    "begin-leave": Handler(_begin_leave),
    reports.MAKES: Handler(reporting.make, reporting.made),
    reports.TELLS: Handler(reporting.tell),
    "export": Handler(exporting.make, exporting.made, failed=exporting.not_made),
}


def handlers(news: News) -> dict[str, Handler]:
    """Every kind; `news` takes what turns out at the carrier about a call's end, with all that follows from it."""
    return _KINDS | {"look-up-call": placing.looking_up(news)} | line.handlers(news)


HANDLERS = handlers(placing.over)

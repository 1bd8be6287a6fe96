"""Holds our calls against the carrier's list, piece by piece; without it nobody could say that the log is whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from hotline.carrier import Carrier, CarrierError, LegState
from hotline.domain import companies, completeness, staff
from hotline.domain.act import CLOCK, Act
from hotline.domain.completeness import Listed, Look
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import texts
from hotline.jobs.effects import Effect, Prepared
from hotline.runtime import Runtime

_WAS_A_CALL = (LegState.TALKING, LegState.ENDED)  # somebody answered: the list has to hold it


def owe(runtime: Runtime) -> None:
    """The regular look goes on where the last one ended, unless another is under way."""
    figures = runtime.figures.completeness
    with runtime.act(CLOCK) as act:
        since = completeness.goes_on_from(act) or act.at - figures.every.span
        since = max(since, act.at - figures.looked_back.span)
        if completeness.under_way(act) is None and since < act.at - figures.settles.span:
            completeness.ask(act, figures, since=since, until=act.at)


def check(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """One piece of the period: what the carrier lists, and which of our calls it does not know."""
    figures, look = runtime.figures.completeness, _locked(act, entry)
    if look.state != completeness.State.RUNNING:
        return State.DROPPED
    since, until = completeness.next_piece(look, figures)
    ours, margin = completeness.in_log(act, since, until), figures.margin.span

    def ask(carrier: Carrier) -> str:
        listed = carrier.list_calls(since - margin, until + margin)
        on_list = {one.sid for one in listed}
        unlisted = {sid: at for sid, at in ours.items() if sid not in on_list}
        reached = _reached(unlisted, since, until, most=figures.looked_up)
        gone = _gone(carrier, [sid for sid, at in unlisted.items() if at < reached])
        rows = [(one.sid, "in" if one.inbound else "out", one.number, one.at.isoformat()) for one in listed]
        return json.dumps({"until": reached.isoformat(), "listed": rows, "gone": gone})

    return Effect(ask)


def checked(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime | None:
    """The piece is compared; the next one at once, until the whole period is."""
    look, said = _locked(act, entry), json.loads(answer)
    listed = [Listed(sid, way, number, datetime.fromisoformat(at)) for sid, way, number, at in said["listed"]]
    completeness.compare(act, look, datetime.fromisoformat(said["until"]), listed, said["gone"])
    if look.reached_at < look.until_at:
        return act.at
    completeness.end(act, look)
    return None


def not_checked(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The carrier's list is not to be had, or is not whole."""
    look = _locked(act, entry)
    if look.state == completeness.State.RUNNING:
        completeness.give_up(act, look)


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text to a supervisor: about = {look, who, company}. How many calls are missing, since when, where to look."""
    person = staff.get(act, entry.about["who"])
    company = companies.get(act, entry.about["company"])
    lost = completeness.newly_missing(act, entry.about["look"], company.id)
    if not person.active or not lost:
        return State.DROPPED
    said, language = runtime.prompts, act.standard.languages.default

    def write() -> str:
        return said.text(
            "texts.calls-missing",
            language,
            company.words,
            company=company.name(language),
            n=str(len(lost)),
            since=texts.when(act, runtime, language, lost[0].at),
            link=runtime.addresses.completeness(),
        )

    return texts.effect(runtime, act, entry, company, staff.phone_of(act, person), write)


def _reached(unlisted: Mapping[str, datetime], since: datetime, until: datetime, *, most: int) -> datetime:
    """How far this turn comes: not all of the piece where the list lacks more calls than are asked for at once."""
    left = list(unlisted.values())[most:]
    return max(left[0], since + datetime.resolution) if left else until


def _gone(carrier: Carrier, sids: Sequence[str]) -> list[str]:
    """Which of these the carrier does not know, each asked for by itself.

    What was cancelled before it was dialled stands on no list. A call that was answered does: a list without it is not
    whole, and says nothing. Raises CarrierError.
    """
    gone = []
    for sid in sids:
        try:
            found = carrier.fetch_call(sid)
        except CarrierError as error:
            if error.word != "gone":
                raise
            gone.append(sid)
        else:
            if found.state in _WAS_A_CALL:
                raise CarrierError("list-not-whole")
    return gone


def _locked(act: Act, entry: OutboxEntry) -> Look:
    return act.session.get_one(Look, entry.about["look"], with_for_update=True, populate_existing=True)

"""What people are told goes out in one text, and by telephone; without it they would read it on the page alone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.domain import calls, cases, companies, notices, outbox, promise_looks, promises, rounds, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Staff
from hotline.jobs import telling, texts
from hotline.jobs.effects import Prepared
from hotline.runtime import Runtime

FIRST_STEP = "notice"
WARNING = "promise-due-soon"
KEEPS = {"lost-property-for-supervisor": "EMG-3.tell"}  # telling it was what the rule promised


def send(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """What waits for a person, of one company: one notice in its own words, several in a summary (OWN-6).

    about = {who, company}. A warning of what is done meanwhile, or broken, is struck: nobody needs it any more.
    """
    person, company = staff.get(act, entry.about["who"]), companies.get(act, entry.about["company"])
    urgent = entry.queue == Queue.URGENT
    later = _later(act, entry, person, company.id, urgent=urgent)
    if entry.submitted_at is None and person.active and later is not None:
        return later
    told = notices.taken(act, entry) if entry.submitted_at is not None else _take(act, entry, urgent=urgent)
    if not told:
        return State.DROPPED
    if not person.active:
        for one in told:
            notices.pass_on(act, one)
        return State.DROPPED
    return texts.effect(
        runtime, act, entry, company, staff.phone_of(act, person), lambda: _written(runtime, act, company, told)
    )


def sent(runtime: Runtime, act: Act, entry: OutboxEntry, sid: str) -> None:
    """The carrier has it. Where telling was what a rule promised, the promise is kept."""
    told = notices.taken(act, entry)
    companies.get(act, entry.about["company"])
    kept = {one.case_id: KEEPS[one.text] for one in told if one.text in KEEPS}
    for case_id in sorted(kept):
        promises.done(act, kept[case_id], cases.get(act, case_id))
    for one in told:
        notices.told(act, one)


def not_sent(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """The text was given up: the supervisors are told, of each matter once; where that fails too, the next above."""
    companies.get(act, entry.about["company"])
    who, urgent = entry.about["who"], entry.queue == Queue.URGENT
    told = notices.take(act, entry, urgent=urgent)
    for case_id in dict.fromkeys(one.case_id for one in told if one.text != telling.FAILED):
        telling.somebody_else(act, case_id, str(entry.id), unreached=who, urgent=urgent)
    for one in told:
        if one.text == telling.FAILED:
            telling.passed_up(act, one.case_id, one.about, unreached=who, urgent=urgent)


def ring(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Ring whoever is told by telephone as well: about = {notice, ring}. The second ring follows the first's end.

    Nobody is rung about what they pressed a key for, or what is done meanwhile; a page that was open silences nothing.
    Of who left unheard others are told: the text that they got went with them.
    """
    notice = notices.get(act, entry.about["notice"])
    company, person = companies.get(act, notice.company_id), staff.get(act, notice.staff_id)
    promise = act.session.get_one(Promise, notice.promise_id)
    if notice.heard_at is not None or not promise.is_owed:
        return State.DROPPED
    if not person.active:
        notices.pass_on(act, notice)
        return State.DROPPED
    if rounds.is_engaged(act, person):
        return act.at + act.standard.engine.dispatch.ring_pause.span
    call = calls.place(
        act,
        company,
        colleague=person,
        case_id=notice.case_id,
        owner_id=act.session.get_one(Case, notice.case_id).owner_id,
        our_number=companies.number_of(act, company),
        first_step=FIRST_STEP,
        words_version=runtime.prompts.version,
        slots={
            "notice": notice.id,
            "ring": entry.about["ring"],
            "rule": promise.rule,
            "due": promise.due_at.isoformat(),
        },
    )
    outbox.post(act, "place-call", key=f"place-{call.id}", case_id=notice.case_id, urgent=True, call=call.id)
    return State.DONE


def _later(act: Act, entry: OutboxEntry, person: Staff, company_id: int, *, urgent: bool) -> datetime | None:
    """When to look again, where the person gets no text yet: not at night, nor one text after another.

    A clock that stood still tells what it finds in many acts: the summary waits for all of them, but not for ever.
    """
    soonest, figures = notices.may_be_texted(act, person, company_id, urgent=urgent), act.standard.engine.notices
    if soonest > act.at:
        return soonest
    behind = promise_looks.waiting(act).get(company_id, act.at) < act.at - figures.gather.span
    if behind and act.at < entry.posted_at + figures.between.span and notices.are_many(act, entry, urgent=urgent):
        return act.at + figures.gather.span
    return None


def _take(act: Act, entry: OutboxEntry, *, urgent: bool) -> list[Notice]:
    told = []
    for one in notices.take(act, entry, urgent=urgent):
        promise = act.session.get(Promise, one.promise_id) if one.promise_id is not None else None
        if one.text == WARNING and promise is not None and promise.verdict != Verdict.OPEN:
            act.session.delete(one)
        else:
            told.append(one)
    return told


def _written(runtime: Runtime, act: Act, company: Company, told: list[Notice]) -> str:
    if len(told) == 1:
        case, promise_id = act.session.get_one(Case, told[0].case_id), told[0].promise_id
        promise = act.session.get(Promise, promise_id) if promise_id is not None else None
        return texts.for_colleagues(runtime, act, case, told[0].text, promise)
    return _summary(runtime, act, company, told)


def _summary(runtime: Runtime, act: Act, company: Company, told: list[Notice]) -> str:
    """How many notices on which matters, what of it is broken and since when, and where it all stands."""
    said, language, own = runtime.prompts, act.standard.languages.default, company.words
    broken = _broken(act, told)
    values = {
        "count": str(len(told)),
        "matters": str(len({one.case_id for one in told})),
        "numbers": _numbers(act, told, said.text("texts.list.and", language, own)),
        "broken": str(len(broken)),
        "link": runtime.addresses.notices(),
        "company": company.name(language),
    }
    if not broken:
        return said.text("texts.summary", language, own, **values)
    first = min(promise.due_at for promise in broken).astimezone(ZoneInfo(act.standard.timezone))
    since = said.text("texts.when-since", language, own, at=first)
    return said.text("texts.summary-broken", language, own, since=since, **values)


def _broken(act: Act, told: list[Notice]) -> list[Promise]:
    ids = {one.promise_id for one in told if one.promise_id is not None}
    query = select(Promise).where(Promise.id.in_(ids), Promise.verdict == Verdict.BROKEN)
    return list(act.session.scalars(query))


def _numbers(act: Act, told: list[Notice], comma: str) -> str:
    """The first few case numbers, and how many more there are."""
    ids, most = list(dict.fromkeys(one.case_id for one in told)), act.standard.engine.notices.named
    named = comma.join(act.session.get_one(Case, case_id).number for case_id in ids[:most])
    return f"{named} +{len(ids) - most}" if len(ids) > most else named

"""Looks whether the machine itself does its work, and tells those who keep it; without it a silence would look well."""

from __future__ import annotations

from redis.exceptions import RedisError

from hotline import crew
from hotline.domain import alarms, beginnings, claims, companies, dead_letters, staff
from hotline.domain.act import CLOCK, Act
from hotline.domain.alarms import Alarm, What
from hotline.domain.companies import Company
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.jobs import texts
from hotline.jobs.effects import Prepared
from hotline.runtime import Runtime

_NOBODY_ON = {Queue.URGENT: What.NO_WORKER_URGENT, Queue.ROUTINE: What.NO_WORKER_ROUTINE}


def look(runtime: Runtime) -> None:
    """See what is wrong now. It only reads while nothing begins and nothing ends."""
    figures = runtime.figures.alarms
    unmanned = _unmanned(runtime)
    with runtime.look(CLOCK) as act:
        wrong = {_NOBODY_ON[queue] for queue in unmanned} | _in_the_outbox(act, runtime)
        if not alarms.differ(act, wrong, after=figures.lasts.span):
            return
    with runtime.act(CLOCK) as act:
        alarms.note(act, wrong, after=figures.lasts.span, urgent=Queue.URGENT not in unmanned)


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text to one who keeps the platform: about = {who, alarm, over}. Whoever works here no more is not told."""
    person, alarm = staff.get(act, entry.about["who"]), act.session.get_one(Alarm, entry.about["alarm"])
    company = companies.get(act, person.company_id)
    if not person.active:
        return State.DROPPED
    over = bool(entry.about["over"])
    return texts.effect(
        runtime, act, entry, company, staff.phone_of(act, person), lambda: written(runtime, act, company, alarm, over)
    )


def written(runtime: Runtime, act: Act, company: Company, alarm: Alarm, over: bool) -> str:
    """What is wrong, or that it is over, in a company's language; where to look."""
    said, language, own = runtime.prompts, act.standard.languages.default, company.words
    what = said.text(f"texts.alarm.{alarm.what}", language, own)
    since = texts.when(act, runtime, language, alarm.began_at)
    key = "texts.alarm.over" if over else "texts.alarm.began"
    return said.text(key, language, own, what=what, since=since, link=runtime.addresses.owed())


def _unmanned(runtime: Runtime) -> set[Queue]:
    """The queues on which nobody works. Where Redis does not answer nobody can say; then what is owed grows late."""
    try:
        hands = crew.at_work(runtime.redis, runtime.figures.worker.lifetime.span)
    except RedisError:
        return set()
    return {queue for queue, found in hands.items() if not found}


def _in_the_outbox(act: Act, runtime: Runtime) -> set[What]:
    """A call that is due is begun at once where there is room for it, so that one that is not is late as well."""
    since = act.at - runtime.figures.alarms.late_after.span
    late = any(at is not None and at < since for at in (claims.oldest_due(act), beginnings.neglected(act)))
    failed = dead_letters.count(act) > 0
    return ({What.LATE} if late else set()) | ({What.FAILED} if failed else set())

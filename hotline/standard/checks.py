"""Without this file figures that are right one by one could contradict each other during a call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from phonenumbers import SUPPORTED_REGIONS

from hotline.standard.calendar import Calendar
from hotline.standard.catalogue import RULES
from hotline.standard.diagnosis import judged
from hotline.standard.kinds import Role
from hotline.standard.limits import Limit, Unit
from hotline.standard.people import Review
from hotline.standard.reading import Misfit, Path
from hotline.standard.rules import PromiseRule, Standard

Complaint = tuple[Path, str]


def check(standard: Standard) -> None:
    """Raises Misfit at the first contradiction."""
    for fault_class, scope in standard.repair.scope.items():
        judged(fault_class, scope)
    for path, reason in _complaints(standard):
        raise Misfit(path, reason)


def _complaints(standard: Standard) -> Iterator[Complaint]:
    yield from _languages(standard)
    yield from _calendar(standard.calendar)
    yield from _review(standard.people.review)
    yield from _repair(standard)
    yield from _callbacks(standard)
    yield from _visits(standard)
    yield from _desk(standard)
    yield from _secrecy(standard)
    yield from _engine(standard)
    for rule in standard.promise_rules.values():
        yield from _promise(rule)


def _languages(standard: Standard) -> Iterator[Complaint]:
    languages = standard.languages
    if languages.default not in languages.offered:
        yield ("languages", "default"), f"{languages.default!r} is not among the languages offered"


def _calendar(calendar: Calendar) -> Iterator[Complaint]:
    if not any(calendar.hours.values()):
        yield ("calendar", "hours"), "no day has opening hours"
    if not calendar.week:
        yield ("calendar", "week"), "no day is a working day"
    for day, spans in calendar.hours.items():
        for before, after in pairwise(spans):
            if before.wraps or after.start < before.end:
                yield ("calendar", "hours", day), f"{after} does not come after {before}"


def _review(review: Review) -> Iterator[Complaint]:
    if review.conduct + review.diligence + review.ability + review.results != 100:
        yield ("people", "review"), "conduct, diligence, ability and results do not add up to 100"
    if review.checks_share + review.monthly_share + review.year_end_share != 100:
        yield ("people", "review"), "checks, monthly and year-end shares do not add up to 100"
    if review.bonus_to < review.bonus_from:
        yield ("people", "review", "bonus_to"), "is less than bonus_from"


def _repair(standard: Standard) -> Iterator[Complaint]:
    for fault_class in standard.repair.classes:
        if fault_class not in standard.repair.fees:
            yield ("repair", "fees", fault_class), "is missing: a fee is spoken before anybody comes (FLT-3)"
    if not standard.flow.items:
        yield ("flow", "items"), "is empty"
    if len(set(standard.flow.items)) < len(standard.flow.items):
        yield ("flow", "items"), "names something twice"


def _callbacks(standard: Standard) -> Iterator[Complaint]:
    """While the office is open there is a moment at which customers are awake; else nobody could ever be rung back."""
    quiet = standard.callbacks.quiet
    opened = [span for spans in standard.calendar.hours.values() for span in spans]
    if quiet.start == quiet.end or all(quiet.contains(one.start) and not one.contains(quiet.end) for one in opened):
        yield ("callbacks", "quiet"), "leaves no opening hour in which anybody may be rung (FLT-7)"
    regions = standard.callbacks.regions
    if not regions:
        yield ("callbacks", "regions"), "is empty: nobody could be rung (SEC-5)"
    for one in regions:
        if one not in SUPPORTED_REGIONS:
            yield ("callbacks", "regions"), f"{one!r} is not a region by ISO 3166, such as CN or HK"


def _visits(standard: Standard) -> Iterator[Complaint]:
    if standard.visits.reopens_at >= standard.visits.best_mark:
        yield ("visits", "reopens_at"), "is not below best_mark"


def _desk(standard: Standard) -> Iterator[Complaint]:
    desk, engine = standard.desk, standard.engine.desk
    counted = {"owner_patience": desk.owner_patience, "wrap_up": desk.wrap_up, "longest_wait": desk.longest_wait}
    for name, limit in counted.items():
        if limit.unit not in (Unit.SECOND, Unit.MINUTE, Unit.HOUR):
            yield ("desk", name), f"{limit} is not a time in seconds, minutes or hours: somebody is on the line"
    if engine.presence_every.seconds >= engine.presence.seconds:
        yield ("engine", "desk", "presence_every"), "is not shorter than presence: who is there would count as gone"
    if engine.wait_margin.seconds >= standard.answering.reassurance.seconds:
        yield ("engine", "desk", "wait_margin"), "leaves nothing of the time between two reassurances (ANS-4)"


def _secrecy(standard: Standard) -> Iterator[Complaint]:
    secrecy = standard.secrecy
    for name, limit in {"looks_within": secrecy.looks_within, "told_again": secrecy.told_again}.items():
        if limit.unit not in (Unit.SECOND, Unit.MINUTE, Unit.HOUR):
            yield ("secrecy", name), f"{limit} is not a time in seconds, minutes or hours: looks are counted by it"


def _engine(standard: Standard) -> Iterator[Complaint]:
    outbox = standard.engine.outbox
    if not outbox.back_off:
        yield ("engine", "outbox", "back_off"), "is empty"
    if outbox.job_timeout.seconds >= outbox.lease.seconds:
        yield ("engine", "outbox", "job_timeout"), "is not shorter than the lease"
    if standard.engine.worker.lifetime.seconds <= outbox.job_timeout.seconds:
        yield ("engine", "worker", "lifetime"), "is not longer than a job may take: a busy worker would count as dead"
    sign_in = standard.engine.sign_in
    if sign_in.noted_every.seconds >= sign_in.idle.seconds:
        yield ("engine", "sign_in", "noted_every"), "is not shorter than idle: whoever is at work would be logged out"


def _promise(rule: PromiseRule) -> Iterator[Complaint]:
    path = ("promise_rules", rule.key)
    if rule.rule_id not in RULES:
        yield (*path, "rule_id"), f"{rule.rule_id!r} is not a rule of the standard"
    if rule.approved_by is Role.OWNER:
        yield (*path, "approved_by"), "whoever owns a matter does not approve for themselves (CMP-5)"
    if rule.warn_before is not None and not _shorter(rule.warn_before, rule.limit):
        yield (*path, "warn_before"), f"{rule.warn_before} is not shorter than the limit of {rule.limit}"
    reached = 0
    for step in rule.escalate:
        rough = _rough(step.after)
        if rough is None:
            yield (*path, "escalate"), f"{step.after} is not a time that can be counted from any moment"
        elif rough < reached:
            yield (*path, "escalate"), f"{step.after} comes after a later step: they are taken in their order"
        reached = rough or reached


def _shorter(one: Limit, other: Limit) -> bool:
    rough, most = _rough(one), _rough(other)
    return rough is not None and (most is None or rough < most)


_ROUGH_SECONDS = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.DAY: 86_400}


def _rough(limit: Limit) -> int | None:
    """Seconds, with a day of 24 hours; None for lengths that only a calendar knows."""
    per_unit = _ROUGH_SECONDS.get(limit.unit)
    return None if per_unit is None else limit.amount * per_unit

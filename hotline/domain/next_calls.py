"""When a customer is rung next; without it a try in between would cost them the time that was agreed (CBK-3, FLT-7).

Whoever writes `Callback.next_at` asks here. A time that was agreed counts from `from_at` to `until_at`, and for no
other instant: before it and after it the company's hours count, as of any call. Whoever is owed nothing but a return
visit is left alone until that begins (VIS-1), whatever was tried before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hotline.domain import owed_calls, promises, slots, visit_rules
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.owed_calls import OF_VISITS, Callback, Style
from hotline.domain.promises import AGREED_TIME, Promise
from hotline.domain.slots import Kind
from hotline.standard.rules import Standard


def sooner(act: Act, callback: Callback, after: datetime) -> None:
    """The next attempt begins as soon as allowed after an instant, where it would begin later or not by itself.

    One that is under way goes on. The standard is chosen.
    """
    at = allowed(act.standard, callback, after)
    if owed_calls.under_way(act, callback.id) is None and (callback.next_at is None or at < callback.next_at):
        owed_calls.schedule(act, callback, at)


def lies_ahead(callback: Callback, at: datetime) -> bool:
    """Is a time agreed with the customer that has not come yet at this instant?"""
    return callback.agreed and callback.from_at > at


def is_within(callback: Callback, at: datetime) -> bool:
    """Does this instant lie in the time that was agreed with the customer?"""
    ended = callback.until_at is not None and at >= callback.until_at
    return callback.agreed and callback.from_at <= at and not ended


def lasts(callback: Callback, again: datetime) -> bool:
    """Is the next attempt still one of the time that was agreed? Without an end there is but one."""
    return callback.until_at is not None and is_within(callback, again)


def allowed(standard: Standard, callback: Callback, after: datetime) -> datetime:
    """The first instant (UTC), this one or a later, at which the customer may be rung: by the hours, or as agreed."""
    if is_within(callback, after):
        at = slots.earliest(standard, after, _kind(callback, agreed=True))
        if is_within(callback, at):
            return at
    at = slots.earliest(standard, after, _kind(callback))
    return min(at, _agreed(standard, callback)) if lies_ahead(callback, after) else at


def is_early(act: Act, case: Case, callback: Callback, at: datetime) -> bool:
    """Does a try that begins at this instant come before its time, so that it costs the customer none of theirs?

    Before the agreed time; of return visits before they begin. The standard is chosen, here and below.
    """
    begins = _visits_begin(act, case, callback)
    return lies_ahead(callback, at) or (begins or at) > at


def after_nothing(act: Act, case: Case, callback: Callback, wait: timedelta, *, began_at: datetime) -> datetime:
    """When to try again where the customer was not rung by a try that began then: after some time from now.

    At the agreed time if that comes before, or came meanwhile.
    """
    again = min(act.at + wait, callback.from_at) if lies_ahead(callback, began_at) else act.at + wait
    return _not_early(act, case, callback, allowed(act.standard, callback, again))


def after_try(act: Act, case: Case, callback: Callback, tried: Sequence[datetime]) -> datetime:
    """When to try again after the customer was rung in vain by tries that began at these instants, in order.

    At the agreed time where the last began before it; within its window as long as it lasts; then in another slot
    (FLT-7).
    """
    standard = act.standard
    if lies_ahead(callback, tried[-1]):
        return _agreed(standard, callback)
    again = tried[-1] + standard.callbacks.between.span
    within = slots.earliest(standard, again, _kind(callback, agreed=True))
    if lasts(callback, within):
        return within
    return _not_early(act, case, callback, slots.next_try(standard, tried, _kind(callback)))


def after_talk(act: Act, case: Case, callback: Callback) -> datetime | None:
    """When to ring again whom we talked with, where what is owed still needs no answer first: a visit, when it begins.

    Not on the same day in any case. None where we talked as often as anybody is tried: one of ours forgets to write it
    down, and the customer is not rung for ever for that.
    """
    if owed_calls.talks(act, callback) >= act.standard.callbacks.attempts:
        return None
    calendar = act.standard.calendar
    today = act.at.astimezone(calendar.timezone).date()
    tomorrow = calendar.start_of_day(date.fromordinal(today.toordinal() + 1))
    begins = _begin(act, case, [one for one in owed_calls.owed_of(act, callback, case) if one.rule in OF_VISITS])
    return slots.earliest(act.standard, max(tomorrow, begins or tomorrow), _kind(callback))


def _not_early(act: Act, case: Case, callback: Callback, at: datetime) -> datetime:
    begins = _visits_begin(act, case, callback)
    return at if begins is None or begins <= at else slots.earliest(act.standard, begins, _kind(callback))


def _visits_begin(act: Act, case: Case, callback: Callback) -> datetime | None:
    """From when on a customer is rung who is owed nothing but return visits; None: there is more to ring about, or they
    were to be rung at once.
    """
    if callback.rule in OF_VISITS and callback.from_at <= callback.made_at:
        return None
    about = owed_calls.rules_of(callback) | {AGREED_TIME}
    owed = [one for one in promises.of_case(act, case.id) if one.is_owed and one.rule in about]
    return _begin(act, case, owed) if OF_VISITS.issuperset(one.rule for one in owed) else None


def _begin(act: Act, case: Case, owed: Sequence[Promise]) -> datetime | None:
    """When the first of these visits begins."""
    return min((visit_rules.begins(act, case, one.rule, one.made_at) for one in owed), default=None)


def _agreed(standard: Standard, callback: Callback) -> datetime:
    return slots.earliest(standard, callback.from_at, _kind(callback, agreed=True))


def _kind(callback: Callback, *, agreed: bool = False) -> Kind:
    """A time that they agreed to may lie in the night of their place: they know where they are."""
    zone = ZoneInfo(callback.zone) if callback.zone is not None and not agreed else None
    return Kind(talk=callback.style == Style.TALK, agreed=agreed, zone=zone)

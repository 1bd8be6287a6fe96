"""When a customer is rung next; without it a try in between would cost them the time that was agreed (CBK-3, FLT-7).

Whoever writes `Callback.next_at` asks here. A time that was agreed counts from `from_at` to `until_at`, and for no
other instant: before it and after it the company's hours count, as of any call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.domain import owed_calls, slots
from hotline.domain.act import Act
from hotline.domain.owed_calls import Callback, Style
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


def after_nothing(standard: Standard, callback: Callback, at: datetime, wait: timedelta) -> datetime:
    """When to try again where the customer was not rung: after some time, at the agreed time if that comes before."""
    again = min(at + wait, callback.from_at) if lies_ahead(callback, at) else at + wait
    return allowed(standard, callback, again)


def after_try(standard: Standard, callback: Callback, tried: Sequence[datetime], at: datetime) -> datetime:
    """When to try again after the customer was rung in vain at these instants, in order, the last of them just now.

    At the agreed time where that lies ahead; within its window as long as it lasts; then in another slot (FLT-7).
    """
    if lies_ahead(callback, at):
        return _agreed(standard, callback)
    again = tried[-1] + standard.callbacks.between.span
    within = slots.earliest(standard, again, _kind(callback, agreed=True))
    if lasts(callback, within):
        return within
    return slots.next_try(standard, tried, _kind(callback))


def _agreed(standard: Standard, callback: Callback) -> datetime:
    return slots.earliest(standard, callback.from_at, _kind(callback, agreed=True))


def _kind(callback: Callback, *, agreed: bool = False) -> Kind:
    return Kind(talk=callback.style == Style.TALK, agreed=agreed)

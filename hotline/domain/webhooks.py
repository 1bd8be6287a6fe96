"""Other systems that are told what happens; without it they would ask us every minute, or learn of it too late.

What they are told says ids and states, and never who somebody is.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline import destinations
from hotline.db import Base
from hotline.domain.act import Act
from hotline.errors import Conflict, Invalid, NotFound

TELLS = "tell-webhook"  # the kind of what is owed to one
_BYTES = 32  # of chance in a secret: nobody guesses it
_HOST_LONGEST = 280  # characters of an origin


class Event(StrEnum):
    """What other systems may be told of."""

    CASE_OPENED = "case.opened"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    CASE_HANDED_OVER = "case.handed_over"
    REPAIR_PROGRESS = "repair.progress"
    PROMISE_BROKEN = "promise.broken"
    CALLBACK_DONE = "callback.done"


class Why(StrEnum):
    """Why a webhook is told nothing any more."""

    REMOVED = "removed"
    GONE = "gone"  # it answered so itself (410)


class Webhook(Base):
    """A company's subscription: where what is told, and what signs it. Address and secret are keys, so sealed."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    host: Mapped[str] = mapped_column(String(_HOST_LONGEST))  # to know it by; the whole address is shown nowhere
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(String(200))  # with spaces between
    secret: Mapped[str] = mapped_column(Text)
    secret_before: Mapped[str | None] = mapped_column(Text)  # signs beside the new one for a while
    rotated_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # when it last took something
    rests_until: Mapped[datetime | None]  # it failed: nothing else is sent there until then
    ended_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(12))

    def hears(self, event: Event) -> bool:
        """Is it told of this?"""
        return event in self.events.split()


def add(
    act: Act, company_id: int, url: str, events: Collection[Event], *, also: Collection[str] = frozenset()
) -> tuple[Webhook, str]:
    """Tell this address from now on what happens in a company's matters; and the secret, told this once.

    `also`: origins allowed beside https on the public internet. Raises Invalid for an address that is not called, or
    where nothing is to be told.
    """
    to, wanted = destinations.read(url, also), [event for event in Event if event in events]
    if not wanted:
        raise Invalid(f"say what it is told of: {', '.join(Event)}")
    secret = _new_secret()
    hook = Webhook(
        company_id=company_id,
        host=to.origin,
        url=act.sealer.seal(url),
        events=" ".join(wanted),
        secret=act.sealer.seal(secret),
        added_at=act.at,
    )
    act.session.add(hook)
    act.session.flush()
    act.remember("house", "webhook-added", webhook=hook.id, company=company_id, host=hook.host, events=wanted)
    return hook, secret


def rotate(act: Act, hook: Webhook) -> str:
    """A new secret, told this once; the one before signs beside it for a while. Raises Conflict once it ended."""
    if hook.ended_at is not None:
        raise Conflict(f"webhook {hook.id} has ended: nothing is signed for it any more")
    secret = _new_secret()
    hook.secret_before, hook.secret, hook.rotated_at = hook.secret, act.sealer.seal(secret), act.at
    act.remember("house", "webhook-rotated", webhook=hook.id, company=hook.company_id)
    return secret


def end(act: Act, hook: Webhook, why: Why) -> None:
    """It is told nothing from now on, and its address and secrets are forgotten. Raises Conflict the second time."""
    if hook.ended_at is not None:
        raise Conflict(f"webhook {hook.id} has ended already")
    hook.ended_at, hook.why, hook.url, hook.secret, hook.secret_before = act.at, why, "", "", None
    act.remember("house", "webhook-ended", webhook=hook.id, company=hook.company_id, why=why)


def listed(act: Act, company_id: int | None = None) -> list[Webhook]:
    """Every webhook of a company, or of the group, in the order of their coming; also those that ended."""
    query = select(Webhook).order_by(Webhook.id)
    return list(act.session.scalars(query if company_id is None else query.where(Webhook.company_id == company_id)))


def live(act: Act) -> list[Webhook]:
    """Every webhook that is told something."""
    return list(act.session.scalars(select(Webhook).where(Webhook.ended_at.is_(None)).order_by(Webhook.id)))


def get(act: Act, webhook_id: int) -> Webhook:
    """The webhook with this id, locked. Raises NotFound."""
    hook = act.lock(Webhook, webhook_id)
    if hook is None:
        raise NotFound(f"there is no webhook {webhook_id}: `hotline webhook list` shows those there are")
    return hook


def address_of(act: Act, hook: Webhook) -> str:
    """Where it is called. Raises NotFound once it ended."""
    if hook.ended_at is not None:
        raise NotFound(f"webhook {hook.id} has ended: its address is forgotten")
    return act.sealer.open(hook.url)


def secrets_of(act: Act, hook: Webhook, *, overlap: timedelta) -> list[str]:
    """What signs for it: its secret, and for `overlap` after a change the one before as well."""
    sealed = [hook.secret]
    if hook.secret_before is not None and hook.rotated_at is not None and act.at < hook.rotated_at + overlap:
        sealed.append(hook.secret_before)
    return [act.sealer.open(one) for one in sealed]


def took(act: Act, hook: Webhook) -> None:
    """It took what it was told."""
    hook.told_at, hook.rests_until = act.at, None


def failed(act: Act, hook: Webhook, *, gone: bool, rest: timedelta) -> None:
    """It did not take it: the others wait a while, lest they all wait for it; or it wants no more (410)."""
    if gone and hook.ended_at is None:
        end(act, hook, Why.GONE)
    hook.rests_until = act.at + rest


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(_BYTES)}"

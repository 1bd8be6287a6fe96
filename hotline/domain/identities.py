"""Who somebody is at the company's identity provider; without it a stranger's account there could open one of ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import account_news
from hotline.domain.account_news import News
from hotline.domain.act import Act
from hotline.domain.staff import Staff
from hotline.errors import Conflict, NotFound


class Identity(Base):
    """An account at the provider that may open one of ours. Both names are blinded: they are compared, never shown.

    An administrator allows a name; the first log-in under it ties the account's own lasting subject, and from then on
    that alone counts: a name can be given to somebody else at the provider.
    """

    __tablename__ = "identities"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str | None] = mapped_column(String(64), unique=True)
    linked_at: Mapped[datetime]


def allow(act: Act, person: Staff, name: str, *, by: int | None) -> None:
    """Whoever is called so at the provider may log in as this person. `by`: None at the command line.

    They are told. Raises Conflict where the name belongs to a colleague; what was tied to the person before counts no
    more.
    """
    blinded = _blind_name(act, name)
    taken = act.session.scalar(select(Identity).where(Identity.name == blinded))
    if taken is not None and taken.staff_id != person.id:
        raise Conflict("this account of the provider belongs to a colleague")
    row = act.session.get(Identity, person.id, with_for_update=True, populate_existing=True)
    if row is None:
        act.session.add(Identity(staff_id=person.id, name=blinded, linked_at=act.at))
    else:
        row.name, row.subject, row.linked_at = blinded, None, act.at
    act.remember("house", "identity-allowed", staff=person.id, by=by)
    account_news.tell(act, person, News.PROVIDER, by=by)


def forbid(act: Act, person: Staff, *, by: int | None) -> None:
    """No account of the provider opens this one of ours any more. Raises NotFound where none did."""
    row = act.session.get(Identity, person.id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"no account of the provider opens {person.login}")
    act.session.delete(row)
    act.remember("house", "identity-forbidden", staff=person.id, by=by)


def person_of(act: Act, *, issuer: str, subject: str, names: list[str]) -> Staff | None:
    """Who this account of the provider is here; None for nobody who may log in.

    `names`: what the provider vouches for. Only at the first log-in is a name looked at, and the subject tied to it.
    """
    blinded = act.sealer.blind(f"oidc-subject\0{issuer}\0{subject}")
    known = act.session.scalar(select(Identity).where(Identity.subject == blinded))
    if known is None:
        known = act.session.scalar(
            select(Identity)
            .where(Identity.name.in_([_blind_name(act, name) for name in names]), Identity.subject.is_(None))
            .order_by(Identity.staff_id)
            .with_for_update()
        )
        if known is None:
            return None
        known.subject = blinded
        act.remember("house", "identity-tied", staff=known.staff_id)
    person = act.session.get_one(Staff, known.staff_id)
    return person if person.active else None


def has(act: Act, staff_id: int) -> bool:
    """May this person log in by the provider?"""
    return act.session.get(Identity, staff_id) is not None


def _blind_name(act: Act, name: str) -> str:
    return act.sealer.blind(f"oidc-name\0{name.strip().casefold()}")

"""Sealing keys that are set no longer and still open the log; without it a rotation would make the log unreadable."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act
from hotline.errors import Conflict


class OldKey(Base):
    """A retired key, sealed with one that is set: what it sealed in the log is never rewritten (design rule 6)."""

    __tablename__ = "old_keys"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    wrapped: Mapped[str] = mapped_column(String(200))
    retired_at: Mapped[datetime]


def kept(session: Session, name: str) -> str | None:
    """The retired key of this name, sealed; None where none is kept."""
    return session.scalar(select(OldKey.wrapped).where(OldKey.name == name))


def names(session: Session) -> list[str]:
    """The names of all that are kept."""
    return list(session.scalars(select(OldKey.name).order_by(OldKey.name)))


def keep(act: Act, name: str) -> None:
    """Keep a key that is about to be set no longer; the house remembers it. Once more changes nothing.

    Raises Conflict where another key of this name is kept: one of the two would open its entries no more.
    """
    row = insert_new(act.session, OldKey).values(name=name, wrapped=act.sealer.sealed_key(name), retired_at=act.at)
    if act.session.scalar(row.returning(OldKey.name)) is not None:
        act.remember("house", "sealing-key-retired", name=name)
        return
    if not act.sealer.is_key(name, act.session.get_one(OldKey, name).wrapped):
        raise Conflict(
            f"another key called {name} was retired before: leave this one in SEALING_KEYS, the log needs it"
        )

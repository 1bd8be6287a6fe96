"""The form of a request that a second, higher person decides; without it an approval would be a word in a corridor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain.cases import Kind
from hotline.standard.kinds import Grade


class What(StrEnum):
    """What is asked for."""

    EXTENSION = "extension"  # more time for a promise, before its deadline (CMP-5)
    LOWER_GRADE = "lower-grade"
    CHANGE_KIND = "change-kind"


class State(StrEnum):
    """What became of it."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"  # the deadline came before the answer
    WITHDRAWN = "withdrawn"


class Decision(Base):
    """A request that needs a second, higher person. `reason` and `answer` are people's words, sealed with the case."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "state", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    what: Mapped[str] = mapped_column(String(16))
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promises.id"), index=True)
    wanted: Mapped[str] = mapped_column(String(40))  # an instant (ISO, UTC), a grade, a kind of matter
    level: Mapped[str] = mapped_column(String(24))  # the role that decides, or any above it
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default=State.ASKED)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)

    @property
    def value(self) -> datetime | Grade | Kind:
        """What is wanted: an instant, a grade, a kind of matter."""
        return _READ[What(self.what)](self.wanted)


_READ: dict[What, Callable[[str], datetime | Grade | Kind]] = {
    What.EXTENSION: datetime.fromisoformat,
    What.LOWER_GRADE: Grade,
    What.CHANGE_KIND: Kind,
}

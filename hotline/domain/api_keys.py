"""Keys by which other systems bring matters in; without it a web form could only be typed in again by hand (REC-7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class ApiKey(Base):
    """A company's key for one other system; only its hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class ApiRequest(Base):
    """A request that was carried out, by the sender's own name for it: sent twice it is done once."""

    __tablename__ = "api_requests"
    __table_args__ = (UniqueConstraint("key_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    name: Mapped[str] = mapped_column(String(120))  # Idempotency-Key
    body: Mapped[str] = mapped_column(String(64))  # blind print of what was sent, to know a different request
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime]

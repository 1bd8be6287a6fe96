"""A company's group robots; without it a team that lives in a chat would learn of a broken promise too late."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base


class Kind(StrEnum):
    """Whose robot it is."""

    FEISHU = "feishu"
    DINGTALK = "dingtalk"
    WECOM = "wecom"


class Robot(Base):
    """A group robot (群机器人) that notices are posted to. Its address is a key to the group, so it is sealed."""

    __tablename__ = "robots"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

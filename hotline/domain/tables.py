"""Imports every table so that the metadata is whole; without it a migration could forget one."""

from __future__ import annotations

from hotline.db import Base
from hotline.domain import (
    audit,
    calls,
    cases,
    checkpoints,
    companies,
    customers,
    desk,
    dispatches,
    drafts,
    handovers,
    news,
    offers,
    outbox,
    parties,
    promises,
    repairs,
    seats,
    staff,
    turns,
    visitors,
)

ROOMS = (
    audit,
    checkpoints,
    outbox,
    companies,
    staff,
    seats,
    customers,
    calls,
    offers,
    news,
    turns,
    cases,
    desk,
    promises,
    handovers,
    dispatches,
    parties,
    repairs,
    drafts,
    visitors,
)
metadata = Base.metadata

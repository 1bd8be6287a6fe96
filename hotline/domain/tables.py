"""Imports every table so that the metadata is whole; without it a migration could forget one."""

from __future__ import annotations

from hotline.db import Base
from hotline.domain import (
    absences,
    audit,
    calls,
    cases,
    checkpoints,
    companies,
    customers,
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
    waits,
)

ROOMS = (
    audit,
    checkpoints,
    outbox,
    companies,
    absences,
    staff,
    seats,
    customers,
    calls,
    offers,
    news,
    turns,
    cases,
    waits,
    promises,
    handovers,
    dispatches,
    parties,
    repairs,
    drafts,
    visitors,
)
metadata = Base.metadata

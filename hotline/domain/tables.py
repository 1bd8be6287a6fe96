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
    dispatches,
    handovers,
    news,
    outbox,
    promises,
    repairs,
    staff,
    turns,
)

ROOMS = (
    audit,
    checkpoints,
    outbox,
    companies,
    staff,
    customers,
    calls,
    news,
    turns,
    cases,
    promises,
    handovers,
    dispatches,
    repairs,
)
metadata = Base.metadata

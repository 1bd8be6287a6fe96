"""Wakes what is to be rung at its time; without it a callback would wait for somebody to look (CBK-3)."""

from __future__ import annotations

from hotline.domain import attempts, beginnings
from hotline.domain.act import Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.runtime import Runtime


def begin(runtime: Runtime, act: Act, entry: OutboxEntry) -> State:
    """Begin what is due, of which this is one. What there is no room for stays due: its row says so, and whoever gets
    free looks for it.
    """
    beginnings.begin_due(act, words_version=runtime.prompts.version)
    return State.DONE


def not_begun(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It cannot be begun; it is tried again later."""
    attempts.failed(act, entry.about["callback"])

"""Reads what calls came to into what they are found by, all the time; else a search would know yesterday's calls."""

from __future__ import annotations

import time
from datetime import timedelta

from hotline import clock
from hotline.domain import call_index, call_searches
from hotline.domain.act import CLOCK
from hotline.runtime import Runtime


def read_calls(runtime: Runtime) -> bool:
    """Read what is unread, in small acts with a rest between them; True where the time was over before the work."""
    figures = runtime.figures.call_index
    ends = clock.now() + timedelta(seconds=figures.span_seconds)
    while True:
        with runtime.act(CLOCK) as act:
            read = call_index.read(act, most=figures.batch)
        if read < figures.batch:
            return False
        if clock.now() > ends:
            return True
        time.sleep(figures.rest_seconds)


def dispose_of_searches(runtime: Runtime) -> None:
    """What was looked for longer ago than any log-in lasts, and nobody kept, is of no use to anybody."""
    with runtime.act(CLOCK) as act:
        call_searches.dispose(act, act.at - runtime.figures.sign_in.longest.span)

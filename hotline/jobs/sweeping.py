"""Takes away what a recogniser leaves lying; without it words that come too late would outlive an erasure (SEC-4).

What is kept, or wanted no more, is taken away when that is known; but a recogniser writes when it likes, and may have
fetched the sound before.
"""

from __future__ import annotations

import logging

from hotline.domain import transcripts
from hotline.domain.act import CLOCK
from hotline.errors import Invalid
from hotline.runtime import Runtime
from hotline.transcribers import Transcriber

log = logging.getLogger(__name__)


def sweep(runtime: Runtime) -> None:
    """Once a day what lies there for nothing goes. Raises Invalid where the folder does not let it."""
    clear(runtime)


def clear(runtime: Runtime) -> int:
    """Take away what lies, in clear, of recordings that are destroyed, unknown or waited for no more; of how many.

    The house remembers that. Raises Invalid where the folder does not let it, after what could be taken away was.
    """
    transcriber = runtime.transcriber
    if transcriber is None:
        return 0
    gone, left = 0, 0
    for name in _unwanted(runtime, transcriber):
        try:
            transcriber.clear(name)
            gone += 1
        except OSError:
            left += 1
    if gone or left:
        log.warning("what lay in clear of %d recordings and is waited for no more was removed, of %d not", gone, left)
        with runtime.act(CLOCK) as act:
            act.remember("house", "transcripts-cleared", gone=gone, kept=left)
    if left:
        raise Invalid("what is written down of recordings cannot be removed from its folder")
    return gone


def _unwanted(runtime: Runtime, transcriber: Transcriber) -> list[str]:
    """The folder is read before the records: what comes meanwhile is left for the next time."""
    lying, most = transcriber.lying(), runtime.figures.outbox.batch
    wanted: set[str] = set()
    with runtime.look(CLOCK) as act:
        since = act.at - runtime.figures.transcripts.within.span
        for begin in range(0, len(lying), most):
            wanted |= transcripts.waited_for(act, lying[begin : begin + most], since=since)
    return [name for name in lying if name not in wanted]

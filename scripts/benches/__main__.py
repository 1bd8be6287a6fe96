"""Which measurement is wanted; without it each would have an entrance of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable

from scripts.benches import callbacks, desk, line, promises, queue, search, seed, verify

BENCHES: dict[str, Callable[..., None]] = {
    "line": line.main,
    "desk": desk.main,
    "promises": promises.main,
    "queue": queue.main,
    "callbacks": callbacks.main,
    "seed": seed.main,
    "search": search.main,
    "verify": verify.main,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in BENCHES:
        sys.exit(f"usage: scripts/bench {{{'|'.join(BENCHES)}}} [how many]")
    BENCHES[sys.argv[1]](*map(int, sys.argv[2:3]))

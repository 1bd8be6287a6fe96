"""A process that places calls at the pace it is told, with others beside it; threads alone would prove too little."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from redis import Redis

from hotline.carrier.pace import Lane, Pace

EACH = 40  # calls of one process
PER_SECOND = 50.0
RESTS = {"account": 20, "number-0": 50, "number-1": 50, "company": 30}  # milliseconds
BEGIN = datetime(2026, 11, 18, 2, tzinfo=UTC)
ONE_MILLI = timedelta(milliseconds=1)


def main(redis_url: str, own: int) -> None:
    """Print of each call the instant it went at, in milliseconds from the beginning, and the lanes it took.

    The clock is the caller's own: it goes as far as it is told to wait, so that nothing is slept away, and nobody is
    late. What is late is told apart by a test of its own.
    """
    number = f"number-{own % 2}"
    lanes = [Lane(name, RESTS[name] * ONE_MILLI) for name in (number, "company")]
    with Redis.from_url(redis_url) as redis:
        pace = Pace(redis, "AC1", per_second=PER_SECOND, keep=timedelta(minutes=5))
        for n in range(EACH):
            at = BEGIN
            while wait := pace.wait(f"{own}-{n}", at, *lanes):
                at += wait
            print((at - BEGIN) // ONE_MILLI, "account", number, "company", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

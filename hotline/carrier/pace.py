"""The pace of calls over all workers; without it a busy minute would end in the carrier's queue."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

_Argument = bytes | bytearray | memoryview | str | int | float
log = logging.getLogger(__name__)

# One step for all workers: a place in line is kept under the asker's name until it comes back for it, so that nobody
# who waits is overtaken, save by an emergency (its name begins with "!"): it takes the first place of those who are
# none, and they move back by one. KEYS: next free instant, places kept. ARGV: now, millis between two, name, keep.
_ASK = """
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[1] - ARGV[4])
local place = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[3]))
if not place then
  place = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or 0))
  redis.call('SET', KEYS[1], string.format('%.0f', place + ARGV[2]), 'PX', place + ARGV[2] - ARGV[1] + ARGV[4])
  if string.sub(ARGV[3], 1, 1) == '!' then
    local line = redis.call('ZREVRANGE', KEYS[2], 0, -1, 'WITHSCORES')
    for i = 1, #line, 2 do
      if string.sub(line[i], 1, 1) ~= '!' then
        redis.call('ZADD', KEYS[2], place, line[i])
        place = tonumber(line[i + 1])
      end
    end
  end
end
if place <= tonumber(ARGV[1]) then
  redis.call('ZREM', KEYS[2], ARGV[3])
  return 0
end
redis.call('ZADD', KEYS[2], place, ARGV[3])
redis.call('PEXPIRE', KEYS[2], redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2] - ARGV[1] + ARGV[4])
return place - ARGV[1]
"""

_MILLIS = 1000  # in a second: the script counts in whole milliseconds


class Pace:
    """A token bucket of one token. An emptied Redis is a full bucket: harmless, for the carrier has a queue of its own.

    `account` names the bucket; `keep`: how long a place that nobody came back for is kept.
    """

    def __init__(self, redis: Redis, account: str, *, per_second: float, keep: timedelta) -> None:
        self._ask = redis.register_script(_ASK)
        self._keys = [f"hotline:pace:{{{account}}}:next", f"hotline:pace:{{{account}}}:places"]
        self._between = max(1, round(_MILLIS / per_second))
        self._keep = _millis(keep)

    def wait(self, name: str, at: datetime, *, emergency: bool = False) -> timedelta:
        """How long `name` must still wait at the instant `at`; nothing: it may go, and its token is spent.

        An emergency has the next token (EMG-2).
        """
        who = f"!{name}" if emergency else name
        args: list[_Argument] = [round(at.timestamp() * _MILLIS), self._between, who, self._keep]
        try:
            return timedelta(milliseconds=int(self._ask(keys=self._keys, args=args)))
        except RedisError:
            log.warning("the pace of calls is not kept, Redis does not answer")
            return timedelta(0)


def _millis(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)

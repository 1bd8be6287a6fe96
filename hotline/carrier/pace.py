"""The pace of calls over all workers; without it a busy minute would end in the carrier's queue."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from redis import Redis
from redis.exceptions import RedisError

_Argument = bytes | bytearray | memoryview | str | int | float
log = logging.getLogger(__name__)

# One step for all workers and all lanes. A lane is a sorted set of instants, no two nearer than its rest: those of the
# calls that went ("=" and the name), and the places kept for those who wait, until they come back for them. A place is
# the first instant free in every lane of its call, so whoever waits for one number keeps no other number waiting. An
# emergency (its name begins with "!") takes the first place of those who are none, and they move back in their order.
# KEYS: the asker's lanes, the account's first; last the lanes of whoever waits. ARGV: now, millis that a place is kept,
# name, rests of the lanes in millis.
_ASK = """
local now, keep, name, waiting = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], KEYS[#KEYS]
local lanes = {}
for i = 1, #KEYS - 1 do
  lanes[i] = {KEYS[i], tonumber(ARGV[3 + i])}
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.0f', now - keep - lanes[i][2]))
end

local function taken_until(of, at, urgent)
  for _, lane in ipairs(of) do
    local low, high = string.format('(%.0f', at - lane[2]), string.format('(%.0f', at + lane[2])
    local near = redis.call('ZRANGEBYSCORE', lane[1], low, high, 'WITHSCORES')
    for i = #near - 1, 1, -2 do
      if not urgent or string.find(near[i], '^[!=]') then return tonumber(near[i + 1]) + lane[2] end
    end
  end
end

local function first_free(of, from, urgent)
  local at, later = from, taken_until(of, from, urgent)
  while later do at, later = later, taken_until(of, later, urgent) end
  return at
end

local function lasts(key, millis)
  if redis.call('PTTL', key) < millis then redis.call('PEXPIRE', key, string.format('%.0f', millis)) end
end

local function put(who, of, at)
  for _, lane in ipairs(of) do
    redis.call('ZADD', lane[1], string.format('%.0f', at), who)
    lasts(lane[1], at - now + keep + lane[2])
  end
end

local function away(who, of)
  for _, lane in ipairs(of) do redis.call('ZREM', lane[1], who) end
  redis.call('HDEL', waiting, who)
end

local function keep_place(who, of, at)
  put(who, of, at)
  redis.call('HSET', waiting, who, cjson.encode(of))
  lasts(waiting, at - now + keep)
end

local function move_back(from)
  local line, moved = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', from), '+inf', 'WITHSCORES'), {}
  for i = 1, #line, 2 do
    local of = not string.find(line[i], '^[!=]') and redis.call('HGET', waiting, line[i])
    if of then
      table.insert(moved, {line[i], cjson.decode(of), tonumber(line[i + 1])})
      away(line[i], moved[#moved][2])
    end
  end
  return moved
end

local place = tonumber(redis.call('ZSCORE', KEYS[1], name))
if not place then
  local urgent = string.sub(name, 1, 1) == '!'
  place = first_free(lanes, now, urgent)
  local moved = {}
  if urgent then
    local rest = 0
    for _, lane in ipairs(lanes) do rest = math.max(rest, lane[2]) end
    moved = move_back(place - rest)
  end
  keep_place(name, lanes, place)
  for _, one in ipairs(moved) do keep_place(one[1], one[2], first_free(one[2], math.max(one[3], now), false)) end
end
if place > now then return place - now end
away(name, lanes)
if not taken_until(lanes, now, false) then place = now end
put('=' .. name, lanes, place)
return 0
"""

_MILLIS = 1000  # in a second: the script counts in whole milliseconds


class Lane(NamedTuple):
    """What a call shares with others: a number that rings, or a company. Its name, and the rest between two calls."""

    name: str
    rest: timedelta


class Pace:
    """Token buckets of one token each. An emptied Redis is a full bucket: harmless, for the carrier has its own queue.

    `account` is in every call's way; `keep`: how long a place that nobody came back for is kept.
    """

    def __init__(self, redis: Redis, account: str, *, per_second: float, keep: timedelta) -> None:
        self._redis = redis
        self._ask = redis.register_script(_ASK)
        self._prefix = f"hotline:pace:{{{account}}}"
        self._account = Lane("account", timedelta(milliseconds=_MILLIS / per_second))
        self._keep = _millis(keep)

    def wait(self, name: str, at: datetime, *lanes: Lane, emergency: bool = False) -> timedelta:
        """How long `name` must still wait at the instant `at`; nothing: it may go, and its tokens are spent.

        An emergency has the next token (EMG-2).
        """
        ways: Sequence[Lane] = (self._account, *lanes)
        keys = [f"{self._prefix}:{lane.name}" for lane in ways]
        rests = [max(1, _millis(lane.rest)) for lane in ways]
        args: list[_Argument] = [round(at.timestamp() * _MILLIS), self._keep, f"!{name}" if emergency else name, *rests]
        try:
            return timedelta(milliseconds=int(self._ask(keys=[*keys, f"{self._prefix}:waiting"], args=args)))
        except RedisError:
            log.warning("the pace of calls is not kept, Redis does not answer")
            return timedelta(0)

    def forget(self) -> None:
        """Every place is given up: the clock was set, and what is kept may lie far off. Raises RedisError."""
        for key in self._redis.scan_iter(f"{self._prefix}:*"):
            self._redis.delete(key)


def _millis(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)

"""How soon a page shows a caller, and how soon agent and caller meet; without it the desk could grow slow unseen."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from redis import Redis
from sqlalchemy import func, select

from hotline import live
from hotline.domain import outbox
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.seats import Seat, Status
from hotline.domain.waits import Wait
from hotline.simulator import calls
from hotline.simulator.captions import Kind
from hotline.simulator.crowd import Crowd, Reply
from hotline.simulator.legs import Direction, Leg
from hotline.simulator.rooms import Conference
from scripts.benches.page import Page
from scripts.benches.tables import Rows, percentile, publish, stores
from tests.agents import Agents
from tests.crowd import A_CALL, SEED
from tests.desk import Desk
from tests.served import Served, served

TALK, LOOK = 1.0, 0.05  # seconds
PATIENCE = 90.0  # seconds without any conversation coming about
_WANTS_A_PERSON = [Reply("找工作人员请按0", "0", seconds=0.2)]
_ACCEPTS = [Reply("接听请按1", "1", seconds=0.2)]
Spans = dict[str, list[float]]  # what was measured -> seconds, a figure a round


def main(rounds: int = 200) -> None:
    """So many calls on SQLite and on PostgreSQL, beside the floors of the same run."""
    columns: Rows = {}
    for kind in ("SQLite", "PostgreSQL"):
        with stores(kind) as (database_url, redis_url, folder), served(database_url, redis_url, folder) as house:
            columns[kind] = measured(house, rounds)
    publish("desk", f"The desk: {rounds} calls, one every {A_CALL} s, over real HTTP and processes", columns)


def measured(house: Served, rounds: int) -> dict[str, float | int | str]:
    """Medians and 99th percentiles, in milliseconds."""
    page = Page(house.runtime.settings.base_url, house.cast.lin)
    page.opens()
    spans: Spans = {
        "floor: Redis message to page": [told(house, page) for _ in range(rounds)],
        "floor: an entry of the outbox is done": [performed(house) for _ in range(rounds)],
    }
    callers = Callers(house)
    callers.ring(rounds)
    if found := house.complaints():
        raise SystemExit("\n".join([*found, house.said]))
    for talk in callers.talks.values():
        for name, seconds in parts(house, page, talk).items():
            spans.setdefault(name, []).append(seconds)
    return {
        f"{name}, {label}, ms": round(percentile(values, share) * 1000, 1)
        for name, values in spans.items()
        for label, share in (("median", 50), ("99th percentile", 99))
    }


@dataclass(frozen=True)
class Talk:
    """A caller and an agent in one conference, and when the later of them came."""

    caller: Leg
    agent: Leg
    both: datetime


class Callers:
    """Strangers who ask for a person and hang up soon after they met one; agents who are free again at once."""

    def __init__(self, house: Served) -> None:
        self.house, self.board, self.desk = house, house.exchange.board, Desk(house)
        self.talks: dict[str, Talk] = {}
        self._crowd = Crowd(house.exchange, SEED)
        with house.exchange.timetable.changed:
            self._agents = {one.id: one for one in Agents(house, self.desk, random.Random(SEED), TALK).people}  # noqa: S311
            for person in self._agents.values():
                self._crowd.rung(person.number.e164, _ACCEPTS, after=TALK)
            self.desk.sits(*self._agents.values())

    def ring(self, rounds: int) -> None:
        """One after the other rings in, and meets an agent. Ends the program where nobody gets on."""
        for n in range(rounds):
            self._crowd.caller(f"+86138{n:08}", self.house.cast.heat.number, n * A_CALL, _WANTS_A_PERSON)
        met_at, met = time.monotonic(), 0
        while len(self.talks) < rounds:
            if len(self.talks) > met:
                met_at, met = time.monotonic(), len(self.talks)
            if time.monotonic() > met_at + PATIENCE:
                raise SystemExit(f"{met} of {rounds} met, then nobody for {PATIENCE:g} s\n{self.house.said}")
            self._looks()
            time.sleep(LOOK)
        self.house.until(lambda: not any(leg.live for leg in list(self.board.calls.values())))

    def _looks(self) -> None:
        with self.house.exchange.timetable.changed:
            for room in self.board.rooms.values():
                self._notes(room)
        with self.house.look() as act:
            finished = list(act.session.scalars(select(Seat.staff_id).where(Seat.status == Status.WRAP_UP)))
        for staff_id in finished:
            self.desk.is_now(self._agents[staff_id], Status.FREE)

    def _notes(self, room: Conference) -> None:
        """Two are in it: the caller hangs up a little later."""
        inside = {one.leg.direction is Direction.INBOUND: one.leg for one in room.participants}
        if len(inside) < 2 or inside[True].sid in self.talks:
            return
        caller = inside[True]
        both = max(one.joined for one in room.participants)
        self.talks[caller.sid] = Talk(caller, inside[False], both)
        self.house.exchange.timetable.after(TALK, lambda: calls.end(self.board, caller, by="caller"))


def parts(house: Served, page: Page, talk: Talk) -> dict[str, float]:
    """What one call took, in seconds: by our row, by the page, and by what the exchange sent and said."""
    with house.look() as act:
        waited = select(Wait.joined_at).join(Call, Call.id == Wait.call_id).where(Call.sid == talk.caller.sid)
        joined = act.session.scalars(waited).one()
    look = page.first_shows(joined)
    if look is None:
        raise SystemExit(f"the page never showed who joined at {joined:%T}")
    accepted = asked(house, talk.agent, lambda url, keys: keys == "1")
    fetched = asked(house, talk.caller, lambda url, keys: "/voice/join/" in url)
    spoken = sum(
        one.seconds
        for one in talk.caller.line.captions
        if one.utterance.kind is Kind.SPEECH and fetched <= one.at < talk.both
    )
    met = (talk.both - accepted).total_seconds()
    return {
        "caller joins to page shows it": look.shown - joined.timestamp(),
        "of that, the page's own pause": look.asked - max(look.told, joined.timestamp()),
        "accept to the caller's telephone is fetched": (fetched - accepted).total_seconds(),
        "accept to both in the conference": met,
        "of that, spoken to the caller before": spoken,
        "of that, all else": met - spoken,
    }


def asked(house: Served, leg: Leg, which: Callable[[str, str | None], bool]) -> datetime:
    """When the exchange first sent such a webhook, by URL and keys, for this leg."""
    return min(
        one.at
        for one in house.exchange.passages
        if one.params.get("CallSid") == leg.sid and which(one.url, one.params.get("Digits"))
    )


def told(house: Served, page: Page) -> float:
    """Seconds from a message in Redis to the page's ear."""
    with Redis.from_url(house.runtime.settings.redis) as redis:
        redis.ping()
        began = time.time()
        redis.publish(live.CHANGED, f"seat:{page.person.id}")
    return page.hears_after(began) - began


def performed(house: Served) -> float:
    """Seconds from a commit that owes a look at an empty line to its being done."""
    with house.runtime.act(COMMAND) as act:
        outbox.post(act, "match-line", urgent=True)
        owed = act.session.scalars(select(func.max(OutboxEntry.id))).one()
    began = time.time()
    while True:
        with house.look() as act:
            if act.session.get_one(OutboxEntry, owed).state == State.DONE:
                return time.time() - began
        time.sleep(0.002)

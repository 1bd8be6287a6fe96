"""However a complaint is sent about, a promise is charged to whoever had it when it fell due or was done (CMP-13)."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from hotline.domain import respondents
from hotline.domain.act import COMMAND
from hotline.domain.promises import Promise, Verdict
from hotline.domain.verifying import verify
from hotline.errors import HotlineError
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import house as house
from tests.world import Cast, HandClock

DEEDS = 12
WAITS = [timedelta(minutes=n) for n in (0, 3, 10, 11)] + [timedelta(days=1)]


class Sent:
    """A complaint that is sent about, and which department had it from when on."""

    def __init__(self, made: Filed, cast: Cast, house: House) -> None:
        self.made, self.cast = made, cast
        self.heads = {house.repair: house.liu, house.billing: house.xu, house.grounds: house.ma}
        self.had: list[tuple[datetime, int | None]] = [(made.row.filed_at, made.row.department_id)]
        self.judged: dict[int, int | None] = {}

    def does(self, what: Callable[..., None], *said: str) -> None:
        head = self.heads.get(self.made.row.department_id or 0)
        if head is not None:
            self.made.does(head, what, *said)

    def is_put_to(self, department_id: int, now: datetime) -> None:
        self.made.is_put_to(self.cast.sun, department_id)
        self.had.append((now, department_id))

    def whose(self, at: datetime) -> int | None:
        return next(department for since, department in reversed(self.had) if since <= at)

    def is_sound(self) -> None:
        """What is judged stays whose it was; what runs is theirs who have it; nothing is charged to anybody else."""
        present = self.had[-1][1]
        made = [one for one in self.made.promises if one.rule_id in ("CMP-1", "CMP-4")]
        assert sum(one.rule_id == "CMP-1" and one.verdict == Verdict.OPEN for one in made) <= 1
        for promise in made:
            assert promise.department_id == self._charged(promise, present), (promise.rule, promise.verdict)
            if promise.verdict != Verdict.OPEN:
                assert self.judged.setdefault(promise.id, promise.department_id) == promise.department_id
        if self.made.row.signed_at is not None:
            assert not [one for one in made if one.rule_id == "CMP-1" and one.is_owed]

    def _charged(self, promise: Promise, present: int | None) -> int | None:
        if promise.verdict == Verdict.KEPT and promise.done_at is not None:
            return self.whose(promise.done_at)
        return present if promise.verdict == Verdict.OPEN else self.whose(promise.due_at)


@pytest.mark.parametrize("seed", [0, 3])
def test_nobody_is_charged_with_what_fell_due_elsewhere(
    runtime: Runtime, cast: Cast, house: House, at: HandClock, seed: int
) -> None:
    chance = random.Random(seed)
    sent = Sent(filed(runtime, cast, department_id=chance.choice([None, house.repair]), grade=Grade.MINOR), cast, house)
    for _ in range(DEEDS):
        at.passes(chance.choice(WAITS))
        if chance.random() < 0.6:  # the clock may stand still meanwhile
            sent.made.clock()
        with suppress(HotlineError):
            match chance.choice(["sign", "refuse", "put", "put", "settle"]):
                case "sign":
                    sent.does(respondents.sign)
                case "refuse":
                    sent.does(respondents.refuse, "not ours")
                case "settle" if chance.random() < 0.3:
                    sent.does(respondents.settle, "done")
                case "put":
                    sent.is_put_to(chance.choice([*sent.heads]), at.now)
        sent.made.clock()
        sent.is_sound()
    assert sent.judged, "something fell due, or this shows nothing"
    with runtime.look(COMMAND) as act:
        assert [str(problem) for problem in verify(act.session).problems] == []

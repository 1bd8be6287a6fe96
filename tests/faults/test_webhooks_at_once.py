"""The same webhook twice at the same moment: one effect, and both requests hear the same document."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.turns import Turn
from hotline.runtime import Runtime
from hotline.web import create_app
from tests.voice.ring import Ring, Rings

AT_ONCE = 4


def at_once(runtime: Runtime, ring: Ring, path: str, params: dict[str, str]) -> set[str]:
    """The different answers to one webhook sent several times at once, each through a process of its own, so to say."""
    barrier = Barrier(AT_ONCE)
    twins = [
        Ring(runtime, create_app(runtime), to=ring.standard["To"], from_=ring.standard["From"], sid=ring.sid)
        for _ in range(AT_ONCE)
    ]

    def send(twin: Ring) -> str:
        barrier.wait()
        answer = twin.send(path, params)
        assert answer.status_code in (200, 204), answer.status_code
        return answer.text

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set(pool.map(send, twins))


def count(runtime: Runtime, table: type[Call | Turn | Case | Customer]) -> int:
    with runtime.look(COMMAND) as act:
        return act.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_ring_that_comes_twice_at_once_is_one_call(rings: Rings, runtime: Runtime) -> None:
    for _ in range(5):
        before = count(runtime, Call)
        assert len(at_once(runtime, rings(), "/voice/inbound", {})) == 1
        assert count(runtime, Call) == before + 1


def test_a_new_caller_who_rings_twice_at_once_is_one_customer(rings: Rings, runtime: Runtime) -> None:
    before = count(runtime, Customer)
    at_once(runtime, rings(from_="+8613812345678"), "/voice/inbound", {})
    assert count(runtime, Customer) == before + 1


def test_an_answer_that_comes_twice_at_once_is_one_answer(rings: Rings, runtime: Runtime) -> None:
    ring = rings().begins()
    heard = at_once(runtime, ring, "/voice/turn/1/1", {"CallStatus": "in-progress", "Digits": "0"})
    assert (len(heard), count(runtime, Turn)) == (1, 1)


def test_a_matter_confirmed_twice_at_once_is_one_case(rings: Rings, runtime: Runtime) -> None:
    """Nobody is free: the number is confirmed, then the time is chosen."""
    ring = rings().begins().presses("0").presses("1")
    at_once(runtime, ring, "/voice/turn/1/3", {"CallStatus": "in-progress", "Digits": "1"})
    assert count(runtime, Case) == 1


def test_a_hang_up_told_twice_at_once_opens_one_case(rings: Rings, runtime: Runtime) -> None:
    ring = rings().begins().presses("2")
    at_once(runtime, ring, "/voice/status", {"CallStatus": "completed"})
    assert count(runtime, Case) == 1

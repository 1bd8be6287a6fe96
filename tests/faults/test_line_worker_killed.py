"""A worker of the line dies at any moment; if this broke, a caller would be fetched twice, or left waiting (rule 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from hotline.domain import calls, controls, desk
from hotline.domain.act import COMMAND
from hotline.domain.offers import AgentOffer
from hotline.domain.outbox import State
from hotline.jobs import work
from hotline.runtime import Runtime
from tests.faults.mortal import Ward
from tests.faults.test_worker_killed import leave_nothing, settled
from tests.jobs.switchboard import Switchboard
from tests.world import Cast, HandClock


class Mortal(Switchboard):
    """One caller after the other, for each of whom a worker dies."""

    def __init__(self, runtime: Runtime, cast: Cast, at: HandClock) -> None:
        super().__init__(runtime, cast, at)
        self.ward = Ward(self)

    def owe_match(self) -> None:
        """A caller waits, an agent is free, and nobody has brought them together."""
        self._part()
        self.talk.waits()
        self._named(f"CA{len(self.calls()):032d}")
        leave_nothing(self)
        self.owe("match-line")

    def owe_fetch(self) -> None:
        """The agent has accepted a caller who waits in the carrier's queue."""
        self._part()
        self.waits()
        self.talk.accepts(self.talk.offered())

    def owe_move(self) -> None:
        """A customer who talks shall go on at another step."""
        self._meet_once()
        elsewhere = {"anything-else": "dropped"}.get(self.call(self.talk.call_id).step, "anything-else")
        self.owe("move-call", call=self.talk.call_id, step=elsewhere)

    def owe_recording(self) -> None:
        """The conversation is to be recorded."""
        self._meet_once()
        self.owe("start-recording", meeting=self.talk.meeting_id)

    def owe_hold(self) -> None:
        """A customer who talks agreed to a pause."""
        self._meet_once()
        if self.talk.meeting().held_at is not None:
            self.talk.does(controls.resume, self.cast.lin.id)
            self.works()
        self.talk.does(controls.hold, self.cast.lin.id)

    def owe_resume(self) -> None:
        """The pause of a customer who hears it is over."""
        self._meet_once()
        self.talk.does(controls.hold, self.cast.lin.id)
        self.works()
        self.talk.does(controls.resume, self.cast.lin.id)

    def owe_end(self) -> None:
        """A call that lives is not wanted any more."""
        self._part()
        self.waits()
        leave_nothing(self)
        self.owe("end-call", call=self.talk.call_id)

    def matched(self) -> int:
        """How many offers were made, legs noted and rings owed."""
        with self.runtime.look(COMMAND) as act:
            offers = act.session.scalar(select(func.count(AgentOffer.id))) or 0
        legs = sum(call.direction == "out" for call in self.calls())
        assert offers == legs == len(self.entries("place-call"))
        return offers

    def fetched(self) -> int:
        """How many callers left the queue because they were fetched; the last one is in the conference."""
        self.passes_seconds(1)
        return sum(one.params.get("QueueResult") == "redirected" for one in self.exchange.passages)

    def moved(self) -> int:
        """At which question the customer's call is."""
        return self.call(self.talk.call_id).turn

    def recorded(self) -> int:
        """How many recordings the carrier has begun because we asked for them."""
        return len(self.exchange.board.recordings)

    def held(self) -> int:
        """Does the customer hear the pause?"""
        customer = self.inside(self.talk.call_id)
        assert customer is not None
        return int(customer.hold)

    def resumed(self) -> int:
        """Is the customer in the conversation again?"""
        return 1 - self.held()

    def ended(self) -> int:
        """How many calls are over at the carrier."""
        return sum(leg.over for leg in self.exchange.board.calls.values())

    def _meet_once(self) -> None:
        if not self.talk.meeting_id:
            self.meets(self.cast.lin)
            self.works()

    def _part(self) -> None:
        """The caller before, if any, is gone, and the agent is free again."""
        if self.talk.call_id:
            with self.talk.acting() as act:
                calls.locked(act, self.talk.call_id)
                wait = desk.of_call(act, self.talk.call_id)
                assert wait is not None
                desk.abandoned(act, wait)
            if self.talk.meeting_id:
                self.talk.leaves(self.talk.call_id)
            if self.phone(self.cast.chen).call is not None:
                self.phone(self.cast.chen).hangs_up()
        self.free(self.cast.lin)

    def _named(self, sid: str) -> None:
        with self.talk.acting() as act:
            calls.locked(act, self.talk.call_id).sid = sid


@pytest.fixture
def mortal(runtime: Runtime, cast: Cast, at: HandClock) -> Iterator[Mortal]:
    made = Mortal(runtime, cast, at)
    yield made
    made.ward.close()
    work.serve(made.runtime, made.carrier)
    made.dispatcher.close()


# One database for each: what differs between the two, the locks, has tests of its own.
@pytest.mark.parametrize(
    ("database_url", "kind", "owe", "effects"),
    [
        ("sqlite", "match-line", Mortal.owe_match, Mortal.matched),
        ("postgres", "fetch-caller", Mortal.owe_fetch, Mortal.fetched),
        ("sqlite", "move-call", Mortal.owe_move, Mortal.moved),
        ("postgres", "start-recording", Mortal.owe_recording, Mortal.recorded),
        ("sqlite", "hold", Mortal.owe_hold, Mortal.held),
        ("postgres", "resume", Mortal.owe_resume, Mortal.resumed),
        ("sqlite", "end-call", Mortal.owe_end, Mortal.ended),
    ],
    indirect=["database_url"],
)
def test_whatever_moment_a_worker_dies_at_the_effect_happens_once(
    mortal: Mortal, kind: str, owe: Callable[[Mortal], None], effects: Callable[[Mortal], int]
) -> None:
    moments = mortal.ward.moments(*_taken(mortal, kind, owe))
    assert "commit" in moments
    assert ("request" in moments) == (kind != "match-line")  # which asks nothing of the carrier itself
    for at, what in enumerate(moments):
        entry_id, attempt = _taken(mortal, kind, owe)
        before = effects(mortal)
        mortal.ward.dies(entry_id, attempt, at=at)
        assert settled(mortal, entry_id) in (State.DONE, State.DROPPED), f"killed before {what}, {at} of {moments}"
        assert effects(mortal) - before == 1, f"killed before {what}, {at} of {moments}"


def _taken(mortal: Mortal, kind: str, owe: Callable[[Mortal], None]) -> tuple[int, int]:
    """One effect of the kind is owed and claimed, and nothing else is."""
    leave_nothing(mortal)
    owe(mortal)
    claimed = dict(mortal.claim())
    entry = mortal.entries(kind)[-1]
    return entry.id, claimed[entry.id]

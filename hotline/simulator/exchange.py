"""The exchange as a whole: without it the parts would have nobody to put them together and no door to come in by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor

from hotline.simulator import (
    calls,
    conferences,
    dialling,
    driver,
    figures,
    gather,
    program,
    queues,
    record,
    rest,
    rest_calls,
    rest_conferences,
    rest_queues,
    rest_stores,
    rest_transcripts,
    verbs,
)
from hotline.simulator.board import Board, NumberConfig, Page, Problem, VerbSteps, Way
from hotline.simulator.clock import Clock, ManualClock, Timetable
from hotline.simulator.courier import Courier, Passage, Sender
from hotline.simulator.faults import Faults
from hotline.simulator.legs import Leg, Line
from hotline.simulator.rest import Reply, Request
from hotline.simulator.steps import Steps
from hotline.simulator.twiml import Document, Verb


def _dial(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Way]:
    """<Dial>: a conference, a queue, or telephones."""
    noun = next((one for one in verb.children if one.name in {"Conference", "Queue"}), None)
    if noun is None:
        return dialling.ring_telephones(board, leg, verb, document)
    room = conferences.dial if noun.name == "Conference" else queues.dial_queue
    return room(board, leg, verb, noun, document)


VERBS: dict[str, VerbSteps] = {
    "Say": verbs.say,
    "Play": verbs.play,
    "Pause": verbs.pause,
    "Gather": gather.gather,
    "Record": record.record,
    "Dial": _dial,
    "Enqueue": queues.enqueue,
    "Redirect": verbs.redirect,
    "Hangup": verbs.hang_up,
    "Reject": verbs.reject,
    "Leave": verbs.leave,
    "Refer": verbs.refer,
    "Start": verbs.start,
}
ROUTES = (
    *rest_calls.ROUTES,
    *rest_queues.ROUTES,
    *rest_conferences.ROUTES,
    *rest_stores.ROUTES,
    *rest_transcripts.ROUTES,
)


class Exchange:
    """A telephone exchange with one account, its numbers, and every telephone in the world."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: Sender,
        clock: Clock | None = None,
        numbers: Iterable[NumberConfig] = (),
        pool: Executor | None = None,
        calls_per_second: float = figures.CALLS_PER_SECOND,
    ) -> None:
        self.clock = clock or ManualClock()
        self.timetable = Timetable(self.clock)
        self.faults = Faults()
        passages: list[Passage] = []
        courier = Courier(self.timetable, sender, auth_token, self.faults, passages, self._cut, pool)
        self.board = Board(
            account_sid, auth_token, self.timetable, self.faults, passages, courier, calls_per_second, VERBS
        )
        for config in numbers:
            self.own(config)

    def own(self, config: NumberConfig) -> None:
        """Give the account a number, or change where its calls are announced."""
        self.board.numbers[config.number] = config

    @property
    def on_document(self) -> list[Callable[[str], None]]:
        """Called with the text of every document that is heard, wherever it came from."""
        return self.board.on_document

    @property
    def problems(self) -> list[Problem]:
        """Every error and warning the carrier's debugger would show, oldest first."""
        return self.board.problems

    @property
    def warnings(self) -> list[Problem]:
        """The warnings alone: what production would pass over in silence."""
        return [one for one in self.board.problems if one.level == "warning"]

    @property
    def passages(self) -> list[Passage]:
        """Every try of every webhook, oldest first."""
        return self.board.passages

    def advance(self, seconds: float) -> None:
        """Let so much time pass, doing all that falls due (0: what is due now)."""
        self.timetable.wait_until(lambda: False, seconds)

    def settle(self) -> None:
        """Do what is due now. By the real clock there is nothing to do: it does itself."""
        if self.clock.by_hand:
            self.advance(0)

    def line(self, number: str) -> Line:
        """The telephone with this number."""
        return self.board.line(number)

    def dial(self, line: Line, to: str) -> Leg | None:
        """A person dials. Gives the call, or None where the number is not one of the account's."""
        with self.timetable.changed:
            if line.leg is not None:
                raise ValueError(f"{line.number} is already on a call")
            config = self.board.numbers.get(to)
            if config is None or not config.voice_url:
                self.board.note(line, figures.UNOBTAINABLE)
                return None
            leg = calls.arrive(self.board, line, to)
            page = Page(config.voice_url, config.voice_method)
            driver.start(self.board, leg, program.conversation(self.board, leg, page))
            return leg

    def rest(self, request: Request) -> Reply:
        """Answer one of the product's REST requests."""
        return rest.serve(self.board, ROUTES, request)

    def _cut(self, call_sid: str) -> None:
        leg = self.board.calls.get(call_sid)
        if leg is not None:
            calls.end(self.board, leg, by="caller" if leg.parent is None else "callee")

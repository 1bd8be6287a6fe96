"""A workshop with a waiting caller and agents: without it every test would put them through by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from hotline.domain import calls, meetings, seats
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.runtime import Runtime
from hotline.simulator.courier import Answer, Sender
from hotline.simulator.phone import Phone
from hotline.simulator.rooms import Conference, Participant
from tests.domain.talks import Talk
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock, Person

ELSEWHERE = ("agent-gone", "anything-else", "dropped")  # steps that are in no conference


class Switchboard(Workshop):
    """Callers wait in the carrier's queue and meet agents in its conferences; the steps of a call are the test's own.

    The voice room has tests of its own: what stands for it here lets wait, and puts into the conference.
    """

    def __init__(self, runtime: Runtime, cast: Cast, at: HandClock) -> None:
        super().__init__(runtime, cast, at, sender=documents(runtime))
        self.talk = Talk(runtime, cast)

    def free(self, *people: Person) -> None:
        """These agents are free, and their pages give signs of life for an hour."""
        self.talk.free(*people)
        with self.runtime.act(COMMAND) as act:
            for one in people:
                seats.locked(act, one.id).seen_at = act.at + timedelta(hours=1)

    def waits(self) -> Phone:
        """Mrs. Chen rings and waits in line."""
        phone = self.phone(self.cast.chen).dial(self.cast.heat.number).hears("请再稍等")
        self.talk.waits()
        with self.runtime.act(COMMAND) as act:
            calls.locked(act, self.talk.call_id).sid = list(self.exchange.board.calls)[-1]
        return phone

    def rings(self, who: Person) -> Phone:
        """Everything due is done; the telephone of an agent rings."""
        self.works()
        return self.phone(who).rings(within=5)

    def picks_up(self, who: Person) -> int:
        """An agent's telephone rings and is answered, as the voice room would note it; the leg's id."""
        self.rings(who).answers()
        leg = self.leg(who)
        with self.runtime.act(COMMAND) as act:
            row = calls.locked(act, leg.id)
            row.answered_at, row.state = act.at, calls.State.TALKING
        return leg.id

    def accepts(self, who: Person) -> int:
        """An agent picks up, presses 1 and is in the conference, and the carrier has said so; the leg's id."""
        leg = self.picks_up(who)
        self.talk.accepts(leg)
        self.enters(leg)
        return leg

    def meets(self, who: Person) -> Phone:
        """Mrs. Chen waits, an agent takes her call, and both talk; her telephone."""
        self.free(who)
        phone = self.waits()
        self.accepts(who)
        self.works()
        self.passes_seconds(1)
        self.talk.joins(self.talk.call_id)
        return phone

    def enters(self, leg: int) -> None:
        """A leg is put into its conference, and the carrier has said so."""
        self.carrier.move_call(self.call(leg).sid or "", self.runtime.addresses.join(leg))
        self.passes_seconds(1)
        self.talk.joins(leg)

    def passes_seconds(self, seconds: float) -> None:
        """So much time goes by; nothing that falls due is done."""
        self.exchange.advance(seconds)

    def leg(self, who: Person) -> Call:
        """The last call to a colleague."""
        return [call for call in self.calls() if call.staff_id == who.id][-1]

    def call(self, call_id: int) -> Call:
        """A call as it stands."""
        return self.talk.call(call_id)

    def room(self) -> Conference:
        """The conference."""
        (found,) = self.exchange.board.conferences.values()
        return found

    def inside(self, call_id: int) -> Participant | None:
        """A call as it takes part in the conference; None when it does not."""
        sid = self.call(call_id).sid
        rooms = self.exchange.board.conferences.values()
        return next((one for room in rooms for one in room.participants if one.leg.sid == sid), None)


def documents(runtime: Runtime) -> Sender:
    """What stands for the voice room: answers the exchange's webhooks by their address."""

    def answer(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        _voice, what, *rest = urlsplit(url).path.strip("/").split("/")
        verbs = _verbs(runtime, what, int(rest[0]) if rest and rest[0].isdigit() else 0)
        return Answer(200, {"content-type": "text/xml"}, f"<Response>{verbs}</Response>".encode())

    return answer


def _verbs(runtime: Runtime, what: str, number: int) -> str:
    base = runtime.settings.base_url
    if what == "inbound":
        queue = runtime.addresses.queue
        return f'<Enqueue action="{base}/voice/left" waitUrl="{base}/voice/wait/1">{queue}</Enqueue>'
    if what == "join" and (name := _conference_of(runtime, number)):
        return f'<Dial action="{base}/voice/left"><Conference beep="false">{name}</Conference></Dial>'
    words = {"wait": "请再稍等", "hold": "谢谢", "announce": "久等了"}.get(what, "请接听")
    pause = "" if what == "announce" else '<Pause length="600"/>'
    return f'<Say language="cmn-CN" voice="Polly.Zhiyu">{words}</Say>{pause}'


def _conference_of(runtime: Runtime, call_id: int) -> str | None:
    with runtime.look(COMMAND) as act:
        call = act.session.get(Call, call_id)
        meeting = meetings.of_call(act, call) if call else None
        going_on = meeting is not None and meeting.ended_at is None and call is not None and call.step not in ELSEWHERE
        return meeting.name if meeting is not None and going_on else None

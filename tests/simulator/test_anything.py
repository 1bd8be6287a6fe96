"""Whatever people and documents do, the exchange stays whole; a tangle here would be blamed on the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException

from hotline.simulator.phone import Phone
from tests.simulator.product import AGENT, BASE, ENGINEER, HOTLINE, World, say

PATHS = ["/in", "/a", "/b", "/c"]
VERBS = [
    say("您好"),
    "<Pause length='2'/>",
    f"<Gather action='/a' numDigits='1' timeout='3' actionOnEmptyResult='true'>{say('请按键')}</Gather>",
    f"<Gather input='dtmf speech' language='cmn-Hans-CN' action='/b'>{say('请说')}</Gather>",
    "<Record action='/c' timeout='3' maxLength='20'/>",
    f"<Dial action='/a' timeout='10'>{ENGINEER}</Dial>",
    f"<Dial><Number url='/b'>{ENGINEER}</Number><Number>{AGENT}</Number></Dial>",
    "<Dial action='/c'><Conference waitUrl='/b'>room</Conference></Dial>",
    "<Dial><Conference endConferenceOnExit='true' startConferenceOnEnter='false'>room</Conference></Dial>",
    "<Dial action='/b' timeout='10'><Queue url='/c'>line</Queue></Dial>",
    "<Enqueue action='/a' waitUrl='/c'>line</Enqueue>",
    "<Enqueue waitUrl=''>line</Enqueue>",
    "<Redirect>/b</Redirect>",
    "<Leave/>",
    "<Hangup/>",
    "<Reject/>",
    "<Start><Recording/></Start>",
]
DOCUMENTS = st.lists(st.sampled_from(VERBS), max_size=4).map(
    lambda verbs: "<Pause length='1'/>" + "".join(verbs)  # a page that takes no time may ask for itself for ever
)


@dataclass
class Town:
    """The people, and everything one of them may do."""

    world: World

    def phones(self) -> list[Phone]:
        """Everybody's telephone."""
        return [self.world.customer, self.world.engineer, self.world.agent]

    def act(self, who: int, what: int) -> None:
        """Do one thing if it can be done now."""
        phone = self.phones()[who]
        acts: list[Callable[[], object]] = [
            lambda: phone.dial(HOTLINE) if phone.call is None else phone.stays_silent(3),
            lambda: phone.answers(),
            lambda: phone.goes_to_voicemail(),
            lambda: phone.declines() if phone.state == "ringing" else phone.stays_silent(10),
            lambda: phone.presses("1#"),
            lambda: phone.speaks("暖气不热"),
            lambda: phone.hangs_up(),
            lambda: self.redirect(phone),
            lambda: self.pull(),
            lambda: self.hold(),
        ]
        try:
            acts[what]()
        except AssertionError as refused:
            assert "cannot" in str(refused) or "not ringing" in str(refused)  # noqa: PT017 - the phone's own refusal

    def redirect(self, phone: Phone) -> None:
        """Send somebody's call to another page."""
        if phone.call is not None and phone.call.live:
            self.world.client.calls(phone.call.sid).update(url=f"{BASE}/c")

    def pull(self) -> None:
        """Take the first caller out of the queue."""
        for queue in self.world.client.queues.list():
            try:
                self.world.client.queues(queue.sid).members("Front").update(url=f"{BASE}/b")
            except TwilioRestException as error:
                assert error.status == 404  # noqa: PT017 - nobody waits

    def hold(self) -> None:
        """Put everybody in a conference on hold."""
        for conference in self.world.client.conferences.list(status="in-progress"):
            for one in self.world.client.conferences(conference.sid).participants.list():
                self.world.client.conferences(conference.sid).participants(one.call_sid).update(hold=not one.hold)

    def check(self) -> None:
        """Nobody is anywhere that a finished call could not be."""
        board = self.world.exchange.board
        for line in board.lines.values():
            assert line.leg is None or not line.leg.over
        for queue in board.queues.values():
            assert all(one.leg.live for one in queue.members)
        for conference in board.conferences.values():
            assert all(one.leg.live for one in conference.participants)
            assert conference.ended is None or not conference.participants
        for leg in board.calls.values():
            assert not leg.over or (leg.run is None and leg.mouth is None)


ACTIONS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=12)


@settings(max_examples=150)
@given(pages=st.tuples(DOCUMENTS, DOCUMENTS, DOCUMENTS, DOCUMENTS), actions=ACTIONS)
def test_the_exchange_stays_whole_whatever_happens(pages: tuple[str, ...], actions: list[tuple[int, int]]) -> None:
    town = Town(World())
    for path, page in zip(PATHS, pages, strict=True):
        town.world.product.at(path, page)
    town.act(0, 0)
    for who, what in actions:
        town.act(who, what)
        town.check()
    for phone in town.phones():
        if phone.call is not None:
            phone.hangs_up()
    town.world.exchange.advance(60)
    town.check()
    for leg in town.world.exchange.board.calls.values():
        assert leg.over or leg.line.leg is leg

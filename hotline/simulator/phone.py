"""A person with a telephone: without it a test could not read like a call."""

from __future__ import annotations

from hotline.simulator import calls, figures
from hotline.simulator.captions import Caption
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import CallStatus, Habit, Leg, Line, Text
from hotline.simulator.listening import Listener


class Phone:
    """One telephone. Actions take effect at once; `hears` and `rings` let time pass."""

    def __init__(self, exchange: Exchange, number: str, name: str = "") -> None:
        self.exchange = exchange
        self.line: Line = exchange.line(number)
        if name:
            self.line.name = name
        self._listener = Listener(lambda: self.line.captions)

    @property
    def number(self) -> str:
        """The telephone's own number."""
        return self.line.number

    @property
    def heard(self) -> list[Caption]:
        """Everything heard on this telephone, with times, language, voice and rate."""
        return self.line.captions

    @property
    def texts(self) -> list[Text]:
        """The text messages received."""
        return self.line.texts

    @property
    def call(self) -> Leg | None:
        """The call the telephone is on, ringing or live."""
        return self.line.leg

    @property
    def state(self) -> str:
        """idle, or the CallStatus of the present call."""
        return self.line.leg.status.value if self.line.leg is not None else "idle"

    def habit(self, habit: Habit | str) -> Phone:
        """What the telephone does when it rings unattended: rings, answers, busy, no-answer, voicemail, fails."""
        self.line.habit = Habit(habit)
        return self

    def refuses_texts(self) -> Phone:
        """Texts to this number fail from now on."""
        self.line.refuses_texts = True
        return self

    def dial(self, to: str) -> Phone:
        """Call a number."""
        self._listener.acts()
        self.exchange.dial(self.line, to)
        self.exchange.settle()
        return self

    def hears(self, fragment: str, within: float = figures.PATIENCE) -> Phone:
        """Listen until these words are heard, at most `within` seconds; AssertionError quotes what was heard."""
        if not self.exchange.timetable.wait_until(lambda: self._listener.hears(fragment), within):
            raise AssertionError(f"{self._who()} did not hear {fragment!r} within {within:g} s. {self._quote()}")
        self._listener.follow(fragment)
        return self

    def does_not_hear(self, fragment: str, within: float = 0.0) -> Phone:
        """Listen for `within` seconds; AssertionError if the words have been heard since the last action."""
        self.exchange.advance(within)
        if self._listener.hears(fragment):
            raise AssertionError(f"{self._who()} heard {fragment!r}. {self._quote()}")
        return self

    def presses(self, keys: str) -> Phone:
        """Press these keys, one after the other."""
        leg = self._on_call(f"press {keys}")
        self._listener.acts()
        for key in keys:
            if key not in "0123456789*#":
                raise ValueError(f"there is no key {key!r} on a telephone")
            if not leg.over:
                with self.exchange.timetable.changed:
                    calls.press(self.exchange.board, leg, key)
                self.exchange.advance(figures.TONE_SECONDS)
        return self

    def speaks(self, text: str) -> Phone:
        """Say something, for as long as saying it takes."""
        leg = self._on_call(f"say {text}")
        self._listener.acts()
        with self.exchange.timetable.changed:
            seconds = calls.speak(self.exchange.board, leg, text)
        self.exchange.advance(seconds)
        return self

    def stays_silent(self, seconds: float) -> Phone:
        """Say and press nothing for so long."""
        self.exchange.advance(seconds)
        return self

    def hangs_up(self) -> Phone:
        """Put the receiver down."""
        leg = self._on_call("hang up")
        self._listener.acts()
        with self.exchange.timetable.changed:
            calls.end(self.exchange.board, leg, by=_side(leg))
        self.exchange.settle()
        return self

    def rings(self, within: float = figures.PATIENCE) -> Phone:
        """Wait for an incoming call, at most `within` seconds; AssertionError if none comes."""
        if not self.exchange.timetable.wait_until(self._is_ringing, within):
            raise AssertionError(f"{self._who()}'s phone did not ring within {within:g} s. {self._quote()}")
        return self

    def does_not_ring(self, within: float) -> Phone:
        """AssertionError if a call comes in within so many seconds."""
        if self.exchange.timetable.wait_until(self._is_ringing, within):
            raise AssertionError(f"{self._who()}'s phone rang")
        return self

    def receives(self, fragment: str, within: float = figures.PATIENCE) -> Phone:
        """Wait for a text message with these words; AssertionError quotes the texts that came."""

        def came() -> bool:
            return any(fragment in text.body for text in self.texts)

        if not self.exchange.timetable.wait_until(came, within):
            got = [text.body for text in self.texts]
            raise AssertionError(f"{self._who()} got no text with {fragment!r} within {within:g} s, but {got}")
        return self

    def answers(self) -> Phone:
        """Pick up the ringing telephone."""
        return self._picks_up(machine=False)

    def goes_to_voicemail(self) -> Phone:
        """Let an answering machine pick up the ringing telephone."""
        return self._picks_up(machine=True)

    def declines(self) -> Phone:
        """Refuse the ringing call."""
        leg = self._on_call("decline")
        self._listener.acts()
        with self.exchange.timetable.changed:
            if not calls.decline(self.exchange.board, leg):
                raise AssertionError(f"{self._who()}'s phone is not ringing. {self._quote()}")
        self.exchange.settle()
        return self

    def lets_it_ring(self) -> Phone:
        """Wait until the ringing stops by itself."""
        leg = self._on_call("let it ring")
        self.exchange.timetable.wait_until(lambda: leg.over, figures.LONGEST_TIMEOUT)
        return self

    def _picks_up(self, machine: bool) -> Phone:
        leg = self._on_call("answer")
        self._listener.acts()
        with self.exchange.timetable.changed:
            if not calls.pick_up(self.exchange.board, leg, machine):
                raise AssertionError(f"{self._who()}'s phone is not ringing. {self._quote()}")
        self.exchange.settle()
        return self

    def _is_ringing(self) -> bool:
        leg = self.line.leg
        return leg is not None and leg.status is CallStatus.RINGING and leg.called == self.number

    def _on_call(self, what: str) -> Leg:
        leg = self.line.leg
        if leg is None:
            raise AssertionError(f"{self._who()} cannot {what}: there is no call. {self._quote()}")
        return leg

    def _who(self) -> str:
        return self.line.name or self.line.number

    def _quote(self) -> str:
        return f"State: {self.state}. {self._listener.quote()}"


def _side(leg: Leg) -> str:
    return "caller" if leg.called != leg.line.number else "callee"

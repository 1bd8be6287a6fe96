"""The practice phones as a browser or a terminal sees them: without it nobody could take part in a call by hand."""

from __future__ import annotations

import hashlib
import queue
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hotline.simulator import calls, figures
from hotline.simulator.captions import Caption
from hotline.simulator.exchange import Exchange
from hotline.simulator.faults import Trouble
from hotline.simulator.legs import Direction, Habit, Leg, Line

Json = dict[str, Any]
_UNTIL_SWITCHED_OFF = 10**9


class NotNow(Exception):
    """Something that cannot be done with the telephone as it is; the text says why."""


@dataclass(frozen=True)
class PhoneConfig:
    """A telephone shown on the practice page. `role`: customer, engineer, agent ...; `label_en` where it differs."""

    number: str
    name: str = ""
    role: str = "customer"
    label: str = ""
    label_en: str = ""


class Practice:
    """The practice phones of one exchange."""

    def __init__(self, exchange: Exchange, phones: list[PhoneConfig]) -> None:
        self.exchange = exchange
        self._salt = secrets.token_hex(8)
        self._listeners: list[queue.SimpleQueue[Json]] = []
        for config in phones:
            line = exchange.line(config.number)
            line.name, line.role = config.name, config.role
            line.label, line.label_en = config.label, config.label_en or config.label
        self._shown = [config.number for config in phones]
        self._numbers: dict[str, str] = {}  # a key without meaning for each number: addresses get written down
        exchange.board.on_news.append(self._news)

    def overview(self) -> Json:
        """What the page needs to begin: the hotline's numbers, the phones, the faults."""
        with self.exchange.timetable.changed:
            numbers = self.exchange.board.numbers.values()
            return {
                "numbers": [{"number": one.number, "label": one.label} for one in numbers],
                "phones": [self.view(self.exchange.line(number)) for number in self._shown],
                "faults": self.faults(),
            }

    def find(self, number: str) -> Json:
        """The telephone with this number, whether the page shows it or not."""
        with self.exchange.timetable.changed:
            return self.view(self.exchange.line(number))

    def look(self, key: str, since: int) -> Json:
        """The telephone with this key and what it has heard from caption `since` on; KeyError for another key."""
        with self.exchange.timetable.changed:
            return self.view(self.exchange.line(self._numbers[key]), since)

    def _key(self, number: str) -> str:
        key = hashlib.sha256(f"{self._salt}{number}".encode()).hexdigest()[:16]
        self._numbers[key] = number
        return key

    def view(self, line: Line, since: int = 0) -> Json:
        """One telephone: its state and what it has heard from caption `since` on."""
        leg = line.leg
        return {
            "key": self._key(line.number),
            "number": line.number,
            "name": line.name,
            "role": line.role,
            "label": line.label,
            "label_en": line.label_en,
            "habit": line.habit.value,
            "state": "idle" if leg is None else leg.status.value,
            "incoming": leg is not None and leg.direction is not Direction.INBOUND,
            "other": "" if leg is None else (leg.called if leg.direction is Direction.INBOUND else leg.caller),
            "since": None if leg is None or leg.answered is None else leg.answered.isoformat(),
            "refused": line.number in self.exchange.faults.refused,
            "captions": [_caption(since + i, one) for i, one in enumerate(line.captions[since:])],
            "texts": [{"at": one.at.isoformat(), "sender": one.sender, "body": one.body} for one in line.texts],
        }

    def act(self, key: str, action: str, given: Json) -> Json:
        """Do something with a telephone; NotNow where it cannot be done, KeyError for an unknown key or action."""
        line = self.exchange.line(self._numbers[key])
        with self.exchange.timetable.changed:
            _ACTIONS[action](self.exchange, line, given)
            return self.view(line, len(line.captions))

    def faults(self) -> Json:
        """Which faults are switched on, and how often each has happened."""
        faults = self.exchange.faults
        waiting = {fault.trouble for fault in faults.waiting}
        happened = [trouble for trouble, _ in faults.happened]
        return {one.value: {"on": one in waiting, "happened": happened.count(one)} for one in Trouble}

    def switch(self, trouble: str, on: bool) -> Json:
        """Switch a fault on until it is switched off; ValueError where there is no such fault."""
        faults, kind = self.exchange.faults, Trouble(trouble)
        with self.exchange.timetable.changed:
            faults.waiting[:] = [fault for fault in faults.waiting if fault.trouble is not kind]
            if on:
                faults.order(kind, times=_UNTIL_SWITCHED_OFF)
            return self.faults()

    def listen(self) -> queue.SimpleQueue[Json]:
        """A queue in which everything that happens will appear; give it back to deafen()."""
        listener: queue.SimpleQueue[Json] = queue.SimpleQueue()
        with self.exchange.timetable.changed:
            self._listeners.append(listener)
        return listener

    def deafen(self, listener: queue.SimpleQueue[Json]) -> None:
        """Nobody reads this queue any more."""
        with self.exchange.timetable.changed:
            self._listeners.remove(listener)

    def _news(self, what: str, line: Line) -> None:
        since = len(line.captions) - (1 if what == "caption" else 0)
        for listener in self._listeners:
            listener.put({"what": what, "phone": self.view(line, since)})


def _caption(index: int, caption: Caption) -> Json:
    heard = caption.utterance
    return {
        "n": index,
        "at": caption.at.isoformat(),
        "text": heard.text,
        "kind": heard.kind.value,
        "language": heard.language,
        "voice": heard.voice,
        "rate": heard.rate,
        "speaker": heard.speaker,
        "seconds": heard.seconds,
    }


def _leg(line: Line) -> Leg:
    if line.leg is None:
        raise NotNow("there is no call")
    return line.leg


def _dial(exchange: Exchange, line: Line, given: Json) -> None:
    if line.leg is not None:
        raise NotNow("the telephone is already on a call")
    exchange.dial(line, str(given.get("to", "")))


def _press(exchange: Exchange, line: Line, given: Json) -> None:
    leg, keys = _leg(line), str(given.get("keys", ""))
    if not keys or any(key not in "0123456789*#" for key in keys):
        raise NotNow("there is no such key")

    def one(key: str) -> Callable[[], None]:
        return lambda: calls.press(exchange.board, leg, key)

    for index, key in enumerate(keys):
        exchange.timetable.after(index * figures.TONE_SECONDS, one(key))


def _speak(exchange: Exchange, line: Line, given: Json) -> None:
    text = str(given.get("text", "")).encode(errors="replace").decode().strip()  # no lone surrogates
    if text:
        calls.speak(exchange.board, _leg(line), text)


def _hang_up(exchange: Exchange, line: Line, given: Json) -> None:
    leg = _leg(line)
    calls.end(exchange.board, leg, by="caller" if leg.direction is Direction.INBOUND else "callee")


def _answer(exchange: Exchange, line: Line, given: Json) -> None:
    if not calls.pick_up(exchange.board, _leg(line), machine=bool(given.get("machine"))):
        raise NotNow("the telephone is not ringing")


def _decline(exchange: Exchange, line: Line, given: Json) -> None:
    if not calls.decline(exchange.board, _leg(line)):
        raise NotNow("the telephone is not ringing")


def _habit(exchange: Exchange, line: Line, given: Json) -> None:
    line.habit = Habit(given.get("habit", ""))


def _refuse(exchange: Exchange, line: Line, given: Json) -> None:
    if given.get("on"):
        exchange.faults.refuse(line.number)
    else:
        exchange.faults.allow(line.number)


_ACTIONS: dict[str, Callable[[Exchange, Line, Json], None]] = {
    "dial": _dial,
    "press": _press,
    "speak": _speak,
    "hang-up": _hang_up,
    "answer": _answer,
    "decline": _decline,
    "habit": _habit,
    "refuse": _refuse,
}

"""Browser phones registered here: without it an agent's page could not be rung without the carrier's account."""

from __future__ import annotations

import queue
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hotline.simulator import calls, figures, tokens
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import Direction, Leg, Line

Json = dict[str, Any]


@dataclass(eq=False)
class Device:
    """One page that registered. `news` is what it has not been told yet, new for each connection."""

    key: str
    line: Line
    ends: float
    news: queue.SimpleQueue[Json]
    listening: bool = False
    call_sid: str | None = None
    muted: bool = False


class Devices:
    """Every browser phone of one exchange; several may carry one identity, and then all of them ring."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._known: dict[str, Device] = {}
        exchange.board.on_news.append(self._news)

    def register(self, token: str) -> Json:
        """A page comes with a token; what it needs to listen and act. Raises tokens.BadToken."""
        told = tokens.read(self._exchange.board, token)
        with self._exchange.timetable.changed:
            line = self._exchange.line(f"client:{told.identity}")
            device = Device(secrets.token_urlsafe(24), line, told.ends, queue.SimpleQueue())
            self._known[device.key] = device
            return self._shown(device)

    def renew(self, key: str, token: str) -> Json:
        """A fresh token for a page that is registered. Raises KeyError, or BadToken for another's token."""
        told = tokens.read(self._exchange.board, token)
        with self._exchange.timetable.changed:
            device = self._known[key]
            if device.line.number != f"client:{told.identity}":
                raise tokens.BadToken(20103, "Invalid Access Token subject")
            device.ends = told.ends
            return self._shown(device)

    def _shown(self, device: Device) -> Json:
        left = device.ends - self._exchange.board.now().timestamp()
        return {"key": device.key, "identity": device.line.number.removeprefix("client:"), "seconds": left}

    def opened(self, key: str) -> Device:
        """The page listens: from now on it can be rung, and hears of a call that rings already. Raises KeyError."""
        with self._exchange.timetable.changed:
            device = self._known[key]
            device.listening = device.line.reachable = True
            device.news = queue.SimpleQueue()
            self._tell_state(device)
            return device

    def closed(self, device: Device, news: queue.SimpleQueue[Json]) -> None:
        """Nobody reads this news any more; a page that does not come back soon cannot be rung, and its call is over."""
        with self._exchange.timetable.changed:
            if device.news is not news:
                return  # it is back already
            device.listening = False
            self._exchange.timetable.after(figures.DEVICE_GRACE, lambda: self._gone(device))

    def expired(self, device: Device) -> bool:
        """Whether the token has run out; then the page cannot be rung any more, but its call goes on."""
        with self._exchange.timetable.changed:
            over = self._exchange.board.now().timestamp() >= device.ends
            if over:
                self._forget(device)
            return over

    def act(self, key: str, action: str, given: Json) -> None:
        """Do something with the phone; KeyError for an unknown phone or action, and quietly nothing if too late."""
        with self._exchange.timetable.changed:
            _ACTIONS[action](self, self._known[key], given)

    def _gone(self, device: Device) -> None:
        if device.listening:
            return
        leg = device.line.leg
        if leg is not None and leg.live and device.call_sid == leg.sid:
            calls.end(self._exchange.board, leg, by="callee")
        self._forget(device)

    def _forget(self, device: Device) -> None:
        self._known.pop(device.key, None)
        device.line.reachable = any(one.line is device.line and one.listening for one in self._known.values())

    def _news(self, what: str, line: Line) -> None:
        for device in self._known.values():
            if device.line is not line:
                continue
            if what == "caption":
                self._tell_caption(device)
            else:
                self._tell_state(device)

    def _tell_caption(self, device: Device) -> None:
        heard, leg = device.line.captions[-1].utterance, device.line.leg
        if leg is None or device.call_sid != leg.sid:
            return
        told = {"text": heard.text, "kind": heard.kind.value, "speaker": heard.speaker, "language": heard.language}
        device.news.put({"what": "caption", "call": leg.sid, **told})

    def _tell_state(self, device: Device) -> None:
        leg = device.line.leg
        if leg is None or leg.direction is Direction.INBOUND:
            device.news.put({"what": "idle"})
            return
        mine = device.call_sid == leg.sid
        state = leg.status.value if mine or not leg.live else "elsewhere"
        told = {"call": leg.sid, "from": leg.caller, "to": leg.called}
        device.news.put({"what": "state", "state": state, **told})

    def accept(self, device: Device, given: Json) -> None:
        """Pick up; the first page to do so has the call."""
        leg = self._of(device, given)
        if leg is not None and not leg.live:
            device.call_sid = leg.sid
            calls.pick_up(self._exchange.board, leg)

    def reject(self, device: Device, given: Json) -> None:
        """Refuse the ringing call."""
        leg = self._of(device, given)
        if leg is not None:
            calls.decline(self._exchange.board, leg)

    def disconnect(self, device: Device, given: Json) -> None:
        """Hang up."""
        leg = self._taken(device, given)
        if leg is not None:
            calls.end(self._exchange.board, leg, by="callee")

    def digits(self, device: Device, given: Json) -> None:
        """Press keys; letters are passed by."""
        leg = self._taken(device, given)
        for key in str(given.get("digits", "")):
            if leg is not None and key in "0123456789*#":
                calls.press(self._exchange.board, leg, key)

    def speak(self, device: Device, given: Json) -> None:
        """Say something: there is no microphone on a simulated line. A muted page says nothing."""
        leg, text = self._taken(device, given), str(given.get("text", "")).strip()
        if leg is not None and text and not device.muted:
            calls.speak(self._exchange.board, leg, text)

    def mute(self, device: Device, given: Json) -> None:
        """Say nothing from now on, or say it again."""
        device.muted = bool(given.get("on"))

    def unregister(self, device: Device, given: Json) -> None:
        """The page goes; its call is over."""
        device.listening = False
        self._gone(device)

    def _of(self, device: Device, given: Json) -> Leg | None:
        """The call that is meant, while it is the one on this phone."""
        leg = device.line.leg
        return leg if leg is not None and leg.sid == given.get("call") else None

    def _taken(self, device: Device, given: Json) -> Leg | None:
        """The call that is meant, if it was picked up on this page and not on another of the same identity."""
        leg = self._of(device, given)
        return leg if leg is not None and device.call_sid == leg.sid else None


_ACTIONS: dict[str, Callable[[Devices, Device, Json], None]] = {
    "accept": Devices.accept,
    "reject": Devices.reject,
    "disconnect": Devices.disconnect,
    "digits": Devices.digits,
    "speak": Devices.speak,
    "mute": Devices.mute,
    "unregister": Devices.unregister,
}

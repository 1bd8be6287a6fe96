"""A telephone on a running exchange: without it a story could not be played on a terminal against the real thing."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests

from hotline.simulator import figures
from hotline.simulator.captions import Caption, Kind, Utterance, spoken_seconds
from hotline.simulator.listening import Listener

_POLL_SECONDS = 0.15
_REQUEST_SECONDS = 10.0


class RemoteLine:
    """One telephone of a running exchange; the same words as Phone, in real time."""

    def __init__(self, base_url: str, number: str, name: str = "") -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._url = f"{base_url}/practice/phones"
        self.name = name or number
        found = self._session.post(self._url, json={"number": number}, timeout=_REQUEST_SECONDS)
        found.raise_for_status()
        self.view: dict[str, Any] = found.json()
        self.heard = [_caption(one) for one in self.view["captions"]]
        self._url += f"/{self.view['key']}"
        self._listener = Listener(lambda: self.heard)

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    @property
    def state(self) -> str:
        """idle, or the CallStatus of the present call."""
        return str(self.view["state"])

    def dial(self, to: str) -> None:
        """Call a number."""
        self._act("dial", to=to)

    def hears(self, fragment: str, within: float = figures.PATIENCE) -> None:
        """Listen until these words are heard, at most `within` seconds."""
        if not self._until(lambda: self._listener.hears(fragment), within):
            self._fail(f"did not hear {fragment!r} within {within:g} s")
        self._listener.follow(fragment)

    def does_not_hear(self, fragment: str, within: float = 0.0) -> None:
        """Listen for `within` seconds; fails if the words have been heard since the last action."""
        if self._until(lambda: self._listener.hears(fragment), within):
            self._fail(f"heard {fragment!r}")

    def presses(self, keys: str) -> None:
        """Press these keys, one after the other."""
        self._act("press", keys=keys)
        time.sleep(len(keys) * figures.TONE_SECONDS)

    def speaks(self, text: str) -> None:
        """Say something, for as long as saying it takes."""
        self._act("speak", text=text)
        time.sleep(spoken_seconds(text))

    def stays_silent(self, seconds: float) -> None:
        """Say and press nothing for so long."""
        time.sleep(seconds)

    def hangs_up(self) -> None:
        """Put the receiver down."""
        self._act("hang-up")

    def rings(self, within: float = figures.PATIENCE) -> None:
        """Wait for an incoming call."""
        if not self._until(self._is_ringing, within):
            self._fail(f"was not rung within {within:g} s")

    def does_not_ring(self, within: float = figures.PATIENCE) -> None:
        """Fails if a call comes in within so many seconds."""
        if self._until(self._is_ringing, within):
            self._fail("was rung")

    def answers(self) -> None:
        """Pick up the ringing telephone."""
        self._act("answer")

    def goes_to_voicemail(self) -> None:
        """Let an answering machine pick up."""
        self._act("answer", machine=True)

    def declines(self) -> None:
        """Refuse the ringing call."""
        self._act("decline")

    def lets_it_ring(self) -> None:
        """Wait until the ringing stops by itself."""
        self._until(lambda: not self._is_ringing(), figures.LONGEST_TIMEOUT)

    def receives(self, fragment: str, within: float = figures.PATIENCE) -> None:
        """Wait for a text message with these words."""
        if not self._until(lambda: any(fragment in one["body"] for one in self.view["texts"]), within):
            self._fail(f"got no text with {fragment!r} within {within:g} s")

    def habit(self, habit: str) -> None:
        """What the telephone does when it rings unattended."""
        self._act("habit", habit=habit)

    def _is_ringing(self) -> bool:
        return bool(self.view["incoming"]) and self.state == "ringing"

    def _act(self, action: str, **given: object) -> None:
        self._look()
        self._listener.acts()
        answer = self._session.post(f"{self._url}/{action}", json=given, timeout=_REQUEST_SECONDS)
        if not answer.ok:
            self._fail(f"could not {action}: {answer.json()['error']}")
        self._look()

    def _until(self, reached: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while True:
            self._look()
            if reached():
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(_POLL_SECONDS)

    def _look(self) -> None:
        answer = self._session.get(self._url, params={"since": len(self.heard)}, timeout=_REQUEST_SECONDS)
        answer.raise_for_status()
        self.view = answer.json()
        self.heard.extend(_caption(one) for one in self.view["captions"])

    def _fail(self, what: str) -> None:
        raise AssertionError(f"{self.name} {what}. State: {self.state}. {self._listener.quote()}")


def _caption(told: dict[str, Any]) -> Caption:
    heard = Utterance(
        told["text"],
        told["seconds"],
        Kind(told["kind"]),
        told["language"],
        told["voice"],
        told["rate"],
        told["speaker"],
    )
    return Caption(datetime.fromisoformat(told["at"]), heard)


class There:
    """Plays a story on a running exchange, in real time. Use as a context: its connections are closed at the end."""

    turns_time = False

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._lines: list[RemoteLine] = []

    def __enter__(self) -> There:
        return self

    def __exit__(self, *error: object) -> None:
        for line in self._lines:
            line.close()

    def telephone(self, number: str, name: str) -> RemoteLine:
        """The telephone with this number."""
        line = RemoteLine(self._base_url, number, name)
        self._lines.append(line)
        return line

    def pass_time(self, seconds: float) -> None:
        """Real time only passes by itself."""
        time.sleep(seconds)

"""An agent's page as a browser has it open; without it no bench could say when somebody at a desk sees a caller."""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import requests

from hotline.console import words
from tests.world import PASSWORD, Person

# How soon the page asks again after having asked, by the kind of news, in seconds (console/templates/parts.html).
PAUSES = {"changed": 0.3, "stirred": 2.0}
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_LINE = re.compile(r'<ol class="waiting">.*?</ol>', re.DOTALL)
_SINCE = re.compile(r'data-since="(\d+)"')


@dataclass(frozen=True)
class Look:
    """One asking for the page: when its news came, when it was asked for and shown, and who waited, by time.time()."""

    told: float
    asked: float
    shown: float
    waiting: frozenset[str]  # the moments at which the callers shown had joined the line, as the page writes them


@dataclass
class Page:
    """The desk of somebody who is logged in: it listens, and asks for itself again as the browser does."""

    base: str
    person: Person
    looks: list[Look] = field(default_factory=list)
    heard_at: float = 0.0
    _news: dict[str, float] = field(default_factory=dict)  # kind -> when the first came that was not followed yet
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _session: requests.Session = field(default_factory=requests.Session)

    def opens(self) -> None:
        """Log in, and listen from here on."""
        self._session.trust_env = False
        found = _TOKEN.search(self._get("login").text)
        if found is None:
            raise SystemExit("the log-in page has no token")
        form = {"login": self.person.login, "password": PASSWORD, "csrf_token": found[1]}
        self._session.post(f"{self.base}/console/login", data=form).raise_for_status()
        for does in (self._listens, self._follows):
            threading.Thread(target=does, daemon=True).start()
        self.hears_after(0.0)

    def hears_after(self, moment: float) -> float:
        """When the first news after this moment came; waits for it."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.heard_at > moment, 10):
                raise SystemExit("the page hears nothing")
            return self.heard_at

    def first_shows(self, joined: datetime) -> Look | None:
        """The first look that showed whoever joined the line at this moment; None where none did."""
        mark = str(words.millis(joined))
        return next((look for look in self.looks if mark in look.waiting), None)

    def _listens(self) -> None:
        address = f"{self.base}/console/stream?about=seat:{self.person.id}+staff:{self.person.id}&also=line"
        # The web server goes first when all is over.
        with suppress(requests.RequestException), self._session.get(address, stream=True) as answer:
            for line in answer.iter_lines(chunk_size=1):
                if line.startswith(b"event: "):
                    self._told(line.removeprefix(b"event: ").decode())

    def _told(self, kind: str) -> None:
        with self._changed:
            self.heard_at = time.time()
            self._news.setdefault(kind, self.heard_at)
            self._changed.notify_all()

    def _follows(self) -> None:
        """Ask at once on news of a kind; again at the end of its pause, if more came meanwhile."""
        free_at = dict.fromkeys(PAUSES, 0.0)
        with suppress(requests.RequestException):
            while True:
                kind = self._next(free_at)
                with self._changed:
                    told = self._news.pop(kind)
                asked = time.time()
                free_at[kind] = asked + PAUSES[kind]
                shown = _LINE.search(self._get("desk").text)
                waiting = frozenset(_SINCE.findall(shown[0])) if shown is not None else frozenset()
                self.looks.append(Look(told, asked, time.time(), waiting))

    def _next(self, free_at: dict[str, float]) -> str:
        """The kind of news to follow, as soon as its pause is over."""
        with self._changed:
            while True:
                ready = [kind for kind in self._news if free_at[kind] <= time.time()]
                if ready:
                    return ready[0]
                pauses = [free_at[kind] - time.time() for kind in self._news]
                self._changed.wait(min(pauses) if pauses else None)

    def _get(self, page: str) -> requests.Response:
        answer = self._session.get(f"{self.base}/console/{page}")
        answer.raise_for_status()
        return answer

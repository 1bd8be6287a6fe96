"""Plays a telephone story against the running hotline; without it a call could be tried in a browser only."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select

from hotline import demo, practice
from hotline.domain import companies, staff
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.staff import Staff
from hotline.errors import Invalid
from hotline.runtime import Runtime
from hotline.simulator.remote import There
from hotline.simulator.story import Story, StoryFailed, StoryUnreadable, read
from hotline.standard import loader

__all__ = ["StoryFailed", "play"]

Say = Callable[[str], None]


def play(runtime: Runtime, file: Path, exchange: str, say: Say) -> str | None:
    """Play a story on the exchange at this address, in real time; the console's address of the call it began.

    `say` is told each step before it is done, and whatever is heard meanwhile. Raises Invalid for a story that cannot
    be played or an exchange that does not answer, StoryFailed where it did not come true.
    """
    try:
        story = read(file.read_text("utf-8"), names(runtime))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file}: is not readable: {error}") from error
    except StoryUnreadable as error:
        raise Invalid(f"{file}: {error}") from error
    before = _newest_call(runtime)
    try:
        with _Listening(exchange, story, say), There(exchange) as there:
            story.play(there, watch=lambda step: say(f"{step.number:3} {step.line}"))
    except StoryUnreadable as error:
        raise Invalid(f"{file}: {error}") from error
    except (OSError, http.client.HTTPException) as error:  # those of requests are such too
        raise Invalid(f"nothing answers at {exchange}: run scripts/start first") from error
    begun = _newest_call(runtime)
    return f"{runtime.addresses.base}/console/calls/{begun}" if begun != before else None


def names(runtime: Runtime) -> dict[str, str]:
    """What a story may call a number: a company by its code, staff by their log-in, the demo's customers by key.

    `unknown` is a number by which nobody is known.
    """
    with runtime.look(COMMAND) as act:
        people = act.session.scalars(select(Staff).where(Staff.phone.is_not(None)))
        known = {person.login: staff.phone_of(act, person).e164 for person in people}
        for company in companies.listed(act):
            known[company.code] = companies.numbers_of(act, company)[0]
        known["unknown"] = practice.stranger(act)
    return known | demo.customers_by_key(runtime)


class _Listening:
    """Tells what each telephone of a story hears, while it hears it."""

    def __init__(self, exchange: str, story: Story, say: Say) -> None:
        self._names = {number: name for name, number in story.cast.items()}
        self._say = say
        limit = loader.platform().carrier.connect_timeout.seconds
        self._connection = http.client.HTTPConnection(urlsplit(exchange).netloc, timeout=limit)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> None:
        self._connection.connect()
        self._socket: socket.socket = self._connection.sock
        self._connection.request("GET", "/practice/events")
        self._events = self._connection.getresponse()
        self._socket.settimeout(None)  # nothing is said while nothing happens
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it may be gone already
            self._socket.shutdown(socket.SHUT_RDWR)  # closing alone would not wake the one who reads
        self._thread.join()
        self._events.close()
        self._connection.close()

    def _listen(self) -> None:
        with suppress(OSError, http.client.HTTPException):  # the story is over, or the exchange was stopped
            for line in self._events:
                if line.startswith(b"data: "):
                    self._tell(json.loads(line.removeprefix(b"data: ")))

    def _tell(self, news: dict[str, object]) -> None:
        phone = news["phone"]
        assert isinstance(phone, dict)
        name = self._names.get(phone["number"])
        if name is None:
            return
        if news["what"] == "caption":
            for caption in phone["captions"]:
                self._say(f"      {name} <- {caption['text']}")
        if news["what"] == "text":
            self._say(f"      {name} <- [text] {phone['texts'][-1]['body']}")


def _newest_call(runtime: Runtime) -> int | None:
    with runtime.look(COMMAND) as act:
        return act.session.scalar(select(Call.id).where(Call.direction == "in").order_by(Call.id.desc()).limit(1))

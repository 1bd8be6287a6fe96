"""Somebody at the console, who fills in forms as a browser does; without it each test would forge its token."""

from __future__ import annotations

import re

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from tests.world import PASSWORD, Person

BASE = "https://hotline.example.com"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One browser with its own cookies, at one network address."""

    def __init__(self, app: Flask, address: str = "192.0.2.1") -> None:
        self.client = app.test_client()
        self._app = app
        self._address = address

    def opens(self, path: str, **headers: str) -> TestResponse:
        """Go to a page."""
        return self.client.get(path, base_url=BASE, headers=headers, environ_base={"REMOTE_ADDR": self._address})

    def sends(self, path: str, *, page: str = "", **form: str) -> TestResponse:
        """Fill in a form of `page`, or of where it leads to, and send it; without a page, one that is open already."""
        token = self.token(page) if page else self._token_of_session()
        return self.posts(path, csrf_token=token, **form)

    def token(self, page: str) -> str:
        """The token of the forms of `page`, or of where it leads to; nothing where there is none."""
        where = {"REMOTE_ADDR": self._address}
        shown = self.client.get(page, base_url=BASE, environ_base=where, follow_redirects=True)
        found = _TOKEN.search(shown.text)
        return found[1] if found else ""

    def _token_of_session(self) -> str:
        """What stands in every form that this browser has open: no page is drawn for it."""
        with self.client.session_transaction(base_url=BASE) as kept, self._app.test_request_context(base_url=BASE):
            session.update(kept)
            token: str = generate_csrf()
            kept.update(session)
        return token

    def is_refused(self, path: str, *, page: str, **form: str) -> TestResponse:
        """Send a form that is refused; the page to which the browser goes back."""
        answer = self.sends(path, **form)
        assert (answer.status_code, answer.location) == (303, page)
        return self.opens(page)

    def posts(self, path: str, **form: str) -> TestResponse:
        """Send a form without asking for its page first."""
        return self.client.post(path, base_url=BASE, data=form, environ_base={"REMOTE_ADDR": self._address})

    def logs_in(self, who: Person | str, password: str = PASSWORD, **form: str) -> TestResponse:
        """Log in as somebody of the cast, or under a name."""
        login = who if isinstance(who, str) else who.login
        return self.sends("/console/login", page="/console/login", login=login, password=password, **form)


def logged_in(app: Flask, who: Person | str) -> Visitor:
    """Somebody of the cast, or under a name, who is in now."""
    visitor = Visitor(app)
    login = who if isinstance(who, str) else who.login
    assert visitor.sends("/console/login", login=login, password=PASSWORD).status_code == 302
    return visitor


def text_of(answer: TestResponse) -> str:
    """What a reader sees of a page: no tags, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())

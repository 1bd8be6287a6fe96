"""How requests cross between exchange and product: without it the two would need each other's code."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import requests
from twilio.http import HttpClient
from twilio.http.response import Response
from werkzeug.test import run_wsgi_app

from hotline.simulator.courier import Answer, ConnectFailed, TooSlow
from hotline.simulator.rest import Reply, Request

WsgiApp = Callable[..., Iterable[bytes]]


class Restful(Protocol):
    """Something that answers the carrier's REST requests: an exchange."""

    def rest(self, request: Request) -> Reply:
        """Answer one request."""


class HttpSender:
    """Makes webhooks over the network."""

    def __init__(self, connect_seconds: float = 5.0) -> None:
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the machine's is no part of the telephone network
        self._connect_seconds = connect_seconds

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        """Make one request; ConnectFailed or TooSlow where there is no answer in `timeout` seconds."""
        limits = (min(self._connect_seconds, timeout), timeout)
        try:
            answer = self._session.request(
                method, url, headers=dict(headers), data=body, timeout=limits, allow_redirects=False
            )
        except requests.exceptions.ReadTimeout as error:
            raise TooSlow(str(error)) from error
        except requests.exceptions.RequestException as error:
            raise ConnectFailed(str(error)) from error
        known = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, known, answer.content)


class WsgiSender:
    """Makes webhooks to a WSGI application in this process, under the address that it believes to have."""

    def __init__(self, app: WsgiApp, base_url: str) -> None:
        self._app = app
        self._base = urlsplit(base_url)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        """Make one request; ConnectFailed for any other host than the application's."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) != (self._base.scheme, self._base.netloc):
            raise ConnectFailed(f"nobody is listening at {parts.scheme}://{parts.netloc}")
        environ = self._environ(method, url, headers, body)
        chunks, status, answered = run_wsgi_app(self._app, environ)
        known = {name.lower(): value for name, value in answered.items()}
        return Answer(int(status.split()[0]), known, b"".join(chunks))

    def _environ(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        parts = urlsplit(url)
        raw = parts.path + (f"?{parts.query}" if parts.query else "")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(parts.path, encoding="latin-1"),
            "QUERY_STRING": parts.query,
            "RAW_URI": raw,
            "REQUEST_URI": raw,
            "SERVER_NAME": parts.hostname or "",
            "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": parts.netloc,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        return environ


Seen = Callable[[str, str, Mapping[str, list[str]]], None]


class SimulatedHttpClient(HttpClient):  # type: ignore[misc]  # the package ships no types
    """The HTTP client to hand to twilio.rest.Client: its requests end in the exchange, without a socket.

    `on_request` is called with the method, the URL and the form of every request.
    """

    def __init__(self, exchange: Restful, timeout: float | None = None) -> None:
        self.exchange = exchange
        self.timeout = timeout
        self.on_request: list[Seen] = []

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Any:
        """Answer as the carrier would; requests' ReadTimeout where it was to leave the client hanging."""
        parts = urlsplit(uri)
        query = parse_qs(parts.query, keep_blank_values=True) | _lists(params)
        form = _lists(data)
        for look in self.on_request:
            look(method.upper(), uri, form or query)
        secret = base64.b64encode(":".join(auth).encode()).decode() if auth else ""
        reply = self.exchange.rest(Request(method.upper(), parts.path, query, form, f"Basic {secret}"))
        if reply.hangs:
            raise requests.exceptions.ReadTimeout(f"no answer in {timeout or self.timeout} s")
        return Response(reply.status, reply.body.decode("utf-8", "replace"), {"Content-Type": reply.content_type})

    def media(self, url: str, auth: tuple[str, str]) -> tuple[int, bytes]:
        """The status and the sound that a recording's address gives; the package's Response would spoil the bytes."""
        secret = base64.b64encode(":".join(auth).encode()).decode()
        reply = self.exchange.rest(Request("GET", urlsplit(url).path, authorization=f"Basic {secret}"))
        if reply.hangs:
            raise requests.exceptions.ReadTimeout("no answer")
        return reply.status, reply.body


def _lists(values: Mapping[str, object] | None) -> dict[str, list[str]]:
    """Form fields as they cross the wire: every value a text, a list as repeated values."""
    encoded = urlencode({name: value for name, value in (values or {}).items() if value is not None}, doseq=True)
    return parse_qs(encoded, keep_blank_values=True)

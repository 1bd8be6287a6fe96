"""A product small enough to read: without it the exchange would have nobody to ring in its own tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, request
from twilio.rest import Client

from hotline.simulator.board import NumberConfig
from hotline.simulator.clock import ManualClock
from hotline.simulator.exchange import Exchange
from hotline.simulator.phone import Phone
from hotline.simulator.wire import SimulatedHttpClient, WsgiSender

ACCOUNT = "AC" + "1" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
BASE = "https://hotline.example.com"
HOTLINE = "+864100000001"
CUSTOMER = "+8613800001111"
ENGINEER = "+8613900002222"
AGENT = "+8613900003333"

Form = dict[str, str]
Answer = str | Response | Callable[[Form], str | Response]


@dataclass(frozen=True)
class Asked:
    """One webhook that reached the product."""

    path: str
    method: str
    form: Form
    headers: dict[str, str]
    url: str


@dataclass
class Product:
    """Answers each path as it was told to; remembers every webhook."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def at(self, path: str, answer: Answer) -> None:
        """What this path answers from now on: the inside of a document, a response, or a function of the form."""
        self.answers[path] = answer

    def app(self) -> Flask:
        """The product as a WSGI application."""
        app = Flask("product")
        app.add_url_rule("/", view_func=self._answer, methods=["GET", "POST"], defaults={"path": ""})
        app.add_url_rule("/<path:path>", view_func=self._answer, methods=["GET", "POST"])
        return app

    def _answer(self, path: str) -> Response:
        form = {**request.args, **request.form}
        self.asked.append(
            Asked(f"/{path}", request.method, form, dict(request.headers), BASE + request.environ["RAW_URI"])
        )
        answer = self.answers.get(f"/{path}", Response(status=204))
        return document(answer(form) if callable(answer) and not isinstance(answer, Response) else answer)

    def at_path(self, path: str) -> list[Asked]:
        """The webhooks that came to a path, in order."""
        return [one for one in self.asked if one.path == path]

    def last(self, path: str) -> Form:
        """The form of the newest webhook at a path."""
        return self.at_path(path)[-1].form


def document(inside: str | Response) -> Response:
    """A TwiML answer with this inside; a response is left as it is."""
    if isinstance(inside, Response):
        return inside
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>', mimetype="text/xml")


def say(text: str, more: str = "") -> str:
    """A <Say> in Mandarin."""
    return f'<Say language="cmn-CN" voice="Polly.Zhiyu" {more}>{text}</Say>'


@dataclass
class World:
    """An exchange, a product behind its number, and the people who ring."""

    product: Product = field(default_factory=Product)
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.exchange = Exchange(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            sender=WsgiSender(self.product.app(), BASE),
            clock=self.clock,
        )
        self.own()
        self.wire = SimulatedHttpClient(self.exchange)
        self.client = Client(ACCOUNT, TOKEN, http_client=self.wire)
        self.customer = Phone(self.exchange, CUSTOMER, "customer")
        self.engineer = Phone(self.exchange, ENGINEER, "engineer")
        self.agent = Phone(self.exchange, AGENT, "agent")

    def own(self, voice: str = f"{BASE}/in", fallback: str = "", status: str = "") -> None:
        """What is set at the hotline's number."""
        self.exchange.own(NumberConfig(HOTLINE, "hotline", voice, fallback, status))

    def codes(self) -> list[int]:
        """The numbers of all problems so far."""
        return [problem.code for problem in self.exchange.problems]

    def statuses(self, path: str = "/status") -> list[str]:
        """The CallStatus of every callback at a path, in order of arrival."""
        return [one.form["CallStatus"] for one in self.product.at_path(path)]

"""Browser phones on the practice exchange: contract section 8, over real sockets, with the package's own tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client
from werkzeug.serving import make_server

from hotline.simulator.board import NumberConfig
from hotline.simulator.server import Running
from tests.simulator.product import ACCOUNT, HOTLINE, TOKEN, Product, say

KEY, SECRET = "SK" + "2" * 32, "a-secret-of-the-account-s-api-key"
LONG = 5  # seconds; how long a test waits for what must come


def token(identity: str = "op_7", *, key: str = KEY, secret: str = SECRET, ttl: int = 600, allow: bool = True) -> str:
    """An access token as the carrier's package makes it."""
    made = AccessToken(ACCOUNT, key, secret, identity=identity, ttl=ttl)
    made.add_grant(VoiceGrant(incoming_allow=allow or None))
    return str(made.to_jwt())


@dataclass
class Town:
    """A product and an exchange, each on its own port."""

    base: str
    running: Running
    product: Product = field(default_factory=Product)

    def post(self, path: str, **given: object) -> requests.Response:
        """What the SDK sends, from a page of the product."""
        headers = {"Origin": self.base}
        return requests.post(f"{self.running.url}/device/{path}", json=given, headers=headers, timeout=LONG)

    def registers(self, identity: str = "op_7", **more: Any) -> str:
        """A page registers; its key."""
        return str(self.post("register", token=token(identity, **more)).json()["key"])

    def rings(self, identity: str = "op_7") -> str:
        """The product rings a browser phone; the CallSid."""
        http = TwilioHttpClient(pool_connections=False, timeout=LONG)
        client = Client(ACCOUNT, TOKEN, http_client=http)
        client.api.base_url = self.running.url
        return str(client.calls.create(to=f"client:{identity}", from_=HOTLINE, url=f"{self.base}/offer").sid)

    def status(self, sid: str) -> str:
        """How the call stands."""
        return self.running.exchange.board.calls[sid].status.value

    def comes_to(self, sid: str, status: str) -> bool:
        """Whether the call reaches this status soon."""
        return self.running.exchange.timetable.wait_until(lambda: self.status(sid) == status, LONG)


@pytest.fixture
def town() -> Iterator[Town]:
    """Both servers, up for one test."""
    product = Product()
    product.at("/offer", f'<Gather numDigits="1" action="/taken">{say("按 1 接受")}</Gather>')
    product.at("/taken", say("谢谢") + '<Pause length="60"/>')
    server = make_server("127.0.0.1", 0, product.app(), threaded=True)
    base = f"http://127.0.0.1:{server.server_port}"
    numbers = [NumberConfig(HOTLINE, "热线", f"{base}/in")]
    running = Running(port=0, account_sid=ACCOUNT, auth_token=TOKEN, numbers=numbers, phones=[], api_keys={KEY: SECRET})
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)), threading.Thread(target=running.run)]
    for thread in threads:
        thread.start()
    yield Town(base, running, product)
    server.shutdown()
    running.stop()
    for thread in threads:
        thread.join()
    server.server_close()


@contextmanager
def listening(town: Town, key: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The news that a page gets, from the moment at which it listens."""
    with requests.get(f"{town.running.url}/device/{key}/events", stream=True, timeout=LONG) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        next(lines)
        news = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
        assert next(news) == {"what": "idle"}
        yield news


def until(news: Iterator[dict[str, Any]], **wanted: str) -> dict[str, Any]:
    """The next news that says this."""
    return next(one for one in news if wanted.items() <= one.items())


def test_a_page_is_rung_picks_up_hears_presses_and_hangs_up(town: Town) -> None:
    key = town.registers()
    with listening(town, key) as news:
        sid = town.rings()
        assert until(news, state="ringing")["call"] == sid
        town.post(f"{key}/accept", call=sid)
        until(news, state="in-progress")
        assert until(news, what="caption")["text"] == "按 1 接受"
        town.post(f"{key}/digits", call=sid, digits="1x")
        until(news, what="caption", text="谢谢")
        assert town.product.last("/taken")["Digits"] == "1"
        town.post(f"{key}/disconnect", call=sid)
        until(news, what="idle")
    assert town.status(sid) == "completed"


def test_a_page_declines_and_the_caller_finds_it_busy(town: Town) -> None:
    key = town.registers()
    with listening(town, key) as news:
        sid = town.rings()
        until(news, state="ringing")
        town.post(f"{key}/reject", call=sid)
        until(news, what="idle")
    assert town.status(sid) == "busy"


def test_of_two_pages_with_one_identity_both_ring_and_the_first_has_the_call(town: Town) -> None:
    one, two = town.registers(), town.registers()
    with listening(town, one) as first, listening(town, two) as second:
        sid = town.rings()
        until(first, state="ringing")
        until(second, state="ringing")
        town.post(f"{two}/accept", call=sid)
        until(second, state="in-progress")
        until(first, state="elsewhere")
        town.post(f"{one}/disconnect", call=sid)
        assert town.status(sid) == "in-progress"
        until(second, what="caption")
        town.post(f"{one}/digits", call=sid, digits="1")
        town.post(f"{two}/digits", call=sid, digits="2")
        until(second, what="caption", text="谢谢")
        assert town.product.last("/taken")["Digits"] == "2", "the other page presses nothing in a call it has not taken"


def test_what_is_said_is_heard_unless_muted_or_said_on_another_page(town: Town) -> None:
    town.product.at("/offer", '<Gather input="speech" language="cmn-Hans-CN" speechTimeout="1" action="/said"/>')
    key, other = town.registers(), town.registers()
    with listening(town, key) as news:
        sid = town.rings()
        until(news, state="ringing")
        town.post(f"{key}/accept", call=sid)
        until(news, state="in-progress")
        town.post(f"{key}/mute", on=True)
        town.post(f"{key}/speak", call=sid, text="听不见")
        town.post(f"{key}/mute", on=False)
        assert town.running.exchange.timetable.wait_until(lambda: bool(town.product.at_path("/offer")), LONG)
        leg = town.running.exchange.board.calls[sid]
        waits = lambda: leg.run is not None and leg.run.waiting is not None  # noqa: E731
        assert town.running.exchange.timetable.wait_until(waits, LONG)
        town.post(f"{other}/speak", call=sid, text="别处")
        town.post(f"{key}/speak", call=sid, text="接受")
        said = town.running.exchange.timetable.wait_until(lambda: bool(town.product.at_path("/said")), LONG)
    assert said
    assert town.product.last("/said")["SpeechResult"] == "接受"


def test_a_page_that_closes_ends_its_call_and_cannot_be_rung(town: Town) -> None:
    key = town.registers()
    with listening(town, key) as news:
        sid = town.rings()
        until(news, state="ringing")
        town.post(f"{key}/accept", call=sid)
        until(news, state="in-progress")
        town.post(f"{key}/unregister")
    assert town.comes_to(sid, "completed")
    assert town.comes_to(town.rings(), "no-answer")


def test_a_connection_that_is_lost_for_good_ends_the_call_too(town: Town) -> None:
    key = town.registers()
    with listening(town, key) as news:
        sid = town.rings()
        until(news, state="ringing")
        town.post(f"{key}/accept", call=sid)
        until(news, state="in-progress")
    assert town.running.exchange.timetable.wait_until(lambda: town.status(sid) == "completed", 2 * LONG)


def test_a_token_that_runs_out_ends_the_registration_and_a_fresh_one_keeps_it(town: Town) -> None:
    short, kept = town.registers("op_1", ttl=2), town.registers("op_2", ttl=2)
    assert town.post(f"{kept}/renew", token=token("op_2")).json()["seconds"] > 500
    with listening(town, kept), listening(town, short) as news:
        until(news, what="expired")
        assert town.comes_to(town.rings("op_1"), "no-answer")
        assert town.comes_to(town.rings("op_2"), "ringing")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("no.token", 20101),
        ("bm8.bm8.bm8", 20101),
        (token(key="SK" + "3" * 32), 20103),
        (token(secret="another-secret-of-another-account"), 20107),
        (token(allow=False), 20106),
        (token(identity="op 7"), 20106),
        (token(ttl=-1), 20104),
        (token(ttl=100_000), 20157),
    ],
)
def test_a_token_that_the_carrier_refuses_is_refused_with_its_number(town: Town, given: str, code: int) -> None:
    answer = town.post("register", token=given)
    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_anothers_token_renews_nothing_and_unknown_phones_are_404(town: Town) -> None:
    key = town.registers()
    assert town.post(f"{key}/renew", token=token("op_8")).status_code == 401
    assert town.post("other/renew", token=token()).status_code == 404
    assert town.post(f"{key}/dance").status_code == 404
    assert town.post("other/accept").status_code == 404
    assert requests.get(f"{town.running.url}/device/other/events", timeout=LONG).status_code == 404


def test_only_pages_of_the_product_may_use_it(town: Town) -> None:
    address, named = f"{town.running.url}/device/register", "Access-Control-Allow-Origin"
    ours = requests.options(address, headers={"Origin": town.base}, timeout=LONG)
    assert (ours.headers[named], ours.headers["Access-Control-Allow-Headers"]) == (town.base, "Content-Type")
    others = requests.options(address, headers={"Origin": "https://elsewhere.example"}, timeout=LONG)
    assert named not in others.headers
    assert "class Device" in requests.get(f"{town.running.url}/device/sdk.js", timeout=LONG).text

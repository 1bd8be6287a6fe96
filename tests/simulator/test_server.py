"""The exchange as a server: design section 7; the real client, real sockets, a browser's API and a story on it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import make_server

from hotline.simulator.board import NumberConfig
from hotline.simulator.practice import PhoneConfig
from hotline.simulator.remote import RemoteLine, There
from hotline.simulator.server import Running
from hotline.simulator.story import StoryUnreadable, play
from tests.simulator.product import ACCOUNT, CUSTOMER, ENGINEER, HOTLINE, TOKEN, Product, say


@dataclass
class Town:
    """A product and an exchange, each on its own port, by the real clock."""

    product: Product
    base: str
    running: Running

    @property
    def url(self) -> str:
        """The exchange's address."""
        return self.running.url

    def send(self, number: str, action: str, **given: object) -> requests.Response:
        """Do something with a practice phone."""
        address = f"{self.url}/practice/phones"
        key = requests.post(address, json={"number": number}, timeout=5).json()["key"]
        return requests.post(f"{address}/{key}/{action}", json=given, timeout=5)


@pytest.fixture
def town() -> Iterator[Town]:
    """Both servers, up for one test."""
    product = Product()
    server = make_server("127.0.0.1", 0, product.app(), threaded=True)
    base = f"http://127.0.0.1:{server.server_port}"
    running = Running(
        port=0,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers=[NumberConfig(HOTLINE, "热线", f"{base}/in", status_url=f"{base}/status")],
        phones=[
            PhoneConfig(CUSTOMER, "王秀英", "customer", "3 号楼"),
            PhoneConfig(ENGINEER, "张工", "engineer"),
        ],
    )
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)), threading.Thread(target=running.run)]
    for thread in threads:
        thread.start()
    yield Town(product, base, running)
    server.shutdown()
    running.stop()
    for thread in threads:
        thread.join()
    server.server_close()


def test_a_story_is_played_on_the_running_exchange(town: Town) -> None:
    town.product.at("/in", f'<Gather numDigits="1" action="/one">{say("您好")}</Gather>')
    town.product.at("/one", say("好") + '<Pause length="20"/>')
    story = "customer dials hotline\ncustomer hears 您好\ncustomer presses 1\ncustomer hears 好\ncustomer hangs up"
    with There(town.url) as there:
        play(story, there, {"hotline": HOTLINE, "customer": CUSTOMER})
        with pytest.raises(AssertionError, match="could not press"):
            there.telephone(CUSTOMER, "customer").presses("1")
        with pytest.raises(StoryUnreadable):
            play("1 minute passes", there)
    asked = town.product.at_path("/one")[0]
    assert asked.form["Digits"] == "1"
    path = asked.url.removeprefix("https://hotline.example.com")
    signature = asked.headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(f"{town.base}{path}", asked.form, signature)


def test_the_real_client_rings_somebody_through_a_socket(town: Town) -> None:
    town.product.at("/matter", say("有一张报修单") + '<Pause length="20"/>')
    http = TwilioHttpClient(timeout=5)
    client = Client(ACCOUNT, TOKEN, http_client=http)
    client.api.base_url = town.url
    call = client.calls.create(to=ENGINEER, from_=HOTLINE, url=f"{town.base}/matter")
    engineer = RemoteLine(town.url, ENGINEER, "engineer")
    engineer.rings(within=5)
    engineer.answers()
    engineer.hears("报修单", within=5)
    assert client.calls(call.sid).fetch().status == "in-progress"
    client.calls(call.sid).update(status="completed")
    engineer.does_not_hear("再见", within=0)
    assert engineer.state == "idle"
    engineer.close()
    http.session.close()


def test_one_slow_webhook_does_not_stop_the_exchange(town: Town) -> None:
    release = threading.Event()

    def slow(form: dict[str, str]) -> str:
        if form["From"] == CUSTOMER:
            release.wait(10)
        return say("您好") + '<Pause length="20"/>'

    town.product.at("/in", slow)
    customer, engineer = (RemoteLine(town.url, number) for number in (CUSTOMER, ENGINEER))
    customer.dial(HOTLINE)
    engineer.dial(HOTLINE)
    engineer.hears("您好", within=5)
    customer.does_not_hear("您好")
    release.set()
    customer.hears("您好", within=5)
    for line in (customer, engineer):
        line.hangs_up()
        line.close()


def test_whatever_happens_is_streamed(town: Town) -> None:
    town.product.at("/in", say("您好") + '<Pause length="20"/>')
    with requests.get(f"{town.url}/practice/events", stream=True, timeout=5) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines).startswith("retry")
        assert town.send(CUSTOMER, "dial", to=HOTLINE).ok
        news = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
        heard = next(one["phone"] for one in news if one["what"] == "caption")
    assert heard["number"] == CUSTOMER
    assert [(one["text"], one["language"]) for one in heard["captions"]] == [("您好", "cmn-CN")]
    town.send(CUSTOMER, "hang-up")


def test_the_page_knows_the_numbers_the_phones_and_the_faults(town: Town) -> None:
    told = requests.get(f"{town.url}/practice", timeout=5).json()
    assert [one["label"] for one in told["numbers"]] == ["热线"]
    assert [(one["name"], one["role"], one["state"]) for one in told["phones"]] == [
        ("王秀英", "customer", "idle"),
        ("张工", "engineer", "idle"),
    ]
    assert told["faults"]["repeat"] == {"on": False, "happened": 0}
    page = requests.get(f"{town.url}/", timeout=5)
    assert "练习电话" in page.text
    assert requests.get(f"{town.url}/static/page.js", timeout=5).ok


def test_faults_and_habits_are_switched_from_the_page(town: Town) -> None:
    address = f"{town.url}/practice/faults"
    assert requests.post(f"{address}/repeat", json={"on": True}, timeout=5).json()["repeat"]["on"] is True
    assert requests.post(f"{address}/repeat", json={"on": False}, timeout=5).json()["repeat"]["on"] is False
    assert requests.post(f"{address}/mischief", json={"on": True}, timeout=5).status_code == 404
    assert town.send(ENGINEER, "habit", habit="voicemail").json()["habit"] == "voicemail"
    assert town.send(ENGINEER, "refuse", on=True).json()["refused"] is True
    assert town.send(ENGINEER, "refuse", on=False).json()["refused"] is False


@pytest.mark.parametrize(
    ("action", "given", "status"),
    [
        ("hang-up", {}, 409),
        ("press", {"keys": "1"}, 409),
        ("answer", {}, 409),
        ("decline", {}, 409),
        ("dance", {}, 404),
        ("habit", {"habit": "sleeps"}, 404),
    ],
)
def test_what_a_telephone_cannot_do_is_refused(town: Town, action: str, given: dict[str, str], status: int) -> None:
    answer = town.send(ENGINEER, action, **given)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_no_address_and_no_log_line_holds_a_number(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    told = requests.get(f"{town.url}/practice", timeout=5).json()
    key = told["phones"][0]["key"]
    assert CUSTOMER.strip("+") not in key
    assert requests.get(f"{town.url}/practice/phones/{key}", timeout=5).json()["number"] == CUSTOMER
    assert requests.get(f"{town.url}/practice/phones/other", timeout=5).status_code == 404
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(pool_connections=False, timeout=5))
    client.api.base_url = town.url
    caplog.clear()
    caplog.set_level("INFO", "werkzeug")
    assert client.calls.list(to=ENGINEER) == []
    assert [one for one in caplog.records if one.name == "werkzeug"] == []


def test_an_address_that_does_not_exist_is_a_plain_404(town: Town) -> None:
    answer = requests.get(f"{town.url}/nothing", timeout=5)
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


def test_the_server_stops_when_told_to(town: Town) -> None:
    code = (
        "from hotline.simulator.server import serve\n"
        f"serve(port=0, account_sid={ACCOUNT!r}, auth_token={TOKEN!r}, numbers=[], phones=[])"
    )
    started = [sys.executable, "-c", f"import logging; logging.basicConfig(level='INFO')\n{code}"]
    with subprocess.Popen(started, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "practice phones at" in "".join(iter_until(process.stderr, "practice phones at"))
        process.terminate()
        assert process.wait(10) == 0


def iter_until(lines: Iterable[str], word: str) -> Iterator[str]:
    """The lines up to the one with this word."""
    for line in lines:
        yield line
        if word in line:
            return


def test_a_remote_phone_can_do_all_that_a_phone_here_can(town: Town) -> None:
    town.product.at(
        "/in", f'<Gather input="speech" language="cmn-Hans-CN" speechTimeout="1" action="/said">{say("请说")}</Gather>'
    )
    town.product.at("/said", lambda form: say(f"您说{form['SpeechResult']}"))
    customer, engineer = RemoteLine(town.url, CUSTOMER, "customer"), RemoteLine(town.url, ENGINEER, "engineer")
    customer.dial(HOTLINE)
    customer.hears("请说", within=5)
    customer.speaks("停水")
    customer.hears("您说停水", within=5)
    engineer.habit("rings")
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(pool_connections=False, timeout=5))
    client.api.base_url = town.url
    client.messages.create(to=ENGINEER, from_=HOTLINE, body="编号 1")
    engineer.receives("编号", within=5)
    for refuse in (engineer.declines, engineer.goes_to_voicemail, engineer.lets_it_ring):
        client.calls.create(to=ENGINEER, from_=HOTLINE, url=f"{town.base}/in", timeout=2)
        engineer.rings(within=5)
        refuse()
        if engineer.state == "in-progress":
            engineer.hangs_up()
    engineer.does_not_ring(within=0.3)
    for failing in (engineer.hears, engineer.receives):
        with pytest.raises(AssertionError, match="engineer"):
            failing("没有的话", within=0.2)
    with pytest.raises(AssertionError, match="was not rung"):
        engineer.rings(within=0.2)
    engineer.stays_silent(0.01)
    customer.close()
    engineer.close()

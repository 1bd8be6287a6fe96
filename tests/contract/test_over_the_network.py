"""A whole call over real HTTP, signed by the npm package; our own signature alone could be wrong twice alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.serving import BaseWSGIServer, make_server

from hotline import runtime as runtimes
from hotline.simulator.courier import Answer, Sender
from hotline.simulator.wire import HttpSender
from tests import world
from tests.contract.node_signature import NodeSigner
from tests.line import Line

STORY = Path(__file__).parent.parent / "stories" / "cold_radiator.txt"
SIGNATURE = "X-Twilio-Signature"


class NetworkLine(Line):
    """The line, its webhooks signed by Node and sent over a socket, as through a proxy that ends TLS."""

    signer: NodeSigner
    server: BaseWSGIServer

    def sender(self) -> Sender:
        """Signs the public address by the other implementation; asks the server behind it."""
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        over_the_network = HttpSender()

        def send(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
            public = url.partition("#")[0]
            form = parse_qs(body.decode(), keep_blank_values=True)
            kept = {name: value for name, value in headers.items() if name.lower() != SIGNATURE.lower()}
            kept[SIGNATURE] = self.signer.sign(public, form)
            parts = urlsplit(public)
            local = f"http://127.0.0.1:{self.server.server_port}{parts.path}" + (
                f"?{parts.query}" if parts.query else ""
            )
            return over_the_network(method, local, kept, body, timeout)

        return send


@pytest.fixture
def network_line(runtime: runtimes.Runtime, cast: world.Cast, at: world.HandClock) -> Iterator[NetworkLine]:
    """The product behind a socket."""
    with NodeSigner(runtime.settings.carrier.tokens[0]) as signer:
        NetworkLine.signer = signer
        line = NetworkLine(runtime, cast, at)
        yield line
        line.server.shutdown()
        line.server.server_close()
        line.close()


def test_a_cold_radiator_is_reported_and_signed_for_over_the_network(network_line: NetworkLine) -> None:
    network_line.play(STORY.read_text("utf-8"))
    promised = network_line.promised(network_line.case())
    assert promised["FLT-2.notify"] == promised["FLT-2.sign"] == "kept"
    assert network_line.complaints() == []


def test_a_signature_by_another_token_is_turned_away_over_the_network(network_line: NetworkLine) -> None:
    with NodeSigner("another-token") as stranger:
        network_line.signer = stranger
        network_line.rings("chen").hears("application error")
    assert network_line.calls() == []
    assert network_line.exchange.problems

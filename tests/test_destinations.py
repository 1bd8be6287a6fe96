"""Where webhooks may go; if this broke, whoever names an address could have us ask machines of the inner network."""

from __future__ import annotations

import hmac
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hotline import destinations
from hotline.carrier import CarrierError, webhooks
from hotline.errors import Invalid
from hotline.standard import loader
from hotline.standard.limits import Limit, Unit
from tests import receiver

AT = datetime(2026, 11, 18, 10, tzinfo=UTC)
BODY = b'{"id":"evt_1"}'
FIGURES = loader.platform().webhooks
INNER = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
    "fec0::1", "192.88.99.1",
]  # fmt: skip


def test_an_ordinary_address_is_taken_apart() -> None:
    to = destinations.read("https://erp.example.com/hooks/hotline?key=s3cret", ())
    assert (to.origin, to.port, to.target, to.named) == (
        "https://erp.example.com", 443, "/hooks/hotline?key=s3cret", False,
    )  # fmt: skip
    assert "s3cret" not in repr(to)
    assert destinations.read("https://erp.example.com:8443", ()).origin == "https://erp.example.com:8443"


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example.com/x", "https://user:pass@erp.example.com/", "https://erp.example.com/#part", "https:///x",
        "https://erp.example.com:99999/", "file:///etc/passwd", "https://erp.example.com/ x", "https://例子.cn/",
        "https://127.0.0.1/", "https://[::1]:8000/", "https://169.254.169.254/latest", "", "https://" + "a" * 1001,
    ],
)  # fmt: skip
def test_an_address_that_is_not_called_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        destinations.read(url, ())
    assert not url or url not in str(refused.value)


@pytest.mark.parametrize("address", INNER)
def test_no_inner_network_is_public_however_it_is_written(address: str) -> None:
    assert not destinations.is_public(address)


def test_the_public_internet_is_public() -> None:
    assert all(destinations.is_public(one) for one in ("93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"))


def test_one_address_inside_is_one_too_many() -> None:
    stranger, named = (
        destinations.read("https://erp.example.com/", also) for also in ((), {"https://erp.example.com"})
    )
    assert destinations.may_be_called(stranger, ["93.184.216.34"])
    assert not destinations.may_be_called(stranger, ["93.184.216.34", "10.0.0.1"])
    assert destinations.may_be_called(named, ["10.0.0.1"])


def test_a_name_that_leads_inside_is_not_called() -> None:
    with receiver.serving() as inside, pytest.raises(CarrierError, match="webhook-not-allowed") as refused:
        webhooks.tell(FIGURES, destinations.read(f"https://localhost:{inside.server_address[1]}/", ()), BODY, ["s"], AT)
    assert refused.value.permanent
    assert inside.told == []


def test_a_place_that_the_settings_name_is_called_and_can_check_who_calls() -> None:
    with receiver.serving() as inside:
        webhooks.tell(FIGURES, destinations.read(inside.url, {inside.origin}), BODY, ["new", "old"], AT)
    (told,) = inside.told
    assert (told.path, told.body) == (receiver.PATH, BODY)
    time_told = f"{int(AT.timestamp())}".encode()
    right = [hmac.new(one, time_told + b"." + BODY, "sha256").hexdigest() for one in (b"new", b"old")]
    assert told.signature == f"t={time_told.decode()},v1={right[0]},v1={right[1]}"


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_only_a_good_answer_counts_and_no_redirect_is_followed(status: int) -> None:
    with receiver.serving() as inside:
        inside.answers = [status]
        with pytest.raises(CarrierError, match=rf"webhook-refused \({status}\)"):
            webhooks.tell(FIGURES, destinations.read(inside.url, {inside.origin}), BODY, ["s"], AT)
    assert len(inside.told) == 1


def test_nobody_there_is_told_in_a_word_of_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(CarrierError, match="webhook-no-answer"):
        webhooks.tell(FIGURES, destinations.read(f"{origin}/key", {origin}), BODY, ["s"], AT)
    with pytest.raises(CarrierError, match="webhook-unreachable"):
        webhooks.tell(FIGURES, destinations.read("https://nowhere.invalid/key", ()), BODY, ["s"], AT)


def test_a_system_that_answers_byte_by_byte_holds_no_worker() -> None:
    short = replace(FIGURES, within=Limit(1, Unit.SECOND))
    with dripping() as origin:
        began = time.monotonic()
        with pytest.raises(CarrierError, match="webhook-no-answer"):
            webhooks.tell(short, destinations.read(origin, {origin}), BODY, ["s"], AT)
    assert time.monotonic() - began < 3


def test_who_is_slow_to_look_up_or_to_take_the_call_has_no_time_of_its_own() -> None:
    def names(*addresses: str, after: float = 0) -> webhooks.Asks:
        def answers(*_name: Any, **_how: Any) -> list[Any]:
            time.sleep(after)
            return [(0, 0, 0, "", (one, 0)) for one in addresses]

        return answers

    short, began = replace(FIGURES, within=Limit(1, Unit.SECOND)), time.monotonic()
    with full() as port, dripping(("127.0.0.2", port)):
        to = destinations.read(f"http://erp.example.com:{port}", {f"http://erp.example.com:{port}"})
        for asks in (names("127.0.0.2", after=1.5), names("127.0.0.1", "127.0.0.2")):
            with pytest.raises(CarrierError, match="webhook-no-answer"):
                webhooks.tell(short, to, BODY, ["s"], AT, asks=asks)
    assert time.monotonic() - began < 3.5


@contextmanager
def full() -> Iterator[int]:
    """The port of a system that takes no more calls: whoever connects waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as waiting:
        for _ in range(3):
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@contextmanager
def dripping(at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[str]:
    """A system whose answer does not end for a long time."""
    over = threading.Event()

    def drips(server: socket.socket) -> None:
        taken, _address = server.accept()
        with taken:
            for _ in range(60):
                if over.wait(0.1):
                    return
                try:
                    taken.send(b"H")
                except OSError:
                    return

    with socket.create_server(at) as server:
        thread = threading.Thread(target=drips, args=[server])
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        thread.join()


def certificate(folder: Path, *, host: str) -> Path:
    """A certificate of a host's own, with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(datetime.now(UTC) - timedelta(days=1))
    made = made.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = folder / f"{host}.pem"
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.mark.parametrize(("host", "trusted", "taken"), [
    ("localhost", True, True), ("localhost", False, False), ("elsewhere.example.com", True, False),
])  # fmt: skip
def test_the_certificate_has_to_be_the_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, taken: bool
) -> None:
    file = certificate(tmp_path, host=host)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with receiver.serving() as inside:
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secured.load_cert_chain(file)
        inside.socket = secured.wrap_socket(inside.socket, server_side=True)
        origin = f"https://localhost:{inside.server_address[1]}"
        with nullcontext() if taken else pytest.raises(CarrierError, match="webhook-no-answer"):
            webhooks.tell(FIGURES, destinations.read(f"{origin}/x", {origin}), BODY, ["s"], AT)
    assert len(inside.told) == taken

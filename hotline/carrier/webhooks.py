"""Webhooks over HTTP; without it an address that somebody named could lead into our own network, or hold a worker.

The host's addresses are looked at, and then that very address is called: looked up twice, a name could lead to a
machine of the inner network the second time (DNS rebinding). No proxy of the environment is asked, for the same reason.
"""

from __future__ import annotations

import hmac
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from socket import getaddrinfo
from threading import Timer
from typing import Any

from hotline import destinations
from hotline.carrier import CarrierError
from hotline.destinations import Destination
from hotline.standard.outward import Webhooks

GONE = "webhook-gone"  # the word for an address that wants no more (410)
_AGENT = "hotline-webhook/1"
_TRIED = 2  # addresses of a host: one of each kind, and no worker goes through a long list

Asks = Callable[..., list[Any]]  # for the addresses of a name, as `getaddrinfo` does


class _Pinned(HTTPConnection):
    """A connection to the first of these addresses that takes it, whatever the host's name would lead to by now."""

    def __init__(self, to: Destination, addresses: Sequence[str], ends: float) -> None:
        super().__init__(to.host, to.port)
        self._to, self._addresses, self._ends = to, addresses, ends

    def connect(self) -> None:
        """Connect; the certificate has to be the host's. Until there is a socket to cut off, each try ends in time."""
        if self._to.scheme != "https":
            self.sock = self._connected()
            self.sock.settimeout(_left(self._ends))
            return
        raw, context = self._connected(), ssl.create_default_context()
        self.sock = tls = context.wrap_socket(raw, server_hostname=self._to.host, do_handshake_on_connect=False)
        tls.settimeout(_left(self._ends))
        tls.do_handshake()  # held before it speaks, so that it can be cut off while it does

    def _connected(self) -> socket.socket:
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self._to.port), _left(self._ends) / _TRIED)
        return socket.create_connection((last, self._to.port), _left(self._ends))

    def cut_off(self) -> None:
        """Whoever waits for this connection waits no longer."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def tell(
    figures: Webhooks, to: Destination, body: bytes, secrets: Sequence[str], at: datetime, *, asks: Asks = getaddrinfo
) -> None:
    """Send a signed body. Raises CarrierError, in words of ours alone, unless it was taken with a status of 200 to 299.

    The whole takes no longer than `figures.within`, unless looking up the name (`asks`) does: then nobody is called. No
    redirect is followed.
    """
    headers = {
        "Host": to.origin.partition("://")[2],
        "Content-Type": "application/json",
        "User-Agent": _AGENT,
        "Hotline-Signature": signature(body, secrets, at),
    }
    ends = time.monotonic() + figures.within.seconds
    connection = _Pinned(to, _addresses(to, asks), ends)
    limit = Timer(ends - time.monotonic(), connection.cut_off)
    limit.daemon = True
    limit.start()
    try:
        connection.request("POST", to.target, body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException, ValueError):
        raise CarrierError("webhook-no-answer", unknown=True) from None
    finally:
        limit.cancel()
        connection.close()
    _judge(status)


def signature(body: bytes, secrets: Sequence[str], at: datetime) -> str:
    """t=<seconds since 1970>,v1=<hex>: HMAC-SHA256 with the secret over time, a full stop and body; one v1 for each."""
    seconds = str(int(at.timestamp()))
    signed = seconds.encode() + b"." + body
    return ",".join([f"t={seconds}", *(f"v1={hmac.digest(one.encode(), signed, 'sha256').hex()}" for one in secrets)])


def _left(ends: float) -> float:
    """Seconds until then. Raises TimeoutError when there are none."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _addresses(to: Destination, asks: Asks) -> list[str]:
    """The addresses that are called. Raises CarrierError for a host that leads to an inner network, in any way."""
    try:
        found = [str(one[4][0]) for one in asks(to.host, to.port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise CarrierError("webhook-unreachable") from None
    if not found:
        raise CarrierError("webhook-unreachable")
    if not destinations.may_be_called(to, found):
        raise CarrierError("webhook-not-allowed", permanent=True)
    return list(dict.fromkeys(found))[:_TRIED]


def _judge(status: int) -> None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status == HTTPStatus.GONE:
        raise CarrierError(GONE, permanent=True, code=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise CarrierError("too-many-requests", code=status)
    raise CarrierError("webhook-refused", code=status)

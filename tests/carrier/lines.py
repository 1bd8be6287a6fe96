"""Numbers, addresses and a call to place, so that a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.carrier import Carrier
from hotline.simulator.courier import Answer

OURS, WANG, ZHAO = "+861000000001", "+8613900000003", "+8613900000004"
BASE = "https://hotline.example.com/voice"


def silence(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
    """What answers the exchange's webhooks."""
    return Answer(200, {"content-type": "text/xml"}, b'<Response><Pause length="60"/></Response>')


def ring(carrier: Carrier, to: str = WANG, *, seconds: int = 25) -> str:
    """Place a call."""
    return carrier.place_call(
        to=to,
        from_=OURS,
        url=f"{BASE}/outbound/7",
        status_url=f"{BASE}/status/7",
        fallback_url=f"{BASE}/fallback",
        ring_seconds=seconds,
    )


def write(carrier: Carrier, to: str = WANG, body: str = "请签收") -> str:
    """Send a text."""
    return carrier.send_text(to=to, from_=OURS, body=body, status_url=f"{BASE}/text")

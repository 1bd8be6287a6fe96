"""Signatures of contract section 4; a wrong one and the product would refuse the carrier itself."""

from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator

from hotline.simulator.signing import sign
from tests.simulator.product import BASE, CUSTOMER, TOKEN, World, say

CALL = "CA" + "1" * 32
VECTORS = [  # section 4.4
    (
        f"{BASE}/voice/menu?n=main",
        [
            ("CallSid", CALL),
            ("SpeechResult", "我要退货"),
            ("Confidence", "0.93"),
            ("From", "+8613800000000"),
            ("To", "+85230000000"),
        ],
        "WuUi4hho5HR1NekSMHVbMVZ/wJQ=",
    ),
    (
        f"{BASE}/voice/menu",
        [("CallSid", CALL), ("Digits", ""), ("CallerCity", "")],
        "kYq5Kqkx8aeU7efvXCw/k4tM1tQ=",
    ),
    (f"{BASE}/voice/x", [("K", "b"), ("K", "a"), ("K", "a"), ("KA", "1")], "290f4O0JKpUzH5458ggtHJoG9uY="),
    (f"{BASE}/voice/x", [("b", "1"), ("B", "2"), ("a", "3")], "nWMM3jk7YnLnWUPrBIpgvmb7LQc="),
    (f"{BASE}/voice/x?CallSid=CA1&Digits=%23", [], "qzHtbWJha3nWraxbBTv7TFb5wD8="),
    (
        f"{BASE}/events?bodySHA256=c0c9bd8a3187f2507d4e05a78bc7715dc93b9c5e236a847e7b27037ca2311594",
        [],
        "OHIhQlWnIKw2/ziswZshTG56ScE=",
    ),
]


@pytest.mark.parametrize(("url", "pairs", "signature"), VECTORS)
def test_signs_the_contracts_vectors(url: str, pairs: list[tuple[str, str]], signature: str) -> None:
    assert sign(url, pairs, TOKEN) == signature


def test_https_is_signed_without_its_port_and_http_with_it() -> None:  # section 4.1.5
    assert sign("https://h.example:8443/x", [], TOKEN) == sign("https://h.example/x", [], TOKEN)
    assert sign("http://h.example:8080/x", [], TOKEN) != sign("http://h.example/x", [], TOKEN)


def test_every_webhook_carries_a_signature_that_the_carriers_package_accepts(world: World) -> None:
    world.own(voice=f"{BASE}/in?n=%E4%BD%A0#rc=1", status=f"{BASE}/status")
    world.product.at("/in", say("您好"))
    world.customer.dial("+864100000001").stays_silent(30)
    validator = RequestValidator(TOKEN)
    assert [one.path for one in world.product.asked] == ["/in", "/status"]
    for one in world.product.asked:
        form = {name: value for name, value in one.form.items() if name != "n"}
        assert validator.validate(one.url, form, one.headers["X-Twilio-Signature"])
    assert world.product.last("/in")["From"] == CUSTOMER

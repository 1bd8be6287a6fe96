"""The carrier's signature: our own reading of it agrees with the contract's vectors and with the carrier's package."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from hotline.runtime import Runtime
from hotline.settings import load
from hotline.voice.guard import signature
from tests import world
from tests.voice.ring import Rings

TOKEN = "0123456789abcdef0123456789abcdef"
CALL = "CA" + "1" * 32
BASE = "https://hotline.example.com/voice"

# Contract 4.4, those with a form in which no name comes twice.
VECTORS = [
    (
        f"{BASE}/menu?n=main",
        {
            "CallSid": CALL, "SpeechResult": "我要退货", "Confidence": "0.93", "From": "+8613800000000",
            "To": "+85230000000",
        },
        "WuUi4hho5HR1NekSMHVbMVZ/wJQ=",
    ),
    (f"{BASE}/menu", {"CallSid": CALL, "Digits": "", "CallerCity": ""}, "kYq5Kqkx8aeU7efvXCw/k4tM1tQ="),
    (f"{BASE}/x", {"b": "1", "B": "2", "a": "3"}, "nWMM3jk7YnLnWUPrBIpgvmb7LQc="),
    (f"{BASE}/x?CallSid=CA1&Digits=%23", {}, "qzHtbWJha3nWraxbBTv7TFb5wD8="),
]  # fmt: skip


@pytest.mark.parametrize(("url", "params", "expected"), VECTORS)
def test_the_contracts_vectors_are_met(url: str, params: dict[str, str], expected: str) -> None:
    assert signature(TOKEN, url, params) == expected


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(WORDS, WORDS, max_size=8), st.text("abcXYZ019/_-", max_size=20))
def test_the_carriers_own_validator_takes_what_we_sign(params: dict[str, str], path: str) -> None:
    url = f"{BASE}/{path}"
    assert RequestValidator(TOKEN).validate(url, params, signature(TOKEN, url, params))


@given(st.dictionaries(WORDS, WORDS, min_size=1, max_size=4), WORDS)
def test_no_other_secret_gives_the_same_signature(params: dict[str, str], other: str) -> None:
    if other != TOKEN:
        assert signature(TOKEN, BASE, params) != signature(other, BASE, params)


def test_chinese_speech_is_signed_and_heard(rings: Rings) -> None:
    rings().begins().says("我要报修").hears("家里不热")


@pytest.mark.parametrize("signed_for", ["https://hotline.example.com:8443", "https://hotline.example.com"])
def test_an_address_with_a_port_is_signed_with_it_or_without(
    rings: Rings, runtime: Runtime, database_url: str, redis_url: str, signed_for: str
) -> None:
    environment = world.environment(database_url=database_url, redis_url=redis_url, var=runtime.settings.hotline_var)
    runtime.settings = load({**environment, "PUBLIC_BASE_URL": "https://hotline.example.com:8443"})
    ring = rings()
    fits = signature(ring.token, f"{signed_for}/voice/inbound", ring.standard)
    assert ring.send("/voice/inbound", signature=fits).status_code == 200

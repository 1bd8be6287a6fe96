"""The contract's signatures, by two implementations: a guard that agrees with one alone may turn every caller away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from tests.contract.node_signature import NodeSigner, Params

TOKEN = "0123456789abcdef0123456789abcdef"
CALL = "CA" + 32 * "1"
HOST = "https://hotline.example.com"
BODY = '{"事件":"测试","n":1}'

VECTORS: dict[str, tuple[str, Params, str]] = {
    "Chinese speech": (
        f"{HOST}/voice/menu?n=main",
        {
            "CallSid": CALL,
            "SpeechResult": "我要退货",
            "Confidence": "0.93",
            "From": "+8613800000000",
            "To": "+85230000000",
        },
        "WuUi4hho5HR1NekSMHVbMVZ/wJQ=",
    ),
    "empty values": (
        f"{HOST}/voice/menu",
        {"CallSid": CALL, "Digits": "", "CallerCity": ""},
        "kYq5Kqkx8aeU7efvXCw/k4tM1tQ=",
    ),
    "a value given twice": (f"{HOST}/voice/x", {"K": ["b", "a", "a"], "KA": "1"}, "290f4O0JKpUzH5458ggtHJoG9uY="),
    "capitals before small letters": (
        f"{HOST}/voice/x",
        {"b": "1", "B": "2", "a": "3"},
        "nWMM3jk7YnLnWUPrBIpgvmb7LQc=",
    ),
    "a query and no form": (f"{HOST}/voice/x?CallSid=CA1&Digits=%23", {}, "qzHtbWJha3nWraxbBTv7TFb5wD8="),
    "the hash of a body": (
        f"{HOST}/events?bodySHA256=c0c9bd8a3187f2507d4e05a78bc7715dc93b9c5e236a847e7b27037ca2311594",
        {},
        "OHIhQlWnIKw2/ziswZshTG56ScE=",
    ),
}


@pytest.fixture(scope="module")
def node() -> Iterator[NodeSigner]:
    with NodeSigner(TOKEN) as signer:
        yield signer


@pytest.mark.parametrize(("url", "params", "signature"), VECTORS.values(), ids=VECTORS.keys())
def test_node_signs_as_the_contract_says(node: NodeSigner, url: str, params: Params, signature: str) -> None:
    assert node.sign(url, params) == signature


@pytest.mark.parametrize(("url", "params", "signature"), VECTORS.values(), ids=VECTORS.keys())
def test_python_takes_what_node_signed(node: NodeSigner, url: str, params: Params, signature: str) -> None:
    given = BODY if "bodySHA256" in url else MultiDict(params)
    validator = RequestValidator(TOKEN)
    assert validator.validate(url, given, node.sign(url, params))
    assert not validator.validate(url, given, signature[:-2] + "A=")


def test_another_token_gives_another_signature(node: NodeSigner) -> None:
    url, params, signature = VECTORS["empty values"]
    with NodeSigner(TOKEN[::-1]) as other:
        assert other.sign(url, params) != signature


def test_a_node_that_ended_is_an_error_and_not_an_empty_signature() -> None:
    with NodeSigner(TOKEN) as signer:
        signer._node.kill()
        signer._node.wait()
        with pytest.raises((RuntimeError, BrokenPipeError)):
            signer.sign(HOST, {})

"""What is sealed is read by its key alone, and a changed value is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import Invalid, NotFound
from hotline.sealing import NamedKey, Sealer

OLD, NEW = NamedKey("k1", b"1" * 32), NamedKey("k2", b"2" * 32)
SEALER = Sealer([OLD], b"i" * 32)


@given(st.text())
def test_whatever_is_sealed_comes_back(text: str) -> None:
    sealed = SEALER.seal(text)
    assert SEALER.open(sealed) == text
    key = SEALER.new_key()
    assert SEALER.open_for(key, SEALER.seal_for(key, text)) == text


@given(st.binary())
def test_a_sealed_file_comes_back_by_its_key_alone(plain: bytes) -> None:
    key = SEALER.new_key()
    sealed = SEALER.seal_bytes(key, plain)
    assert SEALER.open_bytes(key, sealed) == plain
    with pytest.raises(Invalid, match="was changed"):
        SEALER.open_bytes(SEALER.new_key(), sealed)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert len({SEALER.seal("+8613900000088") for _ in range(5)}) == 5


@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(place: int, bit: int) -> None:
    name, _, text = SEALER.seal("热").partition(".")
    raw = bytearray(base64.urlsafe_b64decode(text))
    raw[place % len(raw)] ^= 1 << bit
    with pytest.raises(Invalid, match="was changed"):
        SEALER.open(f"{name}.{base64.urlsafe_b64encode(raw).decode()}")


@pytest.mark.parametrize("sealed", ["k1.", "k1.AAAA", "k1.###", "k1.热"])
def test_what_was_never_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(Invalid):
        SEALER.open(sealed)


def test_after_a_rotation_the_old_is_read_and_the_new_key_seals() -> None:
    rotated = Sealer([NEW, OLD], b"i" * 32)
    wrapped = SEALER.new_key()
    assert rotated.open(SEALER.seal("a")) == "a"
    assert rotated.open_for(wrapped, SEALER.seal_for(wrapped, "b")) == "b"
    assert rotated.seal("a").startswith("k2.")
    with pytest.raises(Invalid, match="lacks the key 'k2'"):
        SEALER.open(rotated.seal("a"))


def test_one_customers_key_opens_nothing_of_anothers() -> None:
    one, other = SEALER.new_key(), SEALER.new_key()
    with pytest.raises(Invalid):
        SEALER.open_for(other, SEALER.seal_for(one, "a"))


def test_a_destroyed_key_opens_and_seals_nothing() -> None:
    sealed = SEALER.seal_for(SEALER.new_key(), "a")
    with pytest.raises(NotFound, match="erased"):
        SEALER.open_for(None, sealed)
    with pytest.raises(NotFound):
        SEALER.seal_for(None, "a")


def test_the_blind_index_is_steady_and_needs_its_key() -> None:
    blind = SEALER.blind("+8613900000088")
    assert blind == Sealer([NEW], b"i" * 32).blind("+8613900000088")
    assert blind != SEALER.blind("+8613900000089")
    assert blind != Sealer([OLD], b"j" * 32).blind("+8613900000088")
    assert len(blind) == 64


@pytest.mark.parametrize(
    "text", ["", "k1", "k1:", ":" + "A" * 44, "k-1:" + base64.b64encode(b"1" * 32).decode(), "k1:%"]
)
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        NamedKey.parse(text)
    with pytest.raises(Invalid):
        Sealer([], b"i" * 32)


def test_a_key_is_read_by_name() -> None:
    assert NamedKey.parse(" k1:" + base64.b64encode(b"1" * 32).decode() + " ") == OLD

"""The length of a text; if this broke, a text could cost tenfold or lose its link (contract 6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.jobs import segments

TEXTS = st.text(st.sampled_from("a€暖😀 ^"), max_size=400)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("暖" * 70, 1),
        ("暖" * 71, 2),
        ("暖" * 134, 2),
        ("暖" * 135, 3),
        ("a" * 69 + "暖", 1),
        ("a" * 70 + "暖", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_carrier_counts_them(body: str, count: int) -> None:
    assert segments.count(body) == count


def test_a_text_within_the_limit_is_left_as_it_is() -> None:
    body = "暖" * 201
    assert segments.fit(body, segments=3, longest=1600) == body


def test_what_is_too_long_is_cut_at_its_end_and_that_is_shown() -> None:
    fitted = segments.fit("请签收：" + "暖" * 300, segments=3, longest=1600)
    assert fitted.startswith("请签收：暖")
    assert fitted.endswith("…")
    assert segments.count(fitted) == 3


def test_the_number_of_characters_is_a_limit_too() -> None:
    assert segments.fit("a" * 500, segments=9, longest=70) == "a" * 69 + "…"


@given(TEXTS, st.integers(1, 5), st.integers(70, 300))
def test_whatever_is_written_fits(body: str, most: int, longest: int) -> None:
    fitted = segments.fit(body, segments=most, longest=longest)
    assert segments.count(fitted) <= most
    assert len(fitted) <= longest
    assert fitted == body or body.startswith(fitted.removesuffix("…"))

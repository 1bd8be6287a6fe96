"""A fault, from the first ring to the engineer's signature."""

from __future__ import annotations

from pathlib import Path

from tests.line import Line

STORIES = Path(__file__).parent


def test_a_cold_radiator_is_reported_and_signed_for(line: Line) -> None:
    line.play((STORIES / "cold_radiator.txt").read_text("utf-8"))
    assert line.promised(line.case())["FLT-2.notify"] == "kept"
    assert line.promised(line.case())["FLT-2.sign"] == "kept"

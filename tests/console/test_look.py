"""What can be read by everybody: contrast of every mark and text, by the figures of WCAG 2.2 (level AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "hotline" / "console" / "static" / "console.css").read_text("utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", CSS.split(":root {")[place])) for place in (1, 2))
PAIRS = [
    ("ink", "card"),
    ("ink", "ground"),
    ("quiet", "card"),
    ("quiet", "ground"),
    ("quiet", "line-soft"),
    ("quiet", "brand-soft"),
    ("ink", "brand-soft"),
    ("link", "card"),
    ("link", "ground"),
    ("link", "brand-soft"),
    ("brand-ink", "brand"),
    *((name, f"{name}-soft") for name in ("kept", "late", "broken", "open", "excused")),
]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_stands_out_from_its_ground(colours: dict[str, str], front: str, back: str) -> None:
    lighter, darker = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_every_file_from_elsewhere_has_its_licence_beside_it() -> None:
    static = Path(__file__).parents[2] / "hotline" / "console" / "static"
    scripts = [path.name for path in static.glob("*.min.js")]
    licences = [path.name.removesuffix(".LICENSE.txt") for path in static.glob("*.LICENSE.txt")]
    assert scripts
    assert [name for name in scripts if not any(name.startswith(licence) for licence in licences)] == []
    assert "Zero-Clause BSD" in (static / "htmx-4.0.1.LICENSE.txt").read_text("utf-8")


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

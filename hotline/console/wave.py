"""The sound of a recording as a line, drawn from the sound itself; else a listener would look for the words in vain."""

from __future__ import annotations

import io
import wave
from array import array

from flask import Response
from flask.typing import ResponseReturnValue

from hotline.console import listening

_BARS = 400
_HEIGHT = 60
_WIDTHS = {1: "B", 2: "h", 4: "i"}  # bytes of a sample -> what they are read as
_INK = "#5c8f88"  # on light ground and on dark


def wave_form(name: str) -> ResponseReturnValue:
    """How loud a recording is from its beginning to its end, for whoever gave a reason a while ago (SEC-4)."""
    answer = Response(drawn(peaks(listening.heard_now(name)())), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def peaks(sound: bytes, bars: int = _BARS) -> list[float]:
    """The loudest of each stretch of a sound, from 0 to 1; nothing where it is no sound that can be read."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            kind, data = _WIDTHS.get(file.getsampwidth()), file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        return []
    if kind is None:
        return []
    samples = array(kind, data[: len(data) - len(data) % array(kind).itemsize])
    if not samples:
        return []
    middle = 128 if kind == "B" else 0
    full = 128 if kind == "B" else 256**samples.itemsize // 2
    step = max(1, -(-len(samples) // bars))
    pieces = (samples[at : at + step] for at in range(0, len(samples), step))
    return [max(max(piece) - middle, middle - min(piece)) / full for piece in pieces]


def drawn(loud: list[float]) -> str:
    """A picture of its own, which carries no style: nothing but what our own pages allow is needed to show it."""
    middle = _HEIGHT / 2
    bars = "".join(
        f"M{at + 0.5} {middle - one * middle * 0.96 - 0.4:.1f}V{middle + one * middle * 0.96 + 0.4:.1f}"
        for at, one in enumerate(loud)
    )
    path = bars or f"M0 {middle}H{_BARS}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(len(loud), 1) if loud else _BARS} {_HEIGHT}"'
        f' preserveAspectRatio="none"><path d="{path}" stroke="{_INK}" stroke-width="1" fill="none"/></svg>'
    )

"""Who writes down what was said in a recording; without it words could be searched only by listening to them all.

The carrier's own writing-down understands American English alone, two minutes of it at most (contract 2.5): a Chinese
line needs a recogniser of the company's own, in whatever program. It fetches the sound from us (`hotline transcripts
sound`), and puts what was said into a folder of ours, whole, under the recording's name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hotline.errors import Invalid

FOLDER = "folder"  # what is told of a transcript as its source


@dataclass(frozen=True)
class Turn:
    """What one person said without a break, in seconds from where the recording begins; `who` may be unknown: ""."""

    from_s: float
    to_s: float
    who: str
    text: str

    @classmethod
    def read(cls, row: Any) -> Turn:
        """From what a recogniser wrote. Raises Invalid."""
        try:
            turn = cls(float(row["from_s"]), float(row["to_s"]), str(row.get("who") or ""), str(row["text"]).strip())
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Invalid("a turn has from_s and to_s in seconds, text, and may have who") from error
        if not 0 <= turn.from_s <= turn.to_s:
            raise Invalid("a turn begins after 0 s and does not end before it begins")
        return turn


class Transcriber(Protocol):
    """Writes down recordings, at once or some time later."""

    source: str

    def transcribe(self, name: str, sound: Callable[[], bytes], language: str) -> list[Turn] | None:
        """What was said in the recording of this name, whose WAV file `sound` gives; None: not yet.

        Raises Invalid where it is not to be understood, OSError where whoever writes it down does not answer.
        """

    def forget(self, name: str) -> None:
        """It is kept, sealed, or is wanted no more: what lies about of it in clear goes."""


class Folder:
    """A folder into which a recogniser of the company's own puts `<name>.json`: a list of turns."""

    source = FOLDER

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def transcribe(self, name: str, sound: Callable[[], bytes], language: str) -> list[Turn] | None:
        """See Transcriber; whoever fills the folder has fetched the sound already."""
        try:
            said = json.loads(self._file(name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise Invalid("it is no JSON: write it beside, and move it here when it is whole") from error
        if not isinstance(said, list):
            raise Invalid("what was said is a list of turns")
        return [Turn.read(row) for row in said]

    def forget(self, name: str) -> None:
        """See Transcriber."""
        self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

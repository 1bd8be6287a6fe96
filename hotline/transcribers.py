"""Who writes down what was said in a recording; without it words could be searched only by listening to them all.

Two do: a recogniser of the company's own, in whatever program, which fetches the sound from us (`hotline transcripts
sound`) and puts what was said into a folder of ours, whole, under the recording's name; and the carrier, in the
languages that it understands, Chinese not among them (`hotline.standard.transcribing`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from hotline.errors import Invalid
from hotline.standard import transcribing

FOLDER, CARRIER = "folder", "carrier"  # what is told of a transcript as its source
_OURS = re.compile(r"[0-9a-f]{32}\.")  # how a file of a recording of ours begins, by our name of it


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


@dataclass(frozen=True)
class Spoken:
    """A recording that is to be written down, by our name and the carrier's; `sound` gives its WAV file.

    `who` speaks, where one alone does, else "". `sound` raises OSError where the store does not answer.
    """

    name: str
    sid: str
    language: str
    who: str
    sound: Callable[[], bytes]


class Progress(StrEnum):
    """How far somebody else is with a recording."""

    UNDER_WAY = "under-way"
    WRITTEN = "written"
    FAILED = "failed"


class Listed(NamedTuple):
    """What the carrier has of a recording in writing, by its id there."""

    sid: str
    progress: Progress


class Recogniser(Protocol):
    """What the carrier does for us here; it raises its own errors."""

    def find_transcript(self, recording: str) -> Listed | None:
        """What it has of the recording with this id; None: it was not asked, or has deleted it."""

    def ask_transcript(self, recording: str, service: str) -> None:
        """Have a recording written down by the carrier's service with this id."""

    def read_transcript(self, sid: str) -> list[Turn]:
        """What was said, in order; it is not told by whom. Raises Invalid."""

    def delete_transcript(self, sid: str) -> None:
        """Delete what was written down; what is gone already is fine."""


class Unwritten(Exception):
    """Whoever was asked has given it up; asking again would be the same."""


class Transcriber(Protocol):
    """Writes down recordings, at once or some time later."""

    @property
    def source(self) -> str:
        """What is told of a transcript as its source."""

    @property
    def away(self) -> bool:
        """Does somebody else write it down, from the carrier's own copy, which has to stay until then?"""

    def lacks(self, language: str) -> str:
        """Why it does not write down this language: language, service; "" where it does."""

    def transcribe(self, spoken: Spoken, carrier: Recogniser) -> list[Turn] | None:
        """What was said in a recording; None: not yet. Safe to repeat.

        Raises Invalid where it is not to be understood, OSError where whoever writes it down does not answer,
        Unwritten, and the carrier's errors.
        """

    def forget(self, name: str, sid: str, carrier: Recogniser) -> None:
        """It is kept, sealed, or is wanted no more: what lies about of it goes. OSError and the carrier's errors."""

    def lying(self) -> list[str]:
        """The names of the recordings of which something lies in a folder of ours, in clear. Raises OSError."""

    def clear(self, name: str) -> None:
        """Take away what lies there of a recording; what is gone already is fine. Raises OSError."""


class Folder:
    """A folder into which a recogniser of the company's own puts `<name>.json`: a list of turns.

    Whatever else it makes of the recording there, half a file or the sound, is called `<name>.` something.
    """

    source, away = FOLDER, False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lacks(self, language: str) -> str:
        """See Transcriber; whoever fills the folder knows what it understands."""
        return ""

    def transcribe(self, spoken: Spoken, carrier: Recogniser) -> list[Turn] | None:
        """See Transcriber; whoever fills the folder has fetched the sound already."""
        try:
            said = json.loads(self._file(spoken.name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise Invalid("it is no JSON: write it beside, and move it here when it is whole") from error
        if not isinstance(said, list):
            raise Invalid("what was said is a list of turns")
        return [Turn.read(row) for row in said]

    def forget(self, name: str, sid: str, carrier: Recogniser) -> None:
        """See Transcriber."""
        self.clear(name)

    def lying(self) -> list[str]:
        """See Transcriber; a file of any other name is none of ours."""
        if not self._folder.exists():
            return []
        return sorted({path.name.partition(".")[0] for path in self._folder.iterdir() if _OURS.match(path.name)})

    def clear(self, name: str) -> None:
        """See Transcriber."""
        for path in self._folder.glob(f"{name}.*"):
            path.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"


class ByCarrier:
    """The carrier's own services, one for each language that is to be written down."""

    source, away = CARRIER, True

    def __init__(self, services: Mapping[str, str], languages: Sequence[str]) -> None:
        """`services`: their ids by the carrier's name of a language; `languages`: all that it understands."""
        self._services, self._languages = services, languages

    def lacks(self, language: str) -> str:
        """See Transcriber."""
        if transcribing.matching(language, self._services) is not None:
            return ""
        return "language" if transcribing.matching(language, self._languages) is None else "service"

    def transcribe(self, spoken: Spoken, carrier: Recogniser) -> list[Turn] | None:
        """See Transcriber. It has one transcript of a recording at most, so what it has is looked up before asking."""
        there = carrier.find_transcript(spoken.sid)
        if there is None:
            language = transcribing.matching(spoken.language, self._services)
            if language is None:
                raise Unwritten
            carrier.ask_transcript(spoken.sid, self._services[language])
            return None
        if there.progress is Progress.FAILED:
            raise Unwritten
        if there.progress is Progress.UNDER_WAY:
            return None
        return [replace(turn, who=spoken.who) for turn in carrier.read_transcript(there.sid)]

    def forget(self, name: str, sid: str, carrier: Recogniser) -> None:
        """See Transcriber."""
        there = carrier.find_transcript(sid)
        if there is not None:
            carrier.delete_transcript(there.sid)

    def lying(self) -> list[str]:
        """See Transcriber."""
        return []

    def clear(self, name: str) -> None:
        """See Transcriber."""


def named(setting: str | None, languages: Sequence[str]) -> Transcriber | None:
    """Who writes down by this setting (see `hotline.standard.transcribing`); None where nobody does.

    `languages`: all that the carrier understands. Raises Invalid for a service in any other.
    """
    if setting is None:
        return None
    services = transcribing.services(setting)
    if services is None:
        return Folder(Path(setting))
    wrong = ", ".join(language for language in services if language not in languages)
    if wrong:
        raise Invalid(f"HOTLINE_TRANSCRIPTS: the carrier does not write down {wrong}, but {', '.join(languages)}")
    return ByCarrier(services, languages)

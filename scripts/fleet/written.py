"""The README's "Several machines" as it is written; without it the script would follow something else."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from scripts.benches.tables import ROOT

README = ROOT / "README.md"
HEADING = "### Several machines"
SETTINGS, UNIT, INSTALL, ONCE, START = (
    "# /etc/hotline.env",
    "# /etc/systemd/system/hotline@.service",
    "# on each machine, to install",
    "# once, on one machine",
    "# on each machine, to start",
)
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r"^([A-Z_]+)=", re.MULTILINE)


@dataclass(frozen=True)
class Unit:
    """What systemd is told of each process; `instance` is what stands behind the @ of its name."""

    lines: dict[str, list[str]]

    def command(self, instance: str) -> list[str]:
        """The process, as systemd would start it."""
        (line,) = self.lines["ExecStart"]
        return [part.replace("$$", "$") for part in shlex.split(line.replace("%i", instance))]

    @property
    def environment(self) -> dict[str, str]:
        """What is set for it beside the file of settings."""
        return dict(line.split("=", 1) for line in self.lines.get("Environment", []))

    def one(self, name: str) -> str:
        """The value of a line that is there once."""
        (value,) = self.lines[name]
        return value


@dataclass(frozen=True)
class Written:
    """The blocks of the section."""

    settings: list[str]  # the names, in their order
    unit: Unit
    install: str
    once: str
    start: str


def read(page: Path = README) -> Written:
    """Raises SystemExit naming the block that is not there."""
    section = page.read_text("utf-8").partition(f"\n{HEADING}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    blocks = [found[1] for found in _BLOCK.finditer(section)]

    def block(first: str) -> str:
        fitting = [one for one in blocks if one.startswith(first)]
        if len(fitting) != 1:
            raise SystemExit(f"{page}, {HEADING!r}: {len(fitting)} blocks begin with {first!r}")
        return fitting[0]

    return Written(_SETTING.findall(block(SETTINGS)), unit(block(UNIT)), block(INSTALL), block(ONCE), block(START))


def unit(text: str) -> Unit:
    """The unit's lines by their names, whatever their section."""
    lines: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "[")):
            lines.setdefault(name, []).append(value)
    return Unit(lines)

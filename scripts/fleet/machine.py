"""One machine: the code, the settings, and its processes kept as systemd keeps them (fleet)."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from hotline import settings
from scripts.benches.kept import Kept
from scripts.benches.tables import ROOT
from scripts.fleet.network import Network
from scripts.fleet.written import Written

CODE, SETTINGS_FILE = "/opt/hotline", "/etc/hotline.env"  # where the README has them
# Stands for systemd's command: it notes which units are to be started.
SYSTEMCTL = """#!/bin/sh
[ "$1 $2" = "enable --now" ] || exit 64
shift 2
printf '%s\\n' "$@" >>enabled
"""


class Machine:
    """Number n of the network, in a folder of its own."""

    def __init__(self, n: int, home: Path, network: Network, written: Written, given: dict[str, str]) -> None:
        self.n, self.home, self._network, self._written = n, home, network, written
        self.code, self._settings = home / "opt", home / "hotline.env"
        self._given = given
        self._units: list[Kept] = []

    def arrives(self) -> None:
        """The code as it was committed last, and the file of settings, which only its owner can read."""
        self.code.mkdir(parents=True)
        tree = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x"], cwd=self.code, input=tree, check=True)
        self._settings.touch(0o600)
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in self._given.items()), "utf-8")
        systemctl = self.home / "bin" / "systemctl"
        systemctl.parent.mkdir()
        systemctl.write_text(SYSTEMCTL)
        systemctl.chmod(0o755)

    def installs(self) -> None:
        """The block that installs, with this machine's way to the packages: no cable of the trial leads there."""
        self._follows(self._written.install, [], settings.environment())

    def is_copied_from(self, other: Machine) -> None:
        """What was installed on another, as from an image."""
        (self.code / ".venv").symlink_to(other.code / ".venv")

    def does(self, block: str) -> None:
        """Another block of the README."""
        told = {**plain(), "PATH": f"{self.home / 'bin'}:{plain()['PATH']}"}
        self._follows(block, self._network.within(self.n), told)

    def _follows(self, block: str, within: list[str], told: dict[str, str]) -> None:
        """Line for line, stopping at the first that fails."""
        here = block.replace(CODE, str(self.code)).replace(SETTINGS_FILE, str(self._settings))
        command = [*within, "bash", "-euc", here]
        done = subprocess.run(command, cwd=self.code, env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"machine {self.n}: status {done.returncode} of\n{block}\n{done.stdout}{done.stderr}")

    def starts(self) -> list[str]:
        """What is enabled is started, and kept; the names of the units."""
        names = (self.code / "enabled").read_text("ascii").split()
        self._units = [self._kept(name) for name in names]
        return names

    def stops(self) -> None:
        """In good order, as systemd stops it."""
        for one in self._units:
            one.stop()
        for one in self._units:
            one.join()

    def dies(self) -> None:
        """Its cable is pulled and its power goes: no process ends in good order, no connection is closed."""
        self._network.unplug(self.n)
        for one in self._units:
            one.stop(signal.SIGKILL)

    @property
    def said(self) -> str:
        """What its processes have printed."""
        return "\n".join(path.read_text("utf-8", "replace")[-2000:] for path in sorted(self.home.glob("*.log")))

    def _kept(self, name: str) -> Kept:
        instance, unit = name.partition("@")[2].removesuffix(".service"), self._written.unit
        environment = {key: value.replace(CODE, str(self.code)) for key, value in unit.environment.items()}
        command = [*self._network.within(self.n), *unit.command(instance)]
        folder = Path(unit.one("WorkingDirectory").replace(CODE, str(self.code)))
        log = self.home / f"{instance}.log"
        return Kept(command, folder, {**plain(), **self._given, **environment}, log, float(unit.one("RestartSec")))


def plain() -> dict[str, str]:
    """What a service is told of the machine, and nothing of whoever runs the script."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "HOME": "/root"}

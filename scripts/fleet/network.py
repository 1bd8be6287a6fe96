"""What lies between the machines: namespaces where root may make them, else this machine's own address (fleet)."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from tests.served import free_port

BRIDGE, NET = "hotline-br", "10.77.0"
PORT = 8000
LOCK = Path(tempfile.gettempdir()) / "hotline-machines.lock"


class Network(Protocol):
    """Machines 1, 2 and 3, and the ground machine with all that they share."""

    ground: str
    """The address of the ground machine."""

    def address(self, n: int) -> tuple[str, int]:
        """Where the web server of a machine listens."""

    def within(self, n: int) -> list[str]:
        """What goes before a command so that it runs on a machine."""

    def unplug(self, n: int) -> None:
        """The machine's cable is pulled: nobody hears that it is gone."""


class Namespaces:
    """A network of its own for each machine, with one cable to a bridge."""

    ground = f"{NET}.1"

    def __init__(self, machines: int) -> None:
        self._names = [f"hotline-{n}" for n in range(1, machines + 1)]
        self._tap = f"{BRIDGE}-t"

    def lay(self) -> None:
        """Bridge, machines, cables."""
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("addr", "add", f"{self.ground}/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for n, name in enumerate(self._names, 1):
            cable = self._cable(n)
            ip("netns", "add", name)
            ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", cable, "master", BRIDGE, "up")
            ip("-n", name, "addr", "add", f"{self.address(n)[0]}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")

    def address(self, n: int) -> tuple[str, int]:
        """See Network."""
        return f"{NET}.{10 + n}", PORT

    def within(self, n: int) -> list[str]:
        """See Network."""
        return ["ip", "netns", "exec", self._names[n - 1]]

    def unplug(self, n: int) -> None:
        """See Network."""
        ip("link", "set", self._cable(n), "down")

    def away(self) -> None:
        """Everything that was laid is taken up again; what is not there is let be."""
        for name in self._names:
            subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "link", "del", BRIDGE], check=False, stderr=subprocess.DEVNULL)

    def _cable(self, n: int) -> str:
        return f"hotline-v{n}"


class Folders:
    """All machines at one address, each with a port of its own; no cable can be pulled."""

    ground = "127.0.0.1"

    def __init__(self, machines: int) -> None:
        self._ports = [free_port() for _ in range(machines)]

    def address(self, n: int) -> tuple[str, int]:
        """See Network."""
        return self.ground, self._ports[n - 1]

    def within(self, n: int) -> list[str]:
        """See Network."""
        return []

    def unplug(self, n: int) -> None:
        """See Network."""


@contextmanager
def network(machines: int) -> Iterator[Network]:
    """Namespaces for root where the kernel has them, else folders. Ends the program where another run has them."""
    laid = Namespaces(machines)
    if os.geteuid() != 0:
        yield Folders(machines)
        return
    with LOCK.open("w") as alone:
        _locks(alone)
        try:
            yield laid if _can_lay(laid) else Folders(machines)
        finally:
            laid.away()


def _locks(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("another run of this script has its machines up: wait until it is over") from None


def _can_lay(laid: Namespaces) -> bool:
    laid.away()  # of a run that was killed
    try:
        laid.lay()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"no namespaces: {error} {getattr(error, 'stderr', '')}")
        laid.away()
        return False
    return True


def ip(*words: str) -> None:
    """Raises CalledProcessError where it is not allowed."""
    subprocess.run(["ip", *words], check=True, capture_output=True)

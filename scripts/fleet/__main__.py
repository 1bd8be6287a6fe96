"""Follows the README's "Several machines" to the letter, on one machine and on three; without it nobody would know."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread

from hotline import keys, practice, runtime, settings
from hotline.simulator.server import Running
from scripts.fleet import ground, network, proxy, written
from scripts.fleet.machine import Machine
from scripts.fleet.trial import Trial, until
from tests import bucket
from tests.served import free_port

CALLERS = 30
UP_WITHIN = 90.0  # seconds from the start of the processes to their answering
ACCOUNT = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 31 + "2", "TWILIO_AUTH_TOKEN": "the-token-of-the-machines"}
DEMO = "set -a; . /etc/hotline.env; set +a\n.venv/bin/python -m hotline demo\n"  # in place of a company of one's own
SIMULATED = "TWILIO_API_BASE"  # the one setting that the README does not name: the carrier is a simulated one


def main(machines: int, callers: int = CALLERS) -> None:
    """So many machines; with three, the first dies while calls ring in."""
    read = written.read()
    folder = Path(mkdtemp(prefix="hotline-machines-"))
    try:
        with ExitStack() as stack:
            Fleet(stack, read, folder, machines).runs(callers)
    finally:
        shutil.rmtree(folder)


class Fleet:
    """The network, what stands on the ground, the machines."""

    def __init__(self, stack: ExitStack, read: written.Written, folder: Path, machines: int) -> None:
        self.stack, self.read = stack, read
        self.network = stack.enter_context(network.network(machines))
        kind = type(self.network).__name__.lower()
        say(f"{machines} machine(s), {kind}; PostgreSQL and Redis at {self.network.ground}")
        shared = stack.enter_context(ground.ground(self.network.ground, machines))
        numbers = range(1, machines + 1)
        backends = [self.network.address(n) for n in numbers]
        self.port, self.carrier_port = free_port(), free_port()
        self.proxy = stack.enter_context(proxy.proxy((self.network.ground, self.port), backends))
        self.given = self._given(shared)
        self.machines = [
            Machine(n, folder / f"machine-{n}", self.network, read, {**self.given, **self._of_its_own(n)})
            for n in numbers
        ]

    def runs(self, callers: int) -> None:
        """From the empty disk to the count at the end."""
        first, *others = self.machines
        for one in self.machines:
            one.arrives()
        first.installs()
        say("machine 1 did the block 'to install'")
        for one in others:
            one.is_copied_from(first)
            say(f"machine {one.n} is a copy of it")
        self._does(first, "once", self.read.once)
        self._does(first, "the demo group", DEMO)
        with self._carrier() as trial:
            for one in self.machines:
                self._does(one, "to start", self.read.start)
                self.stack.callback(one.stops)
                say(f"machine {one.n} runs {', '.join(one.starts())}")
            took = until(self._all_answer, UP_WITHIN, lambda: "\n".join(one.said for one in self.machines))
            say(f"every web server answers after {took:.0f} s")
            with trial.owed.answered():
                self._rings(trial, callers)
            self._counts(trial)

    def _rings(self, trial: Trial, callers: int) -> None:
        trial.rings(callers)
        say(f"{callers} customers ring in, one a second; {trial.owed.many} others are owed a call")
        if len(self.machines) > 1:
            enough = callers // 3
            until(lambda: trial.arrived() >= enough, callers * 3.0, lambda: "nobody rings")
            self.machines[0].dies()
            say(f"machine 1 is dead, cable and power, {trial.arrived()} calls after the first")
        until(lambda: trial.arrived() == callers, callers * 3.0, lambda: "nobody rings")
        say(f"the last customer rang; all is done {trial.settles():.0f} s later")

    def _counts(self, trial: Trial) -> None:
        say(f"the proxy passed on {self.proxy.passed_on} requests to another machine than the first asked")
        for line in trial.figures():
            say(line)
        if found := list(trial.complaints()):
            raise SystemExit("\n".join(found))
        say("nothing is lost, nothing was done twice")

    def _does(self, machine: Machine, what: str, block: str) -> None:
        machine.does(block)
        say(f"machine {machine.n} did the block {what!r}")

    def _all_answer(self) -> bool:
        return all(proxy.listens(self.network.address(one.n)) for one in self.machines)

    def _given(self, shared: ground.Ground) -> dict[str, str]:
        """A value for every setting that the README names, and for no other save the simulated carrier's address."""
        known = {
            "DATABASE_URL": shared.database_url,
            "REDIS_URL": shared.redis_url,
            "PUBLIC_BASE_URL": f"http://{self.network.ground}:{self.port}",
            "TRUSTED_PROXIES": self.network.ground,
            "HOTLINE_RECORDINGS": "s3://hotline-recordings",
            "AWS_ENDPOINT_URL": shared.bucket_url,
            "AWS_REGION": bucket.REGION,
            "AWS_ACCESS_KEY_ID": bucket.KEY,
            "AWS_SECRET_ACCESS_KEY": bucket.SECRET,
            **ACCOUNT,
            **keys.fresh(),
        }
        if unknown := [name for name in self.read.settings if name not in known]:
            raise SystemExit(f"the README names settings for which this script has no value: {', '.join(unknown)}")
        carrier = {SIMULATED: f"http://{self.network.ground}:{self.carrier_port}"}
        return {name: known[name] for name in self.read.settings} | carrier

    def _of_its_own(self, n: int) -> dict[str, str]:
        """Machines at one address cannot listen on one port."""
        address, port = self.network.address(n)
        return {"PORT": str(port)} if address == self.network.ground else {}

    @contextmanager
    def _carrier(self) -> Iterator[Trial]:
        house = runtime.make(settings.load(self.given))
        running = Running(
            host=self.network.ground,
            port=self.carrier_port,
            account_sid=ACCOUNT["TWILIO_ACCOUNT_SID"],
            auth_token=ACCOUNT["TWILIO_AUTH_TOKEN"],
            numbers=practice.numbers(house),
            phones=practice.phones(house),
        )
        thread = Thread(target=running.run)
        thread.start()
        try:
            yield Trial(house, running.exchange)
        finally:
            running.stop()
            thread.join()
            house.engine.dispose()
            house.redis.close()


def say(line: str) -> None:
    """What was done, as it was done."""
    print(line, flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ["3"]))

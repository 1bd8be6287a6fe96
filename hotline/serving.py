"""How the web server is run; without it the limits of a request would be those of whoever starts it."""

from __future__ import annotations

import logging
import sys
import threading

from flask import Flask

from hotline import logs, runtime, settings
from hotline.jobs import routine
from hotline.runtime import Runtime
from hotline.standard import loader
from hotline.web import create_app

log = logging.getLogger(__name__)


def command(host: str, port: int) -> list[str]:
    """The command that serves on host and port. It keeps no access log: a sheet's address holds its secret.

    This module stands for a configuration file, so that gunicorn has loaded it, and all that it imports, before it
    forks: a process that dies is replaced at once, not after the seconds that loading takes. It sets nothing: none of
    its names is the name of a setting.
    """
    figures = loader.platform().serving
    options = {
        "config": f"python:{__name__}",
        "bind": f"{host}:{port}",
        "worker-class": "gthread",
        "workers": figures.processes,
        "threads": figures.threads,
        "timeout": figures.request_limit.seconds,
        "graceful-timeout": figures.stop_grace.seconds,
        "keep-alive": figures.keep_alive.seconds,
        "limit-request-line": figures.request_line,
        "log-level": "warning",
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "gunicorn", *given, "--no-control-socket", f"{__name__}:application()"]


def application() -> Flask:
    """What each web process serves; called after the fork, so that no connection is shared."""
    logs.set_up()
    house = runtime.make(settings.load())
    threading.Thread(target=ring_back, args=(house, threading.Event()), daemon=True).start()
    return create_app(house)


def ring_back(house: Runtime, stop: threading.Event) -> None:
    """Open what this machine's own disk kept in bad times, again and again until stopped (ANS-10)."""
    in_trouble = False
    while not stop.wait(house.figures.routine.kept_numbers_every.seconds):
        try:
            routine.open_kept_calls(house)
            in_trouble = False
        except Exception as error:  # noqa: BLE001 - bad times last: the numbers stay on the disk
            if not in_trouble:
                log.error("kept calls wait: %s", type(error).__name__)
            in_trouble = True

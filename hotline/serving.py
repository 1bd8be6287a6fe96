"""How the web server is run; without it the limits of a request would be those of whoever starts it."""

from __future__ import annotations

import sys

from flask import Flask

from hotline import logs, runtime, settings
from hotline.standard import loader
from hotline.web import create_app


def command(host: str, port: int) -> list[str]:
    """The command that serves on host and port. It keeps no access log: a sheet's address holds its secret."""
    figures = loader.platform().serving
    options = {
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
    return [sys.executable, "-m", "gunicorn", *given, "--no-control-socket", "hotline.serving:application()"]


def application() -> Flask:
    """What each web process serves; called after the fork, so that no connection is shared."""
    logs.set_up()
    return create_app(runtime.make(settings.load()))

"""The whole web application, and a system with a key of the heating company."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.runtime import Runtime
from hotline.web import create_app
from tests.api.sender import Sender
from tests.world import Cast


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The whole web application."""
    return create_app(runtime)


@pytest.fixture
def sender(app: Flask, runtime: Runtime, cast: Cast) -> Sender:
    """The web form of the heating company."""
    return Sender(app, runtime, cast.heat)

"""The application, and people at its console."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.runtime import Runtime
from hotline.web import create_app
from tests.console import departments
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in
from tests.world import Cast


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The whole web application."""
    return create_app(runtime)


@pytest.fixture
def firm(runtime: Runtime, cast: Cast) -> Departments:
    """The departments that can be complained of."""
    return departments.founded(runtime, cast)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Nobody is logged in."""
    return Visitor(app)


@pytest.fixture
def lin(app: Flask, cast: Cast) -> Visitor:
    """Lin, an agent of the heating company, is logged in."""
    return logged_in(app, cast.lin)


@pytest.fixture
def sun(app: Flask, cast: Cast) -> Visitor:
    """Sun, the heating company's supervisor, is logged in."""
    return logged_in(app, cast.sun)

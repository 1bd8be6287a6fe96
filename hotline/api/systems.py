"""What other systems may bring and ask, by address; without it no door of theirs would be guarded as a whole."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from hotline.api import guard, problems
from hotline.api.doors import DOORS
from hotline.errors import HotlineError
from hotline.runtime import Runtime

NAME = "api"


def blueprint(runtime: Runtime) -> Blueprint:
    """/api, for systems with a key; no session, so no form of a page can be sent in its name."""
    made = Blueprint(NAME, __name__, url_prefix="/api")
    made.guard = "key"  # type: ignore[attr-defined]
    made.before_request(guard.check)
    made.register_error_handler(HotlineError, problems.refused)
    made.register_error_handler(HTTPException, problems.wrong)
    for door in DOORS:
        made.add_url_rule(door.path, door.name, guard.opened_by(door.view, *door.scopes), methods=[door.method])
    return made

"""The description of the doors, made from the code that checks what comes through them (OpenAPI 3.1).

Without it whoever connects a system would go by what somebody wrote down once, and find out by being refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from hotline import VERSION
from hotline.api import answers
from hotline.api.doors import DOORS, Door
from hotline.domain import api_keys
from hotline.domain.webhooks import Event
from hotline.runtime import Runtime

NAME = "api-description"  # of the room, and of what it gives to the page that shows it
Document = dict[str, Any]
Words = Callable[[str], str]
_REF = "#/components/schemas/{model}"
_JSON, _PROBLEM = "application/json", "application/problem+json"
_ALWAYS = (401, 403, 429)  # no key, one that does not open this, too many requests with it
_NUMBER = {
    "name": "number", "in": "path", "required": True, "example": "040214001",
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z]{1,20}$"},
}  # fmt: skip


def blueprint(runtime: Runtime) -> Blueprint:
    """/api/openapi.json, open to everybody: it says how one may ask, and nothing of anybody."""
    made = Blueprint(NAME, __name__, url_prefix="/api")
    made.guard = "open"  # type: ignore[attr-defined]

    @cache
    def described(language: str) -> Document:
        return document(runtime.settings.base_url, lambda key: runtime.prompts.text(f"console.api.{key}", language))

    def show() -> ResponseReturnValue:
        """The description; ?language=zh-CN for Chinese words."""
        wanted = request.args.get("language", "en")
        found = described(wanted if wanted in runtime.prompts.languages else "en")
        return Response(json.dumps(found, ensure_ascii=False), mimetype=_JSON)  # in the order of the forms

    made.add_url_rule("/openapi.json", "show", show, methods=["GET"])
    made.record_once(lambda state: state.app.extensions.update({NAME: described}))
    return made


def document(address: str, words: Words) -> Document:
    """The whole description. `address`: where we are reached; `words`: what is said of each thing, by key."""
    schemas = _Schemas(words)
    paths: dict[str, dict[str, Any]] = {}
    for door in DOORS:
        path = re.sub(r"<(\w+)>", r"{\1}", f"/api{door.path}")
        paths.setdefault(path, {})[door.method.lower()] = _operation(door, schemas, words)
    return {
        "openapi": "3.1.0",
        "info": {"title": words("title"), "version": VERSION, "description": words("about")},
        "servers": [{"url": address}],
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": {event: _told(event, schemas, words) for event in Event},
        "components": {
            "schemas": schemas.found,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": words("key")}},
        },
    }


class _Schemas:
    """The shapes that the description names, each once."""

    def __init__(self, words: Words) -> None:
        self.found: dict[str, Any] = {}
        self._words = words

    def of(self, kind: type[BaseModel], name: str, *, answered: bool) -> dict[str, str]:
        """Where the shape of a form or an answer stands."""
        made = kind.model_json_schema(ref_template=_REF, mode="serialization" if answered else "validation")
        for inner, shape in made.pop("$defs", {}).items():
            self.found[inner] = self._worded(shape)
        self.found[name] = self._worded(made)
        return {"$ref": _REF.format(model=name)}

    def _worded(self, shape: dict[str, Any]) -> dict[str, Any]:
        """With our words for each field, in place of what the code says of itself."""
        plain = {name: value for name, value in shape.items() if name not in ("title", "description")}
        fields = plain.get("properties", {})
        for name, field in fields.items():
            field.pop("title", None)
            fields[name] = {**field, "description": self._words(f"field.{name}")}
        return plain


def _operation(door: Door, schemas: _Schemas, words: Words) -> dict[str, Any]:
    name = "".join(part.capitalize() for part in door.name.split("-"))
    good = schemas.of(door.answer, f"{name}Answer", answered=True)
    made: dict[str, Any] = {
        "operationId": door.name,
        "summary": words(f"door.{door.name}"),
        "description": f"{words(f'door.{door.name}-about')} {words('scope')} {' / '.join(door.scopes)}",
        "security": [{"key": list(door.scopes[:1])}],
        "x-scopes": list(door.scopes),
        "parameters": _parameters(door, words),
        "responses": {
            str(door.status): {"description": words("done"), "content": {_JSON: {"schema": good}}},
            **_refusals(sorted({*_ALWAYS, *door.refusals}), schemas, words),
        },
    }
    if door.form is not None:
        shape = schemas.of(door.form, name, answered=False)
        made["requestBody"] = {"required": True, "content": {_JSON: {"schema": shape}}}
    return made


def _parameters(door: Door, words: Words) -> list[dict[str, Any]]:
    made = [{**_NUMBER, "description": words("field.number")}] if "<number>" in door.path else []
    if door.form is not None:
        longest = api_keys.REQUEST_LONGEST
        shape = {"type": "string", "pattern": f"^[!-~]{{1,{longest}}}$"}
        about = {"description": words("idempotency"), "example": "form-20261118-0042"}
        made.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": shape, **about})
    return made


def _refusals(statuses: Sequence[int], schemas: _Schemas, words: Words) -> dict[str, Any]:
    shape = schemas.of(answers.Problem, "Problem", answered=False)
    return {
        str(status): {
            "description": f"{HTTPStatus(status).phrase}: {words(f'refusal.{status}')}",
            "content": {_PROBLEM: {"schema": shape}},
        }
        for status in statuses
    }


def _told(event: Event, schemas: _Schemas, words: Words) -> dict[str, Any]:
    """What a system that subscribed is sent, and how it says that it took it."""
    shape = schemas.of(answers.EventTold, "Event", answered=True)
    signature = {"name": "Hotline-Signature", "in": "header", "required": True, "schema": {"type": "string"}}
    return {
        "post": {
            "summary": words(f"event.{event.replace('.', '-')}"),
            "security": [],
            "parameters": [{**signature, "description": words("signature")}],
            "requestBody": {"required": True, "content": {_JSON: {"schema": shape}}},
            "responses": {"2XX": {"description": words("taken")}, "410": {"description": words("gone")}},
        }
    }

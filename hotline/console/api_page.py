"""The page of what other systems may do here: their keys, whom we tell, how they ask; without it only a file said so.

What it shows of the requests is the very description that machines get, which is made from the code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from hotline.console import asking, people, rights, words
from hotline.domain import api_keys, companies, webhooks
from hotline.domain.act import Act

DESCRIPTION = "api-description"  # what the room of the description gives to this page
Document = dict[str, Any]
Shape = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field of what is sent or answered, in words."""

    name: str
    needed: bool
    what: str
    values: str


@dataclass(frozen=True)
class Request:
    """One request that may be made, as a reader wants to know it."""

    name: str
    method: str
    path: str
    summary: str
    about: str
    sent: tuple[Field, ...]
    answered: tuple[Field, ...]
    statuses: dict[str, str]
    example: str


def api_page() -> ResponseReturnValue:
    """Which systems have a key, which are told what happens, and every request with its fields."""
    person = asking.person()
    describe: Callable[[str], Document] = current_app.extensions[DESCRIPTION]
    document = describe(asking.language())
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, person.company_id)
        company_id = None if rights.whole_group(person) else person.company_id
        keys = _keys(act, company_id)
        return render_template(
            "api.html",
            keys=keys,
            engineers=people.names(act, (one for key in keys for one in key.engineers)),
            hooks=webhooks.listed(act, company_id),
            companies=people.companies_by_id(act),
            sees_all=company_id is None,
            requests=list(_requests(document)),
            told={event: post["post"]["summary"] for event, post in document["webhooks"].items()},
            zone=act.standard.timezone,
            at=act.at,
        )


def _keys(act: Act, company_id: int | None) -> list[api_keys.ApiKey]:
    return [one for one in api_keys.listed(act) if company_id in (None, one.company_id)]


def _requests(document: Document) -> Iterator[Request]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            good = next(one for status, one in operation["responses"].items() if status.startswith("2"))
            yield Request(
                name=operation["operationId"],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                about=operation["description"],
                sent=tuple(_fields(document, sent)) if sent else (),
                answered=tuple(_fields(document, good["content"]["application/json"]["schema"])),
                statuses={status: one["description"] for status, one in operation["responses"].items()},
                example=_example(document, method.upper(), path, _found(document, sent) if sent else {}),
            )


def _example(document: Document, method: str, path: str, shape: Shape) -> str:
    """How it is asked on a command line."""
    address = f"{document['servers'][0]['url']}{path.replace('{number}', '040214001')}"
    lines = [f"curl {address}", '-H "Authorization: Bearer hotline_..."']
    if method == "POST":
        lines.append('-H "Idempotency-Key: form-20261118-0042" -H "Content-Type: application/json"')
        lines += [f"-d '{json.dumps(one, ensure_ascii=False)}'" for one in shape.get("examples", [])[:1]]
    return " \\\n  ".join(lines)


def _fields(document: Document, schema: Shape, above: str = "") -> Iterator[Field]:
    """Every field of a shape, and those of the parts within it under their whole names."""
    shape = _found(document, schema)
    for name, field in shape.get("properties", {}).items():
        kind, many = _kind(document, field), ""
        if kind.get("type") == "array":
            kind, many = _found(document, kind["items"]), "[]"
        yield Field(f"{above}{name}{many}", name in shape.get("required", ()), field["description"], _values(kind))
        yield from _fields(document, kind, f"{above}{name}{many}.")


def _kind(document: Document, field: Shape) -> Shape:
    """The shape of a field, where it may also be left empty."""
    choices = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    return _found(document, choices[0])


def _found(document: Document, schema: Shape) -> Shape:
    name: str = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def _values(kind: Shape) -> str:
    """Which values a field takes."""
    if "enum" in kind:
        return " · ".join(map(str, kind["enum"]))
    if "properties" in kind:
        return words.text("api.parts")
    if kind.get("format") == "date-time":
        return words.text("api.date-time")
    if "maxLength" in kind:
        return words.text("api.longest", n=kind["maxLength"])
    plain = {"boolean": "truth", "integer": "number"}.get(kind.get("type", ""), "plain-text")
    return words.text(f"api.{plain}")

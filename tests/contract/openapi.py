"""Holds a REST request against the carrier's OpenAPI description; a wrong parameter would cost a call to find out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.contract import packages, rest_limits, webaddress

Schema = Mapping[str, Any]
Params = Mapping[str, str | list[str]] | Iterable[tuple[str, str]]

FORM = "application/x-www-form-urlencoded"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?")
ENDPOINT = re.compile(r"\+[1-9]\d{6,14}|client:[A-Za-z0-9_]{1,256}|sips?:[^\s@]+@[^\s@]+")
# contract 6: these path parts also take a name that the description leaves out.
OR_A_NAME = {"ConferenceSid": re.compile(r"[A-Za-z0-9_.~-]{1,128}"), "CallSid": re.compile(r"[A-Za-z0-9_.~-]{1,128}")}


def check_request(method: str, url: str, params: Params = ()) -> list[str]:
    """Complaints about a request, empty when the carrier would take it.

    `params`: the form of a POST, the query of a GET (read from `url` too); a repeated name is a list or repeated pairs.
    """
    values = _pairs(params)
    values += [pair for pair in parse_qsl(urlsplit(url).query, keep_blank_values=True) if pair not in values]
    path = urlsplit(url).path
    found = _resource(path)
    if found is None:
        return [f"no such resource: {path}"]
    template, item, parts = found
    operation = item.get(method.lower())
    if operation is None:
        return [f"20004: {template} has no {method}"]
    grouped: dict[str, list[str]] = {}
    for name, value in values:
        grouped.setdefault(name, []).append(value)
    return [
        *_path(operation, parts),
        *_form(operation, method, grouped),
        *rest_limits.further(method, template, grouped),
    ]


def _pairs(params: Params) -> list[tuple[str, str]]:
    if not isinstance(params, Mapping):
        return list(params)
    return [(name, one) for name, value in params.items() for one in ([value] if isinstance(value, str) else value)]


@cache
def _descriptions() -> tuple[Schema, ...]:
    """Of the calls, and of the recogniser: products of the carrier with a host and a version each."""
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in packages.OPENAPI)


@cache
def _paths() -> Mapping[str, Schema]:
    return {path: item for one in _descriptions() for path, item in one["paths"].items()}


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Path patterns, those with the fewest free parts first, so that a fixed word wins over a name."""
    paths = sorted(_paths(), key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+?)", path.replace(".", r"\."))), path) for path in paths]


def _resource(path: str) -> tuple[str, Schema, dict[str, str]] | None:
    for pattern, template in _templates():
        match = pattern.fullmatch(path)
        if match:
            return template, _paths()[template], match.groupdict()
    return None


def _path(operation: Schema, parts: Mapping[str, str]) -> Iterator[str]:
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] != "path" or name not in parts:
            continue
        named = OR_A_NAME.get(name)
        if named is None or not named.fullmatch(parts[name]) or webaddress.personal(parts[name]):
            yield from (f"{name}: {why}" for why in _value(parts[name], parameter["schema"]))


def _declared(operation: Schema, method: str) -> tuple[Mapping[str, Schema], list[str]]:
    if method.upper() == "POST":
        schema = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
        return schema.get("properties", {}), schema.get("required", [])
    query = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    return {one["name"]: one["schema"] for one in query}, [one["name"] for one in query if one.get("required")]


def _form(operation: Schema, method: str, values: Mapping[str, list[str]]) -> Iterator[str]:
    declared, required = _declared(operation, method)
    for name in required:
        if name not in values:
            yield f"{name} is required"
    for name, given in values.items():
        schema = _resolve(declared[name]) if name in declared else None
        if schema is None:
            yield f"{name} is not a parameter"
        elif schema.get("type") == "array":
            yield from (f"{name}: {why}" for one in given for why in _value(one, _resolve(schema["items"])))
        elif len(given) > 1:
            yield f"{name} is given {len(given)} times"
        else:
            yield from (f"{name}: {why}" for why in _value(given[0], schema))


def _resolve(schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    return next(one["components"]["schemas"][name] for one in _descriptions() if name in one["components"]["schemas"])


def _value(value: str, schema: Schema) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{value!r} is none of {', '.join(schema['enum'])}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{value!r} does not look like {schema['pattern']}"
    yield from _typed(value, schema)
    yield from _formatted(value, schema.get("format", ""))


def _typed(value: str, schema: Schema) -> Iterator[str]:
    kind = schema.get("type")
    if kind == "boolean" and value.lower() not in {"true", "false"}:
        yield f"{value!r} is neither true nor false"
    if kind == "integer":
        if not re.fullmatch(r"-?\d+", value):
            yield f"{value!r} is no whole number"
        elif not schema.get("minimum", int(value)) <= int(value) <= schema.get("maximum", int(value)):
            yield f"{value} is not within {schema.get('minimum')} to {schema.get('maximum')}"


def _formatted(value: str, form: str) -> Iterator[str]:
    if form == "uri" and value:
        yield from webaddress.complaints(value)
    if form == "date" and not DATE.fullmatch(value):
        yield f"{value!r} is no date"
    if form == "date-time" and not INSTANT.fullmatch(value):
        yield f"{value!r} is no time"
    if form in {"endpoint", "phone-number"} and not ENDPOINT.fullmatch(value):
        yield "no E.164 number, client: or sip: address"

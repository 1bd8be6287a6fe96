"""The description of the doors agrees with the doors; if this broke, whoever connects a system would be misled."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, not_a_server_error
from schemathesis.core.result import Ok

from hotline.api import fields, openapi
from hotline.api.doors import DOORS
from hotline.domain.api_keys import Scope
from hotline.domain.webhooks import Event
from hotline.runtime import Runtime
from tests.api.sender import BASE, CASES, Sender, said
from tests.api.test_cases import COLD
from tests.world import Cast

TRIED = settings(
    max_examples=20, deadline=None, phases=[Phase.generate], derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
CONFORM = ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]


def described(app: Flask, language: str = "en") -> Any:
    """The description, as anybody gets it without a key."""
    answer = app.test_client().get(f"/api/openapi.json?language={language}", base_url=BASE)
    assert answer.status_code == 200
    return said(answer)


def test_every_door_is_described_and_nothing_else(app: Flask) -> None:
    found = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and rule.rule != "/api/openapi.json"
    }
    document = described(app)
    assert found == {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert set(document["webhooks"]) == set(Event)
    assert document["openapi"].startswith("3.1")


def test_the_description_is_made_of_the_forms(app: Flask) -> None:
    document = described(app)
    for door in DOORS:
        operation = document["paths"][re.sub(r"<(\w+)>", r"{\1}", f"/api{door.path}")][door.method.lower()]
        assert operation["x-scopes"] == list(door.scopes)
        if door.form is not None:
            ref = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            shape = document["components"]["schemas"][ref.rpartition("/")[2]]
            assert list(shape["properties"]) == list(door.form.model_fields)
            assert shape["additionalProperties"] is False
            needed = {name for name, field in door.form.model_fields.items() if field.is_required()}
            assert set(shape.get("required", ())) == needed
    case = document["components"]["schemas"]["BringCases"]["properties"]
    assert (case["description"]["maxLength"], case["description"]["type"]) == (2000, "string")
    assert fields.Strict.model_config["extra"] == "forbid"


def test_it_is_told_in_the_readers_language_with_the_same_shapes(app: Flask) -> None:
    english, chinese = described(app), described(app, "zh-CN")
    assert chinese["info"]["title"] == "热线接口"
    assert described(app, "tlh") == english
    without = re.compile(r'"(description|summary|title)": *"[^"]*"')
    assert without.sub("", str(english).replace("'", '"')).count("maxLength") == str(chinese).count("maxLength")
    assert list(english["components"]["schemas"]) == list(chinese["components"]["schemas"])


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_is_answered_as_described_and_nothing_breaks(
    app: Flask, runtime: Runtime, cast: Cast, mode: GenerationMode
) -> None:
    sender = Sender(app, runtime, cast.heat, list(Scope), [cast.wang])
    known = said(sender.posts(CASES, **COLD))["number"]
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == len(DOORS)
    for operation in operations:
        tries(operation, mode, sender, known)


def tries(operation: Any, mode: GenerationMode, sender: Sender, known: str) -> None:
    """Send what the description allows, or what it does not; of addresses, also that of a matter there is."""
    checks = [not_a_server_error, *CHECKS.get_by_names(CONFORM)]

    @TRIED
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def sent(case: Any, real: bool) -> None:
        sender.runtime.redis.delete(f"hotline:api:{sender.key_id}")  # how often is not what is tried here
        if real and case.path_parameters:
            case.path_parameters["number"] = known
        answer = case.call(headers={"Authorization": f"Bearer {sender.secret}"})
        case.validate_response(answer, checks=checks)

    sent()


def test_openapi_is_one_room_of_its_own_that_is_open(app: Flask) -> None:
    assert app.extensions["guards"][openapi.NAME] == "open"
    assert app.extensions[openapi.NAME]("en")["info"] == described(app)["info"]

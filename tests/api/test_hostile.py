"""Requests that nobody should send; if this broke, a stranger would come in, or what was meant would be lost unseen."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline.domain import api_keys
from hotline.domain.act import COMMAND
from hotline.domain.api_keys import ApiRequest
from hotline.domain.audit import AuditEntry
from hotline.domain.customers import Customer
from hotline.runtime import Runtime, make
from hotline.web import LARGEST_BODY, create_app
from tests import world
from tests.api.sender import BASE, WRONGED, Sender, said
from tests.world import Cast

LONE = '{"happened": "\\ud800"}'
KEYS = (
    '{"\\ud800": 1, "happened": "x"}',
    '{"\\ud800": 1, "phone": 7}',
    '{"happened": "x", "about": {"\\ud800": "x", "person": 7}}',
)


def kept(runtime: Runtime) -> tuple[int, ...]:
    """How much there is of everything that a request may leave."""
    with runtime.look(COMMAND) as act:
        return tuple(
            act.session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Customer, ApiRequest, AuditEntry)
        )


def lacks(sender: Sender, **fields: Any) -> dict[str, str]:
    """What a refused form is told, by field; nothing of it is kept."""
    before = kept(sender.runtime)
    answer = sender.files(**fields)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), answer.text
    assert kept(sender.runtime) == before
    assert sender.cases() == []
    assert said(answer)["title"] == "Bad Request"
    return {one["field"]: one["detail"] for one in said(answer)["errors"]}


@pytest.mark.parametrize(
    ("fields", "field", "right"),
    [
        ({}, "happened", "required"),
        ({"happened": ""}, "happened", "is empty: say what happened"),
        ({"happened": " \n "}, "happened", "say what happened"),
        ({"happened": "x" * 2001}, "happened", "at most 2000"),
        ({"happened": 3.5}, "happened", "string"),
        ({"happened": ["x"]}, "happened", "string"),
        ({"happened": None}, "happened", "string"),
        ({"happened": "a\0b"}, "happened", "control character"),
        ({"happened": "a\x1b[2Jb"}, "happened", "control character"),
        ({"happened": "a", "name": "x" * 201}, "name", "at most 200"),
        ({"happened": "a", "anonymous": "yes"}, "anonymous", "boolean"),
        ({"happened": "a", "anonymous": 1}, "anonymous", "boolean"),
        ({"happened": "a", "phone": "12"}, "phone", "+8613800138000"),
        ({"happened": "a", "phone": 13800001234}, "phone", "string"),
        ({"happened": "a", "phone": "+8616812345"}, "phone", "ordinary line in one of CN; callbacks.regions"),
        ({"happened": "a", "phone": "+85263000000"}, "phone", "ordinary line in one of CN"),
        ({"happened": "a", "phone": world.number(1000).e164}, "phone", "is not rung"),
        ({"happened": "a", "grade": "terrible", "why": "x"}, "grade", "'major'"),
        ({"happened": "a", "grade": "major"}, "why", "goes with grade"),
        ({"happened": "a", "why": "so"}, "why", "goes with grade"),
        ({"happened": "a", "limit": "tomorrow"}, "limit", "2026-11-30"),
        ({"happened": "a", "limit": "20261130"}, "limit", "2026-11-30"),
        ({"happened": "a", "limit": "2026-11-30T18:00:00"}, "limit", "offset"),
        ({"happened": "a", "limit": "2026-02-30"}, "limit", "there is not"),
        ({"happened": "a", "limit": "9999-12-31"}, "limit", "there is not"),
        ({"happened": "a", "limit": "2026-11-30T25:00:00+08:00"}, "limit", "there is not"),
        ({"happened": "a", "limit": "2026-11-17"}, "limit", "must lie in the future"),
        ({"happened": "a", "limit": "2026-11-18T09:59:59+08:00"}, "limit", "must lie in the future"),
        ({"happened": "a", "limit": 1795053600}, "limit", "string"),
        ({"happened": "a", "anonymous": True, "name": "李梅"}, "name", "leave it out"),
        ({"happened": "a", "anonymous": True, "phone": "13800001234"}, "phone", "leave it out"),
        ({"happened": "a", "language": "tlh"}, "language", "zh-CN, en"),
        ({"happened": "a", "about": {"company": "nobody"}}, "about.company", "heat, home"),
        ({"happened": "a", "about": {"department": "热线部"}}, "about.department", "none yet"),
        ({"happened": "a", "about": {"person": "999"}}, "about.person", "agent number"),
        ({"happened": "a", "about": {"person": "021"}}, "about.person", "works for heat"),
        ({"happened": "a", "about": "维修部"}, "about", "dictionary"),
        ({"happened": "a", "about": {"manager": "x"}}, "about.manager", "department, person, company"),
        ({"happened": "a", "owner_id": 1}, "owner_id", "is not known; there are happened"),
        ({"happened": "a", "x" * 5000: 1}, "x" * 60, "is not known"),
    ],
)
def test_a_refusal_names_the_field_and_what_would_be_right(
    sender: Sender, fields: dict[str, Any], field: str, right: str
) -> None:
    assert right in lacks(sender, **fields)[field]


def test_all_that_is_wrong_is_told_at_once_and_nothing_that_was_sent(sender: Sender) -> None:
    told = lacks(sender, happened=7, phone="138000012341380000", name=["李梅"])
    assert set(told) == {"happened", "phone", "name"}
    assert "李梅" not in str(told)
    assert "1380000123" not in str(told)


def test_what_is_wrong_beside_other_fields_is_told_with_what_is_wrong_by_itself(sender: Sender) -> None:
    about = {"department": "热线部", "person": 7, "manager": "x"}
    wrong = {"about": about, "grade": "major", "limit": "2026-11-17", "anonymous": True, "name": "李梅", "color": 1}
    told = lacks(sender, happened=" ", language="tlh", wanted="回电 13800001234", **wrong)
    assert {name: words.split(":")[0].split(",")[0] for name, words in told.items()} == {
        "happened": "is empty",
        "about.department": "heat has none of this name; there are",
        "about.person": "Input should be a valid string",
        "about.manager": "is not known; there are department",
        "wanted": "names a telephone number",
        "why": "goes with grade",
        "limit": "must lie in the future",
        "name": "leave it out",
        "language": "is one of zh-CN",
        "color": "is not known; there are happened",
    }


def test_what_goes_with_a_wrong_field_is_not_called_wrong(sender: Sender) -> None:
    assert set(lacks(sender, happened="a", grade="terrible", why="x")) == {"grade"}
    assert set(lacks(sender, happened="a", grade="major", why="")) == {"why"}
    assert set(lacks(sender, happened=7, limit="2026-11-30", phone="13800001234")) == {"happened"}


def test_a_flood_of_wrong_fields_gets_a_short_answer(sender: Sender) -> None:
    assert len(lacks(sender, **{f"field{number}": number for number in range(2000)})) == 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"happened=x",
        b"null",
        b"[]",
        b'"happened"',
        b'{"happened": "a"',
        b'{"happened": "a"} {"happened": "b"}',
        b'{"happened": "a", "happened": "b"}',
        b'{"happened": NaN}',
        b'{"happened": 1e999999}',
        b'{"happened": ' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"a":' + b"[" * 950 + b"]" * 950 + b"}",
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"happened": "a"}',
        b'{"happened": "\xff"}',
        '{"happened": "x"}'.encode("utf-16"),
    ],
    ids=range(18),
)
def test_what_is_no_json_object_is_refused(sender: Sender, body: bytes) -> None:
    answer = sender.sends(body)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), answer.text
    assert said(answer)["errors"]
    assert sender.cases() == []


@pytest.mark.parametrize("body", [LONE, *KEYS, '{"happened": "x", "name": "\\udfff"}'])
def test_half_a_character_is_refused_and_breaks_nothing(sender: Sender, body: str) -> None:
    assert sender.sends(body).status_code == 400
    assert sender.cases() == []


def test_characters_beyond_the_first_plane_and_lines_are_kept(sender: Sender) -> None:
    assert sender.files(happened="𠮷家门口\n一直漏水 😡").status_code == 201


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 10 * LARGEST_BODY])
def test_too_large_a_body_is_refused_as_a_problem(sender: Sender, size: int) -> None:
    answer = sender.sends(json.dumps({"happened": "x" * size}))
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_too_large_a_body_in_pieces_is_refused_and_not_cut(app: Flask, sender: Sender) -> None:
    body = json.dumps(WRONGED).encode().ljust(LARGEST_BODY) + b"and more"
    headers = {"Authorization": f"Bearer {sender.secret}", "Idempotency-Key": "a", "Transfer-Encoding": "chunked"}
    pieces = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    answer = app.test_client().post("/api/complaints", base_url=BASE, headers=headers, environ_overrides=pieces)
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
    assert sender.cases() == []


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a b", "名字", "a\tb"])
def test_a_request_without_a_plain_name_of_its_own_is_refused(sender: Sender, name: str) -> None:
    answer = sender.sends(json.dumps(WRONGED), Idempotency_Key=name.encode().decode("latin-1"))
    assert answer.status_code == 400
    assert said(answer)["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer hotline_" + "A" * 43,
        "Basic dXNlcjpwYXNz",
        "Bearer \x00",
        "Bearer " + "x" * 9000,
    ],
)
def test_without_a_key_nobody_comes_in(sender: Sender, shown: str) -> None:
    answer = sender.sends(json.dumps(WRONGED), Authorization=shown)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="api"')
    assert sender.cases() == []


def test_a_revoked_key_opens_nothing(sender: Sender) -> None:
    number = said(sender.files(**WRONGED))["number"]
    with sender.runtime.act(COMMAND) as act:
        api_keys.revoke(act, sender.key_id)
    assert sender.files(**WRONGED).status_code == 401
    assert sender.asks(number).status_code == 401


def test_the_scheme_is_read_in_any_case(sender: Sender) -> None:
    assert sender.sends(json.dumps(WRONGED), Authorization=f"bearer {sender.secret}").status_code == 201


def test_a_session_of_the_console_is_no_key(app: Flask, cast: Cast) -> None:
    assert app.test_client().post("/api/complaints", base_url=BASE, json=WRONGED).status_code == 401


def test_a_sender_that_runs_wild_is_stopped_until_the_window_is_over(app: Flask, sender: Sender) -> None:
    most = sender.runtime.figures.api.requests
    answers = [sender.asks("261118001").status_code for _ in range(most)]
    assert set(answers) == {404}
    stopped = sender.files(**WRONGED)
    assert (stopped.status_code, stopped.mimetype) == (429, "application/problem+json")
    assert 0 < int(stopped.headers["Retry-After"]) <= sender.runtime.figures.api.window.seconds
    sender.runtime.redis.flushdb()
    assert sender.files(**WRONGED).status_code == 201


def test_without_redis_a_complaint_comes_in_all_the_same(runtime: Runtime, cast: Cast) -> None:
    alone = make(runtime.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    sender = Sender(create_app(alone), alone, cast.heat)
    assert sender.files(**WRONGED).status_code == 201
    alone.engine.dispose()
    alone.redis.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/complaints", 405),
        ("DELETE", "/api/complaints/261118001", 405),
        ("GET", "/api/nowhere", 404),
        ("GET", "/api/complaints/a%00b", 404),
        ("GET", "/api/complaints/..%2f..%2fhealth", 404),
    ],
)
def test_what_is_not_there_is_told_to_a_program(
    app: Flask, sender: Sender, method: str, path: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {sender.secret}"}
    answer = app.test_client().open(path, method=method, base_url=BASE, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_limit_a_minute_ahead_is_taken(sender: Sender) -> None:
    with sender.runtime.look(COMMAND) as act:
        soon = (act.at + timedelta(minutes=1)).isoformat()
    assert sender.files(**WRONGED, limit=soon).status_code == 201

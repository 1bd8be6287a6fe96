"""What holds for every answer of the web application: headers, errors, limits, guards, and a log without secrets."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

from hotline import runtime as runtimes
from hotline.runtime import Runtime
from hotline.settings import load
from hotline.web import LARGEST_BODY, create_app
from tests.console.visitor import Visitor
from tests.world import PASSWORD, Cast

BASE = "https://hotline.example.com"
GUARDS = {"signature", "session", "link", "key", "open"}


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The whole web application, with two pages that go wrong."""
    made = create_app(runtime)
    made.add_url_rule("/wrong/<secret>", "wrong", _wrong)
    return made


def _wrong(secret: str) -> str:
    raise RuntimeError(f"a caller said {secret}")


def test_every_address_has_a_guard(runtime: Runtime) -> None:
    app = create_app(runtime)
    rooms = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}
    assert rooms == set(app.extensions["guards"])
    assert set(app.extensions["guards"].values()) <= GUARDS


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/console/login", 200),
        ("GET", "/", 302),
        ("GET", "/console", 302),
        ("GET", "/console/static/console.css", 200),
        ("GET", "/console/static/none.css", 404),
        ("GET", "/nowhere", 404),
        ("PUT", "/console", 405),
        ("DELETE", "/health", 405),
        ("GET", "/console/logout", 405),
        ("GET", "/sheet/none", 404),
        ("POST", "/console/login", 400),
        ("GET", "/wrong/secret", 500),
    ],
)
def test_every_answer_carries_the_headers_errors_and_files_too(
    app: Flask, cast: Cast, method: str, path: str, status: int
) -> None:
    answer = app.test_client().open(path, method=method, base_url=BASE)
    answer.close()
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(
        policy.split("; ")
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert answer.headers["Cache-Control"] == ("no-cache" if path.endswith("console.css") else "no-store")


@pytest.mark.parametrize("number", [str(2**31), "9" * 20, "9" * 5000])
def test_a_number_that_no_row_can_have_leads_nowhere(runtime: Runtime, number: str) -> None:
    app = create_app(runtime)
    numbered = [rule for rule in app.url_map.iter_rules() if "/console" in rule.rule and "<int:" in rule.rule]
    assert len(numbered) > 20
    for rule in numbered:
        path = re.sub("<[^>]+>", number, rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = app.test_client().open(path, method=method, base_url=BASE)
            assert answer.status_code in (404, 405), path


def test_a_nul_in_a_form_a_query_or_an_address_fails_nowhere(app: Flask, cast: Cast) -> None:
    visitor, login, query = Visitor(app), cast.lin.login, "/console/cases?number=a%00b"
    assert visitor.logs_in(f"{login}\0", PASSWORD).status_code == 302, "it is dropped, and the rest is the name"
    page = visitor.opens(query)
    assert (page.status_code, 'value="ab"' in page.text) == (200, True)
    for path in ("/sheet/a%00b", "/console/recordings/a%00b", "/console/static/a%00b", "/announce/a%00b"):
        assert visitor.opens(path).status_code == 404, path


def test_a_file_that_somebody_sends_along_is_no_error(app: Flask, cast: Cast) -> None:
    sent = {"login": (io.BytesIO(b"\0"), "a\0b")}
    assert app.test_client().post("/console/login", base_url=BASE, data=sent).status_code == 400


def test_an_error_tells_the_visitor_nothing_and_the_log_no_secret(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    answer = app.test_client().get("/wrong/13900000088", base_url=BASE)
    assert "对不起，出了点问题" in answer.text
    assert "RuntimeError" not in answer.text
    assert "RuntimeError at wrong" in caplog.text
    assert "_wrong" in caplog.text, "where it happened is told"
    assert "13900000088" not in answer.text + caplog.text


def test_the_bare_address_leads_to_the_console(app: Flask) -> None:
    assert app.test_client().get("/", base_url=BASE).location == "/console"


def test_too_long_a_body_is_refused(app: Flask, cast: Cast) -> None:
    answer = app.test_client().post("/console/login", base_url=BASE, data={"login": "x" * (LARGEST_BODY + 1)})
    assert answer.status_code == 413


def test_only_rooms_that_the_carrier_signs_for_take_a_form_without_its_token(app: Flask, cast: Cast) -> None:
    signed = {name for name, guard in app.extensions["guards"].items() if guard == "signature"}
    client = app.test_client()
    assert signed
    assert client.post("/voice/inbound", base_url=BASE).status_code == 403, "the signature is asked for, no token"
    assert client.post("/sheet/none/sign", base_url=BASE).status_code == 400


def test_the_page_of_an_error_is_in_the_visitors_language(app: Flask) -> None:
    client = app.test_client()
    assert "Not found" in client.get("/nowhere?lang=en", base_url=BASE).text
    assert "没有这一页" in client.get("/nowhere?lang=zh-CN", base_url=BASE).text


def test_on_this_machine_the_cookie_needs_no_certificate(database_url: str, redis_url: str, runtime: Runtime) -> None:
    kept = runtime.settings.model_dump()
    plain = load({**_environment(kept), "DATABASE_URL": database_url, "REDIS_URL": redis_url, "PORT": "8765"})
    made = runtimes.make(plain)
    answer = create_app(made).test_client().get("/console/login", base_url=plain.base_url)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("hotline=")
    assert "Secure" not in cookie
    assert "Strict-Transport-Security" not in answer.headers
    made.engine.dispose()
    made.redis.close()


def test_a_method_that_is_not_there_is_answered_with_those_that_are(app: Flask) -> None:
    assert "POST" in app.test_client().get("/console/logout", base_url=BASE).headers["Allow"]


def _environment(kept: dict[str, object]) -> dict[str, str]:
    names = ("secret_key", "sealing_keys", "blind_index_key", "audit_signing_key")
    return {name.upper(): kept[name].get_secret_value() for name in names}  # type: ignore[attr-defined]

"""The headers of every kind of answer: pages, forms, refusals, files, sheets, the API, and the carrier's documents."""

from __future__ import annotations

from flask import Flask
from werkzeug.http import parse_cookie

from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import BASE, Visitor
from tests.world import Cast

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
_PATHS = (
    "/",
    "/health",
    "/console/login",
    "/console/login/code",
    "/console/login/set-up",
    "/console/static/console.css",
    "/console/static/none.css",
    "/console",
    "/console/account",
    "/console/looks",
    "/console/permissions",
    "/console/cases/1",
    "/console/cases/999",
    "/console/nothing",
    "/console/inbox/1",
    "/console/calls/1?lang=en",
    "/sheet/nobody-has-this",
    "/api/nothing",
    "/api/complaints",
    "/nothing-at-all",
)


def test_every_answer_says_what_a_browser_may_do_with_it(
    sun: Visitor, stranger: Visitor, runtime: Runtime, cast: Cast
) -> None:
    matters.enquiry(runtime, cast)
    for visitor in (sun, stranger):
        for path in _PATHS:
            _is_safe(visitor, path, "GET")
            _is_safe(visitor, path, "POST")


def test_the_cookie_of_each_step_of_a_log_in_is_secure_and_hidden_from_scripts(app: Flask, cast: Cast) -> None:
    visitor = Visitor(app)
    first = visitor.opens("/console/login")
    in_now = visitor.logs_in(cast.sun)
    out = visitor.sends("/console/logout", page="/console")
    for answer in (first, in_now, out):
        cookies = answer.headers.getlist("Set-Cookie")
        assert cookies, answer
        for cookie in cookies:
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")), cookie
            assert set(parse_cookie(cookie.partition(";")[0])) == {"__Host-hotline"}


def _is_safe(visitor: Visitor, path: str, method: str) -> None:
    answer = visitor.client.open(path, method=method, base_url=BASE, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    headers = answer.headers
    for name, value in _FIXED.items():
        assert headers.get(name) == value, (path, name)
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'", path
    assert all("unsafe" not in value and "*" not in value for value in policy.values()), (path, policy)
    for name in ("form-action", "script-src", "style-src"):
        assert policy[name] == "'self'", (path, name)
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'", path
    assert "Permissions-Policy" in headers, path
    assert headers["Referrer-Policy"] == ("no-referrer" if path.startswith("/sheet/") else "same-origin"), path
    kept = path.startswith("/console/static/") and answer.status_code == 200
    assert ("no-store" in headers["Cache-Control"]) is not kept, path
    assert "Server" not in headers or "werkzeug" not in headers["Server"].lower(), path
    for cookie in headers.getlist("Set-Cookie"):
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")), (path, cookie)
    answer.close()

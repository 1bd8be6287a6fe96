"""Logging in: who gets in, how often one may guess, and when a log-in ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from redis import Redis

from hotline.console import passwords
from hotline.domain import audit
from hotline.domain.act import COMMAND
from hotline.domain.seats import Seat
from hotline.domain.staff import Staff
from hotline.runtime import Runtime
from tests.console.visitor import Visitor, logged_in
from tests.domain.talks import Talk
from tests.world import PASSWORD, Cast, HandClock


def test_the_right_pass_phrase_opens_the_console(stranger: Visitor, cast: Cast) -> None:
    answer = stranger.logs_in(cast.sun)
    assert (answer.status_code, answer.location) == (302, "/console")
    assert cast.sun.name in stranger.opens("/console").text


def test_an_agent_lands_at_the_desk(stranger: Visitor, cast: Cast) -> None:
    assert stranger.opens("/console").location == "/console/login?next=/console"
    answer = stranger.logs_in(cast.lin, next="/console")
    assert answer.location == "/console/desk"
    assert cast.lin.name in stranger.opens("/console/desk").text


def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(stranger: Visitor, cast: Cast) -> None:
    cookie = stranger.logs_in(cast.sun).headers["Set-Cookie"]
    assert cookie.startswith("__Host-hotline=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_wrong_pass_phrase_and_an_unknown_name_look_the_same(stranger: Visitor, cast: Cast) -> None:
    wrong = stranger.logs_in("wang", "not the pass phrase")
    unknown = stranger.logs_in("nobody", "not the pass phrase")
    assert wrong.status_code == unknown.status_code == 401
    assert _bare(wrong.text) == _bare(unknown.text).replace("nobody", "wang")


def test_an_unknown_name_costs_the_same_work_and_is_never_right() -> None:
    assert passwords.fits(passwords.hashed("a pass phrase"), "a pass phrase")
    assert not passwords.fits(None, "nobody's pass phrase")
    assert not passwords.fits("no hash at all", "a pass phrase")
    assert not PasswordHasher().check_needs_rehash(passwords.NOBODY)
    with pytest.raises(VerifyMismatchError):  # not InvalidHashError, which would be said at once
        PasswordHasher().verify(passwords.NOBODY, "a pass phrase")


def test_whoever_is_disabled_or_has_no_pass_phrase_does_not_get_in(
    stranger: Visitor, runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Staff, cast.lin.id).active = False
        act.session.get_one(Staff, cast.zhou.id).password_hash = None
    assert stranger.logs_in(cast.lin).status_code == 401
    assert stranger.logs_in(cast.zhou).status_code == 401


def test_nothing_of_the_session_before_the_log_in_is_kept(stranger: Visitor, cast: Cast) -> None:
    stranger.opens("/console/login?lang=en")
    with stranger.client.session_transaction(base_url="https://hotline.example.com") as session:
        session["planted"] = "by somebody else"
        before = session["csrf_token"]
    stranger.logs_in(cast.sun)
    stranger.opens("/console")
    with stranger.client.session_transaction(base_url="https://hotline.example.com") as session:
        assert "planted" not in session
        assert session["csrf_token"] != before
        assert session["language"] == "en"


def test_a_colleague_disabled_a_second_ago_is_out(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Staff, cast.sun.id).active = False
    assert sun.opens("/console").location == "/console/login?next=/console"


def test_logging_out_ends_a_copied_cookie_too(app: Flask, sun: Visitor, cast: Cast) -> None:
    other = logged_in(app, cast.sun)
    assert sun.sends("/console/logout", page="/console").location == "/console/login"
    assert other.opens("/console").status_code == 302


def test_a_log_in_ends_when_nothing_is_done_for_long(sun: Visitor, runtime: Runtime, at: HandClock) -> None:
    idle = runtime.figures.sign_in.idle.span
    at.passes(idle - timedelta(seconds=1))
    assert sun.opens("/console").status_code == 200
    at.passes(idle - timedelta(seconds=1))
    assert sun.opens("/console").status_code == 200
    at.passes(idle)
    assert sun.opens("/console").status_code == 302


def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(sun: Visitor, runtime: Runtime, at: HandClock) -> None:
    at.passes(runtime.figures.sign_in.idle.span - timedelta(seconds=1))
    assert sun.opens("/console", HX_Request="true").status_code == 200
    at.passes(timedelta(seconds=1))
    refused = sun.opens("/console", HX_Request="true")
    assert (refused.status_code, refused.headers["HX-Redirect"]) == (401, "/console/login")


def test_a_log_in_ends_at_last_however_busy_one_is(sun: Visitor, runtime: Runtime, at: HandClock) -> None:
    figures = runtime.figures.sign_in
    step = figures.idle.span / 2
    for _ in range(int(figures.longest.span / step) - 1):
        at.passes(step)
        assert sun.opens("/console").status_code == 200
    at.passes(step)
    assert sun.opens("/console").status_code == 302


def test_guessing_stops_one_account_at_one_address_and_locks_nobody_else_out(
    app: Flask, stranger: Visitor, runtime: Runtime, cast: Cast
) -> None:
    for _ in range(runtime.figures.sign_in.tries):
        assert stranger.logs_in(cast.sun, "a guess").status_code == 401
    assert stranger.logs_in(cast.sun, PASSWORD).status_code == 429
    assert stranger.logs_in(cast.qian).status_code == 302
    assert Visitor(app, "192.0.2.2").logs_in(cast.sun).status_code == 302


def test_unknown_names_are_throttled_as_known_ones_are(stranger: Visitor, runtime: Runtime, cast: Cast) -> None:
    for _ in range(runtime.figures.sign_in.tries):
        stranger.logs_in("nobody", "a guess")
    assert stranger.logs_in("nobody", "a guess").status_code == 429


def test_one_address_that_guesses_at_every_account_is_stopped(stranger: Visitor, runtime: Runtime, cast: Cast) -> None:
    people = [cast.lin, cast.zhou, cast.wang, cast.zhao, cast.qian, cast.feng, cast.tang, cast.bai, cast.wu, cast.hu]
    for place in range(runtime.figures.sign_in.tries_per_address):
        assert stranger.logs_in(people[place % len(people)], "a guess").status_code == 401
    assert stranger.logs_in(cast.sun).status_code == 429


def test_many_addresses_that_guess_at_one_account_stop_strangers_but_not_its_owner(
    app: Flask, stranger: Visitor, runtime: Runtime, cast: Cast
) -> None:
    assert stranger.logs_in(cast.sun).status_code == 302
    for place in range(runtime.figures.sign_in.tries_per_address):
        Visitor(app, f"198.51.100.{place}").logs_in(cast.sun, "a guess")
    assert Visitor(app, "203.0.113.9").logs_in(cast.sun).status_code == 429
    assert Visitor(app, "192.0.2.1").logs_in(cast.sun).status_code == 302


def test_right_pass_phrases_do_not_use_up_the_tries_of_an_office(app: Flask, runtime: Runtime, cast: Cast) -> None:
    for _ in range(runtime.figures.sign_in.tries_per_address + 1):
        assert Visitor(app).logs_in(cast.sun).status_code == 302


def test_the_count_is_over_with_its_window(stranger: Visitor, runtime: Runtime, cast: Cast) -> None:
    stranger.logs_in(cast.sun, "a guess")
    counts = [key for key in runtime.redis.keys("hotline:sign-in:*") if b"known" not in key]
    window = runtime.figures.sign_in.window.seconds
    assert len(counts) == 3
    assert all(0 < runtime.redis.ttl(key) <= window for key in counts)


def test_without_redis_nobody_gets_in_and_whoever_is_in_works_on(
    app: Flask, sun: Visitor, stranger: Visitor, runtime: Runtime, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with Redis(unix_socket_path="/nowhere/redis.sock") as away, runtime.redis:
        runtime.redis = away
    assert stranger.logs_in(cast.sun).status_code == 503
    assert "tries cannot be counted" in caplog.text
    assert sun.opens("/console").status_code == 200


def test_every_log_in_and_refusal_is_remembered_without_the_name_that_was_typed(
    stranger: Visitor, runtime: Runtime, cast: Cast
) -> None:
    stranger.logs_in("my-secret-pass-phrase-in-the-wrong-box", "x")
    stranger.logs_in(cast.sun, "x")
    stranger.logs_in(cast.sun)
    stranger.sends("/console/logout", page="/console")
    with runtime.look(COMMAND) as act:
        house = [e for e in audit.entries(act.session, "house") if e.kind.startswith("log")]
    assert [(e.kind, e.fields["staff"]) for e in house] == [
        ("log-in-refused", None),
        ("log-in-refused", cast.sun.id),
        ("logged-in", cast.sun.id),
        ("logged-out", cast.sun.id),
    ]
    assert not any(b"wrong-box" in e.body for e in house)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/console\\@evil.example", "/consoles"]
)
def test_a_log_in_leads_nowhere_but_into_the_console(stranger: Visitor, cast: Cast, elsewhere: str) -> None:
    assert stranger.logs_in(cast.sun, next=elsewhere).location == "/console"


def test_a_log_in_leads_to_the_page_that_was_wanted(stranger: Visitor, cast: Cast) -> None:
    assert stranger.opens("/console/cases?state=open").location == "/console/login?next=/console/cases?state%3Dopen"
    assert stranger.logs_in(cast.sun, next="/console/cases?state=open").location == "/console/cases?state=open"


def test_a_proxy_on_this_machine_says_who_asks_and_nobody_else_does(app: Flask, runtime: Runtime, cast: Cast) -> None:
    for place in range(runtime.figures.sign_in.tries):
        _guess(app, cast, "127.0.0.1", f"203.0.113.{place}")
    assert _guess(app, cast, "127.0.0.1", "203.0.113.99") == 401
    for place in range(runtime.figures.sign_in.tries):
        _guess(app, cast, "192.0.2.7", f"203.0.113.{place}")
    assert _guess(app, cast, "192.0.2.7", "203.0.113.99") == 429


def _guess(app: Flask, cast: Cast, peer: str, forwarded: str) -> int:
    visitor = Visitor(app, peer)
    visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    return visitor.logs_in(cast.sun, "a guess").status_code


def _bare(page: str) -> str:
    return re.sub(r'value="[^"]{40,}"', "", page)


@pytest.mark.parametrize(("in_a_call", "now"), [(False, ("off", None)), (True, ("busy", "off"))])
def test_nobody_is_rung_who_logged_out_and_who_is_in_a_call_stays_in_it(
    app: Flask, runtime: Runtime, cast: Cast, *, in_a_call: bool, now: tuple[str, str | None]
) -> None:
    talk = Talk(runtime, cast)
    talk.talk() if in_a_call else talk.free(cast.lin)
    lin = logged_in(app, cast.lin)
    assert lin.sends("/console/logout", page="/console/desk").location == "/console/login"
    assert (talk.seat(cast.lin).status, talk.seat(cast.lin).wants) == now


def test_whoever_logs_in_again_after_the_seat_went_quiet_begins_off_the_desk(
    lin: Visitor, app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    lin.sends("/console/desk/status", page="/console/desk", status="free")
    at.passes(timedelta(days=14))
    elsewhere = logged_in(app, cast.lin)
    elsewhere.sends("/console/desk/beat", page="/console/cases")
    assert Talk(runtime, cast).seat(cast.lin).status == "off"


def test_whoever_is_logged_in_is_led_past_the_door_and_the_open_pages_keep_their_token(
    sun: Visitor, at: HandClock, runtime: Runtime
) -> None:
    assert sun.opens("/console/login").location == "/console"
    assert sun.opens("/console/login?next=/console/cases").location == "/console/cases"
    at.passes(runtime.figures.sign_in.idle.span)
    assert sun.opens("/console/login").status_code == 200


def test_who_never_sat_at_a_desk_logs_out_without_one(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    sun.sends("/console/logout", page="/console")
    with runtime.look(COMMAND) as act:
        assert act.session.get(Seat, cast.sun.id) is None

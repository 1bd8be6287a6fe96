"""News to open pages: what is told, to whom, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from redis import Redis
from werkzeug.wrappers import Response

from hotline import live
from hotline.domain.act import COMMAND
from hotline.domain.staff import Staff
from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import Visitor
from tests.world import Cast, HandClock

CHANGED = "event: changed"


def test_a_page_is_told_when_something_it_shows_has_changed(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    with sun.opens("/console/stream?about=call") as answer:
        news = _news(answer)
        assert answer.mimetype == "text/event-stream"
        assert CHANGED in next(news), "what happened before the connection is asked for at once"
        matters.call(runtime, cast)
        assert CHANGED in _next_told(news)


def test_a_page_hears_nothing_of_what_it_does_not_show(sun: Visitor, runtime: Runtime) -> None:
    with sun.opens("/console/stream?about=call:7+case:3") as answer:
        news = _news(answer)
        next(news)
        _announce(runtime, ["call:77", "case:4", "house"])
        assert next(news).startswith(":")
        _announce(runtime, ["case:3"])
        assert CHANGED in _next_told(news)


def test_what_moves_often_is_told_apart(lin: Visitor, runtime: Runtime) -> None:
    with lin.opens("/console/stream?about=seat:1&also=line") as answer:
        news = _news(answer)
        next(news)
        _announce(runtime, ["line", "seat:2"])
        assert _next_told(news).startswith("event: stirred")
        _announce(runtime, ["line", "seat:1"])
        assert CHANGED in _next_told(news)


def test_what_a_page_is_told_holds_no_content(sun: Visitor) -> None:
    with sun.opens("/console/stream?about=call") as answer:
        assert next(_news(answer)) == "event: changed\ndata: \n\n"
        assert answer.headers["Cache-Control"] == "no-store"


def test_news_ends_with_the_log_in(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    with sun.opens("/console/stream?about=call") as answer:
        news = _news(answer)
        next(news)
        with runtime.act(COMMAND) as act:
            act.session.get_one(Staff, cast.sun.id).active = False
        _announce(runtime, ["call:1"])
        assert list(news) == ["event: changed\ndata: \n\n"], "the page asks once more, and is led to the door"
        led = sun.opens("/console", **{"HX-Request": "true"})
        assert (led.status_code, led.headers["HX-Redirect"]) == (401, "/console/login")


def test_news_ends_when_nothing_was_done_for_long(sun: Visitor, runtime: Runtime, at: HandClock) -> None:
    with sun.opens("/console/stream?about=call") as answer:
        news = _news(answer)
        next(news)
        at.passes(runtime.figures.sign_in.idle.span)
        _announce(runtime, ["call:1"])
        assert list(news) == ["event: changed\ndata: \n\n"], "the page asks once more, and is led to the door"
        led = sun.opens("/console", **{"HX-Request": "true"})
        assert (led.status_code, led.headers["HX-Redirect"]) == (401, "/console/login")


def test_news_ends_quietly_without_redis(sun: Visitor, runtime: Runtime) -> None:
    with Redis(unix_socket_path="/nowhere/redis.sock") as away, runtime.redis:
        runtime.redis = away
        with sun.opens("/console/stream?about=call") as answer:
            assert list(_news(answer)) == []


def test_pages_never_take_every_thread_from_the_callers(app: Flask, sun: Visitor, runtime: Runtime) -> None:
    most = runtime.figures.routine.live_streams
    open_ones = [sun.opens("/console/stream?about=call") for _ in range(most)]
    assert sun.opens("/console/stream?about=call").status_code == 204
    open_ones.pop().close()
    again = sun.opens("/console/stream?about=call")
    assert again.status_code == 200
    for answer in [*open_ones, again]:
        answer.close()


def _announce(runtime: Runtime, names: list[str]) -> None:
    live.Bell(runtime.redis, runtime.figures.routine.live_pulse.span).announce(names)


def _news(answer: Response) -> Iterator[str]:
    return (event.decode() if isinstance(event, bytes) else event for event in answer.response)


def _next_told(news: Iterator[str]) -> str:
    """The next event that is more than a sign of life."""
    return next(event for event in news if not event.startswith(":"))

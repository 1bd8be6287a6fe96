"""The exchange as a server: without it nobody could ring the hotline from a browser."""

from __future__ import annotations

import json
import logging
import queue
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from flask import Flask, Response, jsonify, render_template, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from hotline.simulator import device_pages, figures
from hotline.simulator.board import NumberConfig
from hotline.simulator.clock import RealClock
from hotline.simulator.exchange import Exchange
from hotline.simulator.practice import NotNow, PhoneConfig, Practice
from hotline.simulator.rest import Request
from hotline.simulator.wire import HttpSender

log = logging.getLogger(__name__)
_KEEP_ALIVE_SECONDS = 15.0
_WEB_THREADS = 16
_POLL_SECONDS = 0.1


def create_app(exchange: Exchange, phones: list[PhoneConfig] | None = None) -> Flask:
    """The carrier's REST paths, the practice phones' API and their page, all over one exchange."""
    app = Flask("hotline.simulator")
    app.json = _Json(app)
    practice = Practice(exchange, phones or [])
    _serve_rest(app, exchange)
    _serve_practice(app, practice)
    _serve_events(app, practice)
    app.register_blueprint(device_pages.blueprint(exchange))
    return app


def _serve_rest(app: Flask, exchange: Exchange) -> None:
    @app.route("/2010-04-01/<path:rest>", methods=["GET", "POST", "DELETE"])
    @app.route("/v2/<path:rest>", methods=["GET", "POST", "DELETE"])
    def carrier(rest: str) -> ResponseReturnValue:
        asked = Request(
            request.method,
            request.path,
            request.args.to_dict(flat=False),
            request.form.to_dict(flat=False),
            request.headers.get("Authorization", ""),
        )
        reply = exchange.rest(asked)
        if reply.hangs:
            threading.Event().wait(figures.HANGING_REQUEST_SECONDS)
        return Response(reply.body, reply.status, mimetype=reply.content_type)


def _serve_practice(app: Flask, practice: Practice) -> None:
    pages = _Pages(practice)
    app.add_url_rule("/", view_func=pages.page)
    app.add_url_rule("/practice", view_func=pages.overview)
    app.add_url_rule("/practice/phones", view_func=pages.find, methods=["POST"])
    app.add_url_rule("/practice/phones/<key>", view_func=pages.phone)
    app.add_url_rule("/practice/phones/<key>/<action>", view_func=pages.act, methods=["POST"])
    app.add_url_rule("/practice/faults/<trouble>", view_func=pages.switch, methods=["POST"])
    app.register_error_handler(HTTPException, pages.refused)


class _Json(DefaultJSONProvider):
    """Keeps the order in which things were listed: the page shows them so."""

    sort_keys = False
    ensure_ascii = False


class _Pages:
    """The practice phones over HTTP."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice

    def page(self) -> str:
        return render_template("practice.html")

    def overview(self) -> ResponseReturnValue:
        return jsonify(self._practice.overview())

    def find(self) -> ResponseReturnValue:
        given = request.get_json(silent=True) or {}
        return jsonify(self._practice.find(str(given.get("number", ""))))

    def phone(self, key: str) -> ResponseReturnValue:
        try:
            return jsonify(self._practice.look(key, request.args.get("since", 0, type=int)))
        except KeyError:
            return jsonify(error="there is no such telephone"), 404

    def act(self, key: str, action: str) -> ResponseReturnValue:
        try:
            return jsonify(self._practice.act(key, action, request.get_json(silent=True) or {}))
        except NotNow as error:
            return jsonify(error=str(error)), 409
        except (KeyError, ValueError):
            return jsonify(error="there is no such action"), 404

    def switch(self, trouble: str) -> ResponseReturnValue:
        given = request.get_json(silent=True) or {}
        try:
            return jsonify(self._practice.switch(trouble, bool(given.get("on"))))
        except ValueError:
            return jsonify(error="there is no such fault"), 404

    def refused(self, error: HTTPException) -> ResponseReturnValue:
        return jsonify(error=error.name), error.code or 500


def _serve_events(app: Flask, practice: Practice) -> None:
    @app.get("/practice/events")
    def events() -> ResponseReturnValue:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(_stream(practice), mimetype="text/event-stream", headers=headers)


def _stream(practice: Practice) -> Iterator[str]:
    listener = practice.listen()
    try:
        yield "retry: 1000\n\n"
        while True:
            try:
                news = listener.get(timeout=_KEEP_ALIVE_SECONDS)
            except queue.Empty:
                yield ": still here\n\n"
            else:
                yield f"data: {json.dumps(news, ensure_ascii=False)}\n\n"
    finally:
        practice.deafen(listener)


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request: the carrier's own paths hold telephone numbers."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


class Running:
    """An exchange served on a port, by the machine's clock, until stop()."""

    def __init__(
        self,
        *,
        port: int,
        account_sid: str,
        auth_token: str,
        numbers: list[NumberConfig],
        phones: list[PhoneConfig],
        host: str = "127.0.0.1",
        api_keys: Mapping[str, str] | None = None,
    ) -> None:
        self._pool = ThreadPoolExecutor(_WEB_THREADS, thread_name_prefix="webhook")
        self.exchange = Exchange(
            account_sid=account_sid,
            auth_token=auth_token,
            sender=HttpSender(),
            clock=RealClock(),
            numbers=numbers,
            pool=self._pool,
        )
        self._server = make_server(host, port, create_app(self.exchange, phones), threaded=True, request_handler=_Quiet)
        self.url = f"http://{host}:{self._server.server_port}"
        self.exchange.board.api_base = self.exchange.board.later_base = self.url
        self.exchange.board.api_keys |= api_keys or {}
        self._ticking = threading.Thread(target=self.exchange.timetable.run, name="exchange", daemon=True)

    def run(self) -> None:
        """Serve until stop() is called from another thread."""
        self._ticking.start()
        try:
            self._server.serve_forever(poll_interval=_POLL_SECONDS)
        finally:
            self._server.server_close()
            self.exchange.timetable.stop()
            self._pool.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """End run(); it returns soon after."""
        self._server.shutdown()


def serve(
    *,
    port: int,
    account_sid: str,
    auth_token: str,
    numbers: list[NumberConfig],
    phones: list[PhoneConfig],
    host: str = "127.0.0.1",
    api_keys: Mapping[str, str] | None = None,
) -> None:
    """Serve an exchange and its practice page until SIGTERM or Ctrl-C."""
    running = Running(
        port=port,
        account_sid=account_sid,
        auth_token=auth_token,
        numbers=numbers,
        phones=phones,
        host=host,
        api_keys=api_keys,
    )

    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=running.stop, daemon=True).start()  # shutdown() waits for the loop it stops

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("practice phones at %s", running.url)
    running.run()

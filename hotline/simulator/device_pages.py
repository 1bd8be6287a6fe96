"""Browser phones over HTTP: without it the product's page could not reach the practice exchange."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from hotline.simulator import figures, tokens
from hotline.simulator.board import Board
from hotline.simulator.devices import Device, Devices, Json
from hotline.simulator.exchange import Exchange

_KEPT_SECONDS = 600  # how long a browser may remember that it may ask


def blueprint(exchange: Exchange) -> Blueprint:
    """The addresses that the SDK of a browser phone uses; pages of the product alone may read them."""
    made, pages = Blueprint("device", __name__, url_prefix="/device"), _Pages(Devices(exchange))
    made.add_url_rule("/sdk.js", view_func=pages.sdk)
    made.add_url_rule("/register", view_func=pages.register, methods=["POST"])
    made.add_url_rule("/<key>/renew", view_func=pages.renew, methods=["POST"])
    made.add_url_rule("/<key>/events", view_func=pages.events)
    made.add_url_rule("/<key>/<action>", view_func=pages.act, methods=["POST"])

    @made.after_request
    def allow(response: Response) -> Response:
        origin = request.headers.get("Origin", "")
        response.headers["Vary"] = "Origin"
        if origin in origins(exchange.board):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Max-Age"] = str(_KEPT_SECONDS)
        return response

    return made


def origins(board: Board) -> frozenset[str]:
    """Where the product's own pages come from: the servers at which the numbers' calls are announced."""
    parts = [urlsplit(config.voice_url) for config in board.numbers.values() if config.voice_url]
    return frozenset(f"{part.scheme}://{part.netloc}" for part in parts)


class _Pages:
    """What each address answers."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices

    def sdk(self) -> Response:
        return current_app.send_static_file("device.js")

    def register(self) -> ResponseReturnValue:
        return _taken(lambda: self._devices.register(_token()))

    def renew(self, key: str) -> ResponseReturnValue:
        return _taken(lambda: self._devices.renew(key, _token()))

    def act(self, key: str, action: str) -> ResponseReturnValue:
        try:
            self._devices.act(key, action, _given())
        except KeyError:
            return jsonify(error="there is no such phone or action"), 404
        return "", 204

    def events(self, key: str) -> ResponseReturnValue:
        try:
            device = self._devices.opened(key)
        except KeyError:
            return jsonify(error="there is no such phone"), 404
        news = device.news
        stream = self._stream(device, news)
        answer = Response(stream, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})
        answer.call_on_close(lambda: self._devices.closed(device, news))
        return answer

    def _stream(self, device: Device, unread: queue.SimpleQueue[Json]) -> Iterator[str]:
        yield "retry: 500\n\n"
        while True:
            try:
                news = unread.get(timeout=figures.DEVICE_PULSE)
            except queue.Empty:
                yield ": still here\n\n"
            else:
                yield f"data: {json.dumps(news, ensure_ascii=False)}\n\n"
            if self._devices.expired(device):
                yield f"data: {json.dumps({'what': 'expired'})}\n\n"
                return


def _taken(ask: Callable[[], Json]) -> ResponseReturnValue:
    """What was asked for, or the carrier's number for a token that it does not take."""
    try:
        return jsonify(ask())
    except tokens.BadToken as error:
        return jsonify(code=error.code, error=str(error)), 401
    except KeyError:
        return jsonify(error="there is no such phone"), 404


def _given() -> Json:
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def _token() -> str:
    return str(_given().get("token", ""))

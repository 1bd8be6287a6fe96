"""Calls over REST: without it the product could neither ring anybody nor look after a call it started."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from hotline.simulator import calls, checks, figures, placing, rest, tapes
from hotline.simulator.board import API_VERSION, Board, Page
from hotline.simulator.legs import CallStatus, Detection, Direction, Leg, Target
from hotline.simulator.rest import Json, Reply, Request, RestError, Route


def create(board: Board, request: Request) -> Reply:
    """POST Calls (contract 6): accepted and queued, 201."""
    to = checks.number_called(board, request)
    caller = checks.number_calling(board, request)
    page = _page(request)
    timeout = checks.seconds(request, "Timeout", figures.CALL_TIMEOUT, 1, figures.LONGEST_TIMEOUT)
    send_digits = request.get("SendDigits")
    if len(send_digits) > figures.SEND_DIGITS:
        raise RestError(400, 21219, "SendDigits is longer than 32 characters")
    limit = checks.seconds(request, "TimeLimit", figures.LONGEST_CALL, 1, int(figures.LONGEST_CALL))
    callbacks, detection = checks.callbacks(request), detect(request)
    fallback = checks.target(request, "FallbackUrl", "FallbackMethod")
    leg = calls.new(board, Direction.API, caller, to, board.line(to))
    leg.callbacks, leg.detection, leg.fallback = callbacks, detection, fallback
    leg.send_digits, leg.time_limit = send_digits, limit
    tape = _tape(request) if request.flag("Record") else None

    def on_answer() -> None:
        if tape is not None:
            leg.tape = tapes.begin(board, leg, "OutboundAPI", *tape).sid
        placing.answered(board, leg, page)

    placing.place(board, leg, timeout, on_answer)
    return rest.shown(shape(board, leg), 201)


def _tape(request: Request) -> tuple[Target | None, list[str]]:
    """Where the recording of a call made with Record=true is reported, and which of its states."""
    callback = checks.target(request, "RecordingStatusCallback", "RecordingStatusCallbackMethod")
    return callback, " ".join(request.every("RecordingStatusCallbackEvent")).split()


def _page(request: Request) -> Page:
    """Url, or Twiml, which is ignored when Url is there too (contract 6)."""
    url = checks.url(request, "Url")
    if url:
        return Page(url, checks.method(request, "Method"))
    twiml = checks.inline_twiml(request)
    if not twiml:
        raise RestError(400, 21205, "Url parameter is required.")
    return Page(None, twiml=twiml)


def detect(request: Request, report_to: str = "AsyncAmdStatusCallback") -> Detection | None:
    """MachineDetection and its companions (contract 2.7); ignored together with SendDigits."""
    kind = request.get("MachineDetection")
    if not kind or kind == "none" or request.get("SendDigits"):
        return None
    if kind not in {"Enable", "DetectMessageEnd"}:
        raise RestError(400, 21212, f"MachineDetection is not valid: {kind}")
    report = checks.url(request, report_to)
    return Detection(
        until_end=kind == "DetectMessageEnd",
        asynchronous=request.flag("AsyncAmd"),
        report=Target(report) if report else None,
        timeout=checks.seconds(request, "MachineDetectionTimeout", figures.MACHINE_DETECTION_TIMEOUT, 3, 60),
    )


def fetch(board: Board, request: Request, sid: str) -> Reply:
    """GET Calls/{sid}."""
    return rest.shown(shape(board, rest.find(board.calls, sid)))


def change(board: Board, request: Request, sid: str) -> Reply:
    """POST Calls/{sid}: Url or Twiml, or Status canceled or completed (contract 6)."""
    leg = rest.find(board.calls, sid)
    url, twiml, status = checks.url(request, "Url"), checks.inline_twiml(request), request.get("Status")
    if url and twiml:
        raise RestError(400, 21218, "Url and Twiml are mutually exclusive")
    if leg.over and not (status == "completed" and leg.status is CallStatus.COMPLETED):
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status:
        _set_status(board, leg, status)
    elif url or twiml:
        _redirect(board, leg, Page(url or None, checks.method(request, "Method"), twiml=twiml or None))
    return rest.shown(shape(board, leg))


def _set_status(board: Board, leg: Leg, status: str) -> None:
    if status not in {"canceled", "completed"}:
        raise RestError(400, 21219, f"Status must be canceled or completed, not {status}")
    if leg.over:
        return
    if status == "canceled" and leg.live:
        raise RestError(400, 21220, "An answered call cannot be canceled")
    if leg.live:
        calls.end(board, leg, by="REST")
    else:
        placing.cancel(board, leg)


def _redirect(board: Board, leg: Leg, page: Page) -> None:
    if not leg.live and leg.direction is not Direction.INBOUND:
        raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
    placing.move(board, leg, page)


def index(board: Board, request: Request) -> Reply:
    """GET Calls: newest first, filtered by To, From, Status, ParentCallSid and StartTime."""
    found = [leg for leg in board.calls.values() if _wanted(request, leg)]
    return rest.page(request, "calls", [shape(board, leg) for leg in reversed(found)])


def _wanted(request: Request, leg: Leg) -> bool:
    told = {
        "To": leg.called,
        "From": leg.caller,
        "Status": leg.status.value,
        "ParentCallSid": leg.parent.sid if leg.parent else "",
    }
    if any(request.has(name) and request.get(name) != value for name, value in told.items()):
        return False
    return within(request, "StartTime", leg.created)


def within(request: Request, name: str, at: datetime) -> bool:
    """Whether a time lies within the filters `name`, `name<` and `name>`: days, or instants."""
    after, before, day = request.get(f"{name}>"), request.get(f"{name}<"), request.get(name)
    if after and at < _instant(after):
        return False
    if before and at > _instant(before):
        return False
    return not day or _instant(day) <= at < _instant(day) + timedelta(days=1)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            raise RestError(400, 20001, f"not a time: {text}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def shape(board: Board, leg: Leg) -> Json:
    """A call as the carrier shows it."""
    tail = f"Calls/{leg.sid}"
    parts = ("events", "notifications", "payments", "recordings", "siprec", "streams", "transcriptions")
    return {
        "sid": leg.sid,
        "account_sid": board.account_sid,
        "api_version": API_VERSION,
        "parent_call_sid": leg.parent.sid if leg.parent else None,
        "to": leg.called,
        "to_formatted": leg.called,
        "from": leg.caller,
        "from_formatted": leg.caller,
        "phone_number_sid": None,
        "status": leg.status.value,
        "date_created": rest.date(leg.created),
        "date_updated": rest.date(leg.ended or leg.answered or leg.created),
        "start_time": rest.date(leg.answered or (leg.created if leg.over else None)),
        "end_time": rest.date(leg.ended),
        "duration": str(leg.seconds()) if leg.over else None,
        "price": None,
        "price_unit": "USD",
        "direction": leg.direction.value,
        "answered_by": leg.answered_by,
        "annotation": None,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(leg.queue_time_ms),
        "trunk_sid": "",
        "uri": rest.uri(board, tail),
        "subresource_uris": {part: rest.uri(board, f"{tail}/{part.capitalize()}") for part in parts},
    }


ROUTES = (
    Route("POST", "Calls", create),
    Route("GET", "Calls", index),
    Route("GET", "Calls/{sid}", fetch),
    Route("POST", "Calls/{sid}", change),
)

"""Texts, recordings and numbers over REST: without it nothing could be texted, listened to or deleted."""

from __future__ import annotations

from collections.abc import Callable

from hotline.simulator import checks, figures, messages, rest, rest_calls, tapes
from hotline.simulator.board import API_VERSION, Board, NumberConfig
from hotline.simulator.rest import Json, Reply, Request, RestError, Route
from hotline.simulator.rooms import Message, Recording


def create_message(board: Board, request: Request) -> Reply:
    """POST Messages: 21604 no To, 21602 no Body, 21617 longer than 1600 characters."""
    to = checks.number_called(board, request, missing=21604)
    sender = checks.number_calling(board, request) if request.has("From") else _service(request)
    body = request.get("Body")
    if not body:
        raise RestError(400, 21602, "Message body is required.")
    if len(body) > figures.LONGEST_TEXT:
        raise RestError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    checks.seconds(request, "ValidityPeriod", 36000, 1, 36000)
    callback = checks.target(request, "StatusCallback", "Method", 21609)
    message = Message(board.sid("SM"), sender, to, body, board.now(), callback=callback)
    messages.send(board, message)
    return rest.shown(_message(board, message), 201)


def _service(request: Request) -> str:
    service = request.get("MessagingServiceSid")
    if not service.startswith("MG"):
        raise RestError(400, 21603, "A 'From' phone number or a messaging service is required")
    return service


def message_index(board: Board, request: Request) -> Reply:
    """GET Messages: newest first, by To, From and DateSent."""
    found = [
        one
        for one in reversed(board.messages.values())
        if request.get("To", one.to) == one.to
        and request.get("From", one.sender) == one.sender
        and rest_calls.within(request, "DateSent", one.sent or one.created)
    ]
    return rest.page(request, "messages", [_message(board, one) for one in found])


def fetch_message(board: Board, request: Request, sid: str) -> Reply:
    """GET Messages/{sid}."""
    return rest.shown(_message(board, rest.find(board.messages, sid)))


def change_message(board: Board, request: Request, sid: str) -> Reply:
    """POST Messages/{sid}: an empty Body redacts it (contract 6)."""
    message = rest.find(board.messages, sid)
    if request.get("Body"):
        raise RestError(400, 20001, "a body can only be made empty")
    message.body = ""
    return rest.shown(_message(board, message))


def delete_message(board: Board, request: Request, sid: str) -> Reply:
    """DELETE Messages/{sid}."""
    rest.find(board.messages, sid)
    del board.messages[sid]
    return rest.gone()


def _message(board: Board, message: Message) -> Json:
    return {
        "sid": message.sid,
        "account_sid": board.account_sid,
        "api_version": API_VERSION,
        "messaging_service_sid": message.sender if message.sender.startswith("MG") else None,
        "from": message.sender,
        "to": message.to,
        "body": message.body,
        "num_segments": str(messages.segments(message.body)),
        "num_media": "0",
        "status": message.status,
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None if message.error_code is None else "Unknown destination handset",
        "price": None,
        "price_unit": "USD",
        "date_created": rest.date(message.created),
        "date_sent": rest.date(message.sent),
        "date_updated": rest.date(message.updated or message.created),
        "uri": rest.uri(board, f"Messages/{message.sid}"),
        "subresource_uris": {"media": rest.uri(board, f"Messages/{message.sid}/Media")},
    }


def start_recording(board: Board, request: Request, call: str) -> Reply:
    """POST Calls/{sid}/Recordings: record a live call (21220 otherwise)."""
    leg = rest.find(board.calls, call)
    if not leg.live:
        raise RestError(400, 21220, "Requested resource is not eligible for recording")
    callback = checks.target(request, "RecordingStatusCallback", "RecordingStatusCallbackMethod")
    events = " ".join(request.every("RecordingStatusCallbackEvent")).split()
    recording = tapes.begin(board, leg, "StartCallRecordingAPI", callback, events or ["completed"])
    recording.channels = 2 if request.get("RecordingChannels", "mono") == "dual" else 1
    leg.tape = recording.sid
    return rest.shown(_recording(board, recording), 201)


def change_recording(board: Board, request: Request, call: str, sid: str) -> Reply:
    """POST Calls/{sid}/Recordings/{RE or Twilio.CURRENT}: Status paused, in-progress or stopped."""
    leg = rest.find(board.calls, call)
    key = leg.tape if sid == "Twilio.CURRENT" else sid
    recording = rest.find(board.recordings, key or sid)
    if recording.duration is not None:
        raise RestError(404, 20404, "The recording has ended")
    change: dict[str, Callable[[Board, Recording], object]] = {
        "paused": tapes.pause,
        "in-progress": tapes.resume,
        "stopped": tapes.finish,
    }
    status = request.get("Status")
    if status not in change:
        raise RestError(400, 20001, "Status must be paused, in-progress or stopped")
    change[status](board, recording)
    return rest.shown(_recording(board, recording))


def recording_index(board: Board, request: Request, call: str = "") -> Reply:
    """GET Recordings, or those of one call."""
    wanted = call or request.get("CallSid")
    found = [one for one in reversed(board.recordings.values()) if not one.deleted]
    chosen = [one for one in found if wanted in {"", one.call_sid}]
    return rest.page(request, "recordings", [_recording(board, one) for one in chosen])


def fetch_recording(board: Board, request: Request, sid: str) -> Reply:
    """GET Recordings/{sid}, with .wav or .mp3 the sound (two channels only where there are two)."""
    name, _, kind = sid.partition(".")
    recording = rest.find(board.recordings, name)
    if recording.deleted and (kind or request.get("IncludeSoftDeleted") != "true"):
        raise rest.not_found(name)
    if not kind:
        return rest.shown(_recording(board, recording))
    channels = int(request.get("RequestedChannels", "1") == "2") + 1
    if kind not in {"wav", "mp3"} or recording.status != "completed":
        raise rest.not_found(sid)
    if channels > recording.channels:
        raise RestError(400, 21235, "The requested number of channels is not available")
    if kind == "mp3":
        return Reply(200, tapes.mp3(recording), "audio/mpeg")
    return Reply(200, tapes.wav(recording, channels), "audio/x-wav")


def delete_recording(board: Board, request: Request, sid: str) -> Reply:
    """DELETE Recordings/{sid}: the sound is gone, what is known of it stays readable (contract 6, 9)."""
    recording = rest.find(board.recordings, sid)
    if recording.deleted:
        raise rest.not_found(sid)
    recording.deleted = True
    return rest.gone()


def _recording(board: Board, recording: Recording) -> Json:
    return {
        "sid": recording.sid,
        "account_sid": board.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": recording.conference_sid,
        "channels": recording.channels,
        "duration": None if recording.duration is None else str(recording.duration),
        "source": recording.source,
        "status": "deleted" if recording.deleted else recording.status,
        "track": recording.track,
        "error_code": recording.error_code,
        "encryption_details": None,
        "price": None,
        "price_unit": "USD",
        "start_time": rest.date(recording.started),
        "date_created": rest.date(recording.started),
        "date_updated": rest.date(recording.started),
        "media_url": tapes.url(board, recording),
        "uri": rest.uri(board, f"Recordings/{recording.sid}"),
    }


def number_index(board: Board, request: Request) -> Reply:
    """GET IncomingPhoneNumbers."""
    wanted = request.get("PhoneNumber")
    found = [one for one in board.numbers.values() if wanted in {"", one.number}]
    return rest.page(request, "incoming_phone_numbers", [_number(board, one) for one in found])


def _number(board: Board, config: NumberConfig) -> Json:
    sid = "PN" + config.number.strip("+").rjust(32, "0")
    return {
        "sid": sid,
        "account_sid": board.account_sid,
        "api_version": API_VERSION,
        "phone_number": config.number,
        "friendly_name": config.label or config.number,
        "voice_url": config.voice_url,
        "voice_method": config.voice_method,
        "voice_fallback_url": config.fallback_url,
        "voice_fallback_method": "POST",
        "status_callback": config.status_url,
        "status_callback_method": "POST",
        "sms_url": "",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "date_created": None,
        "date_updated": None,
        "uri": rest.uri(board, f"IncomingPhoneNumbers/{sid}"),
    }


ROUTES = (
    Route("GET", "Messages", message_index),
    Route("POST", "Messages", create_message),
    Route("GET", "Messages/{sid}", fetch_message),
    Route("POST", "Messages/{sid}", change_message),
    Route("DELETE", "Messages/{sid}", delete_message),
    Route("GET", "Calls/{call}/Recordings", recording_index),
    Route("POST", "Calls/{call}/Recordings", start_recording),
    Route("POST", "Calls/{call}/Recordings/{sid}", change_recording),
    Route("GET", "Recordings", recording_index),
    Route("GET", "Recordings/{sid}", fetch_recording),
    Route("DELETE", "Recordings/{sid}", delete_recording),
    Route("GET", "IncomingPhoneNumbers", number_index),
)

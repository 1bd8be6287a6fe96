"""Text messages on their way: without it nobody would receive the link or the case number that was promised."""

from __future__ import annotations

from hotline.simulator import figures
from hotline.simulator.board import API_VERSION, Board
from hotline.simulator.legs import Text
from hotline.simulator.rooms import Message


def send(board: Board, message: Message) -> None:
    """Accept a text; it is sent, and then delivered or not."""
    board.messages[message.sid] = message
    board.timetable.after(figures.TEXT_SENT_AFTER, lambda: _reach(board, message, "sent"))
    board.timetable.after(figures.TEXT_DELIVERED_AFTER, lambda: _arrive(board, message))


def segments(body: str) -> int:
    """How many messages the body is paid as: 70 characters each once it holds Chinese (contract 6)."""
    size = figures.LATIN_SEGMENT if body.isascii() else figures.UCS2_SEGMENT
    return max(1, -(-len(body) // size))


def _arrive(board: Board, message: Message) -> None:
    line = board.line(message.to)
    if line.refuses_texts:
        message.error_code = 30005
        _reach(board, message, "undelivered")
        return
    line.texts.append(Text(board.now(), message.sender, message.body))
    board.tell("text", line)
    _reach(board, message, "delivered")


def _reach(board: Board, message: Message, status: str) -> None:
    message.status, message.updated = status, board.now()
    if status == "sent":
        message.sent = board.now()
    told = {
        "AccountSid": board.account_sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if message.error_code is not None:
        told["ErrorCode"] = str(message.error_code)
    board.notify(message.callback, told)

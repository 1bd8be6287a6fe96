"""Queues over REST: without it a waiting caller could not be seen, nor fetched out of the line."""

from __future__ import annotations

from hotline.simulator import checks, figures, placing, queues, rest
from hotline.simulator.board import Board, Page
from hotline.simulator.rest import Json, Reply, Request, RestError, Route
from hotline.simulator.rooms import Queue, Waiting


def create_queue(board: Board, request: Request) -> Reply:
    """POST Queues: a name of at most 64 characters, used once (22003)."""
    name = request.get("FriendlyName")
    if not 1 <= len(name) <= figures.QUEUE_NAME_LENGTH:
        raise RestError(400, 22001, "FriendlyName must have 1 to 64 characters")
    if queues.named(board, name) is not None:
        raise RestError(400, 22003, f"A queue named {name} exists already")
    return rest.shown(_queue(board, queues.create(board, name, _size(request))), 201)


def change_queue(board: Board, request: Request, sid: str) -> Reply:
    """POST Queues/{sid}: its name or its size."""
    queue = rest.find(board.queues, sid)
    queue.name = request.get("FriendlyName", queue.name)
    queue.max_size = _size(request, queue.max_size)
    return rest.shown(_queue(board, queue))


def _size(request: Request, default: int = figures.QUEUE_SIZE) -> int:
    return int(checks.seconds(request, "MaxSize", default, 1, figures.LARGEST_QUEUE))


def delete_queue(board: Board, request: Request, sid: str) -> Reply:
    """DELETE Queues/{sid}: only an empty one (22002)."""
    if rest.find(board.queues, sid).members:
        raise RestError(400, 22002, "The queue is not empty")
    del board.queues[sid]
    return rest.gone()


def queue_index(board: Board, request: Request) -> Reply:
    """GET Queues."""
    return rest.page(request, "queues", [_queue(board, queue) for queue in board.queues.values()])


def fetch_queue(board: Board, request: Request, sid: str) -> Reply:
    """GET Queues/{sid}."""
    return rest.shown(_queue(board, rest.find(board.queues, sid)))


def member_index(board: Board, request: Request, sid: str) -> Reply:
    """GET Queues/{sid}/Members: those who wait, first come first."""
    queue = rest.find(board.queues, sid)
    return rest.page(request, "queue_members", [_member(board, queue, one) for one in queue.members])


def fetch_member(board: Board, request: Request, sid: str, call: str) -> Reply:
    """GET Queues/{sid}/Members/{CallSid or Front}."""
    queue = rest.find(board.queues, sid)
    return rest.shown(_member(board, queue, _waiting(queue, call)))


def pull_member(board: Board, request: Request, sid: str, call: str) -> Reply:
    """POST Queues/{sid}/Members/{CallSid or Front}: that call runs Url; 404 once the caller has left."""
    queue = rest.find(board.queues, sid)
    url = checks.url(request, "Url")
    if not url:
        raise RestError(400, 21205, "Url parameter is required.")
    waiting = _waiting(queue, call)
    shown = _member(board, queue, waiting)
    placing.move(board, waiting.leg, Page(url, checks.method(request, "Method")))
    return rest.shown(shown)


def _waiting(queue: Queue, call: str) -> Waiting:
    wanted = (one for one in queue.members if call in {"Front", one.leg.sid})
    found = next(wanted, None)
    if found is None:
        raise rest.not_found(call)
    return found


def _queue(board: Board, queue: Queue) -> Json:
    return {
        "sid": queue.sid,
        "account_sid": board.account_sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_wait(),
        "date_created": rest.date(queue.created),
        "date_updated": rest.date(queue.created),
        "uri": rest.uri(board, f"Queues/{queue.sid}"),
        "subresource_uris": {"members": rest.uri(board, f"Queues/{queue.sid}/Members")},
    }


def _member(board: Board, queue: Queue, waiting: Waiting) -> Json:
    return {
        "call_sid": waiting.leg.sid,
        "queue_sid": queue.sid,
        "date_enqueued": rest.date(waiting.since),
        "position": queue.members.index(waiting) + 1,
        "wait_time": queues.seconds_waited(board, waiting),
        "uri": rest.uri(board, f"Queues/{queue.sid}/Members/{waiting.leg.sid}"),
    }


ROUTES = (
    Route("GET", "Queues", queue_index),
    Route("POST", "Queues", create_queue),
    Route("GET", "Queues/{sid}", fetch_queue),
    Route("POST", "Queues/{sid}", change_queue),
    Route("DELETE", "Queues/{sid}", delete_queue),
    Route("GET", "Queues/{sid}/Members", member_index),
    Route("GET", "Queues/{sid}/Members/{call}", fetch_member),
    Route("POST", "Queues/{sid}/Members/{call}", pull_member),
)

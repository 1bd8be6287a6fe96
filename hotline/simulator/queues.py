"""<Enqueue>, and <Dial><Queue>: without them callers could not wait for somebody to be free."""

from __future__ import annotations

from hotline.simulator import bridging, dialling, driver, figures, program
from hotline.simulator.board import Board, End, Scene, Way
from hotline.simulator.captions import HOLD_MUSIC
from hotline.simulator.legs import CallStatus, Leg, Target
from hotline.simulator.rooms import Queue, Waiting
from hotline.simulator.steps import Afterwards, Await, Bell, Dequeued, HungUp, Moved, Steps, wait_for
from hotline.simulator.twiml import Document, Unreadable, Verb


def named(board: Board, name: str) -> Queue | None:
    """The queue of this name."""
    return next((queue for queue in board.queues.values() if queue.name == name), None)


def create(board: Board, name: str, max_size: int = figures.QUEUE_SIZE) -> Queue:
    """A new, empty queue."""
    queue = Queue(board.sid("QU"), name, board.now(), max_size)
    board.queues[queue.sid] = queue
    return queue


def enqueue(board: Board, leg: Leg, verb: Verb, document: Document) -> Steps[Way]:
    """<Enqueue>: wait until dequeued; then on to `action`, or on in the document without one (2.3, 5.2)."""
    name = verb.text.strip()
    if not 1 <= len(name) <= figures.QUEUE_NAME_LENGTH:
        raise Unreadable(14205 if name else 14204, f"a queue's name has 1 to 64 characters: {name!r}")
    queue = named(board, name) or create(board, name)
    if len(queue.members) >= queue.max_size:
        board.complain(14207, f"queue {name} is full", leg, document.url or "")
        return dialling.after(verb, document, {"QueueResult": "queue-full"})
    waiting = Waiting(leg, board.now())
    queue.members.append(waiting)
    try:
        result = yield from _stay(board, queue, waiting, verb, document)
    except HungUp:
        dialling.tell_action(board, leg, verb, document, _left(board, queue, waiting, "hangup", "bridged"))
        raise
    except Moved:
        told = _left(board, queue, waiting, "redirected", "redirected-from-bridged")
        dialling.tell_action(board, leg, verb, document, told)
        raise
    told = _left(board, queue, waiting, result, result)
    if result == "hangup":
        dialling.tell_action(board, leg, verb, document, told)
        return End.HANG_UP
    return dialling.after(verb, document, told)


def _stay(board: Board, queue: Queue, waiting: Waiting, verb: Verb, document: Document) -> Steps[str]:
    """Wait, and then talk if somebody dials the queue; gives QueueResult."""
    board.timetable.after(0, lambda: _offer(board, queue, waiting))
    try:
        return (yield from _wait(board, queue, waiting, verb, document))
    except Dequeued as wanted:
        return (yield from _talk(board, queue, waiting, wanted.about))


def _offer(board: Board, queue: Queue, waiting: Waiting) -> None:
    """Whoever dialled the empty queue first gets the caller who has just come."""
    if queue.wanting and waiting in queue.members:
        driver.tell(board, queue.wanting[0], Bell("caller", waiting))


def _wait(board: Board, queue: Queue, waiting: Waiting, verb: Verb, document: Document) -> Steps[str]:
    """Hear the waitUrl's document again and again; gives QueueResult when it ends the wait itself."""
    url = verb.attributes.get("waitUrl")
    if not url:
        if url is None:
            board.hear(waiting.leg, HOLD_MUSIC)
        yield Await(None)
    target = Target(document.resolve(url or ""), verb.get("waitUrlMethod", "POST"))

    def extra() -> dict[str, str]:
        return _wait_params(board, queue, waiting)

    while True:
        try:
            way = yield from program.side_document(board, waiting.leg, target, extra, Scene.QUEUE)
        except program.IllegalVerb:
            return "error"
        except Unreadable as error:
            board.complain(error.code, error.reason, waiting.leg, target.url)
            return "error"
        if way is not None:
            return "leave" if way is End.LEAVE else "hangup"


def _wait_params(board: Board, queue: Queue, waiting: Waiting) -> dict[str, str]:
    return {
        "QueuePosition": str(queue.members.index(waiting) + 1),
        "QueueSid": queue.sid,
        "QueueTime": str(seconds_waited(board, waiting)),
        "AvgQueueTime": str(queue.average_wait()),
        "CurrentQueueSize": str(len(queue.members)),
        "MaxQueueSize": str(queue.max_size),
    }


def seconds_waited(board: Board, waiting: Waiting) -> int:
    """How long a caller has been in the queue, whole seconds."""
    return int(((waiting.left or board.now()) - waiting.since).total_seconds())


def _left(board: Board, queue: Queue, waiting: Waiting, result: str, if_bridged: str) -> dict[str, str]:
    """Take the caller out of the queue; what `action` is told (contract 2.3)."""
    bridged = waiting.left is not None
    if waiting in queue.members:
        queue.members.remove(waiting)
        waiting.left = board.now()
        queue.waits.append((waiting.left - waiting.since).total_seconds())
    return {
        "QueueResult": if_bridged if bridged else result,
        "QueueSid": queue.sid,
        "QueueTime": str(seconds_waited(board, waiting)),
    }


def _talk(board: Board, queue: Queue, waiting: Waiting, dialler: _Dialler) -> Steps[str]:
    """The waiting caller's side of <Dial><Queue>: first the noun's document, then the conversation."""
    leg = waiting.leg
    _left(board, queue, waiting, "", "")
    if dialler.whisper is not None:
        told = {
            "QueueSid": queue.sid,
            "QueueTime": str(seconds_waited(board, waiting)),
            "DequeingCallSid": dialler.leg.sid,
        }
        yield from _whisper(board, leg, dialler, dialler.whisper, told)
    if dialler.leg.over:
        return "error"
    try:
        driver.tell(board, dialler.leg, Bell("joined", leg))
        yield from wait_for(None, "over")
    except (HungUp, Moved):
        driver.tell(board, dialler.leg, Bell("over", leg))
        raise
    return "bridged"


def _whisper(board: Board, leg: Leg, dialler: _Dialler, target: Target, told: dict[str, str]) -> Steps[None]:
    try:
        yield from program.side_document(board, leg, target, lambda: told, Scene.BRIDGE)
    except (program.IllegalVerb, Unreadable) as error:
        board.complain(error.code, "the document of <Queue url> could not be heard", leg, target.url)
    except (HungUp, Moved):
        driver.tell(board, dialler.leg, Bell("over", leg))
        raise


class _Dialler:
    """The leg that dialled the queue, and what the waiting caller is to hear first."""

    def __init__(self, leg: Leg, whisper: Target | None) -> None:
        self.leg, self.whisper = leg, whisper


def dial_queue(board: Board, leg: Leg, verb: Verb, noun: Verb, document: Document) -> Steps[Way]:
    """<Dial><Queue>: talk to the first in line, or wait for one until the timeout (contract 2.3)."""
    queue = named(board, noun.text.strip())
    if queue is None:
        board.complain(14213, f"no queue {noun.text.strip()!r}", leg, document.url or "")
        return dialling.after(verb, document, {"DialCallStatus": "failed", "DialBridged": "false"})
    url = noun.attributes.get("url")
    whisper = Target(document.resolve(url), noun.get("method", "POST")) if url else None
    waiting = yield from _first(board, leg, queue, verb)
    if waiting is None:
        return dialling.after(verb, document, {"DialCallStatus": "no-answer", "DialBridged": "false"})
    told = {"QueueSid": queue.sid, "QueueTime": str(seconds_waited(board, waiting))}
    driver.interrupt(board, waiting.leg, Dequeued(_Dialler(leg, whisper)))
    try:
        bridged = yield from _converse(board, leg, waiting.leg, verb)
    except HungUp:
        dialling.tell_action(board, leg, verb, document, _dialled(waiting.leg, True) | told)
        raise
    return dialling.after(verb, document, _dialled(waiting.leg, bridged) | told)


def _first(board: Board, leg: Leg, queue: Queue, verb: Verb) -> Steps[Waiting | None]:
    if queue.members:
        return queue.members[0]
    queue.wanting.append(leg)
    with Afterwards(lambda: queue.wanting.remove(leg)):
        event = yield from wait_for(verb.number("timeout", figures.DIAL_TIMEOUT), "caller")
    return event.about if event is not None else None


def _converse(board: Board, leg: Leg, caller: Leg, verb: Verb) -> Steps[bool]:
    """From the caller's joining to the end; says whether they were connected at all."""
    event = yield from wait_for(None, "joined", "over")
    if event is None or event.name == "over":
        return False
    bridging.connect(board, leg, caller)

    def part() -> None:
        bridging.part(leg, caller)
        if not caller.over:
            driver.tell(board, caller, Bell("over", leg))

    with Afterwards(part):
        yield from wait_for(verb.number("timeLimit", figures.LONGEST_CALL), "over")
    return True


def _dialled(caller: Leg, bridged: bool) -> dict[str, str]:
    return {
        "DialCallStatus": CallStatus.COMPLETED.value,
        "DialCallSid": caller.sid,
        "DialBridged": "true" if bridged else "false",
        "QueueResult": "bridged" if bridged else "hangup",
    }

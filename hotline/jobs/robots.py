"""Group robots say what people are told; without it a robot would be a row through which nobody speaks (OWN-6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from hotline import chats, clock
from hotline.carrier import Carrier, CarrierError
from hotline.carrier import robots as wire
from hotline.chats import Address
from hotline.domain import companies, notices, outbox, robots
from hotline.domain.act import COMMAND, Act
from hotline.domain.alarms import Alarm
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.promises import Promise
from hotline.domain.robots import Robot
from hotline.domain.staff import Role
from hotline.errors import Invalid, Refused
from hotline.jobs import alarms, texts
from hotline.jobs.effects import DONE, Effect, Prepared
from hotline.runtime import Runtime

UNKNOWN = "unknown-outcome"
_CUT = "…"


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """One message of a robot, with all that waits for the same robot: about = {robot, text, promise?, with?, more?}.

    Whoever finds it submitted by somebody who did not live to say what came of it lets it be: a robot cannot be asked
    what it said already, and nobody should be told twice. Those told by role have it in writing besides.
    """
    if "with" in entry.about:
        return _with_its_leader(runtime, act, entry)
    if entry.submitted_at is not None:
        entry.problem = UNKNOWN
        return State.FAILED
    robot = robots.get(act, entry.about["robot"])
    if not robot.takes or (entry.case_id is not None and robots.hidden(act, entry.case_id)):
        return State.DROPPED
    if robot.next_at is not None and act.at < robot.next_at:
        return robot.next_at
    return _submit(runtime, act, entry, robot)


def not_told(runtime: Runtime, act: Act, entry: OutboxEntry, problem: str) -> None:
    """It was given up. Where the platform wants no more of the robot itself, supervisors are told so, once."""
    if problem.partition(" ")[0] not in wire.FINAL or entry.case_id is None:
        return
    robots.set_aside(act, robots.get(act, entry.about["robot"]), problem)
    case = act.session.get_one(Case, entry.case_id)
    notices.tell_role(act, Role.SUPERVISOR, Occasion(case, "robot-refused", str(entry.id)))


def try_out(runtime: Runtime, robot_id: int) -> None:
    """Let a robot say in its group that it works; one that was set aside is told again. Raises Refused and Invalid."""
    with runtime.look(COMMAND) as act:
        robot = robots.get(act, robot_id)
        to, company = robots.address_of(act, robot), companies.get(act, robot.company_id)
        text = _word(runtime, act, company, "try")
    try:
        _send(runtime, to, text)
    except CarrierError as error:
        perhaps = ", and whether the group has the message is not known: look there" if error.unknown else ""
        raise Refused(f"robot {robot_id} said nothing: {error}{perhaps}") from None
    with runtime.act(COMMAND) as act:
        robots.take_back(act, robots.get(act, robot_id))


def _submit(runtime: Runtime, act: Act, entry: OutboxEntry, robot: Robot) -> Effect:
    """From the commit on the group may have it, and the row says so; nobody looks for it at a platform (rule 3)."""
    lease, figures = runtime.figures.outbox.lease.span, runtime.figures.robots
    text, said = _message(runtime, act, entry, robot)
    robots.go_along(act, entry, said, lease=lease)
    robots.spoke(act, robot, between=figures.between.span)
    outbox.submitting(act, entry, mark=None, lease=lease)
    to = robots.address_of(act, robot)

    def ask(carrier: Carrier) -> str:
        _send(runtime, to, text)
        return DONE

    return Effect(ask)


def _message(runtime: Runtime, act: Act, entry: OutboxEntry, robot: Robot) -> tuple[str, list[OutboxEntry]]:
    """What the robot says, and whose lines stand in it beside the entry's own; about["more"]: how many are counted."""
    waiting = robots.gathered(act, entry, most=runtime.figures.robots.lines_most)
    counted = entry.about.get("more", 0) + robots.count_only(act, entry, waiting)
    lines = [_written(runtime, act, one) for one in (entry, *waiting)]
    company = companies.get(act, robot.company_id)
    more, longest = partial(_word, runtime, act, company, "more"), runtime.figures.robots.text_longest
    text, kept = fitted(lines, longest, lambda left_out: more(n=counted + left_out) if counted + left_out else "")
    said = waiting[: kept - 1]
    counted += robots.count_only(act, entry, said)
    entry.about = {**entry.about, "more": counted} if counted else entry.about
    return text, said


def _send(runtime: Runtime, to: Address, text: str) -> None:
    """The address is looked at again each time: what the settings allow may have changed, or the row."""
    try:
        chats.check(to, runtime.settings.robot_hosts_also)
    except Invalid:
        raise CarrierError("robot-not-allowed", permanent=True) from None
    wire.send(runtime.figures.carrier, to, text, clock.now())


def _with_its_leader(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """It went with another one's message, and ends as that did; until then it waits."""
    leader = act.session.get_one(OutboxEntry, entry.about["with"])
    if leader.state in (State.DUE, State.CLAIMED):
        return act.at + runtime.figures.outbox.lease.span
    entry.problem = leader.problem
    return State(leader.state)


def _written(runtime: Runtime, act: Act, entry: OutboxEntry) -> str:
    if "alarm" in entry.about:
        company = companies.get(act, robots.get(act, entry.about["robot"]).company_id)
        alarm = act.session.get_one(Alarm, entry.about["alarm"])
        return alarms.written(runtime, act, company, alarm, bool(entry.about["over"]))
    case = act.session.get_one(Case, entry.case_id)
    promise = act.session.get(Promise, entry.about["promise"]) if "promise" in entry.about else None
    return texts.for_colleagues(runtime, act, case, entry.about["text"], promise)


def _word(runtime: Runtime, act: Act, company: Company, name: str, **values: object) -> str:
    language = act.standard.languages.default
    return runtime.prompts.text(
        f"texts.robot.{name}", language, company.words, company=company.name(language), **values
    )


def fitted(lines: Sequence[str], longest: int, more: Callable[[int], str]) -> tuple[str, int]:
    """As many of the lines, from the first, as so many bytes hold, and how many; `more` tells of so many others."""
    for kept in range(len(lines), 0, -1):
        text = "\n".join(filter(None, [*lines[:kept], more(len(lines) - kept)]))
        if len(text.encode()) <= longest:
            return text, kept
    return lines[0].encode()[: longest - len(_CUT.encode())].decode(errors="ignore") + _CUT, 1

"""The fields that scripts may rely on; without them a changed column would break somebody's report in silence.

Fields are added, never renamed or removed. Instants are in their company's time zone, as JSON ISO 8601 in UTC, or
null; people are named by their log-in, customers by their id; telephone numbers of people are masked (SEC-1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.domain import companies, customers, legs
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.customers import NuisanceNumber
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.owed_calls import Callback
from hotline.domain.promises import Promise
from hotline.domain.robots import Robot
from hotline.domain.seats import Seat
from hotline.domain.staff import Staff
from hotline.domain.turns import Turn
from hotline.domain.webhooks import Webhook
from hotline.errors import HotlineError
from hotline.phones import PhoneNumber

Row = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """Short names for ids: companies by code, people by log-in; and the companies' time zones."""

    companies: dict[int, str]
    people: dict[int, str]
    zones: dict[int, ZoneInfo]

    @classmethod
    def read(cls, act: Act) -> Names:
        """Every name of the group."""
        listed = companies.listed(act)
        return cls(
            {company.id: company.code for company in listed},
            {row.id: row.login for row in act.session.execute(select(Staff.id, Staff.login))},
            {one.id: ZoneInfo(act.under(one.profile, one.overrides).timezone) for one in companies.loading(act)},
        )

    def person(self, staff_id: int | None) -> str | None:
        """Somebody's log-in."""
        return None if staff_id is None else self.people[staff_id]

    def local(self, at: datetime | None, company_id: int | None) -> datetime | None:
        """An instant in a company's time zone; what belongs to no company, in that of the group's first."""
        zone = self.zones.get(company_id or 0) or next(iter(self.zones.values()), UTC)
        return None if at is None else at.astimezone(zone)


def of_company(act: Act, company: Company) -> Row:
    """A company with its public numbers."""
    return {
        "id": company.id,
        "code": company.code,
        "name_zh": company.name_zh,
        "name_en": company.name_en,
        "profile": company.profile,
        "numbers": companies.numbers_of(act, company),
    }


def of_staff(act: Act, names: Names, person: Staff) -> Row:
    """A member of staff; `languages`: those of the callers who are put through, null where there is no seat yet."""
    seat = act.session.get(Seat, person.id)
    companies.get(act, person.company_id)
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "company": names.companies[person.company_id],
        "agent_number": person.agent_number,
        "roles": [held.role for held in person.roles],
        "phone": PhoneNumber(act.sealer.open(person.phone)).masked if person.phone else None,
        "logs_in": person.password_hash is not None,
        "active": person.active,
        "languages": None if seat is None else seat.languages or list(act.standard.languages.offered),
    }


def of_call(act: Act, names: Names, call: Call) -> Row:
    """A call; `answer_ms` from the ring to our first words, `ended_by` them or us.

    One in which an anonymous matter was told has neither customer nor case (CMP-10).
    """
    anonymous = bool(legs.unnamed(act, [call]))
    return {
        "id": call.id,
        "direction": call.direction,
        "company": names.companies[call.company_id],
        "our_number": call.our_number,
        "customer": None if anonymous else call.customer_id,
        "caller": None if anonymous else _caller(act, call),
        "colleague": names.person(call.staff_id),
        "owner": names.person(call.owner_id),
        "state": call.state,
        "step": call.step,
        "language": call.language,
        "case": None if anonymous else _case_number(act, call.case_id),
        "started_at": names.local(call.started_at, call.company_id),
        "answered_at": names.local(call.answered_at, call.company_id),
        "answer_ms": call.answer_ms,
        "ended_at": names.local(call.ended_at, call.company_id),
        "ended_by": call.ended_by,
        "cause": call.cause,
    }


def of_turn(names: Names, call: Call, turn: Turn) -> Row:
    """One exchange of a call: prompt keys said, how the caller answered, the step that followed; never the words."""
    return {
        "n": turn.n,
        "at": names.local(turn.at, call.company_id),
        "step": turn.step,
        "said": turn.said,
        "heard": turn.heard,
        "words": None if turn.words is None else "***",
        "led_to": turn.led_to,
    }


def of_case(names: Names, case: Case) -> Row:
    """A matter."""
    return {
        "id": case.id,
        "number": case.number,
        "company": names.companies[case.company_id],
        "kind": case.kind,
        "matter": case.matter,
        "state": case.state,
        "owner": names.person(case.owner_id),
        "first_owner": names.person(case.first_owner_id),
        "handler": names.person(case.handler_id),
        "customer": None if case.anonymous else case.customer_id,
        "anonymous": case.anonymous,
        "call": case.call_id,
        "opened_at": names.local(case.opened_at, case.company_id),
        "closed_at": names.local(case.closed_at, case.company_id),
        "closed_by": names.person(case.closed_by_id),
    }


def of_promise(act: Act, names: Names, promise: Promise) -> Row:
    """A promise: `rule` is its key in the standard, `rule_id` the rule behind it."""
    return {
        "id": promise.id,
        "rule": promise.rule,
        "rule_id": promise.rule_id,
        "company": names.companies[promise.company_id],
        "case": _case_number(act, promise.case_id),
        "owner": names.person(promise.owner_id),
        "made_at": names.local(promise.made_at, promise.company_id),
        "due_at": names.local(promise.due_at, promise.company_id),
        "done_at": names.local(promise.done_at, promise.company_id),
        "judged_at": names.local(promise.judged_at, promise.company_id),
        "verdict": promise.verdict,
        "excused_by": names.person(promise.excused_by_id),
    }


def of_nuisance(act: Act, names: Names, row: NuisanceNumber) -> Row:
    """A flagged number; it is refused once it is confirmed."""
    return {
        "id": row.id,
        "number": PhoneNumber(act.sealer.open(row.number)).masked,
        "flagged_by": names.person(row.flagged_by),
        "flagged_at": names.local(row.flagged_at, None),
        "confirmed_by": names.person(row.confirmed_by),
        "expires_at": names.local(row.expires_at, None),
    }


def of_robot(names: Names, robot: Robot) -> Row:
    """A group robot; `signs`: it has a signing secret. Its address is a key to the group and stands in no row."""
    return {
        "id": robot.id,
        "company": names.companies[robot.company_id],
        "kind": robot.kind,
        "name": robot.name,
        "signs": robot.secret is not None,
        "added_at": names.local(robot.added_at, robot.company_id),
        "refused_at": names.local(robot.refused_at, robot.company_id),
    }


def of_key(names: Names, key: ApiKey) -> Row:
    """Another system's key, by its name; what stands in it nobody knows but that system."""
    return {
        "id": key.id,
        "company": names.companies[key.company_id],
        "name": key.name,
        "made_at": names.local(key.made_at, key.company_id),
        "used_at": names.local(key.used_at, key.company_id),
        "revoked_at": names.local(key.revoked_at, key.company_id),
        "scopes": key.scopes.split(),
        "engineers": [names.person(one) for one in key.engineers],
    }


def of_webhook(names: Names, hook: Webhook) -> Row:
    """A webhook; its whole address may hold a key, so that the place alone stands here."""
    return {
        "id": hook.id,
        "company": names.companies[hook.company_id],
        "host": hook.host,
        "events": hook.events.split(),
        "added_at": names.local(hook.added_at, hook.company_id),
        "told_at": names.local(hook.told_at, hook.company_id),
        "rests_until": names.local(hook.rests_until, hook.company_id),
        "ended_at": names.local(hook.ended_at, hook.company_id),
        "why": hook.why,
    }


def of_outbox(act: Act, names: Names, entry: OutboxEntry) -> Row:
    """An effect owed to the outside; `about`: ids and words of ours, null of an anonymous matter (CMP-10).

    `attempts`: how often it was handed out; `failures`: tried in vain since it was owed or a person had it tried again.
    `state`: later where it is due at a later time, else that of the row. What begins a callback has its matter.
    """
    callback = act.session.get(Callback, entry.about.get("callback", 0)) if entry.case_id is None else None
    case_id = entry.case_id if callback is None else callback.case_id
    case = None if case_id is None else act.session.get(Case, case_id)
    company_id = None if case is None else case.company_id
    return {
        "id": entry.id,
        "kind": entry.kind,
        "queue": entry.queue,
        "state": "later" if entry.state == State.DUE and entry.due_at > act.at else entry.state,
        "company": None if company_id is None else names.companies[company_id],
        "case": None if case is None else case.number,
        "posted_at": names.local(entry.posted_at, company_id),
        "due_at": names.local(entry.due_at, company_id),
        "attempts": entry.attempts,
        "settled_at": names.local(entry.settled_at, company_id),
        "problem": entry.problem,
        "priority": entry.priority,
        "about": None if case is not None and case.anonymous else entry.about,
        "failures": entry.failures,
        "lease_until": names.local(entry.lease_until, company_id),
        "submitted_at": names.local(entry.submitted_at, company_id),
    }


def _caller(act: Act, call: Call) -> str | None:
    if call.customer_id is None:
        return None
    try:
        return customers.phone_of(act, customers.get(act, call.customer_id)).masked
    except HotlineError:  # erased, or never known by a number
        return None


def _case_number(act: Act, case_id: int | None) -> str | None:
    case = None if case_id is None else act.session.get(Case, case_id)
    return None if case is None else case.number

"""A group's matters with their open promises, written in bulk; without it a bench would wait an hour for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from hotline.domain import companies, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case, Kind
from hotline.domain.promise_forms import JUDGING
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Role
from hotline.runtime import Runtime
from tests import world

AGENTS = 50  # of each company
A_CASE = 4  # promises
IN_ONE_ACT = 5000
RULES = ("CBK-1.answer", "FLT-2.sign", "CMP-4.settle.minor", "ANS-10.callback")
DUE = world.START + timedelta(hours=1)
ESCALATED = timedelta(days=1, minutes=1)  # every step of these rules is due by then


def promised(house: Runtime, cast: world.Cast, open_: int) -> None:
    """So many open promises; one in ten falls due in the minute before DUE, the others a month later and after."""
    with house.act(COMMAND) as act:
        owners = [owner for firm in (cast.heat, cast.home) for owner in hired(act, firm)]
    matters = range(1, open_ // A_CASE + 1)
    for first in range(0, len(matters), IN_ONE_ACT // A_CASE):
        some = matters[first : first + IN_ONE_ACT // A_CASE]
        with house.act(COMMAND) as act:
            act.session.execute(insert(Case), [case(act, n, owners[n % len(owners)]) for n in some])
            act.session.execute(insert(Promise), list(promises(act, some, owners)))
            for n in some:
                act.remember(f"case:{n}", "case-opened", case=n)


def hired(act: Act, firm: world.Firm) -> list[staff.Staff]:
    """The agents of a company."""
    company = companies.get(act, firm.id)
    return [
        staff.hire(
            act,
            company,
            name=f"Agent {n}",
            login=f"{firm.code}-{n}",
            roles=[Role.AGENT],
            agent_number=str(n),
            phone=world.number(10_000 * firm.id + n),
        )
        for n in range(AGENTS)
    ]


def case(act: Act, n: int, owner: staff.Staff) -> dict[str, Any]:
    """An enquiry as it stands in its table."""
    people = dict.fromkeys(("owner_id", "first_owner_id", "handler_id"), owner.id)
    company = dict.fromkeys(("company_id", "numbered_by_id"), owner.company_id)
    words = {"kind": Kind.ENQUIRY, "matter": "enquiry", "state": "open", "details": {}, "anonymous": False}
    return {
        "id": n, "day": act.at.date(), "seq": n, "number": f"261118{n:06}", "opened_at": act.at,
        **people, **company, **words,
    }  # fmt: skip


def promises(act: Act, matters: range, owners: list[staff.Staff]) -> Iterator[dict[str, Any]]:
    """Each matter's promises, as they stand in their table."""
    for n in matters:
        owner = owners[n % len(owners)]
        for place in range(A_CASE):
            index = A_CASE * (n - 1) + place
            rule = RULES[index // 10 % len(RULES)]
            due = DUE - timedelta(seconds=index % 60) if index % 10 == 0 else DUE + timedelta(days=30 + index % 60)
            yield {
                "rule": rule, "rule_id": rule.partition(".")[0], "company_id": owner.company_id, "case_id": n,
                "owner_id": owner.id, "made_at": act.at, "due_at": due, "calendar": "bench",
                "verdict": Verdict.OPEN, "look_at": due, "step": JUDGING,
            }  # fmt: skip

"""What happened, owed to the systems that want to know; without it each would have to be told of in its own place.

Whatever matters writes an entry in the log, so that is where it is seen: no function has to think of it.
"""

from __future__ import annotations

import secrets
from typing import Any

from hotline.domain import complaint_forms, outbox, webhooks
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.repairs import Stage
from hotline.domain.webhooks import Event, Webhook

_CASE = "case:"
_BYTES = 12  # of chance in the name of an event
# By the kind of the entry in a case's chain.
OF_ENTRIES: dict[str, Event] = {
    "case-opened": Event.CASE_OPENED,
    "case-closed": Event.CASE_CLOSED,
    "case-reopened": Event.CASE_REOPENED,
    "handover-accepted": Event.CASE_HANDED_OVER,
    "handover-forced": Event.CASE_HANDED_OVER,
    "handover-concerned": Event.CASE_HANDED_OVER,
    "repair": Event.REPAIR_PROGRESS,
    "repair-given-back": Event.REPAIR_PROGRESS,
    "repair-repeated": Event.REPAIR_PROGRESS,
    "promise-broken": Event.PROMISE_BROKEN,
    "callback-over": Event.CALLBACK_DONE,
}
# What else is told, by event: the name it has there, and in the entry. Ids and states of ours, nothing of a person.
_TOLD: dict[Event, dict[str, str]] = {
    Event.PROMISE_BROKEN: {"rule": "rule", "until": "due"},
    Event.REPAIR_PROGRESS: {"stage": "now"},
    Event.CALLBACK_DONE: {"outcome": "state"},
}
# What may stand in an entry's `about` beside the case, and how others are told it.
DATA = {"rule": "rule", "until": "due", "stage": "stage", "outcome": "outcome"}


def owe(act: Act) -> None:
    """Whatever the act remembered and somebody wants to know is owed to them; before its entries are written.

    Where nobody in the group is to be told, which the row of any company says, the database is asked for nothing.
    """
    happened = [(chain, kind, fields) for _actor, chain, kind, fields in act.entries if kind in OF_ENTRIES]
    happened = [one for one in happened if one[0].startswith(_CASE)]
    if not happened or _nobody_listens(act):
        return
    hooks = webhooks.live(act)
    for chain, kind, fields in happened if hooks else ():
        _tell(act, hooks, act.session.get_one(Case, int(chain.removeprefix(_CASE))), OF_ENTRIES[kind], fields)


def _nobody_listens(act: Act) -> bool:
    company = next((one for one in act.held if isinstance(one, Company)), None)
    return company is not None and not company.is_listened_to


def _tell(act: Act, hooks: list[Webhook], case: Case, event: Event, fields: dict[str, Any]) -> None:
    """The company that has the matter is told, and the one that took it (OWN-4); the same event has the same name.

    Of a complaint, one that was changed into another kind too, or what was told without a name, nobody is: those it is
    about read the company's systems (CMP-10).
    """
    theirs = [one for one in hooks if one.company_id in (case.company_id, case.numbered_by_id) and one.hears(event)]
    if not theirs or case.anonymous or complaint_forms.is_or_was(act, case):
        return
    name, about = f"evt_{secrets.token_hex(_BYTES)}", _about(act, case, event, fields)
    for hook in theirs:
        outbox.post(
            act,
            webhooks.TELLS,
            key=f"{name}-{hook.id}",
            case_id=case.id,
            patient=True,
            webhook=hook.id,
            event=name,
            type=event,
            **about,
        )


def _about(act: Act, case: Case, event: Event, fields: dict[str, Any]) -> dict[str, Any]:
    company = act.session.get_one(Company, case.company_id)
    told = {name: fields.get(field) for name, field in _TOLD.get(event, {}).items()}
    if event is Event.REPAIR_PROGRESS and told["stage"] is None:  # given back or repeated: it begins anew
        told["stage"] = Stage.REPORTED
    of_case = {"company": company.code, "number": case.number, "what": case.kind, "state": case.state}
    return of_case | {name: str(value) for name, value in told.items()}

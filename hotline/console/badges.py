"""How much waits for me behind each link of the navigation; without it I would have to look at every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import g

from hotline.console import asking, inbox, outbox, rights
from hotline.domain import decisions, notices
from hotline.domain.act import Act
from hotline.domain.staff import Staff

# By the page that the link leads to: how many things there wait for this person.
COUNTS: Mapping[str, Callable[[Act, Staff], int]] = {
    "console.inbox": inbox.waiting,
    "console.approval_list": lambda act, person: len(decisions.waiting_for(act, person)),
    "console.outbox_list": outbox.waiting,
    "console.notice_list": lambda act, person: notices.unseen(act, person.id),
}


def waits_for_me() -> dict[str, int]:
    """How much waits for whoever asks, by page; counted once for each page that is shown."""
    if "waits_for_me" not in g:
        person = asking.person()
        wanted = [endpoint for endpoint in COUNTS if rights.may_open(person, endpoint)]
        with asking.runtime().look(asking.actor()) as act:
            g.waits_for_me = {endpoint: COUNTS[endpoint](act, person) for endpoint in wanted}
    return dict(g.waits_for_me)


def for_templates() -> dict[str, Any]:
    """What every template may use."""
    return {"waits_for_me": waits_for_me}

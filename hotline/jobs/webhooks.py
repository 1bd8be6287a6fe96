"""Other systems are told what happened, signed, until they take it; without it a webhook would be a row (rule 3).

What was taken and the answer lost is told again under the same name: at least once, and known again by that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hotline import clock, destinations
from hotline.carrier import Carrier, CarrierError
from hotline.carrier import webhooks as wire
from hotline.destinations import Destination
from hotline.domain import events, webhooks
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.webhooks import Webhook
from hotline.errors import Invalid, Refused
from hotline.jobs.effects import DONE, Effect, Prepared
from hotline.runtime import Runtime

TRIED = "test"  # the type of an event with which an address is tried


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Tell one webhook of one event: about = {webhook, event, type, company, number, what, state, ...}.

    One that failed a moment ago is left alone a while, lest every worker waits for the same stranger.
    """
    hook = webhooks.get(act, entry.about["webhook"])
    if hook.ended_at is not None:
        return State.DROPPED
    if hook.rests_until is not None and act.at < hook.rests_until:
        return hook.rests_until
    body, signs = written(entry.about, entry.posted_at), _secrets(runtime, act, hook)
    to, hook_id = webhooks.address_of(act, hook), hook.id

    def ask(carrier: Carrier) -> str:
        try:
            _send(runtime, to, body, signs)
        except CarrierError as error:
            with runtime.act(CLOCK) as act:
                rest, gone = runtime.figures.webhooks.rest.span, error.word == wire.GONE
                webhooks.failed(act, webhooks.get(act, hook_id), gone=gone, rest=rest)
            if gone:
                return wire.GONE
            raise
        return DONE

    return Effect(ask)


def told(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime | None:
    """It took it; or it wants no more, and the entry is looked at once more, to be dropped as all the others."""
    if answer == wire.GONE:
        return act.at
    webhooks.took(act, webhooks.get(act, entry.about["webhook"]))
    return None


def try_out(runtime: Runtime, webhook_id: int) -> None:
    """Send an event of the type "test"; one that rests is told again. Raises Refused where it was not taken."""
    with runtime.look(COMMAND) as act:
        hook = webhooks.get(act, webhook_id)
        to, signs = webhooks.address_of(act, hook), _secrets(runtime, act, hook)
        name = f"evt_test_{int(act.at.timestamp())}"
        body = written({"event": name, "type": TRIED}, act.at)
    try:
        _send(runtime, to, body, signs)
    except CarrierError as error:
        raise Refused(f"webhook {webhook_id} did not take it: {error}") from None
    with runtime.act(COMMAND) as act:
        webhooks.took(act, webhooks.get(act, webhook_id))


def written(about: Mapping[str, Any], at: datetime) -> bytes:
    """An event as it is sent, the same at every attempt: its name, its type, when, which matter, what came of it."""
    told: dict[str, Any] = {"id": about["event"], "type": about["type"]}
    told["at"] = at.astimezone(UTC).isoformat(timespec="seconds")
    if "number" in about:
        told["company"] = about["company"]
        told["case"] = {"number": about["number"], "kind": about["what"], "state": about["state"]}
        told["data"] = {name: about[kept] for kept, name in events.DATA.items() if kept in about}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _secrets(runtime: Runtime, act: Act, hook: Webhook) -> list[str]:
    return webhooks.secrets_of(act, hook, overlap=runtime.figures.webhooks.overlap.span)


def _send(runtime: Runtime, url: str, body: bytes, signs: Sequence[str]) -> None:
    """The address is looked at again each time: what the settings allow may have changed, or the row."""
    try:
        to: Destination = destinations.read(url, destinations.named(runtime.settings.hotline_webhook_hosts_also))
    except Invalid:
        raise CarrierError("webhook-not-allowed", permanent=True) from None
    wire.tell(runtime.figures.webhooks, to, body, signs, clock.now())

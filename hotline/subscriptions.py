"""Commands for webhooks; without them nobody could have another system told what happens, or end that."""

from __future__ import annotations

import sys

import click

from hotline import destinations, listing, rows
from hotline.domain import companies, webhooks
from hotline.domain.act import COMMAND
from hotline.domain.webhooks import Event, Why
from hotline.jobs import webhooks as telling

_COLUMNS = ("id", "company", "host", "events", "added_at", "told_at", "rests_until", "ended_at", "why")


@click.group()
def webhook() -> None:
    """Other systems that are told what happens, by signed requests (docs/api.md)."""


@webhook.command("list")
@listing.company
@listing.as_json
def list_webhooks(company: str | None, as_json: bool) -> None:
    """Every webhook there is or was; whole addresses and secrets are never shown again."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        company_id = None if company is None else companies.coded(act, company).id
        names = rows.Names.read(act)
        listing.show(
            [rows.of_webhook(names, one) for one in webhooks.listed(act, company_id)], _COLUMNS, as_json=as_json
        )


@webhook.command("add")
@click.option("--company", "code", required=True, metavar="CODE", help="Whose matters it is told of.")
@click.option("--url", help="Where it is told, by https; asked for unseen where it is not given, as it may hold a key.")
@click.option(
    "--events",
    required=True,
    help=f"What it is told of, with commas between, or all: {', '.join(Event)}.",
)
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the address instead of asking.")
def add_webhook(code: str, url: str | None, events: str, from_stdin: bool) -> None:
    """Add a webhook and print the secret that signs for it, this once."""
    wanted = _events(events)
    with listing.opened() as runtime:
        address = url or (sys.stdin.read() if from_stdin else click.prompt("Address", hide_input=True, err=True))
        also = destinations.named(runtime.settings.hotline_webhook_hosts_also)
        with runtime.act(COMMAND) as act:
            added, secret = webhooks.add(act, companies.coded(act, code).id, address.strip(), wanted, also=also)
    click.echo(f"webhook {added.id} was added to {code}: see that it works by hotline webhook try {added.id}", err=True)
    click.echo("what is told is signed with this secret, which is shown this once:", err=True)
    click.echo(secret)


@webhook.command("remove")
@click.argument("webhook_id", type=int)
def remove_webhook(webhook_id: int) -> None:
    """It is told nothing any more; its address and secret are forgotten."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        webhooks.end(act, webhooks.get(act, webhook_id), Why.REMOVED)
    click.echo(f"webhook {webhook_id} was removed")


@webhook.command("rotate")
@click.argument("webhook_id", type=int)
def rotate_webhook(webhook_id: int) -> None:
    """Print a new secret, this once; the one before signs beside it for a day, until the other system knows."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        secret = webhooks.rotate(act, webhooks.get(act, webhook_id))
    click.echo(secret)


@webhook.command("try")
@click.argument("webhook_id", type=int)
def try_webhook(webhook_id: int) -> None:
    """Send an event of the type "test"; one that failed is told again at once what waits."""
    with listing.opened() as runtime:
        telling.try_out(runtime, webhook_id)
    click.echo(f"webhook {webhook_id} works")


def _events(told: str) -> list[Event]:
    """The events of a list. Raises click's error for one that there is not."""
    names = [one.strip() for one in told.split(",") if one.strip()]
    if names == ["all"]:
        return list(Event)
    unknown = [one for one in names if one not in set(Event)]
    if unknown or not names:
        raise click.BadParameter(f"there are {', '.join(Event)}, or all", param_hint="--events")
    return [Event(one) for one in names]

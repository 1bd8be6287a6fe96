"""The operator's commands; without them nothing could be started, tried or looked at from a terminal."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from hotline import (
    VERSION,
    accounts,
    archive,
    connections,
    demo,
    key_ring,
    listing,
    logs,
    mending,
    migrations,
    personnel,
    practice,
    records,
    registers,
    ringing,
    rule_list,
    running,
    runtime,
    serving,
    settings,
    subscriptions,
)
from hotline.domain.outbox import Queue
from hotline.errors import Refused
from hotline.jobs import dispatch as dispatching
from hotline.jobs import worker as working
from hotline.simulator import server
from hotline.voice import endings


@click.group(cls=listing.Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="hotline")
def cli() -> None:
    """The telephone of a service company, kept honest by software."""


@cli.command()
@click.option("--trial", is_flag=True, help="Load the demo group into an empty database.")
def up(trial: bool) -> None:
    """Run everything on this machine until Ctrl-C; without a carrier account also a simulated carrier."""
    running.up(trial=trial)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 where a proxy runs on another machine.")
def web(host: str) -> None:
    """Serve webhooks, the console and /health at PORT."""
    wanted = settings.load()
    command = serving.command(host, wanted.port)
    os.execv(command[0], command)  # noqa: S606 - gunicorn takes our place, so that it gets our signals


@cli.command()
def dispatch() -> None:
    """Hand what is due to the queue."""
    logs.set_up()
    dispatching.run(runtime.make(settings.load()))


@cli.command()
@click.argument("queue", type=click.Choice([str(queue) for queue in Queue]))
def worker(queue: str) -> None:
    """Do the work of one queue."""
    logs.set_up()
    working.run(settings.load(), queue, news=endings.news)


@cli.command(hidden=True)
def simulator() -> None:
    """Run the simulated carrier beside the web server, for `hotline up`."""
    logs.set_up()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its lines hold the telephones' numbers
    wanted = settings.load()
    made = runtime.make(wanted)
    account = wanted.carrier
    numbers, phones = practice.numbers(made), practice.phones(made)
    made.engine.dispose()
    server.serve(
        port=running.simulator_port(wanted.port),
        account_sid=account.sid,
        auth_token=account.tokens[0],
        numbers=numbers,
        phones=phones,
        api_keys={account.api_key: account.api_secret} if account.api_key and account.api_secret else {},
    )


@cli.command()
@click.argument("story", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--port", type=int, help="The practice phone's port; PORT + 1 where none is given.")
def ring(story: Path, port: int | None) -> None:
    """Play a telephone story against the running hotline. Status 0: it came true. 1: it did not, and where."""
    with listing.opened() as made:
        if port is None and made.settings.twilio_account_sid:
            raise Refused(
                "stories need the simulated carrier, and a carrier account is set: leave TWILIO_ACCOUNT_SID out"
            )
        exchange = f"http://{running.HOST}:{port or running.simulator_port(made.settings.port)}"
        try:
            address = ringing.play(made, story, exchange, click.echo)
        except ringing.StoryFailed as failure:
            click.echo(f"{story}, {failure}", err=True)
            sys.exit(1)
    click.echo("The story came true." + (f" The call: {address}" if address else ""))


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    with listing.opened() as made:
        migrations.upgrade(made.engine)
    click.echo("the database is at this version's schema")


@cli.command("demo")
def load_demo() -> None:
    """Load the demo group into an empty database; refused where companies exist."""
    with listing.opened() as made:
        log_ins = demo.load(made)
        click.echo(f"the demo group is loaded; its log-ins are in {made.settings.hotline_var / demo.LOG_INS}")
    listing.show([vars(one) for one in log_ins], ("login", "company", "name", "roles", "password"), as_json=False)


for command in (
    records.calls,
    records.cases,
    records.promises_group,
    mending.outbox,
    records.transcripts_group,
    records.audit,
    registers.company,
    registers.staff_group,
    registers.nuisance,
    connections.robot,
    connections.key,
    subscriptions.webhook,
    key_ring.key_ring,
    archive.backup,
    archive.restore,
):
    cli.add_command(command)
records.promises_group.add_command(rule_list.rules)
for about_people in (
    personnel.leave,
    personnel.dismiss,
    personnel.come_back,
    accounts.reset_second_factor,
    accounts.allow_provider,
    accounts.forbid_provider,
):
    registers.staff_group.add_command(about_people)

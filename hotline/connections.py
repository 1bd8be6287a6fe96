"""Commands for what is connected: group robots, other systems' keys; without them nobody could let one in or out."""

from __future__ import annotations

import sys

import click

from hotline import chats, listing, rows
from hotline.chats import Address, Kind
from hotline.domain import api_keys, companies, robots, signers
from hotline.domain.act import COMMAND, Act
from hotline.domain.api_keys import FIRST_SCOPES, Scope
from hotline.domain.companies import Company
from hotline.errors import Invalid
from hotline.jobs import robots as talking

_ROBOT = ("id", "company", "kind", "name", "signs", "added_at", "refused_at")
_KEY = ("id", "company", "name", "scopes", "engineers", "made_at", "used_at", "revoked_at")


@click.group()
def robot() -> None:
    """Group robots of Feishu, DingTalk and WeCom (群机器人), which say in a group what is told by role."""


@robot.command("list")
@listing.company
@listing.as_json
def list_robots(company: str | None, as_json: bool) -> None:
    """Robots; their addresses are never shown. One with a time under refused_at is told nothing until it was tried."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        company_id = None if company is None else companies.coded(act, company).id
        names = rows.Names.read(act)
        listing.show([rows.of_robot(names, one) for one in robots.listed(act, company_id)], _ROBOT, as_json=as_json)


@robot.command("add")
@click.option("--company", "code", required=True, metavar="CODE", help="The company whose notices it says.")
@click.option("--kind", required=True, type=click.Choice([str(kind) for kind in Kind]), help="Whose robot it is.")
@click.option("--name", required=True, help="A name for the group, such as 值班群.")
@click.option(
    "--stdin", "from_stdin", is_flag=True, help="Read the address, and on a second line the secret, instead of asking."
)
def add_robot(code: str, kind: str, name: str, from_stdin: bool) -> None:
    """Add a robot; its address and signing secret are asked for unseen, kept sealed, and never shown again."""
    name = _name(name, robots.NAME_LONGEST)
    with listing.opened() as runtime:
        to = _address(Kind(kind), from_stdin=from_stdin)
        also = runtime.settings.robot_hosts_also
        with runtime.act(COMMAND) as act:
            added = robots.add(act, companies.coded(act, code).id, name, to, also=also)
    click.echo(f"robot {added.id} was added to {code}; see that it works: hotline robot try {added.id}")
    if chats.is_foreign(to):
        click.echo(f"WARNING: this is none of the platform's own hosts; {chats.ALSO} alone allows it", err=True)


@robot.command("remove")
@click.argument("robot_id", type=int)
def remove_robot(robot_id: int) -> None:
    """Remove a robot; its address is forgotten."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        robots.remove(act, robots.get(act, robot_id))
    click.echo(f"robot {robot_id} was removed")


@robot.command("try")
@click.argument("robot_id", type=int)
def try_robot(robot_id: int) -> None:
    """Let a robot say that it works; one that its platform had refused is told again what happens."""
    with listing.opened() as runtime:
        talking.try_out(runtime, robot_id)
    click.echo(f"robot {robot_id} works")


@click.group()
def key() -> None:
    """Keys with which other systems bring complaints and matters, ask for callbacks, and report on repairs (/api)."""


@key.command("list")
@listing.as_json
def list_keys(as_json: bool) -> None:
    """Every key there is or was, and when it last brought something; what stands in it is never shown again."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        names = rows.Names.read(act)
        listing.show([rows.of_key(names, one) for one in api_keys.listed(act)], _KEY, as_json=as_json)


@key.command("add")
@click.option("--company", "code", required=True, metavar="CODE", help="Where its matters go.")
@click.option("--name", required=True, help="Which system has it, such as 官网.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([str(scope) for scope in Scope]),
    default=[str(scope) for scope in FIRST_SCOPES],
    show_default=True,
    help="What it opens, as often as there are things.",
)
@click.option(
    "--engineer",
    "engineers",
    multiple=True,
    metavar="NUMBER",
    help="With the scope repairs: the agent number of an engineer on whose repairs it reports; as often as there are.",
)
def add_key(code: str, name: str, scopes: tuple[str, ...], engineers: tuple[str, ...]) -> None:
    """Make a key and print it, this once."""
    name = _name(name, api_keys.NAME_LONGEST)
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        company = companies.coded(act, code)
        theirs = [_engineer(act, company, number) for number in engineers]
        made, secret = api_keys.make(act, company.id, name, [Scope(one) for one in scopes], theirs)
    click.echo(f"key {made.id} was made for {code}; it is shown this once:", err=True)
    click.echo(secret)


@key.command("revoke")
@click.argument("key_id", type=int)
def revoke_key(key_id: int) -> None:
    """From now on this key opens nothing; what it brought stays."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        api_keys.revoke(act, key_id)
    click.echo(f"key {key_id} is revoked")


def _address(kind: Kind, *, from_stdin: bool) -> Address:
    signs = chats.PLATFORMS[kind].signs
    if from_stdin:
        url, _line, secret = sys.stdin.read().strip().partition("\n")
        return Address(kind, url.strip(), secret.strip() or None)
    url = click.prompt("Address", hide_input=True, err=True)
    ask = "Signing secret, empty where it has none"
    secret = click.prompt(ask, hide_input=True, default="", show_default=False, err=True) if signs else ""
    return Address(kind, url.strip(), secret.strip() or None)


def _engineer(act: Act, company: Company, number: str) -> int:
    person = signers.engineer(act, company.id, number)
    if person is None:
        raise Invalid(f"{number} is no agent number of one engineer of {company.code}: `hotline staff list` shows them")
    return person.id


def _name(name: str, longest: int) -> str:
    if not 0 < len(name.strip()) <= longest:
        raise Invalid(f"--name has 1 to {longest} characters")
    return name.strip()

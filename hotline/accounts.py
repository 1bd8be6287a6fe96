"""Commands for how a person proves who they are; without them whoever lost a telephone would stay outside for good."""

from __future__ import annotations

import click
from sqlalchemy import select

from hotline import listing
from hotline.domain import identities, second_factors, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.staff import Staff
from hotline.errors import NotFound


@click.command("reset-second-factor")
@click.argument("login")
def reset_second_factor(login: str) -> None:
    """Take a lost second factor and its recovery codes away; log-ins end, and the next one sets another up."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        person = _person(act, login)
        second_factors.reset(act, person, by=None)
        staff.log_out(act, person)
    click.echo(f"{login} has no second factor any more; where the role needs one, the next log-in sets it up")


@click.command("allow-provider")
@click.argument("login")
@click.argument("name")
def allow_provider(login: str, name: str) -> None:
    """Let NAME of the identity provider (preferred_username, or an e-mail address it has verified) log in as LOGIN."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        identities.allow(act, _person(act, login), name, by=None)
    click.echo(f"{name} logs in as {login} through the identity provider; the first log-in ties that account for good")


@click.command("forbid-provider")
@click.argument("login")
def forbid_provider(login: str) -> None:
    """No account of the identity provider opens LOGIN any more; the pass phrase does still. Log-ins end."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        person = _person(act, login)
        identities.forbid(act, person, by=None)
        staff.log_out(act, person)
    click.echo(f"{login} logs in with a pass phrase alone")


def _person(act: Act, login: str) -> Staff:
    person = act.session.scalar(select(Staff).where(Staff.login == login))
    if person is None:
        raise NotFound(f"nobody logs in as {login}: `hotline staff list` shows who there is")
    return person

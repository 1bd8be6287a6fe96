"""Commands for who goes on leave, leaves, or comes back; without them an operator would change the rows by hand."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from hotline import listing
from hotline.domain import companies, leaving
from hotline.domain.act import COMMAND, Act
from hotline.domain.staff import Staff
from hotline.errors import NotFound

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


class _Until(click.ParamType[datetime]):
    """The end of a span; where a day alone is named, the end of that day."""

    name = _MOMENT.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        moment = _MOMENT.convert(value, param, ctx)
        return moment if ":" in str(value) else datetime.combine(moment, time.max)


@click.command("leave")
@click.argument("login")
@click.option(
    "--from", "begins", required=True, type=_MOMENT, help="In the company's zone: 2026-11-23, or 2026-11-23T08:00."
)
@click.option("--until", "ends", required=True, type=_Until(), help="The same; a day alone counts to its end.")
@click.option("--receiver", required=True, metavar="LOGIN", help="Who is asked to take the open matters over.")
def leave(login: str, begins: datetime, ends: datetime, receiver: str) -> None:
    """Note a leave: shifts are struck; when it begins the receiver is asked for every open matter (OWN-2)."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        person = _person(act, login)
        companies.get(act, person.company_id)
        zone = ZoneInfo(act.standard.timezone)
        leaving.go_on_leave(
            act,
            person,
            starts_at=begins.replace(tzinfo=zone),
            ends_at=ends.replace(tzinfo=zone),
            receiver_id=_person(act, receiver).id,
        )
    click.echo(
        f"{login} is on leave from {begins:%Y-%m-%d %H:%M} until {ends:%Y-%m-%d %H:%M}; {receiver} is asked then"
    )


@click.command("dismiss")
@click.argument("login")
def dismiss(login: str) -> None:
    """Somebody left: a superior owns every open matter at once, log-ins end, shifts are struck (OWN-1)."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        heir = leaving.dismiss(act, _person(act, login).id, by=None).login
    click.echo(f"{login} does not work here any more; {heir} answers for what was theirs")


@click.command("return")
@click.argument("login")
def come_back(login: str) -> None:
    """Somebody is back, from leave before its end or after having left; matters stay with whoever has them."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        leaving.come_back(act, _person(act, login), by=None)
    click.echo(f"{login} works here")


def _person(act: Act, login: str) -> Staff:
    person = act.session.scalar(select(Staff).where(Staff.login == login))
    if person is None:
        raise NotFound(f"nobody logs in as {login}: `hotline staff list` shows who there is")
    return person

"""Commands that keep the registers: companies, staff, refused numbers; without them a new group could not begin."""

from __future__ import annotations

import sys
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from hotline import listing, rows
from hotline.console import passwords
from hotline.domain import companies, customers, rosters, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.companies import Company, Department
from hotline.domain.staff import Duty, Role, Staff
from hotline.errors import Invalid, NotFound, Refused
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.standard import loader

FIRST_AGENT_NUMBER = "001"
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
_COMPANY = ("code", "name_zh", "name_en", "profile", "numbers")
_STAFF = ("id", "login", "name", "company", "agent_number", "roles", "languages", "phone", "active")
_NUISANCE = ("id", "number", "flagged_by", "flagged_at", "confirmed_by", "expires_at")


@click.group()
def company() -> None:
    """The group's companies."""


@company.command("list")
@listing.as_json
def list_companies(as_json: bool) -> None:
    """Companies with their public numbers."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        listing.show([rows.of_company(act, one) for one in companies.listed(act)], _COMPANY, as_json=as_json)


@company.command("add")
@click.option("--code", required=True, help="A short name for commands, such as huaze.")
@click.option("--name-zh", required=True, help="The name as it is spoken in Chinese.")
@click.option("--name-en", required=True, help="The name as it is spoken in English.")
@click.option("--profile", default=loader.DEFAULT, show_default=True, help="The service standard's profile.")
@click.option("--number", "numbers", multiple=True, required=True, help="A public number of the company; repeatable.")
@click.option("--department", "departments", multiple=True, help="A department; repeatable.")
@click.option(
    "--overrides", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The company's own figures, TOML."
)
@click.option("--responsible", metavar="NAME", help="Who answers for its calls: taken on as its first supervisor.")
@click.option("--responsible-phone", metavar="NUMBER", help="Where that person is rung.")
def add_company(
    code: str,
    name_zh: str,
    name_en: str,
    profile: str,
    numbers: tuple[str, ...],
    departments: tuple[str, ...],
    overrides: Path | None,
    responsible: str | None,
    responsible_phone: str | None,
) -> None:
    """Take a company into the group."""
    if bool(responsible) != bool(responsible_phone):
        raise Invalid("--responsible and --responsible-phone go together: whoever answers for calls must be reachable")
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        made = companies.found(
            act,
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            profile=profile,
            numbers=[PhoneNumber.parse(number).e164 for number in numbers],
            overrides=_read(overrides) if overrides else None,
        )
        for name in departments:
            companies.add_department(act, made, name)
        if responsible and responsible_phone:
            staff.hire(
                act,
                made,
                name=responsible,
                login=_first(code),
                roles=[Role.SUPERVISOR],
                agent_number=FIRST_AGENT_NUMBER,
                phone=PhoneNumber.parse(responsible_phone),
            )
    click.echo(f"company {code} was added")
    if responsible:
        click.echo(f"{responsible} logs in as {_first(code)} after: hotline staff password {_first(code)}")
    else:
        add = f"hotline staff add --company {code} --role supervisor --phone NUMBER ..."
        click.echo(f"it takes calls once it has people: {add}")


@click.group("staff")
def staff_group() -> None:
    """People who work for a company."""


@staff_group.command("list")
@listing.company
@listing.as_json
def list_staff(company: str | None, as_json: bool) -> None:
    """Staff, in the order in which they came."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        query = select(Staff).order_by(Staff.id)
        if company is not None:
            query = query.where(Staff.company_id == companies.coded(act, company).id)
        names = rows.Names.read(act)
        listing.show([rows.of_staff(act, names, one) for one in act.session.scalars(query)], _STAFF, as_json=as_json)


@staff_group.command("add")
@click.option("--company", "code", required=True, metavar="CODE", help="The company this person works for.")
@click.option("--login", required=True, help="The name to log in with.")
@click.option("--name", required=True)
@click.option("--agent-number", required=True, help="The number that callers are told (ANS-2).")
@click.option("--role", "roles", multiple=True, type=click.Choice([str(role) for role in Role]), help="Repeatable.")
@click.option("--phone", help="Where this person is rung.")
@click.option("--department")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
@click.option("--no-password", is_flag=True, help="This person never logs in.")
def add_staff(
    code: str,
    login: str,
    name: str,
    agent_number: str,
    roles: tuple[str, ...],
    phone: str | None,
    department: str | None,
    password_stdin: bool,
    no_password: bool,
) -> None:
    """Take a person on."""
    with listing.opened() as runtime:
        password_hash = None if no_password else passwords.hashed(_password(runtime, login, from_stdin=password_stdin))
        with runtime.act(COMMAND) as act:
            employer = companies.coded(act, code)
            person = staff.hire(
                act,
                employer,
                name=name,
                login=login,
                roles=[Role(role) for role in roles],
                agent_number=agent_number,
                phone=PhoneNumber.parse(phone) if phone else None,
                password_hash=password_hash,
                department_id=_department(act, employer, department) if department else None,
            )
    click.echo(f"{login} was added to {code} as member of staff {person.id}")


@staff_group.command("password")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
def set_password(login: str, password_stdin: bool) -> None:
    """Set a person's password; every open log-in of theirs ends."""
    with listing.opened() as runtime:
        with runtime.look(COMMAND) as act:
            _person(act, login)
        password_hash = passwords.hashed(_password(runtime, login, from_stdin=password_stdin))
        with runtime.act(COMMAND) as act:
            staff.set_password(act, _person(act, login), password_hash)
    click.echo(f"{login} has a new password")


@staff_group.command("phone")
@click.argument("login")
@click.argument("number")
def set_phone(login: str, number: str) -> None:
    """Set where a person is rung."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        person = _person(act, login)
        staff.set_phone(act, person, PhoneNumber.parse(number))
    click.echo(f"{login} is rung at {PhoneNumber.parse(number).masked}")


@staff_group.command("roster")
@click.argument("login")
@click.argument("duty", type=click.Choice([str(duty) for duty in Duty]))
@click.option("--from", "begins", required=True, type=_MOMENT, help="In the company's time zone: 2026-11-18T08:00.")
@click.option("--until", "ends", required=True, type=_MOMENT, help="The same.")
def put_on_roster(login: str, duty: str, begins: datetime, ends: datetime) -> None:
    """Put a person on duty; of several at the same time, who began first is rung first."""
    if ends <= begins:
        raise Invalid("--until must be later than --from")
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        person = _person(act, login)
        companies.get(act, person.company_id)
        zone = ZoneInfo(act.standard.timezone)
        rosters.write(act, person, Duty(duty), begins.replace(tzinfo=zone), ends.replace(tzinfo=zone))
    click.echo(f"{login} is on {duty} duty from {begins:%Y-%m-%d %H:%M} until {ends:%Y-%m-%d %H:%M}")


@click.group()
def nuisance() -> None:
    """Numbers that hear a polite refusal: flagged with a reason, confirmed by a supervisor, for a time (ANS-12)."""


@nuisance.command("list")
@listing.as_json
def list_nuisances(as_json: bool) -> None:
    """Every flagged number that has not expired."""
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        names = rows.Names.read(act)
        found = [rows.of_nuisance(act, names, one) for one in customers.nuisances(act)]
        listing.show(found, _NUISANCE, as_json=as_json)


@nuisance.command("flag")
@click.argument("number")
@click.option("--reason", required=True, help="What happened; kept sealed.")
@click.option("--by", required=True, metavar="LOGIN", help="Who flags it.")
def flag(number: str, reason: str, by: str) -> None:
    """Flag a number; nothing is refused until a supervisor confirms."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        person = _person(act, by)
        companies.get(act, person.company_id)
        expires = act.standard.answering.nuisance_lasts.deadline(act.at, act.standard.calendar).at
        flagged = customers.flag_nuisance(
            act, PhoneNumber.parse(number), reason=reason, flagged_by=person.id, expires_at=expires
        )
    click.echo(f"flagged as {flagged.id}; a supervisor confirms it: hotline nuisance confirm {flagged.id} --by LOGIN")


@nuisance.command("confirm")
@click.argument("nuisance_id", type=int)
@click.option("--by", required=True, metavar="LOGIN", help="The supervisor who confirms.")
def confirm(nuisance_id: int, by: str) -> None:
    """Confirm a flagged number; from now on it hears the refusal."""
    with listing.opened() as runtime, runtime.act(COMMAND) as act:
        person = _person(act, by)
        if not person.has(*staff.from_level(act, person.company_id, staff.Role.SUPERVISOR)):
            raise Refused(f"{by} cannot confirm: it takes a supervisor or somebody above (ANS-12)")
        customers.confirm_nuisance(act, nuisance_id, person.id)
    click.echo(f"{nuisance_id} is confirmed")


def _first(code: str) -> str:
    return f"{code}-supervisor"


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: is not TOML: {error}") from error


def _password(runtime: Runtime, login: str, *, from_stdin: bool) -> str:
    given: str = (
        sys.stdin.readline().rstrip("\n")
        if from_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    )
    figures = runtime.figures.sign_in
    weak = passwords.weakness(given, login, figures)
    if weak is not None:
        wrong = {
            "short": f"has {len(given)} characters; take {figures.password_shortest} or more",
            "long": f"has {len(given)} characters; take {figures.password_longest} at most",
            "name": f"has the log-in {login} in it; take one without",
            "common": "is one of those that are guessed first; take another",
        }
        raise Invalid(f"the password {wrong[weak]}, such as four words in a row that nobody else would choose")
    return given


def _person(act: Act, login: str) -> Staff:
    person = act.session.scalar(select(Staff).where(Staff.login == login, Staff.active))
    if person is None:
        raise NotFound(f"nobody logs in as {login}: `hotline staff list` shows who there is")
    return person


def _department(act: Act, employer: Company, name: str) -> int:
    query = select(Department).where(Department.company_id == employer.id).order_by(Department.id)
    known = {one.name: one.id for one in act.session.scalars(query)}
    if name not in known:
        raise NotFound(f"{employer.code} has no department {name}; there are: {', '.join(known) or 'none yet'}")
    return known[name]

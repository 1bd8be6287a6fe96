"""What the simulated carrier is told about us: numbers and telephones; without it nobody could be rung there."""

from __future__ import annotations

from itertools import count

from sqlalchemy import select

from hotline.domain import companies, customers, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.companies import Company, CompanyNumber
from hotline.domain.customers import Customer
from hotline.domain.staff import Staff
from hotline.errors import HotlineError
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.simulator.board import NumberConfig
from hotline.simulator.practice import PhoneConfig

_STRANGERS = "+861540001{:04}"  # of a range that is given to no network
_WITHHELD = PhoneConfig("anonymous", "隐藏号码", "customer", label="隐藏号码", label_en="Number withheld")
MOST_CUSTOMERS = 20  # a page of telephones to choose from, not a directory


def numbers(runtime: Runtime) -> list[NumberConfig]:
    """Every public number of the group and where its calls are announced, as a carrier would be configured."""
    addresses = runtime.addresses
    with runtime.look(COMMAND) as act:
        names = {company.id: _both_names(company) for company in companies.listed(act)}
        return [
            NumberConfig(
                number=row.number,
                label=names[row.company_id],
                voice_url=addresses.inbound(),
                fallback_url=addresses.fallback(),
                status_url=addresses.status(),
            )
            for row in act.session.scalars(select(CompanyNumber).order_by(CompanyNumber.company_id))
        ]


def phones(runtime: Runtime) -> list[PhoneConfig]:
    """The telephones of the first customers, of a stranger and of somebody who hides, and of the staff."""
    with runtime.look(COMMAND) as act:
        known = act.session.scalars(select(Customer).order_by(Customer.id).limit(MOST_CUSTOMERS))
        people = act.session.scalars(select(Staff).where(Staff.phone.is_not(None), Staff.active).order_by(Staff.id))
        found = [_of_customer(act, customer) for customer in known]
        callers = [*filter(None, found), _strangers(stranger(act)), _WITHHELD]
        return callers + [_of_staff(act, person) for person in people]


def _of_customer(act: Act, customer: Customer) -> PhoneConfig | None:
    try:
        number = customers.phone_of(act, customer).e164
        name = act.sealer.open_for(customer.key, customer.name) if customer.name else number
    except HotlineError:  # erased
        return None
    return PhoneConfig(number=number, name=name, role="customer", label=name)


def stranger(act: Act) -> str:
    """A number by which nobody is known; whoever has rung from it is known, and the next number is a stranger's."""
    candidates = map(_STRANGERS.format, count(1))
    return next(one for one in candidates if customers.find(act, PhoneNumber.parse(one)) is None)


def _strangers(number: str) -> PhoneConfig:
    return PhoneConfig(number, "陌生号码", "customer", label="陌生号码", label_en="Unknown number")


def _both_names(company: Company) -> str:
    return f"{company.name_zh} {company.name_en}"


def _of_staff(act: Act, person: Staff) -> PhoneConfig:
    company = companies.get(act, person.company_id)
    role = person.roles[0].role if person.roles else "guard"
    number = person.agent_number
    return PhoneConfig(
        number=staff.phone_of(act, person).e164,
        name=person.name,
        role=role,
        label=" ".join(filter(None, (company.name_zh, number and f"{number}号", person.name))),
        label_en=" ".join(filter(None, (company.name_en, number and f"no. {number}", person.name))),
    )

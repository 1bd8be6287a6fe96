"""Whoever leads somebody whose looking is unusual is told by text; else the page would have to be open (SEC-1)."""

from __future__ import annotations

from hotline.domain import companies, staff
from hotline.domain.act import Act
from hotline.domain.looks import UnusualLooks
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import texts
from hotline.jobs.effects import Prepared
from hotline.runtime import Runtime


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text to one who leads: about = {who, looks}. Whoever works here no more is not told."""
    person = staff.get(act, entry.about["who"])
    company = companies.get(act, person.company_id)
    if not person.active or person.phone is None:
        return State.DROPPED
    to = staff.phone_of(act, person)
    return texts.effect(runtime, act, entry, company, to, lambda: written(runtime, act, entry))


def written(runtime: Runtime, act: Act, entry: OutboxEntry) -> str:
    """Whose looking is unusual and why, in the language of the company of whoever is told; where to see more."""
    looks = act.session.get_one(UnusualLooks, entry.about["looks"])
    company = companies.get(act, staff.get(act, entry.about["who"]).company_id)
    said, language, one = runtime.prompts, act.standard.languages.default, staff.get(act, looks.staff_id)
    why = said.text(f"texts.looks.{looks.why}", language, company.words)
    name, link = f"{one.name} {one.agent_number}", runtime.addresses.looks(one.id)
    return said.text("texts.looks.unusual", language, company.words, name=name, why=why, link=link)

"""Somebody is told by text what became of how they log in; else a theft would go unseen (SEC-1)."""

from __future__ import annotations

from hotline.domain import companies, staff
from hotline.domain.act import Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.jobs import texts
from hotline.jobs.effects import Prepared
from hotline.runtime import Runtime


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text: about = {who, account, news, by}. Whoever works here no more is not told."""
    person = staff.get(act, entry.about["who"])
    company = companies.get(act, person.company_id)
    if not person.active or person.phone is None:
        return State.DROPPED
    to = staff.phone_of(act, person)
    return texts.effect(runtime, act, entry, company, to, lambda: written(runtime, act, entry))


def written(runtime: Runtime, act: Act, entry: OutboxEntry) -> str:
    """What happened to whose account, in the language of the company of whoever is told."""
    company = companies.get(act, staff.get(act, entry.about["who"]).company_id)
    said, language, by = runtime.prompts, act.standard.languages.default, entry.about["by"]
    name = staff.get(act, entry.about["account"]).name
    who = staff.get(act, by).name if by else said.text("texts.account.command", language, company.words)
    return said.text(f"texts.account.{entry.about['news']}", language, company.words, name=name, by=who)

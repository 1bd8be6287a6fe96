"""Texts to customers and colleagues; without it nobody would have in writing what was promised (OWN-7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.carrier import Carrier
from hotline.domain import cases, companies, customers, dispatches, outbox, promises, reaching, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.dispatches import Answer
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.promises import Promise, Verdict
from hotline.errors import Invalid
from hotline.jobs import segments
from hotline.jobs.effects import Effect, Prepared
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.standard.calendar import day_ended

PASSED_ON = (Answer.DECLINED, Answer.WITHDRAWN)


def send(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text about a case to its customer: about = {to, who, text}; to a colleague from a version before.

    It keeps the customer's quiet hours; of what says the same in them the last goes, in the words of the morning.
    """
    case, company = _matter(act, entry)
    if entry.about["to"] == "customer":
        later = reaching.texted_from(act, case, entry.about["text"])
        if entry.submitted_at is None and later > act.at:
            outbox.drop_like(act, entry)
            return later
        if entry.submitted_at is None and outbox.said_later(act, entry):
            return State.DROPPED
        customer = customers.get(act, entry.about["who"])
        number, language = customers.phone_of(act, customer), customer.language or _default(act)
    else:
        number, language = staff.phone_of(act, staff.get(act, entry.about["who"])), _default(act)
    promise = act.session.get(Promise, entry.about["promise"]) if "promise" in entry.about else None

    def write() -> str:
        return _written(runtime, act, case, company, entry.about["text"], language, promise)

    return effect(runtime, act, entry, company, number, write)


def for_colleagues(runtime: Runtime, act: Act, case: Case, text: str, promise: Promise | None) -> str:
    """What colleagues are told of a case, in their company's language; no personal value (SEC-1)."""
    company = companies.get(act, case.company_id)
    return _written(runtime, act, case, company, text, _default(act), promise)


def sent(runtime: Runtime, act: Act, entry: OutboxEntry, sid: str) -> None:
    """The carrier has it. Where telling was what a rule promised, the promise is kept."""
    if entry.about.get("keeps"):
        case, _company = _matter(act, entry)
        promises.done(act, entry.about["keeps"], case)


def link(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """The link to the sheet, to the colleague who is being rung; nothing of the customer stands in it (SEC-1)."""
    made = dispatches.get_offer(act, entry.about["offer"])
    dispatch = dispatches.get(act, made.dispatch_id)
    if made.answer in PASSED_ON or dispatch.signed_by_id not in (None, made.staff_id):
        return State.DROPPED
    case, company = _matter(act, entry)
    language = _default(act)

    def write() -> str:
        values = _values(runtime, act, case, company, language, None)
        address = runtime.addresses.sheet(dispatches.new_link(act, made))
        return runtime.prompts.text("texts.dispatch-link", language, company.words, link=address, **values)

    return effect(runtime, act, entry, company, staff.phone_of(act, staff.get(act, made.staff_id)), write)


def _written(
    runtime: Runtime, act: Act, case: Case, company: Company, text: str, language: str, promise: Promise | None
) -> str:
    values = _values(runtime, act, case, company, language, promise)
    return runtime.prompts.text(_key(runtime, case, text, language), language, company.words, **values)


def effect(
    runtime: Runtime, act: Act, entry: OutboxEntry, company: Company, to: PhoneNumber, write: Callable[[], str]
) -> Effect:
    """Write the text, unless one may be on its way: a link in it would be replaced by a new one and stop working."""
    from_, status_url, mark = companies.number_of(act, company), runtime.addresses.text_status(), entry.mark
    body = "" if entry.submitted_at is not None else _fitted(runtime, write())
    blind = act.sealer.blind

    def ask(carrier: Carrier) -> str:
        return carrier.send_text(to=to.e164, from_=from_, body=body, status_url=status_url)

    def find(carrier: Carrier, since: datetime) -> list[str]:
        return [text.sid for text in carrier.find_texts(to=to.e164, since=since) if blind(text.body) == mark]

    return Effect(ask, find, blind(body))


def _fitted(runtime: Runtime, body: str) -> str:
    figures = runtime.figures.carrier
    return segments.fit(body.strip(), segments=figures.text_segments, longest=figures.text_longest)


def _matter(act: Act, entry: OutboxEntry) -> tuple[Case, Company]:
    if entry.case_id is None:
        raise Invalid("a text is always about a case")
    case = cases.get(act, entry.case_id)
    return case, companies.get(act, case.company_id)


def _default(act: Act) -> str:
    return act.standard.languages.default


def _values(
    runtime: Runtime, act: Act, case: Case, company: Company, language: str, promise: Promise | None
) -> dict[str, str]:
    """What a text may name: the case, who answers for it, what comes next and by when (OWN-7). No personal value."""
    said, own = runtime.prompts, company.words
    meant = promise or _next_promise(act, case)
    return {
        "company": company.name(language),
        "phone": PhoneNumber(companies.number_of(act, company)).national,
        "number": case.number,
        "owner": staff.get(act, case.owner_id).name,
        "handler": staff.get(act, case.handler_id).name,
        "matter": _word_for(runtime, case, language, company),
        "step": said.text(promises.next_step(act, case), language, own),
        "promised": _title(act, meant, language) if meant else "",
        "due": when(act, runtime, language, meant.due_at) if meant else said.text("texts.soon", language, own),
    }


def _next_promise(act: Act, case: Case) -> Promise | None:
    """The promise made last that is still open: what the customer waits for, not what a department owes the house."""
    waiting = [promise for promise in promises.of_case(act, case.id) if promise.verdict == Verdict.OPEN]
    if case.kind == Kind.COMPLAINT:
        waiting = [promise for promise in waiting if promise.rule_id in promises.TO_COMPLAINANT]
    return waiting[-1] if waiting else None


def _title(act: Act, promise: Promise, language: str) -> str:
    rule = act.standard.promise_rules.get(promise.rule)
    if rule is None:  # the standard knew it when it was promised: it is still owed, and told of
        return promise.rule_id
    return rule.title_zh if language.startswith("zh") else rule.title_en


def when(act: Act, runtime: Runtime, language: str, at: datetime) -> str:
    """Midnight is told as the end of its day, for "0:00" is taken for the night after."""
    local = at.astimezone(ZoneInfo(act.standard.timezone))
    ended = day_ended(local)
    if ended is not None:
        return runtime.prompts.text("texts.when-midnight", language, at=ended)
    return runtime.prompts.text("texts.when", language, at=local)


def _key(runtime: Runtime, case: Case, text: str, language: str) -> str:
    """The words of a text; an emergency has its own where those of a repair would be too slow."""
    own = f"texts.{case.kind}.{text}"
    return own if own in runtime.prompts.keys(language) else f"texts.{text}"


def _word_for(runtime: Runtime, case: Case, language: str, company: Company) -> str:
    """What the case is about; an emergency says first that it is one, and of an unclear one nothing more is known."""
    urgent, key = case.kind == Kind.EMERGENCY, f"texts.matters.{case.matter}"
    if key not in runtime.prompts.keys(language) or (urgent and case.matter == "unclear"):
        return runtime.prompts.text(f"texts.kinds.{case.kind}", language, company.words)
    word = runtime.prompts.text(key, language, company.words)
    return runtime.prompts.text("texts.urgent", language, company.words, matter=word) if urgent else word

"""The whole call as one table, and its checker; without it nobody could see at once that no step is a dead end."""

from __future__ import annotations

from collections.abc import Iterator

from hotline.voice import answers, colleagues, contacts, desk_flow, emergencies, faults, inform, notices, survey
from hotline.voice.answers import choices, note, yes_no
from hotline.voice.steps import Ask, End, Go, Linger, Menu, Row, Step, Take, Tell, leads_of, says

S = Step
ITEMS = tuple(answers.ITEM_STEPS.values())
MENU_LEADS = (*ITEMS, S.LANGUAGE, S.SLOWLY)
WHEN = (contacts.times_offered, (S.MATTER_OPENED, S.WHEN_SOON))

GREETING: dict[Step, Row] = {
    S.ARRIVED: Go(answers.arrive, (S.REFUSED, S.COLLEAGUE, S.GREETING)),
    S.REFUSED: End(says("nuisance.refusal")),
    S.GREETING: Tell(answers.greeting, S.MAIN),
    S.MAIN: Go(answers.main, (S.MENU, S.OPEN_QUESTION, S.AGENT)),
    S.MENU: Menu(answers.menu, answers.menu_choices, MENU_LEADS, S.AGENT, answers.note_intent, in_own_words=True),
    S.OPEN_QUESTION: Menu(
        says("menu.open"), answers.menu_choices, MENU_LEADS, S.AGENT, answers.note_intent, in_own_words=True
    ),
    S.LANGUAGE: Go(answers.change_language, (S.MAIN,)),
    S.SLOWLY: Go(answers.speak_slowly, (S.MAIN,)),
}

FAULT: dict[Step, Row] = {
    S.FAULT: Go(faults.fault, (S.FAULT_AGAIN, S.FAULT_CLASS, S.DIAGNOSIS)),
    S.FAULT_AGAIN: Menu(
        says("fault.again"),
        choices(("1", "words.same", S.PROGRESS_TOLD), ("2", "words.another", S.FAULT_CLASS)),
        (S.PROGRESS_TOLD, S.FAULT_CLASS, S.DIAGNOSIS),
        S.AGENT,
        faults.another,
    ),
    S.FAULT_CLASS: Menu(
        faults.classes,
        faults.class_choices,
        (S.DIAGNOSIS,),
        S.ADDRESS,
        faults.note_class,
        overhears=True,
        in_own_words=True,
    ),
    S.DIAGNOSIS: Menu(faults.question, faults.question_choices, (S.DIAGNOSIS, S.SCOPE), S.ADDRESS, faults.note_answer),
    S.SCOPE: Go(faults.scope, (S.EMERGENCY_OPENED, S.GUIDE, S.AGREEMENT_ENDED, S.ADDRESS)),
    S.AGREEMENT_ENDED: Tell(says("agreement.ended"), S.FEE),
    S.GUIDE: Menu(
        faults.guide,
        choices(("1", "words.mended", S.GUIDED), ("2", "words.come", S.FEE)),
        (S.GUIDED, S.FEE),
        S.AGENT,
    ),
    S.GUIDED: Go(faults.guided, (S.ANYTHING_ELSE,)),
    S.FEE: Menu(says("fee.ask"), yes_no(S.ADDRESS, S.GUIDED), (S.ADDRESS, S.GUIDED), S.AGENT, faults.accept_fee),
    S.ADDRESS: Go(faults.address, (S.ADDRESS_KNOWN, S.ADDRESS_ASKED)),
    S.ADDRESS_KNOWN: Menu(
        says("address.known"),
        yes_no(S.ADDRESS_SETTLED, S.ADDRESS_ASKED),
        (S.ADDRESS_SETTLED, S.ADDRESS_ASKED),
        S.ADDRESS_SETTLED,
        faults.address_denied,
    ),
    S.ADDRESS_ASKED: Ask(says("address.ask"), faults.address_spoken, (S.ADDRESS_READ_BACK,), S.ADDRESS_RECORDED),
    S.ADDRESS_READ_BACK: Menu(
        says("address.read-back"),
        yes_no(S.ADDRESS_SETTLED, S.ADDRESS_ASKED),
        (S.ADDRESS_SETTLED, S.ADDRESS_ASKED, S.ADDRESS_RECORDED),
        S.ADDRESS_SETTLED,
        faults.address_denied,
    ),
    S.ADDRESS_RECORDED: Take(says("address.record"), S.ADDRESS_SETTLED),
    S.ADDRESS_SETTLED: Go(faults.address_settled, (S.MATTER_OPENED, S.CONTACT)),
    S.FAULT_TOLD: Tell(contacts.told("fault.told"), S.ANYTHING_ELSE),
}

EMERGENCY: dict[Step, Row] = {
    S.EMERGENCY: Menu(
        says("emergency.ask"),
        emergencies.choices,
        (S.EMERGENCY_OPENED,),
        S.EMERGENCY_OPENED,
        emergencies.note_kind,
        person=False,  # help must come first
        overhears=True,
        in_own_words=True,
        keeps="sealed_looks",
    ),
    S.EMERGENCY_OPENED: Go(emergencies.opened, (S.EMERGENCY_SAFETY,)),
    S.EMERGENCY_SAFETY: Tell(emergencies.safety, S.EMERGENCY_WHERE),
    S.EMERGENCY_WHERE: Ask(
        says("emergency.where"), note("sealed_address", S.EMERGENCY_LOOKS), (S.EMERGENCY_LOOKS,), S.EMERGENCY_LOOKS
    ),
    S.EMERGENCY_LOOKS: Ask(says("emergency.looks"), emergencies.looks, (S.EMERGENCY_NAME,), S.EMERGENCY_NAME),
    S.EMERGENCY_NAME: Ask(
        says("emergency.name"), note("sealed_name", S.EMERGENCY_NOTED), (S.EMERGENCY_NOTED,), S.EMERGENCY_NOTED
    ),
    S.EMERGENCY_NOTED: Go(emergencies.known, (S.EMERGENCY_TOLD,)),
    S.EMERGENCY_TOLD: Tell(contacts.told("emergency.told"), S.ANYTHING_ELSE),
}

MATTERS: dict[Step, Row] = {
    S.COMPLAINT: Tell(says("complaint.thanks"), S.COMPLAINT_NAMED),
    S.COMPLAINT_NAMED: Menu(
        says("complaint.named"),
        choices(
            ("1", "words.with-name", S.COMPLAINT_TOLD_OF, "named"),
            ("2", "words.anonymous", S.COMPLAINT_TOLD_OF, "anonymous"),
        ),
        (S.COMPLAINT_TOLD_OF,),
        S.COMPLAINT_TOLD_OF,
        answers.note_anonymous,
    ),
    S.COMPLAINT_TOLD_OF: Take(says("complaint.record"), S.COMPLAINT_STATED),
    S.COMPLAINT_STATED: Go(answers.complaint_stated, (S.CONTACT, S.MATTER_OPENED)),
    S.ENQUIRY: Take(says("enquiry.record"), S.CONTACT),
    S.MESSAGE_FOR: Ask(says("message.for"), note("sealed_for", S.MESSAGE), (S.MESSAGE,), S.MESSAGE),
    S.MESSAGE: Take(says("message.record"), S.CONTACT),
    S.LOST_PROPERTY: Take(says("lost-property.record"), S.CONTACT),
    S.PROGRESS: Go(answers.look_up, (S.PROGRESS_NUMBER, S.PROGRESS_TOLD)),
    S.PROGRESS_NUMBER: Ask(
        says("progress.number"),
        answers.find_case,
        (S.PROGRESS_TOLD,),
        S.AGENT,
        number=True,
        unclear="progress.not-found",
    ),
    S.PROGRESS_TOLD: Tell(answers.progress_told, S.ANYTHING_ELSE),
    S.CONTACT: Go(contacts.contact, (S.CONTACT_KNOWN, S.CONTACT_READ_BACK, S.CONTACT_ASKED)),
    S.CONTACT_KNOWN: Menu(
        says("contact.known"),
        yes_no(S.CONTACT_SETTLED, S.CONTACT_ASKED),
        (S.CONTACT_SETTLED, S.CONTACT_ASKED),
        S.CONTACT_SETTLED,
        contacts.keep_known_number,
    ),
    S.CONTACT_ASKED: Ask(
        says("contact.ask"),
        contacts.number_keyed,
        (S.CONTACT_READ_BACK,),
        S.CONTACT_SETTLED,
        number=True,
        unclear="contact.not-a-number",
    ),
    S.CONTACT_READ_BACK: Menu(
        says("contact.read-back"),
        yes_no(S.CONTACT_SETTLED, S.CONTACT_ASKED),
        (S.CONTACT_SETTLED, S.CONTACT_ASKED),
        S.CONTACT_SETTLED,
        contacts.number_confirmed,
    ),
    S.CONTACT_SETTLED: Go(contacts.settled, (S.WHEN_ASKED, S.MATTER_OPENED)),
    S.WHEN_ASKED: Menu(says("time.ask"), *WHEN, S.WHEN_ASKED_AGAIN, contacts.note_time, asks_again=False, person=False),
    S.WHEN_ASKED_AGAIN: Menu(
        says("time.ask-again"), *WHEN, S.WHEN_SOON, contacts.note_time, asks_again=False, person=False
    ),
    S.WHEN_SOON: Go(contacts.soon, (S.MATTER_OPENED,)),
    S.MATTER_OPENED: Go(
        contacts.open_matter,
        (
            S.FAULT_TOLD, S.COMPLAINT_TOLD, S.ENQUIRY_TOLD, S.MESSAGE_TOLD,
            S.LOST_PROPERTY_TOLD, S.CALLBACK_TOLD, S.UNREACHABLE_TOLD, S.PLACE_KEPT_TOLD,
        ),
    ),
    S.COMPLAINT_TOLD: Tell(contacts.complaint_told, S.ANYTHING_ELSE),
    S.ENQUIRY_TOLD: Tell(contacts.told("enquiry.told"), S.ANYTHING_ELSE),
    S.MESSAGE_TOLD: Tell(contacts.told("message.told"), S.ANYTHING_ELSE),
    S.LOST_PROPERTY_TOLD: Tell(contacts.told("lost-property.told"), S.ANYTHING_ELSE),
    S.CALLBACK_TOLD: Tell(contacts.callback_told, S.ANYTHING_ELSE),
    S.UNREACHABLE_TOLD: Tell(contacts.told("unreachable.told"), S.ANYTHING_ELSE),
}  # fmt: skip

CLOSING: dict[Step, Row] = {
    S.ANYTHING_ELSE: Menu(
        says("anything-else"),
        choices(("1", "words.more", S.MAIN), ("2", "words.no-more", S.CLOSING)),
        (S.MAIN, S.CLOSING),
        S.CLOSING,
    ),
    S.CLOSING: Go(answers.closing, (S.SATISFACTION, S.FAREWELL)),
    S.SATISFACTION: Menu(
        says("satisfaction"), answers.marks, (S.FAREWELL,), S.FAREWELL, answers.note_mark, asks_again=False
    ),
    S.FAREWELL: Tell(says("farewell"), S.LINGER),
    S.LINGER: Linger(says(), S.GOODBYE),
    S.GOODBYE: End(says("goodbye")),
}

COLLEAGUES: dict[Step, Row] = {
    S.COLLEAGUE: Go(colleagues.colleague, (S.COLLEAGUE_MENU,)),
    S.COLLEAGUE_MENU: Menu(
        says("work.waiting", "work.keys"),
        choices(
            ("1", "words.on-the-way", S.WORK_ON_THE_WAY),
            ("2", "words.arrived", S.WORK_ARRIVED),
            ("3", "words.done", S.WORK_FOUND),
            ("4", "words.cannot-mend", S.WORK_WHY),
            ("0", "words.person", S.GREETING),
        ),
        (S.WORK_ON_THE_WAY, S.WORK_ARRIVED, S.WORK_FOUND, S.WORK_WHY, S.GREETING),
        S.FAREWELL,
        person=False,  # 0 leads to what every caller may choose from
    ),
    S.WORK_ON_THE_WAY: Go(colleagues.on_the_way, (S.WORK_NOTED, S.WORK_REFUSED)),
    S.WORK_ARRIVED: Go(colleagues.arrived, (S.WORK_NOTED, S.WORK_REFUSED)),
    S.WORK_FOUND: Ask(says("work.found"), colleagues.found, (S.WORK_TESTED,), S.WORK_REFUSED),
    S.WORK_WHY: Ask(says("work.why"), colleagues.put_off, (S.WORK_NOTED, S.WORK_REFUSED), S.WORK_REFUSED),
    S.WORK_TESTED: Menu(
        says("work.tested"),
        choices(("1", "words.yes", S.WORK_SIGNED_FOR, "yes"), ("2", "words.no", S.WORK_SIGNED_FOR, "no")),
        (S.WORK_SIGNED_FOR,),
        S.WORK_REFUSED,
        colleagues.note_tested,
        person=False,
    ),
    S.WORK_SIGNED_FOR: Menu(
        says("work.signed-for"),
        choices(("1", "words.yes", S.WORK_DONE, "yes"), ("2", "words.no", S.WORK_DONE, "no")),
        (S.WORK_DONE,),
        S.WORK_REFUSED,
        colleagues.note_signed_for,
        person=False,
    ),
    S.WORK_DONE: Go(colleagues.work_done, (S.WORK_NOTED, S.WORK_REFUSED)),
    S.WORK_NOTED: Tell(says("work.noted"), S.FAREWELL),
    S.WORK_REFUSED: Tell(says("work.refused"), S.FAREWELL),
    S.REPAIR_OFFER: Go(colleagues.offer, (S.OFFER, S.OFFER_GONE)),
    S.OFFER: Menu(
        colleagues.offered,
        choices(
            ("1", "words.sign", S.OFFER_SIGNED),
            ("2", "words.decline", S.OFFER_DECLINED),
            ("3", "words.again", S.OFFER),
        ),
        (S.OFFER_SIGNED, S.OFFER_DECLINED, S.OFFER),
        S.OFFER_UNANSWERED,
        keys_only=True,
        person=False,
    ),
    S.OFFER_SIGNED: Go(colleagues.sign, (S.OFFER_THANKS, S.OFFER_GONE)),
    S.OFFER_DECLINED: Go(colleagues.decline, (S.OFFER_PASSED_ON,)),
    S.OFFER_UNANSWERED: Go(colleagues.no_key, (S.OFFER_PASSED_ON,)),
    S.OFFER_THANKS: End(colleagues.thanks),
    S.OFFER_PASSED_ON: End(says("offer.passed-on")),
    S.OFFER_GONE: End(says("offer.gone")),
}

GROUPS = (
    GREETING, FAULT, EMERGENCY, MATTERS, desk_flow.LINE, CLOSING, {**survey.SURVEY, **inform.INFORM}, COLLEAGUES,
    notices.NOTICE, desk_flow.AGENTS,
)  # fmt: skip
FLOW: dict[Step, Row] = {step: row for group in GROUPS for step, row in group.items()}
ENTRIES = (S.ARRIVED, S.REPAIR_OFFER, S.NOTICE, S.SURVEY, S.INFORM, *desk_flow.ENTRIES)


def check(flow: dict[Step, Row] = FLOW) -> list[str]:
    """What is wrong with the table: a step without a row, one never reached, one from which no end is reached."""
    return [*_unknown(flow), *_unreached(flow), *_endless(flow)]


def _unknown(flow: dict[Step, Row]) -> Iterator[str]:
    yield from (f"{step} has no row" for step in Step if step not in flow)
    for step, row in flow.items():
        if not isinstance(row, End) and not leads_of(row):
            yield f"{step} leads nowhere and does not end"


def _unreached(flow: dict[Step, Row]) -> Iterator[str]:
    seen, waiting = set[Step](), list(ENTRIES)
    while waiting:
        step = waiting.pop()
        if step in flow and step not in seen:
            seen.add(step)
            waiting.extend(leads_of(flow[step]))
    yield from (f"{step} is never reached" for step in flow if step not in seen)


def _endless(flow: dict[Step, Row]) -> Iterator[str]:
    ending = {step for step, row in flow.items() if isinstance(row, End)}
    while True:
        more = {step for step, row in flow.items() if step not in ending and ending.intersection(leads_of(row))}
        if not more:
            break
        ending |= more
    yield from (f"{step} never comes to an end" for step in flow if step not in ending)

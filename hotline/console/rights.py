"""Which page is open to which role, in one table; without it a page could be open to everybody by an oversight."""

from __future__ import annotations

from hotline.console import discretion
from hotline.domain import anonymity, complaint_forms, exports, parties, staff, superiors
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.staff import Role, Staff

# Those who work on matters; an engineer's page is the sheet behind a link.
DESK = frozenset({Role.AGENT, Role.DEPARTMENT_HEAD, Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER})
# Who may see a hidden value or hear a recording, for a reason that stays on record; an auditor looks and does nothing.
_LOOKERS = DESK | {Role.AUDITOR}
_READERS = DESK | {Role.AUDITOR, Role.ADMINISTRATOR}
_WATCHERS = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
_LEADERS = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER})
_KEEPERS = _LEADERS | {Role.ADMINISTRATOR}
# Who approves what is destroyed, and lifts what holds it back (REC-5).
_DECIDERS = _LEADERS - {Role.SUPERVISOR}
_EVERYBODY = frozenset(Role)
# Of a report the tables of faults alone (FLT-9).
_TECHNICIANS = frozenset(exports.TECHNICIANS)
# Where rows from outside came from, and who looked at what.
_TRACERS = frozenset(exports.AUDITORS)
# Complaints with who complained: for nobody of the side that is complained of (CMP-10).
_COMPLAINTS = DESK - {Role.DEPARTMENT_HEAD}
# Complaints without who complained: for the department, and for whoever leads.
_DEPARTMENTS = _LEADERS | {Role.DEPARTMENT_HEAD}
# Who may be asked into a call.
HELPERS = DESK | {Role.ENGINEER}

# Whoever is on the way in: these look for themselves how far somebody has come.
OPEN = frozenset(
    {
        "console.log_in",
        "console.static",
        "console.second_factor",
        "console.set_up_factor",
        "console.to_provider",
        "console.from_provider",
    }
)
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
# All that a log-in opens that shows the wallboard.
SHOWN = frozenset({"console.wallboard", "console.end_wallboard", "console.stream"})
PAGES: dict[str, frozenset[Role]] = {
    "console.log_out": _EVERYBODY,
    "console.my_account": _EVERYBODY,
    "console.end_log_in": _EVERYBODY,
    "console.change_password": _EVERYBODY,
    "console.set_up_anew": _EVERYBODY,
    "console.renew_codes": _EVERYBODY,
    "console.one_account": _ADMINISTRATORS,
    "console.end_theirs": _ADMINISTRATORS,
    "console.change_account": _ADMINISTRATORS,
    "console.permissions": _WATCHERS,
    "console.looks": _WATCHERS,
    "console.find_looks": _WATCHERS,
    "console.call_list": _READERS,
    "console.stream": _READERS,
    "console.one_call": _READERS,
    "console.search_calls": _WATCHERS,
    "console.change_search": _WATCHERS,
    "console.export_found": _WATCHERS,
    "console.reveal_in_call": _LOOKERS,
    "console.call_form": DESK,
    "console.save_call_form": DESK,
    "console.visitor_form": DESK,
    "console.save_visitor_form": DESK,
    "console.visitor_list": _READERS,
    "console.callback_list": _READERS,
    "console.change_callback": DESK,
    "console.visit_list": _READERS,
    "console.one_visit": _READERS,
    "console.record_visit": DESK,
    "console.refuse_visit": DESK,
    "console.allow_visits": DESK,
    "console.sign_visit": _DEPARTMENTS,
    "console.case_opened": DESK,
    "console.add_told": DESK,
    "console.call_script": DESK,
    "console.call_out": DESK,
    "console.case_list": _READERS,
    "console.one_case": _READERS,
    "console.reveal_in_case": _LOOKERS,
    "console.called_back": DESK,
    "console.close_case": DESK,
    "console.correct_note": DESK,
    "console.complaint_list": _READERS - {Role.DEPARTMENT_HEAD},
    "console.do_in_complaint": _COMPLAINTS,
    "console.inbox": _DEPARTMENTS,
    "console.one_in_inbox": _DEPARTMENTS,
    "console.do_in_inbox": _DEPARTMENTS,
    "console.notice_list": DESK,
    "console.notices_seen": DESK,
    "console.approval_list": DESK,
    "console.ask_decision": DESK,
    "console.decide": _LEADERS,
    "console.withdraw_decision": DESK,
    "console.hand_over": DESK,
    "console.raise_matter": DESK,
    "console.handover_list": DESK,
    "console.one_handover": DESK,
    "console.answer_handover": DESK,
    "console.withdraw_handover": DESK,
    "console.staff_list": _WATCHERS,
    "console.grant_leave": _KEEPERS,
    "console.dismiss": _KEEPERS,
    "console.take_back": _KEEPERS,
    "console.promise_list": _READERS,
    "console.recording": _LOOKERS,
    "console.listen": _LOOKERS,
    "console.sound": _LOOKERS,
    "console.wave_form": _LOOKERS,
    "console.desk": DESK,
    "console.choose_status": DESK,
    "console.choose_device": DESK,
    "console.choose_languages": DESK,
    "console.beat": DESK,
    "console.phone_token": DESK,
    "console.wrapped_up": DESK,
    "console.press": DESK,
    "console.floor": _WATCHERS,
    "console.set_status": _LEADERS,
    "console.supervise": _LEADERS,
    "console.complaint_tables": _WATCHERS | {Role.DEPARTMENT_HEAD},
    "console.tracking": _WATCHERS | {Role.DEPARTMENT_HEAD},
    "console.office": _READERS | {Role.ENGINEER},
    "console.retention": _WATCHERS,
    "console.one_disposal": _WATCHERS,
    "console.draw_up": _LEADERS,
    "console.decide_disposal": _DECIDERS,
    "console.hold_list": _WATCHERS,
    "console.place_hold": _LEADERS,
    "console.lift_hold": _DECIDERS,
    "console.erasure_list": _WATCHERS,
    "console.ask_erasure": _LEADERS,
    "console.decide_erasure": _DECIDERS,
    "console.export_list": _WATCHERS | _TECHNICIANS,  # these have their own there
    "console.ask_export": _WATCHERS | _TECHNICIANS,
    "console.export_file": _WATCHERS | _TECHNICIANS,
    "console.report_list": _WATCHERS | _TECHNICIANS,
    "console.choose_report_readers": _KEEPERS - {Role.SUPERVISOR},
    "console.one_report": _WATCHERS,
    "console.report_faults": _WATCHERS | _TECHNICIANS,
    "console.trace": _TRACERS,
    "console.trace_rows": _TRACERS,
    "console.wallboard": _WATCHERS,
    "console.show_wallboard": _WATCHERS,
    "console.end_wallboard": _WATCHERS,
    "console.compliance_page": _WATCHERS,
    "console.compliance_rows": _WATCHERS,
    "console.outbox_list": _WATCHERS,
    "console.api_page": _WATCHERS,
    "console.mend_outbox": _KEEPERS,
    "console.completeness_page": _WATCHERS,
    "console.check_completeness": _WATCHERS,
    "console.roster": _READERS,
    "console.put_shift": _KEEPERS,
    "console.copy_week": _KEEPERS,
    "console.strike_shift": _KEEPERS,
    "console.quality": _READERS,
    "console.one_check": _READERS,
    "console.open_check": _LEADERS,
    "console.settle_check": _LEADERS,
    "console.answer_check": DESK,
    "console.reviews": DESK,
    "console.give_review": _LEADERS,
    "console.correct_review": _LEADERS,
    "console.answer_review": DESK,
    "console.discipline": DESK,
    "console.register_breach": _LEADERS,
    "console.strike_breach": _LEADERS,
    "console.answer_breach": DESK,
    "console.own_mistakes": DESK,
    "console.report_mistake": DESK,
    "console.see_mistake": _LEADERS,
    "console.log": _WATCHERS,
    "console.verify_log": _WATCHERS,
}


def may_open(person: Staff, endpoint: str) -> bool:
    """May this person open this page at all? A page that the table does not name is open to nobody."""
    return person.has(*PAGES.get(endpoint, ()))


def first_page(person: Staff) -> str:
    """The page that a log-in leads to: an agent's desk, a department's inbox, an engineer's reports, else the calls."""
    if person.has(Role.AGENT):
        return "console.desk"
    if discretion.answers_for_a_department(person):
        return "console.inbox"
    return "console.call_list" if may_open(person, "console.call_list") else "console.report_list"


def whole_group(person: Staff) -> bool:
    """Does this person see every company of the group, or their own alone?"""
    return person.has(Role.ADMINISTRATOR)


def may_see(act: Act, person: Staff, thing: Call | Case) -> bool:
    """May this person see this call or case: of their own company, or their own to answer for (OWN-4)?

    The company that took a case goes on seeing it when a sister company has it: its caller may ask there. Nobody sees
    a complaint that is hidden from them, whoever else they are (CMP-10).
    """
    return _is_theirs(person, thing) and discretion.shows(act, person, thing)


def may_see_call(act: Act, person: Staff, call: Call) -> bool:
    """May this person see this call? Also whoever is asked into its conversation, or took part in it (OWN-4)."""
    took_part = _is_theirs(person, call) or parties.takes_part(act, person.id, call.id)
    return took_part and discretion.shows(act, person, call)


def _is_theirs(person: Staff, thing: Call | Case) -> bool:
    companies = {thing.company_id, thing.numbered_by_id if isinstance(thing, Case) else thing.company_id}
    return whole_group(person) or person.company_id in companies or thing.owner_id == person.id


def may_close(act: Act, person: Staff, case: Case) -> bool:
    """May this person close this case? Its owner, or a superior; a complaint only who the standard names (CMP-12)."""
    if case.kind == Kind.COMPLAINT:
        return complaint_forms.may_close(act, case, person)
    return case.owner_id == person.id or _superior(act, person, case)


def may_call_back(act: Act, person: Staff, case: Case) -> bool:
    """May this person note a callback? Whoever answers for the case, does its next step, or a superior."""
    return person.id in (case.owner_id, case.handler_id) or _superior(act, person, case)


def may_hear(act: Act, person: Staff, thing: Call | Case) -> bool:
    """May this person hear what was recorded in it? Of an anonymous matter a superior alone (SEC-4, CMP-10).

    The voice says who speaks: whom an anonymous complaint is about must not hear it.
    """
    if not may_open(person, "console.listen") or not may_see(act, person, thing):
        return False
    unnamed = thing.anonymous if isinstance(thing, Case) else anonymity.told_in(thing)
    return not unnamed or _superior(act, person, thing)


def may_lead(act: Act, person: Staff, company_id: int) -> bool:
    """Does this person lead the people of this company: of their own, and from supervisor upwards?"""
    return person.company_id == company_id and person.has(*staff.from_level(act, company_id, Role.SUPERVISOR))


def may_manage(act: Act, person: Staff, other: Staff) -> bool:
    """May this person say that the other is on leave, or left: an administrator, or who stands above in the company?

    Who keeps the registers or looks into them is managed by an administrator alone.
    """
    if person.id == other.id or not may_open(person, "console.dismiss"):
        return False
    if other.has(Role.ADMINISTRATOR, Role.AUDITOR):
        return whole_group(person)
    return whole_group(person) or superiors.stands_above(act, person, other)


def _superior(act: Act, person: Staff, thing: Call | Case) -> bool:
    return may_lead(act, person, thing.company_id)

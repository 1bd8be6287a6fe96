"""The console's pages by their addresses, in one list; without it nobody could see at a glance what is reachable."""

from __future__ import annotations

import threading

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from hotline.console import (
    account,
    accounts,
    api_page,
    badges,
    call_export,
    call_finding,
    call_out,
    callbacks,
    calls,
    case_form,
    case_opened,
    cases,
    complaint_doing,
    complaint_tables,
    complaints,
    completeness,
    compliance,
    compliance_rows,
    correcting,
    decisions,
    desk,
    desk_page,
    discipline,
    disposal_page,
    erasures,
    export_list,
    handovers,
    holds,
    in_call,
    inbox,
    line,
    listening,
    log,
    login,
    looks,
    notices,
    office,
    outbox,
    own_mistakes,
    paging,
    permissions,
    phone,
    promise_list,
    provider,
    quality,
    reports,
    retention,
    reviews,
    roster,
    second_factor,
    staff_list,
    stream,
    supervise,
    trace,
    visitor_list,
    visits,
    wallboard,
    wave,
    words,
)
from hotline.runtime import Runtime

GUARD = "session"


def blueprint(runtime: Runtime) -> Blueprint:
    """The console under /console; every page but the log-in asks first who is there."""
    made = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    made.guard = GUARD  # type: ignore[attr-defined]
    made.before_request(login.guard)
    made.add_url_rule("/login", view_func=login.log_in, methods=["GET", "POST"])
    made.add_url_rule("/logout", view_func=login.log_out, methods=["POST"])
    made.add_url_rule("", view_func=calls.call_list)
    made.add_url_rule("/desk", view_func=desk_page.desk)
    made.add_url_rule("/desk/status", view_func=desk.choose_status, methods=["POST"])
    made.add_url_rule("/desk/device", view_func=desk.choose_device, methods=["POST"])
    made.add_url_rule("/desk/languages", view_func=desk.choose_languages, methods=["POST"])
    made.add_url_rule("/desk/wrapped-up", view_func=desk.wrapped_up, methods=["POST"])
    made.add_url_rule("/desk/beat", view_func=desk.beat, methods=["POST"])
    made.add_url_rule("/meetings/<int:meeting_id>/supervise", view_func=supervise.supervise, methods=["POST"])
    made.add_url_rule("/meetings/<int:meeting_id>/<action>", view_func=in_call.press, methods=["POST"])
    made.add_url_rule("/floor", view_func=line.floor)
    made.add_url_rule("/seats/<int:staff_id>/status", view_func=line.set_status, methods=["POST"])
    made.add_url_rule("/phone/token", view_func=phone.phone_token, methods=["POST"])
    made.add_url_rule("/stream", view_func=stream.stream)
    _of_calls(made)
    made.add_url_rule("/visitors", view_func=visitor_list.visitor_list)
    made.add_url_rule("/visitors/new", view_func=case_form.visitor_form)
    made.add_url_rule("/visitors/new", view_func=case_form.save_visitor_form, methods=["POST"])
    made.add_url_rule("/cases/<int:case_id>/opened", view_func=case_opened.case_opened)
    made.add_url_rule("/cases/<int:case_id>/told", view_func=case_opened.add_told, methods=["POST"])
    made.add_url_rule("/cases/<int:case_id>/call", view_func=call_out.call_script)
    made.add_url_rule("/cases/<int:case_id>/call", view_func=call_out.call_out, methods=["POST"])
    made.add_url_rule("/cases", view_func=cases.case_list)
    made.add_url_rule("/cases/<int:case_id>", view_func=cases.one_case)
    made.add_url_rule("/cases/<int:case_id>/reveal", view_func=cases.reveal_in_case, methods=["POST"])
    made.add_url_rule("/cases/<int:case_id>/called-back", view_func=cases.called_back, methods=["POST"])
    made.add_url_rule("/cases/<int:case_id>/close", view_func=cases.close_case, methods=["POST"])
    made.add_url_rule("/cases/<int:case_id>/correct", view_func=correcting.correct_note, methods=["POST"])
    _access(made)
    _ownership(made)
    _of_departments(made)
    _complaints(made)
    _afterwards(made)
    _recordings(made)
    _what_leaves(made)
    _keeping(made)
    _completeness(made)
    made.add_url_rule("/notices", view_func=notices.notice_list)
    made.add_url_rule("/notices/seen", view_func=notices.notices_seen, methods=["POST"])
    _figures(made)
    _platform(made)
    _people(made)
    made.record_once(lambda state: _prepare(state, runtime))
    return made


def _of_calls(made: Blueprint) -> None:
    """Calls, by whatever is known of them, each from ring to end, and what was told in it (REC-1, REC-6)."""
    made.add_url_rule("/calls/search", view_func=call_finding.search_calls, methods=["POST"])
    made.add_url_rule("/searches/<int:search_id>/export", view_func=call_export.export_found, methods=["POST"])
    made.add_url_rule("/searches/<int:search_id>/<doing>", view_func=call_finding.change_search, methods=["POST"])
    made.add_url_rule("/calls/<int:call_id>", view_func=calls.one_call)
    made.add_url_rule("/calls/<int:call_id>/reveal", view_func=calls.reveal_in_call, methods=["POST"])
    made.add_url_rule("/calls/<int:call_id>/form", view_func=case_form.call_form)
    made.add_url_rule("/calls/<int:call_id>/form", view_func=case_form.save_call_form, methods=["POST"])


def _access(made: Blueprint) -> None:
    """Who may come in, with what proof; who may open which page, and who looked at whom (SEC-1, SEC-2)."""
    both = ["GET", "POST"]
    made.add_url_rule("/login/code", view_func=second_factor.second_factor, methods=both)
    made.add_url_rule("/login/set-up", view_func=second_factor.set_up_factor, methods=both)
    made.add_url_rule("/login/provider", view_func=provider.to_provider)
    made.add_url_rule("/login/provider/back", view_func=provider.from_provider)
    made.add_url_rule("/account", view_func=account.my_account)
    made.add_url_rule("/account/password", view_func=account.change_password, methods=["POST"])
    made.add_url_rule("/account/second-factor", view_func=account.set_up_anew, methods=["POST"])
    made.add_url_rule("/account/codes", view_func=account.renew_codes, methods=["POST"])
    made.add_url_rule("/account/log-ins/<int:log_in_id>/end", view_func=account.end_log_in, methods=["POST"])
    theirs = "/staff/<int:staff_id>/account"
    made.add_url_rule(theirs, view_func=accounts.one_account)
    made.add_url_rule(f"{theirs}/<doing>", view_func=accounts.change_account, methods=["POST"])
    made.add_url_rule(f"{theirs}/log-ins/<int:log_in_id>/end", view_func=accounts.end_theirs, methods=["POST"])
    made.add_url_rule("/permissions", view_func=permissions.permissions)
    made.add_url_rule("/looks", view_func=looks.looks)
    made.add_url_rule("/looks", view_func=looks.find_looks, methods=["POST"])


def _recordings(made: Blueprint) -> None:
    """What callers told by voice, heard with a reason (SEC-4)."""
    made.add_url_rule("/recordings/<name>", view_func=listening.recording)
    made.add_url_rule("/recordings/<name>/listen", view_func=listening.listen, methods=["POST"])
    made.add_url_rule("/recordings/<name>/sound", view_func=listening.sound)
    made.add_url_rule("/recordings/<name>/wave", view_func=wave.wave_form)


def _people(made: Blueprint) -> None:
    """Our own people: the roster, and how their work is judged (PPL-1 to PPL-5)."""
    made.add_url_rule("/roster", "roster", roster.roster)
    made.add_url_rule("/roster", view_func=roster.put_shift, methods=["POST"])
    made.add_url_rule("/roster/copy", view_func=roster.copy_week, methods=["POST"])
    made.add_url_rule("/shifts/<int:shift_id>/strike", view_func=roster.strike_shift, methods=["POST"])
    made.add_url_rule("/quality", "quality", quality.check_list)
    made.add_url_rule("/quality/<int:check_id>", view_func=quality.one_check)
    made.add_url_rule("/quality/<int:check_id>/open", view_func=quality.open_check, methods=["POST"])
    made.add_url_rule("/quality/<int:check_id>", view_func=quality.settle_check, methods=["POST"])
    made.add_url_rule("/quality/<int:check_id>/answer", view_func=quality.answer_check, methods=["POST"])
    made.add_url_rule("/reviews", "reviews", reviews.review_page)
    made.add_url_rule("/reviews", view_func=reviews.give_review, methods=["POST"])
    made.add_url_rule("/reviews/<int:review_id>/correct", view_func=reviews.correct_review, methods=["POST"])
    made.add_url_rule("/reviews/<int:review_id>/answer", view_func=reviews.answer_review, methods=["POST"])
    made.add_url_rule("/discipline", "discipline", discipline.register)
    made.add_url_rule("/discipline", view_func=discipline.register_breach, methods=["POST"])
    made.add_url_rule("/discipline/<int:breach_id>/strike", view_func=discipline.strike_breach, methods=["POST"])
    made.add_url_rule("/discipline/<int:breach_id>/answer", view_func=discipline.answer_breach, methods=["POST"])
    made.add_url_rule("/own-mistakes", "own_mistakes", own_mistakes.mistake_list)
    made.add_url_rule("/own-mistakes", view_func=own_mistakes.report_mistake, methods=["POST"])
    made.add_url_rule("/own-mistakes/<int:mistake_id>/seen", view_func=own_mistakes.see_mistake, methods=["POST"])


def _keeping(made: Blueprint) -> None:
    """How long records are kept, what is destroyed then, what is held, who is erased (REC-5)."""
    made.add_url_rule("/retention", view_func=retention.retention)
    made.add_url_rule("/retention/draw-up", view_func=retention.draw_up, methods=["POST"])
    made.add_url_rule("/disposals/<int:disposal_id>", view_func=disposal_page.one_disposal)
    made.add_url_rule("/disposals/<int:disposal_id>/decide", view_func=retention.decide_disposal, methods=["POST"])
    made.add_url_rule("/holds", view_func=holds.hold_list)
    made.add_url_rule("/holds", view_func=holds.place_hold, methods=["POST"])
    made.add_url_rule("/holds/<int:hold_id>/lift", view_func=holds.lift_hold, methods=["POST"])
    made.add_url_rule("/erasures", view_func=erasures.erasure_list)
    made.add_url_rule("/erasures", view_func=erasures.ask_erasure, methods=["POST"])
    made.add_url_rule("/erasures/<int:erasure_id>/decide", view_func=erasures.decide_erasure, methods=["POST"])


def _platform(made: Blueprint) -> None:
    """What the platform itself does: what it owes to the outside, and the log."""
    made.add_url_rule("/office", view_func=office.office)
    made.add_url_rule("/outbox", view_func=outbox.outbox_list)
    made.add_url_rule("/api", view_func=api_page.api_page)
    made.add_url_rule("/outbox/<int:entry_id>/<doing>", view_func=outbox.mend_outbox, methods=["POST"])
    made.add_url_rule("/log", view_func=log.log)
    made.add_url_rule("/log", view_func=log.verify_log, methods=["POST"])


def _completeness(made: Blueprint) -> None:
    """Our calls held against the carrier's list."""
    made.add_url_rule("/completeness", view_func=completeness.completeness_page)
    made.add_url_rule("/completeness", view_func=completeness.check_completeness, methods=["POST"])


def _ownership(made: Blueprint) -> None:
    """Handing over, raising, leave and leaving (OWN-1 to OWN-6)."""
    made.add_url_rule("/cases/<int:case_id>/hand-over", view_func=handovers.hand_over, methods=["POST"])
    made.add_url_rule("/cases/<int:case_id>/raise", view_func=handovers.raise_matter, methods=["POST"])
    made.add_url_rule("/handovers", view_func=handovers.handover_list)
    made.add_url_rule("/handovers/<int:handover_id>", view_func=handovers.one_handover)
    made.add_url_rule("/handovers/<int:handover_id>/answer", view_func=handovers.answer_handover, methods=["POST"])
    made.add_url_rule("/handovers/<int:handover_id>/withdraw", view_func=handovers.withdraw_handover, methods=["POST"])
    made.add_url_rule("/staff", view_func=staff_list.staff_list)
    made.add_url_rule("/staff/<int:staff_id>/leave", view_func=staff_list.grant_leave, methods=["POST"])
    made.add_url_rule("/staff/<int:staff_id>/dismiss", view_func=staff_list.dismiss, methods=["POST"])
    made.add_url_rule("/staff/<int:staff_id>/back", view_func=staff_list.take_back, methods=["POST"])


def _of_departments(made: Blueprint) -> None:
    """The side that is complained of: it signs, deals with it, returns the form (CMP-1 to CMP-6)."""
    made.add_url_rule("/inbox", view_func=inbox.inbox)
    made.add_url_rule("/inbox/<int:case_id>", view_func=inbox.one_in_inbox)
    made.add_url_rule("/inbox/<int:case_id>/<doing>", view_func=inbox.do_in_inbox, methods=["POST"])


def _complaints(made: Blueprint) -> None:
    """The complaint desk, one complaint, approvals (CMP-5), what became of all of them in tables (CMP-13)."""
    made.add_url_rule("/complaints", view_func=complaints.complaint_list)
    doing = "/cases/<int:case_id>/complaint/<doing>"
    made.add_url_rule(doing, view_func=complaint_doing.do_in_complaint, methods=["POST"])
    made.add_url_rule("/approvals", view_func=decisions.approval_list)
    made.add_url_rule("/cases/<int:case_id>/ask", view_func=decisions.ask_decision, methods=["POST"])
    made.add_url_rule("/decisions/<int:decision_id>/decide", view_func=decisions.decide, methods=["POST"])
    made.add_url_rule("/decisions/<int:decision_id>/withdraw", view_func=decisions.withdraw_decision, methods=["POST"])
    made.add_url_rule("/tables/statistics", view_func=complaint_tables.complaint_tables)
    made.add_url_rule("/tables/tracking", view_func=complaint_tables.tracking)


def _afterwards(made: Blueprint) -> None:
    """Calling back (回电, CBK-1 to CBK-3), and asking afterwards how it was (回访, VIS-1 to VIS-4)."""
    made.add_url_rule("/promises", view_func=promise_list.promise_list)
    made.add_url_rule("/callbacks", view_func=callbacks.callback_list)
    made.add_url_rule("/callbacks/<int:callback_id>/<doing>", view_func=callbacks.change_callback, methods=["POST"])
    made.add_url_rule("/visits", view_func=visits.visit_list)
    made.add_url_rule("/visits/<int:visit_id>", view_func=visits.one_visit)
    made.add_url_rule("/visits/<int:visit_id>", view_func=visits.record_visit, methods=["POST"])
    made.add_url_rule("/visits/<int:visit_id>/refused", view_func=visits.refuse_visit, methods=["POST"])
    made.add_url_rule("/visits/<int:visit_id>/allowed", view_func=visits.allow_visits, methods=["POST"])
    made.add_url_rule("/visits/<int:visit_id>/signed", view_func=visits.sign_visit, methods=["POST"])


def _what_leaves(made: Blueprint) -> None:
    """Files made in the background, who took them, where rows from outside came from; reports (SEC-2, PPL-6)."""
    made.add_url_rule("/exports", view_func=export_list.export_list)
    made.add_url_rule("/exports", view_func=export_list.ask_export, methods=["POST"])
    made.add_url_rule("/exports/<int:export_id>/file", view_func=export_list.export_file, methods=["POST"])
    made.add_url_rule("/reports", view_func=reports.report_list)
    made.add_url_rule("/reports/readers", view_func=reports.choose_report_readers, methods=["POST"])
    made.add_url_rule("/reports/<int:report_id>", view_func=reports.one_report)
    made.add_url_rule("/reports/<int:report_id>/faults", view_func=reports.report_faults)
    made.add_url_rule("/trace", view_func=trace.trace)
    made.add_url_rule("/trace", view_func=trace.trace_rows, methods=["POST"])


def _figures(made: Blueprint) -> None:
    """How well the standard is kept (PPL-6), and how it stands at this moment."""
    made.add_url_rule("/wallboard", view_func=wallboard.wallboard)
    made.add_url_rule("/wallboard", view_func=wallboard.show_wallboard, methods=["POST"])
    made.add_url_rule("/wallboard/end", view_func=wallboard.end_wallboard, methods=["POST"])
    made.add_url_rule("/compliance", view_func=compliance.compliance_page)
    made.add_url_rule("/compliance/rows", view_func=compliance_rows.compliance_rows)


def _prepare(state: BlueprintSetupState, runtime: Runtime) -> None:
    provider.prepare(state.app, runtime)
    state.app.extensions[stream.SLOTS] = threading.BoundedSemaphore(runtime.figures.routine.live_streams)
    state.app.context_processor(words.for_templates)
    state.app.context_processor(badges.for_templates)
    state.app.context_processor(paging.for_templates)
    state.app.context_processor(phone.for_templates)

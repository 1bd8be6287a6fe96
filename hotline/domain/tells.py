"""What each kind of entry says of which row; without it no row could be held against the log (REC-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hotline.domain.calls import AGENT_ANSWERED, FINAL, State
from hotline.domain.complaint_forms import Stage as ComplaintStage
from hotline.domain.discarded import DISCARDED
from hotline.domain.looks import ENTRIES, Kind
from hotline.domain.parties import Stage as MeetingStage
from hotline.domain.parties import State as PartyState
from hotline.domain.promises import Verdict
from hotline.domain.repairs import Stage
from hotline.domain.visits import State as VisitState

_REOPENED = "case-reopened"
PASSED_ON = ("handover-accepted", "handover-concerned", "handover-forced", _REOPENED)


class _Untold:
    """What stands in the column is not told, until a later entry tells it: anything may."""

    def __eq__(self, shown: object) -> bool:
        return True

    __hash__ = object.__hash__


UNTOLD = _Untold()


@dataclass(frozen=True)
class Tells:
    """What one kind of entry says of one row: the entry's field with the row's number, and column by column."""

    table: str
    row: str
    columns: Mapping[str, str]  # column -> field of the entry; "at" is the entry's instant, "self" the chain's number
    meant: Mapping[str, Any] = field(default_factory=dict)  # column -> what such an entry means by itself


_CALL = {
    "direction": "direction",
    "company_id": "company",
    "customer_id": "customer",
    "staff_id": "colleague",
    "owner_id": "owner",
    "started_at": "at",
}
_ABOUT = {"case_id": "case"}
_CASE = {
    "number": "number",
    "kind": "what",
    "matter": "matter",
    "company_id": "company",
    "numbered_by_id": "company",
    "owner_id": "owner",
    "first_owner_id": "owner",
    "handler_id": "owner",
    "opened_at": "at",
    "customer_id": "customer",
    "call_id": "call",
    "anonymous": "anonymous",
    "details": "details",
}
_NOTES = {"details": "details"}
_PROMISE = {
    "case_id": "self",
    "company_id": "company",
    "rule": "rule",
    "owner_id": "owner",
    "made_at": "at",
    "due_at": "due",
    "calendar": "calendar",
    "department_id": "department",
}
_ORDER = {"case_id": "self", "fault_class": "fault", "scope": "scope", "fee_yuan": "fee", "reported_at": "at"}
_OVER = {"ended_at": "at", "ended_by": "ended_by", "cause": "cause"}
_CLOSED = {"state": "closed", "outcome": True}
_OPEN_CASE = {"state": "open", "closed_at": None, "closed_by_id": None, "outcome": False}
_OWNED = {"owner_id": "owner", "handler_id": "owner", "company_id": "company"}
_ASKED = {"case_id": "self", "giver_id": "giver", "receiver_id": "receiver", "why": "why", "asked_at": "at"}
_WANTS = {
    "case_id": "self",
    "what": "what",
    "promise_id": "promise",
    "wanted": "wanted",
    "level": "level",
    "asked_by_id": "by",
    "asked_at": "at",
    "reason": "reason",
}
_DECIDED = {"decided_by_id": "by", "decided_at": "at", "answer": "answer"}
_DISPATCH = {"case_id": "self", "duty": "duty", "department_id": "department", "posted_at": "at"}
_WITHOUT_SIGNATURE = dict.fromkeys(("signed_at", "signed_by_id"))
_FILED = {
    "case_id": "self",
    "grade": "grade",
    "first_grade": "grade",
    "department_id": "department",
    "about_company_id": "about_company",
    "about_staff_id": "about_staff",
    "limit_at": "limit",
    "filed_at": "at",
}
_STEPS = ("signed", "settled", "returned", "replied", "told")  # who did it and when is in two columns of the complaint
_NOT_THEIRS = dict.fromkeys(("refused_at", "refusal", "signed_at", "signed_by_id"))
_NOTHING_YET = {
    "stage": ComplaintStage.FILED,
    **_NOT_THEIRS,
    **dict.fromkeys(f"{step}_{column}" for step in _STEPS for column in ("at", "by_id")),
    **dict.fromkeys(("finding", "joined_to_id", "changed_to")),
}
_NOTICE = {"case_id": "self", "staff_id": "staff", "text": "text", "promise_id": "promise"}
_UNSIGNED = {"stage": Stage.REPORTED, **dict.fromkeys(("engineer_id", "signed_at", "on_the_way_at", "arrived_at"))}
TIMED = ("call-answered", AGENT_ANSWERED)  # they say how soon, and by that whether too late
_TIMED = {"answer_ms": "millis", "answered_at": "at", "cause": "cause"}
_WAITS = {"call_id": "self", "joined_at": "joined", "wanted_id": "wanted", "emergency": "emergency"}
_WAITS["company_id"] = "company"
_OPEN_AGAIN = dict.fromkeys(("longest_gap_ms", "state", "why", "agent_id"), UNTOLD) | {"ended_at": None}
_OFFERED = {"wait_id": "wait", "staff_id": "to", "rung_at": "at"}
_ANSWERED = {"staff_id": "by", "answer": "answer", "answered_at": "at"}
_OVER_WAIT = {"state": "state", "why": "why", "agent_id": "agent", "ended_at": "at"}
_OVER_MEETING = {"held_seconds": "held", "dropped": "dropped", "ended_at": "at"}
_PARTY = {"meeting_id": "meeting", "staff_id": "who", "role": "role"}
_VISIT = {
    "case_id": "self",
    "company_id": "company",
    "rule": "rule",
    "state": "state",
    "owed_at": "at",
    "ended_at": "ended",
    "department_id": "department",
}
_ASKED_BY = {"ended_at": "at", "by": "asker", "staff_id": "by", "call_id": "call"}
_ANSWERS = {"mended": "mended", "mark": "mark", "said": "said"}
_CALLBACK = {
    "case_id": "self",
    "rule": "rule",
    "style": "style",
    "made_at": "at",
    "from_at": "begins",
}
_ATTEMPT = {"callback_id": "callback", "n": "n", "due_at": "due", "slot": "slot", "began_at": "at"}
_DONE = {"found": "found", "tested": "tested", "customer_signed": "customer_signed"}

# "<kind of entry>", or "<kind> <state>" where it is the state that says which columns it wrote.
TELLS: dict[str, Tells] = {
    "call-began": Tells("calls", "self", _CALL, {"state": State.RINGING, "unnamed": False}),
    "call-placed": Tells("calls", "self", _CALL | _ABOUT, {"state": State.PLACED, "unnamed": False}),
    "call-joined": Tells("calls", "self", _ABOUT),
    "anonymous-told": Tells("calls", "self", {}, {"unnamed": True, "case_id": UNTOLD}),
    "call-kept": Tells("calls", "self", {"started_at": "began"}),
    **dict.fromkeys(TIMED, Tells("calls", "self", _TIMED, {"state": State.TALKING})),
    "call-picked-up": Tells("calls", "self", {"answered_at": "at"}, {"state": State.TALKING}),
    "call-owned": Tells("calls", "self", {"owner_id": "owner", "answered_by_id": "owner"}),
    "caller-known": Tells("calls", "self", {"customer_id": "customer"}),
    **{
        f"call-state {state}": Tells("calls", "self", {"state": "state", **(_OVER if state in FINAL else {})})
        for state in State
    },
    "case-opened": Tells("cases", "self", _CASE, {"state": "open", "outcome": False}),
    **{kind: Tells("cases", "self", _NOTES) for kind in ("emergency-told", "complaint-written-down", "note-corrected")},
    DISCARDED: Tells("cases", "self", _NOTES, {"outcome": False}),
    "handler": Tells("cases", "self", {"handler_id": "now"}),
    **{kind: Tells("cases", "self", _OWNED) for kind in PASSED_ON},
    "handover-asked": Tells(
        "handovers", "handover", {**_ASKED, "bounced": "bounced", "reason": "reason"}, {"state": "asked"}
    ),
    "handover-declined": Tells(
        "handovers", "handover", {"refusal": "refusal", "settled_at": "at"}, {"state": "declined"}
    ),
    **{
        f"handover-{state}": Tells("handovers", "handover", {"settled_at": "at"}, {"state": state})
        for state in ("returned", "withdrawn")
    },
    "decision-asked": Tells("decisions", "decision", _WANTS, {"state": "asked"}),
    **{
        f"decision-{state}": Tells("decisions", "decision", _DECIDED, {"state": state})
        for state in ("approved", "refused")
    },
    **{
        f"decision-{state}": Tells("decisions", "decision", {"decided_at": "at"}, {"state": state})
        for state in ("lapsed", "withdrawn")
    },
    "decision-gone-up": Tells("decisions", "decision", {"level": "level"}),
    "kind-changed": Tells("cases", "self", {"kind": "what", "matter": "matter"}),
    "grade-lowered": Tells("complaints", "complaint", {"grade": "now"}),
    "case-closed": Tells("cases", "self", {"closed_at": "at", "closed_by_id": "by"}, _CLOSED),
    _REOPENED: Tells("cases", "self", _OWNED, _OPEN_CASE),
    "visit-owed": Tells("visits", "visit", _VISIT, {"reopened": False, "to_sign_at": None, **_WITHOUT_SIGNATURE}),
    "visit-made": Tells("visits", "visit", {**_ASKED_BY, **_ANSWERS}, {"state": VisitState.MADE}),
    "visit-said": Tells("visits", "visit", _ANSWERS),
    "visit-refused": Tells("visits", "visit", _ASKED_BY, {"state": VisitState.REFUSED}),
    "visit-to-sign": Tells("visits", "visit", {"to_sign_at": "at"}, _WITHOUT_SIGNATURE),
    "visit-signed": Tells("visits", "visit", {"signed_at": "at", "signed_by_id": "by"}),
    "visit-unreached": Tells("visits", "visit", {}, {"state": VisitState.UNREACHED}),
    "promise-made": Tells("promises", "promise", _PROMISE, {"verdict": Verdict.OPEN}),
    "promise-done": Tells("promises", "promise", {"verdict": "verdict", "done_at": "at", "judged_at": "at"}),
    "promise-broken": Tells("promises", "promise", {"judged_at": "at"}, {"verdict": Verdict.BROKEN}),
    "promise-tightened": Tells("promises", "promise", {"rule": "rule", "due_at": "due", "calendar": "calendar"}),
    "promise-put-to": Tells("promises", "promise", {"department_id": "department"}),
    "promise-excused": Tells(
        "promises", "promise", {"judged_at": "at", "excused_by_id": "by"}, {"verdict": Verdict.EXCUSED}
    ),
    "staff-told": Tells("notices", "notice", {**_NOTICE, "told_at": "at"}),
    "notice-heard": Tells("notices", "notice", {**_NOTICE, "heard_at": "at"}),
    "complaint-filed": Tells("complaints", "complaint", _FILED, _NOTHING_YET),
    "complaint-graded": Tells("complaints", "complaint", {"grade": "now", "first_grade": "first"}),
    "complaint-stage": Tells("complaints", "complaint", {"stage": "now"}),
    "complaint-refused": Tells("complaints", "complaint", {"refused_at": "at", "refusal": "refusal"}),
    "complaint-redirected": Tells(
        "complaints", "complaint", {"department_id": "department", "about_company_id": "about_company"}, _NOT_THEIRS
    ),
    **{
        f"complaint-{step}": Tells(
            "complaints",
            "complaint",
            {f"{step}_at": "at", f"{step}_by_id": "by"} | ({"finding": "finding"} if step == "settled" else {}),
            {"stage": ComplaintStage.TOLD} if step == "told" else {},
        )
        for step in _STEPS
    },
    "complaint-unsigned": Tells("complaints", "complaint", {}, dict.fromkeys(("signed_at", "signed_by_id"))),
    "complaint-named": Tells("complaints", "complaint", {"about_staff_id": "now"}),
    "complaint-joined": Tells("complaints", "complaint", {"joined_to_id": "to"}),
    "dispatch-began": Tells("dispatches", "dispatch", _DISPATCH),
    "dispatch-anew": Tells(
        "dispatches", "dispatch", {"department_id": "department", "posted_at": "at"}, _WITHOUT_SIGNATURE
    ),
    "signed": Tells("dispatches", "dispatch", {"signed_at": "at", "signed_by_id": "by"}),
    "dispatch-reopened": Tells("dispatches", "dispatch", {}, _WITHOUT_SIGNATURE),  # of logs before 0005
    "fault-reported": Tells("repair_orders", "order", _ORDER, {"stage": Stage.REPORTED}),
    "repair-given-back": Tells("repair_orders", "order", {}, _UNSIGNED),
    "repair-repeated": Tells("repair_orders", "order", {}, {**_UNSIGNED, "done_at": None}),
    "repair-done": Tells("repair_orders", "order", _DONE),
    "repair signed": Tells("repair_orders", "order", {"stage": "now", "signed_at": "at", "engineer_id": "by"}),
    **{
        f"repair {stage}": Tells("repair_orders", "order", {"stage": "now", f"{stage}_at": "at"})
        for stage in (Stage.ON_THE_WAY, Stage.ARRIVED, Stage.DONE)
    },
    "wait-began": Tells("waits", "wait", _WAITS, _OPEN_AGAIN),
    "place-came-up": Tells("waits", "wait", {"call_id": "self"}),
    "waited": Tells("waits", "wait", {"longest_gap_ms": "longest_gap_ms", "gap_limit_seconds": "limit_seconds"}),
    "wait-over": Tells("waits", "wait", _OVER_WAIT),
    "callback-owed": Tells(
        "callbacks", "callback", _CALLBACK, {"state": "open", "agreed": False, "until_at": None, "attempts": 0}
    ),
    "callback-planned": Tells("callbacks", "callback", {"from_at": "begins", "until_at": "until"}, {"agreed": True}),
    "callback-left": Tells("callbacks", "callback", {"agreed": "agreed"}),
    "callback-over": Tells("callbacks", "callback", {"state": "state", "ended_at": "at", "why": "why"}),
    "callback-began": Tells("callback_attempts", "attempt", _ATTEMPT),
    "callback-tried": Tells(
        "callback_attempts", "attempt", {"call_id": "call", "outcome": "outcome", "ended_at": "at"}
    ),
    "agent-offered": Tells("agent_offers", "offer", _OFFERED, {"answered_at": None}),
    "agent-answered": Tells("agent_offers", "offer", _ANSWERED),
    "meeting-began": Tells("meetings", "meeting", {"call_id": "self", "agent_id": "agent", "began_at": "at"}),
    "meeting-met": Tells("meetings", "meeting", {"call_id": "self", "agent_id": "agent", "met_at": "at"}),
    "meeting-passed-on": Tells("meetings", "meeting", {"call_id": "self", "agent_id": "now"}),
    "meeting-over": Tells("meetings", "meeting", {"call_id": "self", **_OVER_MEETING}, {"state": MeetingStage.ENDED}),
    "asked-in": Tells("parties", "party", {**_PARTY, "mode": "mode", "handover_id": "handover", "asked_at": "at"}),
    "party-joined": Tells("parties", "party", {**_PARTY, "mode": "mode", "joined_at": "at"}, {"state": PartyState.IN}),
    "mode-changed": Tells("parties", "party", {"staff_id": "who", "mode": "now"}),
    "party-left": Tells("parties", "party", {**_PARTY, "state": "state", "left_at": "at"}),
    "staff-hired": Tells("staff", "staff", {"company_id": "company"}, {"active": True}),
    "staff-left": Tells("staff", "staff", {"left_by_id": "by"}, {"active": False}),
    "staff-returned": Tells("staff", "staff", {}, {"active": True, "left_by_id": None}),
}
_FORCED = Tells(
    "handovers",
    "handover",
    {**_ASKED, "receiver_id": "owner", "settled_at": "at"},
    {"state": "accepted", "bounced": False, "reason": ""},
)
# What a kind of entry says of a second row.
ALSO: dict[str, Tells] = {
    "case-opened": Tells("calls", "self", _ABOUT),
    "handover-accepted": Tells("handovers", "handover", {"settled_at": "at"}, {"state": "accepted"}),
    **dict.fromkeys(("handover-concerned", "handover-forced"), _FORCED),
    "kind-changed": Tells("complaints", "complaint", {"changed_to": "what"}),
    "callback-tried": Tells("callbacks", "callback", {"attempts": "attempts", "agreed": "agreed"}),
    _REOPENED: Tells("visits", "visit", {}, {"reopened": True}),
}
BY_STATE = {"call-state": "state", "repair": "now"}
OF_TURNS = ("turn", "call-discarded")
HOUSE = "house"  # the chain of what belongs to no call and no case, and of who works here
SUMMED = "days-added-up"
HOLD_PLACED, HOLD_LIFTED = "hold-placed", "hold-lifted"
OF_HOUSE = frozenset({SUMMED, HOLD_PLACED, HOLD_LIFTED})
# At a call or a case somebody looked. Searches stand in the house's chain: there are too many to keep in the memory.
LOOKED = frozenset(kind for of, kind in ENTRIES.items() if of != Kind.SEARCHED)
# The entries that are read again.
KINDS = frozenset(name.split()[0].encode() for name in (*TELLS, *OF_TURNS, *OF_HOUSE, *LOOKED))

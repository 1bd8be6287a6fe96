"""A fault, asked along its tree, judged, reported with its address; without it repair would go out blind (FLT-1)."""

from __future__ import annotations

from hotline.domain import calls, cases, repairs
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.standard import diagnosis
from hotline.standard.diagnosis import Node, Verdict
from hotline.standard.kinds import FaultClass, Scope
from hotline.voice import matters
from hotline.voice.answers import caller, place, put_known_address, tell_progress
from hotline.voice.steps import Choice, Heard, Sound, Step


def fault(act: Act, call: Call) -> Step:
    """A repair of this customer that is under way is asked about first (OWN-5); one class needs no question."""
    call.put(intent="fault", answers={}, scope=str(Scope.UNCLEAR))
    known = caller(act, call)
    if known is not None and not call.slots.get("another"):
        for case in cases.open_of(act, known.id):
            if case.company_id == call.company_id and repairs.of_case(act, case.id) is not None:
                call.put(asked=case.id, another=True)
                return Step.FAULT_AGAIN
    return first_question(act, call)


def another(act: Act, call: Call, choice: Choice) -> Step:
    """The same fault again: its progress is told. Another one: asked from the beginning."""
    if choice.to is Step.PROGRESS_TOLD:
        return tell_progress(act, call, cases.get(act, call.slots["asked"]))
    call.drop("asked")
    return first_question(act, call)


def first_question(act: Act, call: Call) -> Step:
    """Which class of fault; where there is only one it is not asked."""
    classes = act.standard.repair.classes
    if len(classes) != 1:
        return Step.FAULT_CLASS
    return _begin(act, call, classes[0])


def classes(act: Act, call: Call) -> tuple[str, ...]:
    """The classes this company repairs, each with its key."""
    offered = enumerate(act.standard.repair.classes, 1)
    return ("fault.class", *(f"fault.kind.{kind}#{place}" for place, kind in offered))


def class_choices(act: Act, call: Call) -> tuple[Choice, ...]:
    """The classes in the company's order."""
    return tuple(
        Choice(str(place), f"words.fault.{kind}", Step.DIAGNOSIS, str(kind))
        for place, kind in enumerate(act.standard.repair.classes, 1)
    )


def note_class(act: Act, call: Call, choice: Choice) -> Step:
    """The class of the fault, and its first question."""
    return _begin(act, call, FaultClass(choice.value))


def question(act: Act, call: Call) -> tuple[str, ...]:
    """The question of the tree that is open."""
    return (_node(act, call).prompt,)


def question_choices(act: Act, call: Call) -> tuple[Choice, ...]:
    """The answers of the open question; any of them is noted before it leads on."""
    return tuple(Choice(str(a.key), a.words, Step.SCOPE, a.word) for a in _node(act, call).answers)


def note_answer(act: Act, call: Call, choice: Choice) -> Step:
    """Keep the answer; ask on, or judge."""
    node = _node(act, call)
    answer = node.said(choice.value)
    assert answer is not None
    call.put(answers={**call.slots.get("answers", {}), node.key: answer.word})
    if isinstance(answer.to, Verdict):
        _judge(act, call, answer.to)
        return Step.SCOPE
    call.put(node=answer.to)
    return Step.DIAGNOSIS


def scope(act: Act, call: Call) -> Step:
    """In scope or unclear: repair goes out. An emergency: now. Out of scope: guided, or paid for (FLT-2 to FLT-4)."""
    judged = Scope(call.slots.get("scope", Scope.UNCLEAR))
    if judged is Scope.EMERGENCY:
        return Step.EMERGENCY_OPENED
    if judged is Scope.OUT_OF_SCOPE:
        return Step.GUIDE
    if repairs.charges_lapsed(act, place(act, call)):
        call.put(fee=repairs.visit_fee(act, FaultClass(call.slots["fault"])))
        return Step.AGREEMENT_ENDED
    return Step.ADDRESS


def guide(act: Act, call: Call) -> tuple[str, ...]:
    """How the caller can mend it, then: mended, or shall someone come for a fee?"""
    return (call.slots.get("guide") or diagnosis.GENERAL_GUIDE, "guide.ask")


def guided(act: Act, call: Call) -> Step:
    """Mended with our guidance, or nobody wanted at that price: on record and closed."""
    matters.record_guided(act, call, outcome="fee-declined" if call.slots.get("fee_declined") else "guided")
    call.drop("intent")
    return Step.ANYTHING_ELSE


def accept_fee(act: Act, call: Call, choice: Choice) -> Step:
    """A yes to the fee is recorded before a paid order exists (FLT-3)."""
    if choice.to is Step.ADDRESS:
        call.put(fee_accepted=call.slots["fee"])
        act.remember(call.chain, "fee-accepted", yuan=call.slots["fee"], rule="FLT-3")
    else:
        call.put(fee_declined=True)
    return choice.to


def address(act: Act, call: Call) -> Step:
    """An address we know is read back; otherwise it is asked for (REC-3)."""
    return Step.ADDRESS_KNOWN if put_known_address(act, call) else Step.ADDRESS_ASKED


def address_spoken(act: Act, call: Call, heard: Heard) -> Step | None:
    """An address as it was spoken, to be read back."""
    if heard.sound is not Sound.SPEECH or not heard.text.strip():
        return None
    call.put(sealed_address=calls.seal(act, call, heard.text.strip()))
    return Step.ADDRESS_READ_BACK


def address_denied(act: Act, call: Call, choice: Choice) -> Step:
    """Read back and wrong: asked again, and recorded when that happens too often."""
    if choice.to is not Step.ADDRESS_ASKED:
        return choice.to
    call.drop("sealed_address")
    tried = call.slots.get("tries_address", 0) + 1
    call.put(tries_address=tried)
    return Step.ADDRESS_RECORDED if tried >= act.standard.answering.denied_read_backs else Step.ADDRESS_ASKED


def address_settled(act: Act, call: Call) -> Step:
    """A caller whose number is withheld is asked where the engineer can ring."""
    return Step.MATTER_OPENED if caller(act, call) is not None else Step.CONTACT


def _begin(act: Act, call: Call, kind: FaultClass) -> Step:
    call.put(fault=str(kind), node=diagnosis.of(act.standard, kind).start, answers={})
    return Step.DIAGNOSIS


def _node(act: Act, call: Call) -> Node:
    return diagnosis.of(act.standard, FaultClass(call.slots["fault"])).node(call.slots["node"])


def _judge(act: Act, call: Call, verdict: Verdict) -> None:
    call.put(scope=str(verdict.scope), verdict=verdict.name)
    act.remember(call.chain, "diagnosed", fault=call.slots["fault"], verdict=verdict.name, scope=verdict.scope)
    if verdict.guide is not None:
        call.put(guide=verdict.guide, fee=repairs.visit_fee(act, verdict.fee or FaultClass(call.slots["fault"])))
    if verdict.emergency is not None:
        call.put(emergency=str(verdict.emergency))

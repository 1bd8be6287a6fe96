"""What only a graver grade wanted ends with it; without it managers would be rung for what is minor (CMP-2, CMP-3)."""

from __future__ import annotations

from collections.abc import Collection

from hotline.domain import complaint_forms, dispatches, promises, signatures
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Staff
from hotline.standard.kinds import Grade

_PASSED_UP = "CMP-2"
_ONLY_BY_GRADE = ("CMP-2.pass_up.", "CMP-3.reply.")


def let_go(act: Act, case: Case, wanted: Grade, *, by: Staff, why: str) -> bool:
    """Release what the grade before wanted and `wanted` does not, unless it is broken; did nobody above hear of it?

    Then nobody above is asked any more. `by`: who approved it, or graded it for the first time; `why`: sealed. The
    dispatches, the case and those joined to it are locked; the standard is chosen.
    """
    for promise in undone(act, case):
        if promise.rule.startswith(_ONLY_BY_GRADE) and not is_over(act, promise):
            promises.release(act, promise.id, approved_by=by, why=why)
    passed_up = [one for one in promises.of_case(act, case.id) if one.rule_id == _PASSED_UP]
    if not all(one.verdict == Verdict.EXCUSED for one in passed_up):
        return False
    withdraw(act, case, but=(dispatches.RESPONDENT, *_awaited(act, case, wanted, by=by, why=why)))
    return True


def withdraw(act: Act, case: Case, but: Collection[str] = ()) -> None:
    """Nobody is asked any more to sign for a complaint that is none, or less grave. The dispatches are locked."""
    for dispatch in dispatches.of_case(act, case.id):
        if dispatch.duty in signatures.KEEPS and dispatch.duty not in but and dispatch.signed_at is None:
            signatures.withdraw(act, dispatch)


def undone(act: Act, case: Case) -> list[Promise]:
    """What a complaint's rules promised in this case and is not done."""
    return [one for one in promises.of_case(act, case.id) if one.rule_id.startswith("CMP-") and one.is_owed]


def is_over(act: Act, promise: Promise) -> bool:
    """Is it broken, or past its time though the clock has not come to it?"""
    return promise.verdict == Verdict.BROKEN or promise.due_at < act.at


def _awaited(act: Act, case: Case, wanted: Grade, *, by: Staff, why: str) -> list[str]:
    """Who is still to see what was joined to this one, though nobody above need see this one any more (CMP-2).

    What the lower grade does not want is released for the joined ones too; what was broken before is still owed.
    """
    rule = act.standard.graded("CMP-2.pass_up", wanted)
    joined = [one for one in complaint_forms.together(act, case) if one.id != case.id]
    owed = [its for one in joined for its in undone(act, one) if its.rule_id == _PASSED_UP]
    for promise in owed:
        if not is_over(act, promise) and (rule is None or promise.rule != rule.key):
            promises.release(act, promise.id, approved_by=by, why=why)
    late = {one.rule for one in owed if is_over(act, one)}
    return [duty for duty in signatures.KEEPS if late & set(signatures.kept_by(duty))]

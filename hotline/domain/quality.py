"""What a person judges of a call that was drawn, point by point, and what the judged says to it (PPL-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import or_, select

from hotline.db import behind
from hotline.domain import anonymity, companies, looks, phrases, quality_draws, staff, transcripts
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.phrases import Place
from hotline.domain.quality_draws import QualityCheck, QualityDraw
from hotline.domain.staff import Staff
from hotline.domain.transcripts import Turn
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.standard.people import Checks

REQUIRED = "required"  # the group of the phrases that are to be heard
BEST = 100
CALLER = "caller"  # who speaks in a transcript: what the customer says is nobody's offence


class Decided(StrEnum):
    """What a person decided of a point."""

    SAID = "said"
    EXCUSED = "excused"  # a forbidden phrase was said, but not meant so
    NOT_SAID = "not-said"  # a forbidden one
    MISSING = "missing"  # a required one should have been said
    NOT_NEEDED = "not-needed"  # a required one had no place in this call


CHOICES = {
    True: (Decided.SAID, Decided.MISSING, Decided.NOT_NEEDED),
    False: (Decided.NOT_SAID, Decided.SAID, Decided.EXCUSED),
}


@dataclass(frozen=True)
class Point:
    """A phrase of the standard, and where it was found: in which turn of the transcript, from where to where."""

    name: str  # of its field in the form
    group: str
    phrase: str
    found: Sequence[tuple[int, Place]]

    @property
    def choices(self) -> tuple[Decided, ...]:
        """What can be decided of it."""
        return CHOICES[self.group == REQUIRED]

    @property
    def usual(self) -> Decided | None:
        """What stands in the form before anybody decides: a forbidden phrase that was not found was not said."""
        return Decided.NOT_SAID if self.group != REQUIRED and not self.found else None


def points(act: Act, turns: Sequence[Turn]) -> list[Point]:
    """Every phrase of the standard, and where in the transcript one of ours said it; forbidden ones first."""
    wording = act.standard.wording
    named = [(group, phrase) for group, phrases_ in wording.forbidden.items() for phrase in phrases_]
    named += [(REQUIRED, phrase) for phrase in wording.required]
    said = [(n, turn.text) for n, turn in enumerate(turns) if turn.who != CALLER]
    return [
        Point(f"p{place}", group, phrase, [(n, at) for n, text in said for at in phrases.places(text, phrase)])
        for place, (group, phrase) in enumerate(named)
    ]


def get(act: Act, check_id: int) -> QualityCheck:
    """The check with this id, its company's standard chosen. Raises NotFound."""
    check = act.session.get(QualityCheck, check_id)
    if check is None:
        raise NotFound(f"there is no quality check {check_id}")
    companies.get(act, check.company_id)
    return check


def listed(
    act: Act, company_id: int | None, *, of: int | None, before: int | None = None, most: int
) -> list[QualityCheck]:
    """What is to be judged, then what was, the newest first; `of`: of this person's work, or theirs to judge.

    `before`: the last of the page before.
    """
    query, done = select(QualityCheck), QualityCheck.judged_at.is_not(None)
    if company_id is not None:
        query = query.where(QualityCheck.company_id == company_id)
    if of is not None:
        query = query.where(or_(QualityCheck.agent_id == of, QualityCheck.judge_id == of))
    mark = act.session.scalar(query.where(QualityCheck.id == before)) if before is not None else None
    if mark is not None:
        query = query.where(behind(mark.id, is_done=mark.judged_at is not None, done=done, ids=QualityCheck.id))
    return list(act.session.scalars(query.order_by(done, QualityCheck.id.desc()).limit(most)))


def judge_of(act: Act, check: QualityCheck) -> int:
    """Who judges it: who was drawn; where they left, are on leave or complained of there, whom the seed draws then."""
    if check.judged_at is not None or quality_draws.may_judge(act, staff.get(act, check.judge_id), check.call_id):
        return check.judge_id
    companies.get(act, check.company_id)
    seed = act.session.get_one(QualityDraw, check.draw_id).seed
    return quality_draws.judge(act, check.company_id, seed, check.call_id, check.agent_id) or check.judge_id


def opened(act: Act, check: QualityCheck, judge: Staff) -> list[Turn]:
    """What was said, for whoever judges it; written down among the looks at its customer, and in the call's record.

    Raises Refused for others (SEC-2, SEC-4).
    """
    if judge_of(act, check) != judge.id or not quality_draws.may_judge(act, judge, check.call_id):
        raise Refused("another person was drawn to judge this call")
    call, turns = act.session.get(Call, check.call_id), transcripts.text_of(act, check.call_id)
    if call is None:  # it was disposed of: nothing is left to be read
        act.remember(f"call:{check.call_id}", "check-opened", check=check.id, by=judge.id)
        return turns
    customer_id = None if anonymity.told_in(call) else call.customer_id
    looks.note_check(act, looks.Place(call.chain, call.company_id, customer_id), by=judge.id, check=check.id)
    return turns


def settle(act: Act, check_id: int, judge: Staff, decided: Mapping[str, str], remark: str) -> QualityCheck:
    """A person has decided every point; the score follows from what they decided, and nothing else.

    Raises Refused for who was not drawn, Conflict where it was judged, Invalid while a point is not decided.
    """
    check = act.session.get(QualityCheck, check_id, with_for_update=True, populate_existing=True)
    if check is None or judge_of(act, check) != judge.id or not quality_draws.may_judge(act, judge, check.call_id):
        raise Refused("another person was drawn to judge this call")
    if check.judged_at is not None:
        raise Conflict("this call was judged already: a judgement stays as it is")
    companies.get(act, check.company_id)
    found = points(act, transcripts.text_of(act, check.call_id))
    if any(decided.get(one.name) not in one.choices for one in found):
        raise Invalid("decide every point")
    check.points = [
        {"group": one.group, "phrase": one.phrase, "found": len(one.found), "decided": decided[one.name]}
        for one in found
    ]
    check.score = score(act.standard.people.checks, check.points)
    check.judge_id, check.judged_at = judge.id, act.at
    check.remark = act.sealer.seal(remark.strip()) if remark.strip() else None
    counted = [one for one in check.points if one["decided"] in (Decided.SAID, Decided.MISSING)]
    told = {"check": check.id, "staff": check.agent_id, "by": judge.id, "score": check.score}
    act.remember("house", "check-judged", call=check.call_id, points=counted, **told)
    act.news.add(f"staff:{check.agent_id}")
    return check


def score(figures: Checks, decided: Sequence[Mapping[str, str]]) -> int:
    """0 to 100: each forbidden phrase that was said costs, and each required one that was missing."""
    said = sum(one["group"] != REQUIRED and one["decided"] == Decided.SAID for one in decided)
    missing = sum(one["decided"] == Decided.MISSING for one in decided)
    return max(0, BEST - said * figures.forbidden_costs - missing * figures.missing_costs)


def answer(act: Act, check_id: int, person: Staff, words: str) -> None:
    """The judged says something to it, once. Raises Refused for others, Invalid for nothing, Conflict for twice."""
    check = act.session.get(QualityCheck, check_id, with_for_update=True, populate_existing=True)
    if check is None or check.agent_id != person.id or check.judged_at is None:
        raise Refused("only whoever was judged answers, once it is judged")
    if not words.strip():
        raise Invalid("say something")
    if check.answered_at is not None:
        raise Conflict("it was answered already")
    check.answer, check.answered_at = act.sealer.seal(words.strip()), act.at
    act.remember("house", "check-answered", check=check.id, staff=person.id)

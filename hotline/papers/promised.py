"""What was promised and what became of it, as it is called; without it a page and a file would name it twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hotline.domain.decisions import Decision, State, What
from hotline.domain.promises import Promise, Verdict
from hotline.papers.tongue import Tongue
from hotline.standard.rules import Standard


def title(promise: Promise, standard: Standard, tongue: Tongue) -> str:
    """What was promised, in the reader's language."""
    rule = standard.promise_rules.get(promise.rule)
    return tongue.rule_title(promise.rule_id) if rule is None else tongue.chosen(rule.title_zh, rule.title_en)


def extended(asked: Iterable[Decision]) -> frozenset[int]:
    """The promises for which more time was approved, by id (CMP-5)."""
    approved = (one for one in asked if one.what == What.EXTENSION and one.state == State.APPROVED)
    return frozenset(one.promise_id for one in approved if one.promise_id is not None)


def verdict(promise: Promise, longer: Collection[int]) -> str:
    """What became of a promise; what is excused either got more time (`longer`, by id) or is not due any more."""
    return "extended" if promise.verdict == Verdict.EXCUSED and promise.id in longer else promise.verdict

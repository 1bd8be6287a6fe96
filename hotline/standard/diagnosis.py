"""Without this file a fault would be asked at random, and nobody could say whose part is broken (FLT-1 to FLT-3)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Annotated

from hotline.errors import Invalid
from hotline.standard.figures import Figure
from hotline.standard.kinds import EmergencyKind, FaultClass, Scope
from hotline.standard.reading import Misfit, nearest, read
from hotline.standard.rules import Standard

MOST_QUESTIONS = 4
GENERAL_GUIDE = "diagnosis.guide.general"


@dataclass(frozen=True)
class Verdict:
    """What the answers come to. `guide` is a prompt key; `fee` names a figure in `repair.fees` (yuan)."""

    name: str
    scope: Scope
    guide: str | None = None
    fee: FaultClass | None = None
    emergency: EmergencyKind | None = None


@dataclass(frozen=True)
class Answer:
    """One way to answer: the key to press, and the prompt key of the words to hear and the label to read."""

    key: int
    word: str
    words: str
    to: str | Verdict


@dataclass(frozen=True)
class Node:
    """A question: `prompt` is its prompt key."""

    key: str
    prompt: str
    answers: tuple[Answer, ...]

    def pressed(self, digit: str) -> Answer | None:
        """The answer of a pressed key, or None where the key means nothing here."""
        return next((answer for answer in self.answers if str(answer.key) == digit), None)

    def said(self, word: str) -> Answer | None:
        """The answer with this short id, or None."""
        return next((answer for answer in self.answers if answer.word == word), None)


@dataclass(frozen=True)
class Tree:
    """The questions of one fault class, in diagnostic order."""

    fault_class: FaultClass
    start: str
    nodes: Mapping[str, Node]

    def node(self, key: str) -> Node:
        """The question by its key; Invalid names an unknown one."""
        if key not in self.nodes:
            raise Invalid(f"the {self.fault_class} diagnosis has no question {key!r}")
        return self.nodes[key]

    def follow(self, answers: Mapping[str, str]) -> tuple[list[Node], Verdict | None]:
        """The questions on the way of these answers, the open one last, and the verdict where they lead to one."""
        asked, to = list[Node](), self.start
        while True:
            asked.append(self.node(to))
            given = asked[-1].said(answers.get(to, ""))
            if given is None:
                return asked, None
            if isinstance(given.to, Verdict):
                return asked, given.to
            to = given.to

    def paths(self) -> Iterator[tuple[tuple[str, ...], Verdict]]:
        """Every way through: the questions asked, and the verdict. Ends only where the tree has no circle."""
        yield from self._paths(self.start, ())

    def _paths(self, key: str, asked: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Verdict]]:
        for answer in self.node(key).answers:
            if isinstance(answer.to, Verdict):
                yield (*asked, key), answer.to
            else:
                yield from self._paths(answer.to, (*asked, key))


@dataclass(frozen=True)
class _WrittenAnswer:
    key: Annotated[int, Figure("FLT-1", 1, 9)]
    word: str
    question: str | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class _WrittenQuestion:
    answers: tuple[_WrittenAnswer, ...]


@dataclass(frozen=True)
class _WrittenVerdict:
    scope: Scope
    guide: str | None = None
    paid: bool = False
    emergency: EmergencyKind | None = None


@dataclass(frozen=True)
class _Written:
    """A tree as its file has it."""

    start: str
    questions: Mapping[str, _WrittenQuestion]
    verdicts: Mapping[str, _WrittenVerdict]


@cache
def tree(fault_class: FaultClass) -> Tree:
    """The tree as it ships. Raises Invalid with file, key and reason."""
    name = f"trees/{fault_class}.toml"
    text = (files("hotline.standard") / name).read_text(encoding="utf-8")
    return parse(fault_class, tomllib.loads(text), name)


def parse(fault_class: FaultClass, table: Mapping[str, object], name: str) -> Tree:
    """A tree from a table in the form of trees/*.toml, checked. Raises Invalid with `name`, key and reason."""
    try:
        written: _Written = read(_Written, table)
        built = _built(fault_class, written)
    except Misfit as wrong:
        raise Invalid(f"{name}: {'.'.join(wrong.path)}: {wrong.reason}") from None
    for complaint in _complaints(built, written):
        raise Invalid(f"{name}: {complaint}")
    return built


def judged(fault_class: FaultClass, scope: Mapping[str, Scope]) -> Tree:
    """The tree with a company's own view of some verdicts (`repair.scope`), by their names.

    Raises Misfit for a name that the tree does not have, and for making or unmaking an emergency.
    """
    shipped = tree(fault_class)
    verdicts = {verdict.name: verdict for _, verdict in shipped.paths()}
    own = {name: _rejudged(fault_class, verdicts, name, as_) for name, as_ in scope.items()}

    def aimed(answer: Answer) -> Answer:
        named = isinstance(answer.to, Verdict) and answer.to.name in own
        return replace(answer, to=own[answer.to.name]) if named and isinstance(answer.to, Verdict) else answer

    nodes = {
        key: replace(node, answers=tuple(aimed(answer) for answer in node.answers))
        for key, node in shipped.nodes.items()
    }
    return replace(shipped, nodes=nodes)


def of(standard: Standard, fault_class: FaultClass) -> Tree:
    """The tree of a fault class as this company judges it."""
    return judged(fault_class, standard.repair.scope.get(fault_class, {}))


def _rejudged(fault_class: FaultClass, verdicts: Mapping[str, Verdict], name: str, scope: Scope) -> Verdict:
    path = ("repair", "scope", fault_class, name)
    if name not in verdicts:
        raise Misfit(path, f"is no verdict of the {fault_class} diagnosis{nearest(name, list(verdicts))}")
    before = verdicts[name]
    if Scope.EMERGENCY in (before.scope, scope):
        raise Misfit(path, "an emergency is not a matter of scope")
    if scope is not Scope.OUT_OF_SCOPE:
        return Verdict(name, scope)
    return replace(before, scope=scope, guide=before.guide or GENERAL_GUIDE, fee=before.fee or fault_class)


def _built(fault_class: FaultClass, written: _Written) -> Tree:
    nodes = {
        key: Node(
            key=key,
            prompt=f"diagnosis.{fault_class}.{key}",
            answers=tuple(_answer(fault_class, written, key, answer) for answer in question.answers),
        )
        for key, question in written.questions.items()
    }
    return Tree(fault_class, written.start, nodes)


def _answer(fault_class: FaultClass, written: _Written, question: str, answer: _WrittenAnswer) -> Answer:
    path = ("questions", question, answer.word)
    if (answer.question is None) == (answer.verdict is None):
        raise Misfit(path, "leads to a question or to a verdict, one of the two")
    to: str | Verdict
    if answer.verdict is not None:
        to = _verdict(fault_class, written, answer.verdict, path)
    elif answer.question is not None and answer.question in written.questions:
        to = answer.question
    else:
        raise Misfit(path, f"leads to the unknown question {answer.question!r}")
    return Answer(answer.key, answer.word, f"words.diagnosis.{fault_class}.{question}.{answer.word}", to)


def _verdict(fault_class: FaultClass, written: _Written, name: str, path: tuple[str, ...]) -> Verdict:
    if name not in written.verdicts:
        raise Misfit(path, f"leads to the unknown verdict {name!r}")
    found = written.verdicts[name]
    guide = f"diagnosis.{fault_class}.guide.{found.guide}" if found.guide else None
    return Verdict(name, found.scope, guide, fault_class if found.paid else None, found.emergency)


def _complaints(built: Tree, written: _Written) -> Iterator[str]:
    if built.start not in built.nodes:
        yield f"start: {built.start!r} is not a question"
        return
    for key, node in built.nodes.items():
        yield from _question_complaints(key, node)
    for name, verdict in written.verdicts.items():
        if (verdict.guide is not None) != (verdict.scope is Scope.OUT_OF_SCOPE):
            yield f"verdicts.{name}: a guide belongs to what is out of scope, and to nothing else"
        if (verdict.emergency is not None) != (verdict.scope is Scope.EMERGENCY):
            yield f"verdicts.{name}: an emergency names its kind, and nothing else does"
    yield from _way_complaints(built, written)


def _question_complaints(key: str, node: Node) -> Iterator[str]:
    if not 2 <= len(node.answers) <= 4:
        yield f"questions.{key}: has {len(node.answers)} answers, not 2 to 4"
    if len({answer.key for answer in node.answers}) < len(node.answers):
        yield f"questions.{key}: two answers have one key"
    if len({answer.word for answer in node.answers}) < len(node.answers):
        yield f"questions.{key}: two answers have one word"


def _way_complaints(built: Tree, written: _Written) -> Iterator[str]:
    reached, ended = set[str](), set[str]()
    open_ways: list[tuple[str, ...]] = [(built.start,)]
    while open_ways:
        way = open_ways.pop()
        if len(way) > MOST_QUESTIONS or way[-1] in way[:-1]:
            yield f"questions.{way[-1]}: asked after {', '.join(way[:-1])}: a circle, or more than {MOST_QUESTIONS}"
            return
        reached.add(way[-1])
        for answer in built.nodes[way[-1]].answers:
            if isinstance(answer.to, Verdict):
                ended.add(answer.to.name)
            else:
                open_ways.append((*way, answer.to))
    for key in built.nodes.keys() - reached:
        yield f"questions.{key}: is never asked"
    for name in written.verdicts.keys() - ended:
        yield f"verdicts.{name}: is never reached"

"""TwiML's elements, nesting and attributes as the npm package declares them; else memory would be the grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.contract import packages

ROOT = "VoiceResponse"

ENUMERATION = re.compile(r"^ {4}type (\w+) = (.+);$", re.MULTILINE)
INTERFACE = re.compile(r"export interface (\w+) \{(.*?)\n {4}\}", re.DOTALL)
FIELD = re.compile(r'^ +"?([\w:-]+)"?\?: ([\w\[\]]+);$', re.MULTILINE)
CLASS = re.compile(r"(?:declare|export) class (\w+) extends TwiML \{(.*?)\n {0,4}\}", re.DOTALL)
METHOD = re.compile(r"^ +\w+\((.*?)\): VoiceResponse\.(\w+);$", re.MULTILINE)
BUILDER_CLASS = re.compile(r"^ *class (\w+) extends", re.MULTILINE)
BUILT = re.compile(r'new VoiceResponse\.(\w+)\(this\.\w+\.ele\("([^"]+)"')


@dataclass(frozen=True)
class Attribute:
    """A declared attribute: `kind` string, boolean, number or enumeration; `many` = a space-separated list."""

    kind: str
    values: frozenset[str] = frozenset()
    many: bool = False


@dataclass(frozen=True)
class Element:
    """An element where it stands: `node` names what it may hold, `text` whether it holds words."""

    node: str
    attributes: Mapping[str, Attribute]
    text: bool


Grammar = Mapping[str, Mapping[str, Element]]


def enumerations(source: str) -> dict[str, frozenset[str]]:
    """Type name -> its words."""
    return {name: frozenset(re.findall(r'"([^"]*)"', words)) for name, words in ENUMERATION.findall(source)}


def interfaces(source: str) -> dict[str, dict[str, Attribute]]:
    """Interface name -> attributes; an interface written twice is one, as TypeScript merges them."""
    words = enumerations(source)
    found: dict[str, dict[str, Attribute]] = {}
    for name, body in INTERFACE.findall(source):
        found.setdefault(name, {}).update({field: attribute(kind, words) for field, kind in FIELD.findall(body)})
    return found


def attribute(declared: str, words: Mapping[str, frozenset[str]]) -> Attribute:
    """One declared type; an unknown one is an error, for it would otherwise allow everything."""
    kind, many = declared.removesuffix("[]"), declared.endswith("[]")
    if kind in words:
        return Attribute("enumeration", words[kind], many)
    if kind not in {"string", "boolean", "number"}:
        raise ValueError(f"{declared}: a type this reader does not know")
    return Attribute(kind, many=many)


def element_names(builder: str) -> dict[tuple[str, str], str]:
    """(holding class, class) -> element name, which only the JavaScript says."""
    parts = BUILDER_CLASS.split(builder)[1:]
    classes = zip(parts[::2], parts[1::2], strict=True)
    return {(holder, node): name for holder, body in classes for node, name in BUILT.findall(body)}


def read(declarations: str, builder: str) -> Grammar:
    """The grammar in both files together.

    ValueError when the two disagree or nothing is found: then the files changed their form.
    """
    attributes, names = interfaces(declarations), element_names(builder)
    grammar: dict[str, dict[str, Element]] = {}
    for holder, body in CLASS.findall(declarations):
        children = grammar.setdefault(holder, {})
        for parameters, node in METHOD.findall(body):
            name = names.pop((holder, node), None) or next(n for n, e in children.items() if e.node == node)
            declared = re.search(r"attributes\??: VoiceResponse\.(\w+)", parameters)
            text = re.search(r"(?:^|, )(?!attributes)\w+\??: string", parameters) is not None
            known = children.get(name)
            children[name] = Element(
                node,
                attributes[declared[1]] if declared else known.attributes if known else {},
                text or (known is not None and known.text),
            )
    if names or ROOT not in grammar:
        raise ValueError(f"the declarations lack {sorted(names.values()) or ROOT}")
    return grammar


@cache
def load() -> Grammar:
    """The installed package's grammar, read once in a process."""
    return read(
        packages.DECLARATIONS.read_text(encoding="utf-8"),
        packages.BUILDER.read_text(encoding="utf-8"),
    )

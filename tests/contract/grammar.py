"""Holds a document against the npm package's grammar; neither builder nor carrier would refuse a misspelling."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from tests.contract import declarations, limits, places
from tests.contract.declarations import ROOT, Attribute, Element
from tests.contract.places import Place

MAX_BYTES = 64 * 1024  # contract 3.4, error 11750


def check(xml: str, place: Place = Place.UNKNOWN) -> list[str]:
    """Complaints about a document, empty when the carrier would follow all of it.

    `place` says what asked for it (contract 2.3, 5.3): a waiting line may hear fewer verbs than a call.
    """
    try:
        data = xml.encode()
    except UnicodeEncodeError:
        return ["12100: a lone surrogate cannot be sent"]
    if len(data) > MAX_BYTES:
        return [f"11750: {len(data)} bytes, the carrier reads {MAX_BYTES}"]
    if not data:
        return ["11770: an empty body"]
    if not xml.startswith("<"):
        return ["12100: something stands before the document"]
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        return [f"12100: {error}"]
    if root.tag != "Response":
        return [f"12102: the root is <{root.tag}>, not <Response>"]
    return [*_response(root), *limits.document(root), *places.document(root, place)]


def _response(root: ElementTree.Element) -> Iterator[str]:
    if root.attrib:
        yield f"12200: <Response> has no attributes, here {sorted(root.attrib)}"
    yield from _content(root, Element(ROOT, {}, text=False))


def _content(parent: ElementTree.Element, declared: Element) -> Iterator[str]:
    allowed = declarations.load()[declared.node]
    if not declared.text and _own_words(parent):
        yield f"12200: <{parent.tag}> holds no words, here {_own_words(parent)!r}"
    for child in parent:
        known = allowed.get(child.tag)
        if known is None:
            yield f"12200: <{child.tag}> may not stand in <{parent.tag}>"
            continue
        yield from _attributes(child, known)
        yield from _content(child, known)


def _own_words(node: ElementTree.Element) -> str:
    return "".join([node.text or "", *(child.tail or "" for child in node)]).strip()


def _attributes(node: ElementTree.Element, known: Element) -> Iterator[str]:
    for raw, value in node.attrib.items():
        name = raw.replace("{http://www.w3.org/XML/1998/namespace}", "xml:")
        declared = known.attributes.get(name)
        if declared is None:
            yield f"12200: <{node.tag}> has no attribute {name}"
        elif not _fits(value, declared):
            yield f"<{node.tag} {name}={value!r}>: not {_wanted(declared)}"


def _fits(value: str, declared: Attribute) -> bool:
    words = value.split(" ") if declared.many else [value]
    return all(_word_fits(word, declared) for word in words)


def _word_fits(word: str, declared: Attribute) -> bool:
    match declared.kind:
        case "enumeration":
            return word in declared.values
        case "boolean":
            return word in {"true", "false"}
        case "number":
            return word.isascii() and word.isdigit()
    return True


def _wanted(declared: Attribute) -> str:
    if declared.kind != "enumeration":
        return f"a {declared.kind}"
    shown = sorted(declared.values)[:12]
    more = " ..." if len(declared.values) > len(shown) else ""
    return f"{'a list of' if declared.many else 'one of'} {', '.join(shown)}{more}"

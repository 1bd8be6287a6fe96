"""Reads a document as the carrier does, with its error numbers: without it any nonsense would seem to work."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree import ElementTree

from hotline.simulator import figures, grammar

_XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
_CHINESE_TONGUES = ("cmn", "zh", "yue")
_RECOGNISED_CHINESE = frozenset({"cmn-Hans-CN", "cmn-Hant-TW", "yue-Hant-HK", "zh", "zh-CN", "zh-TW"})
_NO_CHINESE_MODELS = ("phone_call", "experimental")
_BAD_VERSION = re.compile(r"""^<\?xml[^>]*version=["'](?!1\.[01]["'])""")


class Unreadable(Exception):
    """A document the carrier refuses; `code` is its error number (contract 3.4)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Verb:
    """One element of a document: a verb, a noun or a piece of SSML."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Verb, ...] = ()
    tail: str = ""

    def get(self, attribute: str, default: str) -> str:
        """The attribute's value, or the carrier's default."""
        return self.attributes.get(attribute, default)

    def flag(self, attribute: str, default: bool = False) -> bool:
        """The attribute as true or false."""
        return self.get(attribute, "true" if default else "false") == "true"

    def number(self, attribute: str, default: float) -> float:
        """The attribute as a number; the default stands in for one that the carrier does not take."""
        value = self.attributes.get(attribute, "")
        rule = grammar.RULES.get((self.name, attribute))
        if not value.isdecimal() or (rule is not None and not rule.allows(value)):
            return default
        return float(value)


@dataclass(frozen=True)
class Warned:
    """Something the carrier carries on after, ignoring that part."""

    code: int
    message: str


@dataclass(frozen=True)
class Document:
    """A document that can be heard: its verbs in order, where it came from, what was warned about."""

    verbs: tuple[Verb, ...]
    url: str | None = None  # None: handed in through the REST parameter Twiml
    method: str = "POST"
    warnings: tuple[Warned, ...] = ()

    def resolve(self, url: str) -> str:
        """A URL named in this document, absolute (contract 1.9); Unreadable 11100 where that cannot be."""
        whole = urljoin(self.url, url.strip()) if self.url else url.strip()
        if not whole.startswith(("http://", "https://")):
            raise Unreadable(11100, f"not an absolute URL: {url!r}")
        return whole


def read(body: bytes, content_type: str | None, url: str | None, method: str = "POST") -> Document:
    """The document in an answer (contract 1.3): TwiML, or plain text read aloud, or an audio file played.

    Raises Unreadable with 11750, 11770, 12100, 12101, 12102 or 12300.
    """
    if content_type is None:
        raise Unreadable(12300, "no Content-Type")
    kind = content_type.split(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return Document((Verb("Play", text=url or ""), Verb("Hangup")), url, method)
    if kind not in _XML_TYPES and kind != "text/plain":
        raise Unreadable(12300, f"Content-Type {kind}")
    try:
        return parse(body.decode("utf-8", "replace"), url, method)
    except Unreadable:
        if kind != "text/plain" or not body:
            raise
        return Document((Verb("Say", text=body.decode("utf-8", "replace")), Verb("Hangup")), url, method)


def parse(text: str, url: str | None = None, method: str = "POST") -> Document:
    """The document in this text. Raises Unreadable as read() does."""
    if len(text.encode()) > figures.LARGEST_DOCUMENT:
        raise Unreadable(11750, "the document is larger than 64 KB")
    if not text:
        raise Unreadable(11770, "the answer is empty")
    if _BAD_VERSION.match(text):
        raise Unreadable(12101, "the XML version is not 1.0")
    root = _tree(text)
    if root.tag != "Response":
        raise Unreadable(12102, f"the root is <{root.tag}>, not <Response>")
    warnings: list[Warned] = []
    verb = _verb(root, warnings)
    return Document(verb.children, url, method, tuple(warnings))


def _tree(text: str) -> ElementTree.Element:
    if "<!DOCTYPE" in text:
        raise Unreadable(12100, "a document type is not allowed")
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - entities cannot be declared without a document type
    except ElementTree.ParseError as error:
        raise Unreadable(12100, f"not well-formed: {error}") from error


def _verb(element: ElementTree.Element, warnings: list[Warned]) -> Verb:
    shape = grammar.SHAPES[element.tag]
    children = tuple(_children(element, shape, warnings))
    if (element.text or "").strip() and not shape.text:
        warnings.append(Warned(12200, f"text inside <{element.tag}>"))
    text = (element.text or "") if shape.text else ""
    return Verb(element.tag, _attributes(element, shape, warnings), text, children, element.tail or "")


def _children(element: ElementTree.Element, shape: grammar.Shape, warnings: list[Warned]) -> list[Verb]:
    kept = []
    for child in element:
        if child.tag in shape.holds:
            kept.append(_verb(child, warnings))
        else:
            code = 13320 if element.tag == "Gather" else 12200
            warnings.append(Warned(code, f"<{child.tag}> is not allowed in <{element.tag}>"))
    if element.tag == "Dial" and len(kept) > 1 and any(noun.name == "Conference" for noun in kept):
        warnings.append(Warned(13000, "<Conference> beside other nouns in one <Dial>"))
    return kept


def _attributes(element: ElementTree.Element, shape: grammar.Shape, warnings: list[Warned]) -> dict[str, str]:
    known = {name: value for name, value in element.attrib.items() if name in shape.attributes}
    warnings.extend(
        Warned(12200, f"<{element.tag}> has no attribute {name}") for name in element.attrib if name not in known
    )
    for name, value in known.items():
        rule = grammar.RULES.get((element.tag, name))
        if rule is not None and not rule.allows(value):
            warnings.append(Warned(rule.code, f'<{element.tag} {name}="{value}">'))
    if element.tag == "Gather":
        warnings.extend(_gather_warnings(known))
    return known


def _gather_warnings(attributes: dict[str, str]) -> list[Warned]:
    found = []
    speech = "speech" in attributes.get("input", "dtmf")
    model = attributes.get("speechModel", "default")
    if speech and attributes.get("speechTimeout") == "auto" and model == "default":
        found.append(Warned(13335, 'speechTimeout="auto" with the default speechModel'))
    language = attributes.get("language", "en-US")
    if language.startswith(_CHINESE_TONGUES) and language not in _RECOGNISED_CHINESE:
        found.append(Warned(13331, f"<Gather> does not recognise {language}"))
    elif speech and language.startswith(_CHINESE_TONGUES) and model.startswith(_NO_CHINESE_MODELS):
        found.append(Warned(13343, f"speechModel {model} does not know {language}"))
    entries = attributes.get("hints", "").split(",")
    if len(entries) > 500 or any(len(entry) > 100 for entry in entries):
        found.append(Warned(12200, "hints: more than 500 entries, or one longer than 100 characters"))
    return found

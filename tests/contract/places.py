"""Which verbs a document may use where it is heard; a waiting line that is sent a <Dial> loses its caller."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from xml.etree import ElementTree


class Place(StrEnum):
    """What asked for a document."""

    UNKNOWN = "unknown"
    CALL = "call"
    INLINE = "inline"  # sent as the REST parameter Twiml
    WAITING = "waiting"  # <Enqueue waitUrl>
    HOLD = "hold"  # <Conference waitUrl>
    WHISPER = "whisper"  # url of <Number>, <Client>, <Sip>
    BRIDGE = "bridge"  # url of <Queue>


ALLOWED = {  # contract 2.3, 5.3
    Place.WAITING: {"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"},
    Place.HOLD: {"Play", "Say", "Pause", "Redirect"},
    Place.WHISPER: {"Say", "Play", "Gather", "Hangup"},
    Place.BRIDGE: {"Play", "Say", "Pause", "Redirect"},
}

# Where a URL inside a document is heard; "" keeps the place of the document itself.
LEADS = {
    ("Enqueue", "waitUrl"): Place.WAITING,
    ("Conference", "waitUrl"): Place.HOLD,
    ("Number", "url"): Place.WHISPER,
    ("Client", "url"): Place.WHISPER,
    ("Sip", "url"): Place.WHISPER,
    ("Queue", "url"): Place.BRIDGE,
}


def document(root: ElementTree.Element, place: Place) -> Iterator[str]:
    """Complaints about verbs that may not be heard there."""
    verbs = [child.tag for child in root]
    if place in ALLOWED:
        for verb in verbs:
            if verb not in ALLOWED[place]:
                yield f"13238: <{verb}> may not be heard in a {place} document (contract 2.3, 5.3)"
    elif "Leave" in verbs and place != Place.UNKNOWN:
        yield "<Leave> outside a waitUrl document (contract 5.3)"
    if place == Place.WAITING and not {"Play", "Say", "Pause", "Gather", "Hangup", "Leave"} & set(verbs):
        yield "a waiting document without media or <Pause> is a loop of requests (contract 2.3)"


def leads(xml: str, place: Place) -> Iterator[tuple[str, Place]]:
    """(address, place) of every further document that this one makes the carrier ask for."""
    for node in ElementTree.fromstring(xml).iter():
        for name, value in node.attrib.items():
            if (node.tag, name) in LEADS and value:
                yield value, LEADS[node.tag, name]
        if node.tag == "Redirect" and node.text:
            yield node.text.strip(), place
        if node.tag == "Gather" and "action" in node.attrib:
            yield node.attrib["action"], place

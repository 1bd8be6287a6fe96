"""A matter as another system sends it; without it a fault without a place would be opened, and nobody could go."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from hotline.api import fields
from hotline.api.fields import Long, Sent, Short, Strict, Telephone
from hotline.api.problems import Lack
from hotline.standard.kinds import FaultClass


class Matter(StrEnum):
    """What another system may bring here. Complaints and wishes to be rung have doors of their own."""

    FAULT = "fault"
    ENQUIRY = "enquiry"
    MESSAGE = "message"


class Form(Strict):
    """One matter: what kind, in which words, and of whom; of a fault also what is broken and where."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "fault",
                    "matter": "heating",
                    "description": "两个房间不热",
                    "phone": "13800138000",
                    "address": "3号楼2单元501",
                }
            ]
        }
    )

    kind: Annotated[Matter, Field(strict=False)]
    description: Long
    phone: Telephone | None = None
    name: Short | None = None
    matter: Annotated[FaultClass | None, Field(strict=False)] = None
    address: Short | None = None
    recipient: Short | None = None
    language: Short | None = None


# Of each kind: what else has to be there, with why it has.
_NEEDED = {
    Matter.FAULT: {
        "matter": "say what is broken",
        "address": "say where it is: somebody goes there",
        "phone": "say at which number we reach them",
    },
    Matter.ENQUIRY: {"phone": "say at which number they are given the answer"},
    Matter.MESSAGE: {"recipient": "say for whom the message is"},
}
_OWN = ("matter", "address", "recipient")  # each goes with one kind alone


def read(body: bytes) -> Sent[Form]:
    """The matter that was sent, and all that can be seen to be wrong with it. Raises as `fields.read`."""
    return fields.read(body, Form, needed={"kind": "message", "description": "-"}, together=_wrong_together)


def _wrong_together(form: Form, wrong: set[str]) -> Iterable[Lack]:
    if "kind" in wrong:
        return
    for name, why in _NEEDED[form.kind].items():
        if getattr(form, name) is None and name not in wrong:
            yield Lack(name, f"goes with a {form.kind}: {why}")
    for name in _OWN:
        if getattr(form, name) is not None and name not in _NEEDED[form.kind]:
            yield Lack(name, f"does not go with the kind {form.kind}: leave it out")

"""How far a repair is, as a contractor's system sends it; without it what was found would be lost (FLT-8)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from hotline.api import fields
from hotline.api.fields import Long, Sent, Short, Strict
from hotline.api.problems import Lack


class Reached(StrEnum):
    """What an engineer has come to; the words are the stages of a repair."""

    SIGNED = "signed"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    DONE = "done"


class Form(Strict):
    """One step of a repair: how far, and whose. `engineer`: the agent number under which the company knows them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stage": "arrived", "engineer": "003"}]})

    stage: Annotated[Reached, Field(strict=False)]
    engineer: Short
    found: Long | None = None
    tested: bool | None = None
    customer_signed: bool | None = None


_OF_DONE = {
    "found": "what was found and done",
    "tested": "whether it was tested in front of the customer, true or false",
    "customer_signed": "whether the customer signed for it, true or false",
}


def read(body: bytes) -> Sent[Form]:
    """The step that was sent, and all that can be seen to be wrong with it. Raises as `fields.read`."""
    return fields.read(body, Form, needed={"stage": "signed", "engineer": "-"}, together=_wrong_together)


def _wrong_together(form: Form, wrong: set[str]) -> Iterable[Lack]:
    if "stage" in wrong:
        return
    for name, what in _OF_DONE.items():
        given = getattr(form, name) is not None
        if form.stage is Reached.DONE and not given and name not in wrong:
            yield Lack(name, f"goes with done: {what} (FLT-8)")
        if form.stage is not Reached.DONE and given:
            yield Lack(name, f"goes with done alone, not with {form.stage}: leave it out")

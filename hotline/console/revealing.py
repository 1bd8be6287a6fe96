"""One wish to see one hidden value, and its answer; without it calls and cases would each open values their own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from flask import make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from hotline.console import asking, hidden, refused, words
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.errors import Invalid, NotFound, Refused

Thing = TypeVar("Thing", Call, Case)
Shows = Callable[..., str]  # a page, by what was asked on it


@dataclass
class Asked:
    """What somebody wants to see and why; then what it was, or what was wrong. `shown_for` in seconds."""

    what: str
    reason: str
    value: str | None = None
    problem: str | None = None
    shown_for: int = 0

    @property
    def texts(self) -> list[str]:
        """What was opened, where it is several texts that are read side by side."""
        return (self.value or "").split(hidden.BESIDE)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Asked:
        """From the form behind a mask."""
        return cls(form.get("what", ""), form.get("reason", ""))

    def answer(self, act: Act, thing: Call | Case, values: dict[str, hidden.Opens]) -> None:
        """Open the value, or say in the reader's language why not."""
        self.shown_for = act.standard.secrecy.shown_for.seconds
        try:
            self.value = hidden.reveal(act, thing, values, what=self.what, reason=self.reason)
        except Invalid:
            self.problem = words.text("reveal.too-short", n=act.standard.secrecy.reason_at_least)
        except NotFound:
            self.problem = words.text("reveal.gone")
        except Refused:
            self.problem = words.text("reveal.too-many")


def revealed(
    finds: Callable[[Act], Thing], hides: Callable[[Act, Thing], dict[str, hidden.Opens]], here: str, page: Shows
) -> ResponseReturnValue:
    """Open one value of what `finds` finds, and write down who looked (SEC-1); the page with the value in it.

    It hides again by itself, with or without a script. A value that is shown lies nowhere in between, so it is in the
    answer to the form and not on the page at `here`.
    """
    asked = Asked.read(request.form)
    with asking.runtime().act(asking.actor()) as act:
        thing = finds(act)
        asked.answer(act, thing, hides(act, thing))
    if asked.problem is not None:
        return refused.back_to(here, asked=asdict(asked)) or (page(asked=asked), 409)
    answer = make_response(page(asked=asked))
    answer.headers["Refresh"] = f"{asked.shown_for}; url={here}"
    return answer

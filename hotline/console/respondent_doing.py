"""What the department complained of does, on its page and behind a link; without it a form would stay filed (CMP-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from hotline.console import words
from hotline.domain import companies, respondents, staff
from hotline.domain.act import Act, Actor
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import of
from hotline.domain.staff import Staff
from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused
from hotline.runtime import Runtime

Does = Callable[[Act, Case, Staff, str], object]
_LONGEST = 2000  # characters
# What stands against it, in the reader's words: the end of the key of prompts/.
_PROBLEMS: Mapping[type[HotlineError], str] = {Invalid: "empty", Refused: "refused", Conflict: "conflict"}


@dataclass
class Said:
    """A button that was pressed and what was written beside it; `problem`: why it did not go, in the reader's words."""

    doing: str
    text: str = ""
    problem: str | None = None

    @classmethod
    def read(cls, doing: str, form: MultiDict[str, str]) -> Said:
        """From the form under the button. Raises NotFound for a button that there is not."""
        if doing not in DOINGS:
            raise NotFound(f"nothing of a complaint is called {doing}")
        return cls(doing, form.get("text", "").strip()[:_LONGEST])

    @property
    def kept(self) -> dict[str, str | None]:
        """For the page that is shown again."""
        return {"doing": self.doing, "text": self.text, "problem": self.problem}


def do(runtime: Runtime, actor: Actor, case_id: int, said: Said) -> None:
    """Do it in an act of its own, in the name of the actor's person; `said.problem` where it is refused."""
    try:
        with runtime.act(actor) as act:
            case = act.session.get_one(Case, case_id)  # not locked yet: the dispatches are first
            companies.get(act, case.company_id)
            DOINGS[said.doing](act, case, staff.get(act, actor.staff_id or 0), said.text)
    except (Invalid, Refused, Conflict) as error:
        said.problem = words.text(f"respondent.{said.doing}.{error.key or _PROBLEMS[type(error)]}")


def _sign(act: Act, case: Case, by: Staff, text: str) -> None:
    """Pressing twice signs once."""
    complaint = of(act, case.id)
    if complaint is None or complaint.signed_by_id != by.id:
        respondents.sign(act, case, by)


def _refuse(act: Act, case: Case, by: Staff, text: str) -> None:
    respondents.refuse(act, case, by, text)


def _settle(act: Act, case: Case, by: Staff, text: str) -> None:
    respondents.settle(act, case, by, text)


def _give_back(act: Act, case: Case, by: Staff, text: str) -> None:
    complaint = of(act, case.id)
    if complaint is None or complaint.returned_by_id != by.id:
        respondents.give_back(act, case, by)


def _seen(act: Act, case: Case, by: Staff, text: str) -> None:
    respondents.acknowledge(act, case, by)


# By the last part of the address; the keys of what stands against each begin the same in prompts/.
DOINGS: Mapping[str, Does] = {
    "sign": _sign,
    "refuse": _refuse,
    "settle": _settle,
    "give-back": _give_back,
    "seen": _seen,
}

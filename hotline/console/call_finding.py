"""Looking for calls, and keeping what one looks for often; without it nobody found one call among millions (REC-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, call_wanted, lists, people, refused, rights, words
from hotline.domain import call_search, call_searches, companies, discretion, looks
from hotline.domain.act import Act
from hotline.errors import Invalid, NotFound, Refused


@dataclass(frozen=True)
class Shown:
    """The form as it stands, the searches that its reader keeps, and the one that is open."""

    typed: call_wanted.Typed
    options: list[tuple[str, list[tuple[str, str]]]]
    kept: list[tuple[int, str]]
    longest_name: int
    open_id: int | None = None
    name: str = ""
    chips: list[tuple[str, str]] | None = None
    count: int | None = None
    counted: int = call_search.COUNTED
    problem: str = ""
    export: Mapping[str, str] = field(default_factory=dict)  # a file that was asked for and refused: what was typed
    reason_at_least: int = 0


def search_calls() -> ResponseReturnValue:
    """Note what is looked for and lead to what is found: neither a number nor a word stands in an address."""
    typed = call_wanted.read(request.form)
    try:
        with asking.runtime().act(asking.actor()) as act:
            _under_own(act)
            call_wanted.criteria(act, typed)
            row = call_searches.ask(act, asking.person().id, typed)
    except Invalid as error:
        return _refused(_list(), typed, str(error))
    return redirect(_list(row.id))


def change_search(search_id: int, doing: str) -> ResponseReturnValue:
    """Keep one's search under a name, or drop it."""
    if doing not in ("keep", "drop"):
        raise NotFound(f"nothing that is done with a search is called {doing}")
    try:
        with asking.runtime().act(asking.actor()) as act:
            row = call_searches.get(act, search_id, asking.person().id)
            if doing == "keep":
                call_searches.keep(act, row, request.form.get("name", ""))
            else:
                call_searches.drop(act, row)
    except Invalid as error:
        problem = words.text(f"calllog.problem.keep-{error.key}", n=call_searches.LONGEST_NAME, most=call_searches.MOST)
        return _refused(_list(search_id), {}, problem)
    return redirect(_list(search_id) if doing == "keep" else _list())


def asked_for() -> int | None:
    """The search whose results are wanted; None where the list itself is, or may not be searched."""
    if not rights.may_open(asking.person(), "console.search_calls"):
        return None
    return request.args.get("search", type=asking.row_id)


def form(act: Act) -> Shown | None:
    """The form above the whole list, with what was refused a moment ago; None for who may not search."""
    if not rights.may_open(asking.person(), "console.search_calls"):
        return None
    back = refused.taken(_list())
    return _shown(act, back.get("typed", {}), problem=back.get("problem", ""))


def listed(act: Act, search_id: int) -> dict[str, Any]:
    """What a search finds, as the list shows it. Raises NotFound for anybody else's search."""
    person, before = asking.person(), request.args.get("before", type=asking.row_id)
    _under_own(act)
    row = call_searches.get(act, search_id, person.id)
    typed = call_searches.wanted(act, row)
    asked, within = call_wanted.criteria(act, typed), discretion.calls(person)
    found = call_search.page(act, asked, within=within, before=before, most=lists.PAGE)
    back = refused.taken(_list(search_id))
    shown = _shown(
        act,
        {name: value for name, value in typed.items() if name != "number"},
        open_id=row.id,
        name=act.sealer.open(row.name) if row.name else "",
        chips=call_wanted.chips(act, typed),
        count=call_search.count(act, asked, found, within=within) if before is None else None,
        problem=back.get("problem", ""),
        export=back.get("export", {}),
        reason_at_least=act.standard.secrecy.reason_at_least,
    )
    more = None if found.more is None else "?" + urlencode({"search": search_id, "before": found.more})
    return {
        "zone": act.standard.timezone,
        "wanted": None,
        "rows": found.calls,
        "more": more,
        "companies": people.companies_by_id(act),
        "search": shown,
    }


def remember(search_id: int) -> ResponseReturnValue | None:
    """Who looks for a number or for words is on record, without what they looked for (REC-6).

    Each page is, for behind which call it begins is said by the address, and whoever types one chooses it. None where
    the page is to be shown; over the limit of such pages what is said instead (SEC-1).
    """
    with asking.runtime().act(asking.actor()) as act:
        _under_own(act)
        typed = call_searches.wanted(act, call_searches.get(act, search_id, asking.person().id))
        problem = on_record(act, typed)
    if problem is None:
        return None
    return _refused(_list(), {name: value for name, value in typed.items() if name != "number"}, problem)


def on_record(act: Act, typed: call_wanted.Typed) -> str | None:
    """Write down who looks by number or words, if it is by these; over the limit nothing, and why not is said."""
    by = call_wanted.private(typed)
    if not by:
        return None
    try:
        looks.note_search(act, by=asking.person().id, what=by)
    except Refused:
        return words.text("calllog.problem.too-many", n=act.standard.secrecy.searches_most)
    return None


def _shown(act: Act, typed: call_wanted.Typed, **found: Any) -> Shown:
    kept = call_searches.kept(act, asking.person().id)
    return Shown(typed, list(call_wanted.options(act)), kept, call_searches.LONGEST_NAME, **found)


def _under_own(act: Act) -> None:
    companies.get(act, asking.person().company_id)


def _list(search_id: int | None = None) -> str:
    return url_for("console.call_list", search=search_id)


def _refused(here: str, typed: call_wanted.Typed, problem: str) -> ResponseReturnValue:
    """Back to the list, with what was typed; where nothing can be kept, the list says so by itself."""
    return refused.back_to(here, typed=dict(typed), problem=problem) or redirect(here, 303)

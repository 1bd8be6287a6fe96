"""Which role may open which page, as the code itself has it; without it a table on paper would soon be another."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from hotline.console import rights
from hotline.domain.staff import Role

_PREFIX = "/console"
_VARIABLE = re.compile("<[^>]+>")  # the number of a case, the name of a recording


@dataclass(frozen=True)
class Line:
    """One address of the console, what is done there, and the roles to which it is open."""

    address: str
    does: str  # see, or do
    roles: frozenset[Role]


def permissions() -> ResponseReturnValue:
    """Every page and form of the console, part by part, and to which roles it is open."""
    return render_template("permissions.html", groups=table(), roles=list(Role))


def table() -> dict[str, list[Line]]:
    """The table of `rights` over the addresses there are: by the first word of the address, in its order."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint not in rights.PAGES:
            continue
        address = _VARIABLE.sub("…", str(rule).removeprefix(_PREFIX)) or "/"
        does = "see" if "GET" in (rule.methods or ()) else "do"
        groups[address.split("/")[1]].append(Line(address, does, rights.PAGES[rule.endpoint]))
    return {name: sorted(groups[name], key=lambda line: (line.address, line.does)) for name in sorted(groups)}

"""The picture of the call, drawn from the table itself; without it the README's would be of a call that was once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from hotline.prompts import Prompts
from hotline.voice.flow import FLOW, GROUPS
from hotline.voice.steps import Ask, End, Go, Linger, Meet, Menu, Row, Step, Take, Tell, Wait, leads_of

LANGUAGES = ("zh-CN", "en")
# How each kind of row is drawn: the shape in the text form, the colour in the picture, and what it is called.
SHAPES = {
    Menu: ("{{", "}}"), Ask: ("[/", "/]"), Take: ("[(", ")]"), Tell: ("[", "]"), Go: ("(", ")"), Linger: ("[", "]"),
    Wait: ("[[", "]]"), Meet: ("[[", "]]"), End: ("([", "])"),
}  # fmt: skip
COLOURS = {
    Menu: "#1d4ed8", Ask: "#0e7490", Take: "#7c3aed", Tell: "#15803d", Go: "#64748b", Linger: "#15803d",
    Wait: "#b45309", Meet: "#b45309", End: "#b91c1c",
}  # fmt: skip
KINDS = {
    Menu: "选择 choose", Ask: "说明 answer", Take: "留言 record", Tell: "告知 tell", Go: "办理 do",
    Wait: "等候 wait", Meet: "通话 talk", End: "结束 end",
}  # fmt: skip
WIDTH, GAP, MARGIN = 250, 24, 24  # pixels
TITLE, LINE, PADDING = 40, 15, 8
SMALL_ROOM = 38  # half-width characters in a line of small print

HEADING = """# The call 通话流程

Drawn from `hotline/voice/flow.py` by `scripts/picture`; do not edit. 由 `scripts/picture` 从表中画出，请勿手改。

```mermaid
{graph}
```
"""


def mermaid(flow: Mapping[Step, Row], prompts: Prompts) -> str:
    """The table as a Mermaid flowchart, labels in Chinese and English."""
    lines = ["flowchart TD"]
    for step, row in flow.items():
        left, right = SHAPES[type(row)]
        label = "<br/>".join(_label(step, prompts, language) for language in LANGUAGES)
        lines.append(f'    {_id(step)}{left}"{label}"{right}')
    lines += [f"    {_id(step)} --> {_id(lead)}" for step, row in flow.items() for lead in dict.fromkeys(leads_of(row))]
    return "\n".join(lines)


def svg(groups: Iterable[Mapping[Step, Row]], prompts: Prompts) -> str:
    """The table as a picture: a column for each part of the call, a card for each step, and where it leads."""
    columns = [[_Card(step, row, prompts) for step, row in group.items()] for group in groups]
    tall = max(sum(card.height + PADDING for card in column) for column in columns) + 3 * MARGIN
    wide = len(columns) * (WIDTH + GAP) - GAP + 2 * MARGIN
    drawn = [_legend()]
    for place, column in enumerate(columns):
        top = 3 * MARGIN
        for card in column:
            drawn.append(card.drawn(MARGIN + place * (WIDTH + GAP), top))
            top += card.height + PADDING
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" '
        'font-family="Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif">\n'
        f'<rect width="{wide}" height="{tall}" fill="#ffffff"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def write(folder: Path) -> None:
    """Write flow.md and pictures/flow.svg into a folder."""
    prompts = Prompts()
    (folder / "flow.md").write_text(HEADING.format(graph=mermaid(FLOW, prompts)), "utf-8")
    (folder / "pictures" / "flow.svg").write_text(svg(GROUPS, prompts), "utf-8")


class _Card:
    """One step: its names, and the names of the steps it leads to."""

    def __init__(self, step: Step, row: Row, prompts: Prompts) -> None:
        self._names = [_label(step, prompts, language) for language in LANGUAGES]
        self._colour = COLOURS[type(row)]
        self._leads = _wrapped([_label(lead, prompts, LANGUAGES[0]) for lead in dict.fromkeys(leads_of(row))])
        self.height = TITLE + LINE * len(self._leads)

    def drawn(self, left: int, top: int) -> str:
        """The card with its upper left corner there."""
        zh, en = (escape(name) for name in self._names)
        small = "".join(
            f'<text x="{left + 14}" y="{top + TITLE + LINE * place + 6}" font-size="11" fill="#475569">'
            f"{'→ ' if place == 0 else ''}{escape(line)}</text>"
            for place, line in enumerate(self._leads)
        )
        return (
            f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{self.height}" rx="6" fill="#f8fafc" '
            f'stroke="#cbd5e1"/><rect x="{left}" y="{top}" width="5" height="{self.height}" fill="{self._colour}"/>'
            f'<text x="{left + 14}" y="{top + 18}" font-size="14" font-weight="bold" fill="#0f172a">{zh}</text>'
            f'<text x="{left + 14}" y="{top + 32}" font-size="10" fill="#64748b">{en}</text>{small}'
        )


def _legend() -> str:
    return "".join(
        f'<rect x="{MARGIN + place * 130}" y="{MARGIN}" width="12" height="12" fill="{COLOURS[kind]}"/>'
        f'<text x="{MARGIN + place * 130 + 18}" y="{MARGIN + 11}" font-size="12" fill="#0f172a">{name}</text>'
        for place, (kind, name) in enumerate(KINDS.items())
    )


def _wrapped(names: list[str]) -> list[str]:
    """Names joined by a stroke, as many to a line as fit."""
    lines: list[str] = []
    for name in names:
        if lines and _room(f"{lines[-1]}、{name}") <= SMALL_ROOM:
            lines[-1] += f"、{name}"
        else:
            lines.append(name)
    return lines


def _room(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _label(step: Step, prompts: Prompts, language: str) -> str:
    return prompts.text(f"console.step.{step}", language)


def _id(step: Step) -> str:
    return step.replace("-", "_")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

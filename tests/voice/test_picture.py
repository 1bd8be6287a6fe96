"""The pictures in the documents are of the table as it is."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from hotline.prompts import Prompts
from hotline.voice import picture
from hotline.voice.flow import FLOW
from hotline.voice.steps import Row, Step, Tell, says

DOCS = Path(__file__).parents[2] / "docs"


def test_the_committed_pictures_are_what_the_table_gives(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    picture.write(tmp_path)
    for name in ("flow.md", "pictures/flow.svg"):
        assert (tmp_path / name).read_text("utf-8") == (DOCS / name).read_text("utf-8"), "run scripts/picture"


def test_every_step_and_every_way_is_drawn() -> None:
    graph = picture.mermaid(FLOW, Prompts())
    assert all(f"    {step.replace('-', '_')}" in graph for step in FLOW)
    assert "    farewell --> linger" in graph


def test_a_step_is_named_in_both_languages() -> None:
    flow: dict[Step, Row] = {Step.FAREWELL: Tell(says("farewell"), Step.LINGER)}
    assert '    farewell["道别<br/>Farewell"]' in picture.mermaid(flow, Prompts())


def test_the_drawing_is_whole() -> None:
    drawing = ET.fromstring(picture.svg([FLOW], Prompts()))
    names = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {Prompts().text(f"console.step.{step}", "zh-CN") for step in FLOW} <= names

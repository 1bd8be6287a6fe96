"""The plugin itself: were it asleep, the whole suite could emit nonsense and stay green."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.simulator.courier import Answer
from tests.contract import emitted

ROOT = Path(__file__).parents[2]
URL = "https://hotline.example.com/voice/wait/7"


def suite(folder: Path, body: str, **environment: str) -> str:
    """What pytest prints for one test file with this body, run with the plugin in a process of its own."""
    file = folder / "test_one.py"
    file.write_text(f"import pytest\nfrom tests.contract import emitted\n{body}", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.contract.plugin",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    run = subprocess.run(
        [*command, "--rootdir", folder, file],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return f"exit {run.returncode}\n{run.stdout}{run.stderr}"


def test_a_test_that_emits_a_wrong_document_fails(tmp_path: Path) -> None:
    said = suite(tmp_path, "def test_one(): emitted.document('<Response><Speak/></Response>')")
    assert "1 failed" in said
    assert "<Speak> may not stand in <VoiceResponse>" not in said
    assert "<Speak> may not stand in <Response>" in said


def test_a_test_that_emits_a_wrong_request_fails(tmp_path: Path) -> None:
    said = suite(tmp_path, "def test_one(): emitted.request('POST', 'https://api.twilio.com/2010-04-01/Nothing.json')")
    assert "1 failed" in said
    assert "no such resource" in said


def test_a_test_that_emits_right_ones_passes_and_the_run_counts_them(tmp_path: Path) -> None:
    said = suite(tmp_path, "def test_one(): emitted.document('<Response/>')")
    assert "1 passed" in said
    assert "1 documents and 0 requests" in said


def test_without_node_a_marked_test_is_left_out_and_a_line_says_so(tmp_path: Path) -> None:
    body = "@pytest.mark.carrier_packages\ndef test_one(): assert False\ndef test_two(): pass"
    said = suite(tmp_path, body, PATH="/nonexistent")
    assert "1 passed, 1 deselected" in said
    assert "contract tests not run: no Node; run scripts/contract-packages" in said


def test_without_node_in_ci_the_run_is_an_error(tmp_path: Path) -> None:
    said = suite(tmp_path, "@pytest.mark.carrier_packages\ndef test_one(): pass", PATH="/nonexistent", CI="true")
    assert said.startswith("exit 4")
    assert "contract tests not run: no Node" in said


def test_a_document_is_judged_by_where_an_earlier_one_said_it_is_heard() -> None:
    emitted.document(f'<Response><Enqueue action="{URL}" waitUrl="{URL}?n=1#rc=1">q</Enqueue></Response>')
    emitted.document("<Response><Leave/></Response>", f"{URL}?n=1")
    assert emitted.SEEN.complaints == []
    emitted.document(f'<Response><Pause length="1"/><Record action="{URL}"/></Response>', f"{URL}?n=1")
    try:
        assert [why.split(":")[0] for why in emitted.SEEN.complaints] == ["13238"]
    finally:
        emitted.begin()


def test_a_watched_sender_shows_every_document_and_nothing_else() -> None:
    answers = iter([Answer(200, {"content-type": "text/xml"}, b"<Response><Leave/></Response>"), Answer(204)])
    send = emitted.watched(lambda *_sent: next(answers))
    before = emitted.SEEN.documents
    assert [send("POST", URL, {}, b"", 5.0).status for _ in range(2)] == [200, 204]
    assert emitted.SEEN.documents == before + 1


@pytest.fixture(autouse=True)
def nothing_left_over() -> None:
    emitted.begin()

"""The command line as a whole: what it answers without reading anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from collections.abc import Callable
from pathlib import Path

import pytest

import divako

from divako.cli import main


Captured = pytest.CaptureFixture[str]


def test_the_version_is_that_of_the_library(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"divako {divako.__version__}\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
@pytest.mark.parametrize("verb", ["decode", "drivers"])
def test_a_stream_that_is_closed_is_no_reason_for_a_traceback(verb: str, closed: str) -> None:
    command = ["sh", "-c", f'exec "$0" -m divako {verb} {closed}', sys.executable]
    run = subprocess.run(command, capture_output=True, text=True, check=False, input="" if closed != "<&-" else None)
    assert run.returncode == (2 if (verb, closed) == ("decode", "<&-") else 0)
    assert "Traceback" not in run.stderr


def test_letters_that_the_terminal_does_not_know_are_written_as_escapes(
    tmp_path: Path, frame: Callable[[str, int], str]
) -> None:
    (tmp_path / "t.jsonl").write_text(json.dumps({"id": "blåbær", "hex": frame("12345678", 5)}))
    command = [sys.executable, "-m", "divako", "decode", "--format", "csv", str(tmp_path / "t.jsonl")]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (run.returncode, run.stderr) == (0, "")
    assert "bl\\xe5b\\xe6r,12345678" in run.stdout


@pytest.mark.parametrize("verb", ["demo", "run", "decode", "drivers"])
def test_every_verb_has_help_that_tells_how_it_ends(verb: str, capsys: Captured) -> None:
    assert main([verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"usage: divako {verb}" in said
    assert "exit status:" in said


def test_the_module_runs_as_the_script_does_and_imports_little_for_it() -> None:
    program = "import sys; from divako.cli import main; main(['--version']); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"
    run = subprocess.run([sys.executable, "-m", "divako", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout == f"divako {divako.__version__}\n"

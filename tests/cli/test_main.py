"""The command line as a whole: what it answers without reading anything."""

from __future__ import annotations

import subprocess
import sys

import pytest

import divako

from divako.cli import main


Captured = pytest.CaptureFixture[str]


def test_the_version_is_that_of_the_library(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"divako {divako.__version__}\n"


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

"""Every command that the documentation shows gives what it shows."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys

from pathlib import Path

import pytest


DOCS = Path(__file__).resolve().parents[2] / "docs"
HOUSE = DOCS / "howto" / "small-house"
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if "```console" in page.read_text(encoding="utf-8")]
MARK = "@@@"

pytestmark = [
    pytest.mark.skipif(not DOCS.is_dir(), reason="an installed package has no docs beside it"),
    pytest.mark.skipif(os.name != "posix", reason="commands are those of a POSIX shell"),
]


def commands_of(page: Path) -> list[tuple[str, str]]:
    """Give each command of a page and the output below it."""
    blocks = re.findall(r"^```console\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    parts = re.findall(
        r"^\$ ([^\n]*)\n(.*?)(?=^\$ |\Z)", "".join(f"{block}" for block in blocks), re.DOTALL | re.MULTILINE
    )
    return [(command, output) for command, output in parts]


@pytest.fixture
def shell_path(tmp_path: Path) -> str:
    programs = tmp_path / "bin"
    programs.mkdir()
    divako = programs / "divako"
    divako.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m divako "$@"\n', encoding="utf-8")
    divako.chmod(0o755)
    return f"{programs}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_give_what_the_page_shows(page: Path, tmp_path: Path, shell_path: str) -> None:
    folder = tmp_path / "small-house"
    shutil.copytree(HOUSE, folder)
    commands = commands_of(page)
    # The status of a command is handed to the next one, past the line that marks its end.
    script = "\n".join(f"{command}\nstatus=$?; echo {MARK}; (exit $status)" for command, _ in commands)
    environment = {**os.environ, "PATH": shell_path, "COLUMNS": "200", "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    checker = doctest.OutputChecker()
    for (command, wanted), got in zip(commands, done.stdout.split(f"{MARK}\n"), strict=False):
        assert checker.check_output(wanted, got, doctest.ELLIPSIS), f"$ {command}\n{got}"

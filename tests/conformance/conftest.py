"""Where the cases lie, and what of them is excluded."""

from __future__ import annotations

import os
import tomllib

from pathlib import Path

import pytest


HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("DIVAKO_CASES", HERE.parents[2] / "shared" / "cases"))


@pytest.fixture(scope="session")
def cases() -> Path:
    """Folder of the cases."""
    if not FOLDER.is_dir():
        pytest.skip("no cases here: set DIVAKO_CASES to the folder that holds them")
    return FOLDER


@pytest.fixture(scope="session")
def tools(cases: Path) -> Path:
    """Folder of the scorers, beside the cases."""
    return cases.parent / "tools"


@pytest.fixture(scope="session")
def excluded() -> dict[str, dict[str, str]]:
    """What is left out of each folder, with the reason."""
    return tomllib.loads((HERE / "excluded.toml").read_text(encoding="utf-8"))

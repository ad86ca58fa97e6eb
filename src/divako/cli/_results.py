"""What is said of a run when it is done."""

from __future__ import annotations

import datetime as dt
import sys

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from divako.cli._terminal import Progress, printable
from divako.pipeline import Results


_STAGES = {
    "sample": "making the sample",
    "decode": "decoding",
    "reckon": "reckoning",
    "find": "looking for leaks",
    "share": "sharing costs",
    "export": "exporting under pseudonyms",
    "write": "writing",
}


def now() -> np.datetime64:
    """Give the present instant in UTC; the library itself looks at no clock."""
    return np.datetime64(dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0), "ms")


def stages(progress: Progress) -> Callable[[str, int, int], None]:
    """Show the stages of a run."""

    def tell(stage: str, done: int, total: int) -> None:
        progress(done, total, what=_STAGES.get(stage, stage))

    return tell


def say_refused(results: Results) -> int:
    """Say on standard error, a line each, what was refused and what could not be done; give how many."""
    lines = [f"{one.file}:{one.line}: {one.code}: {one.message}" for one in results.refused]
    lines += [f"divako: {problem}" for problem in results.problems]
    for line in lines:
        print(printable(line), file=sys.stderr)
    return len(lines)


def say_done(results: Results, files: Sequence[Path]) -> None:
    """Say on standard output what there is now, and where."""
    sections = 0 if results.statements is None else len(results.statements.totals())
    for label, text in (
        ("telegrams", f"{results.telegrams} decoded, {len(results.refused)} refused"),
        ("readings", str(len(results.readings))),
        ("findings", str(len(results.findings))),
        ("statements", f"of {sections} sections" if sections else "none"),
        ("report", str(files[0])),
    ):
        print(printable(f"{label:<12}{text}"))

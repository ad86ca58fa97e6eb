"""``divako demo``: the whole way on a sample whose truth is known."""

from __future__ import annotations

import argparse

from pathlib import Path

from divako.cli._results import now, say_done, say_refused, stages
from divako.cli._terminal import Progress
from divako.pipeline import demo


DEFAULT_FOLDER = Path("divako-demo")


def run(arguments: argparse.Namespace) -> int:
    """Make, run and score a sample; give how much was refused."""
    folder = DEFAULT_FOLDER if arguments.output is None else arguments.output
    with Progress("making the sample") as progress:
        done = demo(
            folder,
            generated_at=now(),
            municipal=arguments.municipal,
            seed=arguments.seed,
            progress=stages(progress),
        )
    refused = say_refused(done.results)
    say_done(done.results, done.files)
    score = done.score
    events = len(score.hits) + len(score.missed)
    print(f"{'sample':<12}{done.project}")
    print(f"{'score':<12}{len(score.hits)} of {events} events found, {len(score.false_findings)} false findings")
    return refused

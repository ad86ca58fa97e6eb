"""How many of the injected events are found, and how many findings are false, over many samples.

    python benchmarks/detection.py --seeds 2 21

runs the whole pipeline on the samples of each seed: telegrams are made, decoded, reckoned and
searched as in ``divako demo``.
"""

from __future__ import annotations

import argparse
import collections
import sys
import tempfile

from collections.abc import Callable

from divako.datasets import Sample, Score, cooperative, municipality, score
from divako.pipeline import load_project, run


SAMPLES: dict[str, Callable[[int], Sample]] = {"cooperative": cooperative, "municipality": municipality}


def scored(make: Callable[[int], Sample], seed: int) -> Score:
    sample = make(seed)
    with tempfile.TemporaryDirectory() as folder:
        results = run(load_project(sample.write(folder)))
    return score(results.findings, sample.truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs=2, default=(2, 21), metavar=("FIRST", "LAST"))
    parser.add_argument("--sample", choices=SAMPLES, action="append")
    arguments = parser.parse_args()
    for name in arguments.sample or SAMPLES:
        hits: collections.Counter[str] = collections.Counter()
        events: collections.Counter[str] = collections.Counter()
        false: collections.Counter[str] = collections.Counter()
        for seed in range(arguments.seeds[0], arguments.seeds[1] + 1):
            got = scored(SAMPLES[name], seed)
            hits.update(str(event.code) for event in got.hits)
            events.update(str(event.code) for event in (*got.hits, *got.missed))
            false.update(str(finding.code) for finding in got.false_findings)
            for what, rows in (("missed", got.missed), ("false", got.false_findings)):
                for row in rows:
                    print(f"  seed {seed}: {what} {row.code}, size {row.size:.3g} {row.unit}", file=sys.stderr)
        print(f"{name}, seeds {arguments.seeds[0]} to {arguments.seeds[1]}")
        for code in sorted(events | false):
            print(f"  {code:16} {hits[code]:3} of {events[code]:3} found, {false[code]} false")


if __name__ == "__main__":
    main()

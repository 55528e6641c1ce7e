"""Runs all benchmarks in sequence: `make bench`, or

    python -m bench [--only PART ...] [--quick] [--minutes 10] [--write]

A full run takes about 20 minutes and --minutes; a quick one takes about two. With --write, the reports and plots in
docs/ are written again, which needs a machine that is idle at the start. The parts:
"""

import sys

from bench import (
    fault_cost,
    growth,
    journal_cost,
    journal_served,
    pauses,
    recommend_peers,
    shards,
    start,
    state,
    state_cost,
    stretches,
    uploads,
)
from bench.part import apart, arguments, options_of, run_all

PARTS = [
    each.PART
    for each in (
        recommend_peers,
        start,
        pauses,
        stretches,
        shards,
        uploads,
        journal_cost,
        journal_served,
        fault_cost,
        state,
        state_cost,
        growth,
    )
]


def main() -> int:
    names = [part.name for part in PARTS]
    parser = arguments(f"{__doc__}    {', '.join(names)}")
    parser.add_argument("--only", nargs="+", choices=names, metavar="PART", help="these parts")
    given = parser.parse_args()
    chosen = [part for part in PARTS if not given.only or part.name in given.only]
    return run_all(chosen, options_of(given), apart)


if __name__ == "__main__":
    sys.exit(main())

"""One part of the benchmarks: what it measures, and the marks in a document that enclose its report.

Each part is a module of its own and a command: `python -m bench.NAME [--quick] [--minutes N] [--write]`."""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from bench import machine
from bench.marks import write_between_marks

BENCHMARKS = Path("docs/benchmarks.md")


class Options(NamedTuple):
    """`quick`: a fraction of the rounds, enough to see that it works or how a change affects a ratio.

    `minutes`: duration of the plotted run. `write`: whether plots are written too."""

    quick: bool = False
    minutes: float = 10.0
    write: bool = False


class Part(NamedTuple):
    """One benchmark: `measure` returns a report in Markdown, or raises BenchError."""

    name: str
    measure: Callable[[Options], str]
    document: Path = BENCHMARKS


class BenchError(Exception):
    """The part could not measure, or found a violation; the message is one line with the reason."""


def arguments(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller worlds")
    parser.add_argument("--minutes", type=float, help="of the run whose memory and pauses are plotted [10; quick: 0.3]")
    parser.add_argument("--write", action="store_true", help="put reports and plots into docs/; needs a quiet machine")
    return parser


def options_of(given: argparse.Namespace) -> Options:
    return Options(given.quick, given.minutes or (0.3 if given.quick else 10.0), given.write)


def run(part: Part, description: str | None) -> int:
    """Run one part as a command."""
    options = options_of(arguments(description).parse_args())
    return run_all([part], options)


def apart(part: Part, options: Options) -> str:
    """Measure a part in a new process, so that earlier parts have no effect; return its report."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(part.measure, options).result()


def here(part: Part, options: Options) -> str:
    return part.measure(options)


def run_all(parts: list[Part], options: Options, measure: Callable[[Part, Options], str] = here) -> int:
    """Measure the parts in sequence; return exit code 1 if one fails, 2 if the machine is too busy."""
    try:
        if options.write:
            machine.refuse_if_busy()
    except machine.BusyError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    facts, failed = machine.facts(machine.load_per_core()), False  # before a report changes the documents
    for part in parts:
        try:
            report = f"{measure(part, options)}\n\n{facts}."
        except BenchError as error:
            print(f"bench.{part.name}: {error}", file=sys.stderr)
            failed = True
            continue
        print(f"\n## {part.name}\n\n{report}", flush=True)
        if options.write:
            write_between_marks(part.document, part.name, report)
    return int(failed)

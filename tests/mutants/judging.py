"""Judges many servers: all of them, or as many as the time allows, compared with the committed results."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.mutants import baseline
from tests.mutants.mutant import Mutant, Variant
from tests.mutants.results import Results
from tests.mutants.runs import BROKEN, Judged, Task, claims_task, mutant_task, plain_task, run_all, variant_task

CORES = os.cpu_count() or 2
JOBS = CORES * 4  # more than cores, because most runs wait: for records that never show, for the end of a window
LAST_START = 0.85  # share of the time: runs that began before may finish
BROKEN_IN_A_ROW = 5

Say = Callable[[str], object]


class CannotJudge(Exception):
    """Neither a server nor the suite starts, which says nothing about any mutant. The message is one line."""


@dataclass
class Work:
    """The servers to judge, and how. `quick`: mutants are judged only by the checks of the statements that they break,
    variants by the quick profile."""

    mutants: Sequence[Mutant] = ()
    variants: Sequence[Variant] = ()
    seeds: int = 0
    jobs: int = JOBS
    quick: bool = False
    say: Say = print

    @property
    def tasks(self) -> list[Task]:
        """All tasks in a fixed order that mixes the areas, so that any beginning of it is a fair sample."""
        made = [(claims_task if self.quick else mutant_task)(mutant) for mutant in self.mutants]
        made += [variant_task(variant, "quick" if self.quick else "standard") for variant in self.variants]
        made += [plain_task(seed) for seed in range(1, self.seeds + 1)]
        return sorted(made, key=lambda task: zlib.crc32(" ".join((task.name, *task.server_options)).encode()))


def judge(work: Work, minutes: float | None = None) -> Results:
    """Judge as many servers as the time allows. Raises CannotJudge."""
    results, broken = Results(), 0
    last_start = time.monotonic() + LAST_START * minutes * 60 if minutes is not None else float("inf")
    for number, (task, judged) in enumerate(run_all(_until(last_start, work.tasks), work.jobs), 1):
        row = results.add(task, judged)
        work.say(f"{number} {_line(task, judged, row['right'])}")
        broken = broken + 1 if judged.exit_code == BROKEN else 0
        if broken == BROKEN_IN_A_ROW:
            raise CannotJudge(judged.words)
    return results


def add_baseline(results: Results, names: Sequence[str], work: Work) -> None:
    """Run plain schemathesis against the mutants with these names."""
    for number, (name, found) in enumerate(baseline.findings(names, min(work.jobs, CORES)), 1):
        results.baseline[name] = found
        work.say(f"{number}/{len(names)} schemathesis {'finds' if found else 'passes'} {name}")


@dataclass(frozen=True)
class Compared:
    """A run compared with the committed results. `left_out`: names that there was no time for."""

    judged: int
    worse: list[str]
    left_out: list[str]


def compare(work: Work, committed: Results, minutes: float) -> Compared:
    """Compare a run with the committed results: worse is what was right there and is wrong now. Raises CannotJudge."""
    made = judge(work, minutes)
    rows = [(task, made.row(task), committed.row(task)) for task in work.tasks]
    return Compared(
        sum(now is not None for _, now, _ in rows),
        [_title(task) for task, now, before in rows if now and before and before["right"] and not now["right"]],
        [_title(task) for task, now, _ in rows if now is None],
    )


def _until(moment: float, tasks: Iterable[Task]) -> Iterator[Task]:
    for task in tasks:
        if time.monotonic() > moment:
            return
        yield task


def _title(task: Task) -> str:
    return f"plain mock, seed {task.server_options[-1]}" if task.name == "plain" else task.name


def _line(task: Task, judged: Judged, right: bool) -> str:
    failed = ", ".join(judged.failed[:4]) or judged.words
    cost = f"{judged.seconds:.1f} s, {judged.processor_seconds:.1f} s of processor, {judged.requests} requests"
    return f"{'right' if right else 'WRONG'} {_title(task)} (exit {judged.exit_code}, {cost}) {failed}"

"""Judging many servers: the whole zoo into a matrix, or as much of it as time allows against the committed one."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.mutants import baseline, zoo
from tests.mutants.fault import Fault, Variant
from tests.mutants.matrix import Matrix, Row, is_right, row_of
from tests.mutants.runs import (
    BROKEN,
    RUN_SECONDS,
    Judged,
    Task,
    claims_task,
    fault_task,
    plain_task,
    run_all,
    variant_task,
)

CORES = os.cpu_count() or 2
JOBS = CORES * 4  # many of them wait: for what never shows, for the end of a window
AGAIN = 5  # more than so many that got worse are no accident of timing
LAST_START = 0.85  # of the time: what is running then may come to its end

BROKEN_IN_A_ROW = 5

Say = Callable[[str], object]
Keep = Callable[[Matrix], object]


class CannotJudge(Exception):
    """No server starts, or no suite: that has nothing to do with any fault. The message is one line."""


@dataclass
class Work:
    """What is to be judged, and how; `quiet` tells only what is wrong. `processor_seconds` adds up what it took."""

    faults: Sequence[Fault] = ()
    variants: Sequence[Variant] = ()
    seeds: int = 0
    jobs: int = JOBS
    claims_only: bool = False
    say: Say = print
    quiet: bool = False
    processor_seconds: float = field(default=0.0, init=False)

    @property
    def tasks(self) -> list[Task]:
        """In an order that mixes the areas and never changes, so that any beginning of it is a fair sample."""
        made = [(claims_task if self.claims_only else fault_task)(fault) for fault in self.faults]
        made += [variant_task(variant) for variant in self.variants]
        made += [plain_task(seed) for seed in range(1, self.seeds + 1)]
        return sorted(made, key=lambda task: zlib.crc32(" ".join((task.name, *task.server_options)).encode()))


def fill(matrix: Matrix, work: Work, keep: Keep = lambda _: None) -> None:
    """Judge what has no row in the matrix yet. What is not as it should be is judged once more, uncrowded.

    Raises CannotJudge."""
    _judge(matrix, work, [task for task in work.tasks if _row(matrix, task) is None], work.jobs, keep)
    rows = [(task, _row(matrix, task)) for task in work.tasks]
    _judge_again(matrix, work, [task for task, row in rows if row and not is_right(row) and "first" not in row], keep)


def _row(matrix: Matrix, task: Task) -> Row | None:
    rows, name = matrix.rows_beside(task)
    return rows.get(name)


def _judge(matrix: Matrix, work: Work, tasks: Iterable[Task], jobs: int, keep: Keep) -> None:
    broken = 0
    for number, (task, judged) in enumerate(run_all(tasks, jobs), 1):
        rows, name = matrix.rows_beside(task)
        rows[name] = row_of(task, judged)
        work.processor_seconds += judged.processor_seconds
        right = is_right(rows[name])
        if not right or not work.quiet:
            work.say(f"{number} {_line(task, judged, right)}")
        broken = broken + 1 if judged.exit_code == BROKEN else 0
        if broken == BROKEN_IN_A_ROW:
            raise CannotJudge(judged.words)
        keep(matrix)


def _judge_again(matrix: Matrix, work: Work, tasks: Sequence[Task], keep: Keep = lambda _: None) -> None:
    """With a core for each; the rows say what they were at the first time."""
    firsts = {task: _row(matrix, task) or {} for task in tasks}
    again = Matrix()

    def keep_both(_: Matrix) -> None:
        for task, first in firsts.items():
            if row := _row(again, task):
                rows, name = matrix.rows_beside(task)
                rows[name] = {**row, "first": {key: first[key] for key in ("exit", "failed")}}
        keep(matrix)

    _judge(again, work, tasks, min(work.jobs, CORES), keep_both)


def add_baseline(matrix: Matrix, names: Sequence[str], work: Work, keep: Keep = lambda _: None) -> None:
    """Plain schemathesis against the faults of these names that it hasn't met; it never waits."""
    left = [name for name in names if name not in matrix.baseline]
    for number, (name, found) in enumerate(baseline.findings(left, min(work.jobs, CORES)), 1):
        matrix.baseline[name] = found
        work.say(f"{number}/{len(left)} schemathesis {'finds' if found else 'passes'} {name}")
        keep(matrix)


@dataclass(frozen=True)
class Compared:
    """What a run that may be cut short says beside the committed matrix. `left_out`: names that it did not come to."""

    judged: int
    worse: list[str]
    left_out: list[str]


def compare(work: Work, committed: Matrix, minutes: float) -> Compared:
    """As many as the time allows; worse is what was right in the committed matrix and is wrong twice now, the second
    time by more than the claims.

    Raises CannotJudge."""
    ends = time.monotonic() + minutes * 60
    last_start = ends - max((1 - LAST_START) * minutes * 60, min(RUN_SECONDS / 2, minutes * 30))
    made, tasks = Matrix(), work.tasks
    _judge(made, work, _until(last_start, tasks), work.jobs, lambda _: None)
    worse = [task for task in tasks if _got_worse(task, made, committed)]
    if len(worse) <= AGAIN:
        _judge_again(made, work, [_in_full(task) for task in _until(ends, worse)])
    return Compared(
        sum(_row(made, task) is not None for task in tasks),
        [_title(task) for task in worse if _got_worse(task, made, committed)],
        [_title(task) for task in tasks if _row(made, task) is None],
    )


def _in_full(task: Task) -> Task:
    """A fault may show only after more requests than its claims make."""
    each = None if task.name == "plain" else zoo.named(task.name)
    return fault_task(each) if isinstance(each, Fault) else task


def _until(moment: float, tasks: Iterable[Task]) -> Iterator[Task]:
    for task in tasks:
        if time.monotonic() > moment:
            return
        yield task


def _got_worse(task: Task, made: Matrix, committed: Matrix) -> bool:
    now, before = _row(made, task), _row(committed, task)
    return now is not None and before is not None and is_right(before) and not is_right(now)


def _title(task: Task) -> str:
    return f"plain mock, seed {task.server_options[-1]}" if task.name == "plain" else task.name


def _line(task: Task, judged: Judged, right: bool) -> str:
    failed = ", ".join(judged.failed[:4]) or judged.words
    cost = f"{judged.seconds:.1f} s, {judged.processor_seconds:.1f} s of processor, {judged.requests} requests"
    return f"{'right' if right else 'WRONG'} {_title(task)} (exit {judged.exit_code}, {cost}) {failed}"

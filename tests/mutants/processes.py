"""Runs many calls, each in a process of its own, a few at a time and each for a limited time.

The processes are forked from one that has everything imported, so that each costs only its own work.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

IMPORTED_ONCE = ["tests.mutants.registry", "tests.mutants.serve", "contracts.session", "contracts.generated.passes"]
KEPT_IN_ENVIRONMENT = {"PATH", "HOME", "TMPDIR", "LANG"}  # requests reads all of it for proxies at every request

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Lost:
    """A call without a result: it took too many seconds, or its process crashed."""

    words: str
    timed_out: bool = False


@dataclass(frozen=True)
class _Running(Generic[Task]):
    process: BaseProcess
    task: Task
    began: float


def in_processes(
    call: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, most_seconds: float
) -> Iterator[tuple[Task, Result | Lost]]:
    """Run call(task) for every task; yield each task with its result, in the order in which they end. The next task is
    fetched when a process is free."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED_ONCE)
    waiting = iter(tasks)
    running: dict[Connection, _Running[Task]] = {}
    try:
        while True:
            while len(running) < jobs and (task := next(waiting, None)) is not None:
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_run, args=(call, task, theirs), daemon=True)
                process.start()
                theirs.close()
                running[ours] = _Running(process, task, time.monotonic())
            if not running:
                return
            wait(list(running), timeout=1.0)
            for pipe, each in list(running.items()):
                if pipe.poll():
                    result = _received(pipe)
                elif time.monotonic() - each.began > most_seconds:
                    result = Lost(f"no end within {most_seconds:.0f} seconds", timed_out=True)
                else:
                    continue
                _end(each.process)
                pipe.close()
                del running[pipe]
                yield each.task, result
    finally:
        for each in running.values():
            _end(each.process)


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        return Lost("the process ended without a word")


def _end(process: BaseProcess) -> None:
    process.join(timeout=0.2)
    if process.is_alive():
        process.kill()
    process.join()


def _run(call: Callable[[Task], object], task: Task, pipe: Connection) -> None:
    """Run the call in the new process, with a clean environment and without output, then exit at once.

    Collecting garbage would take a tenth of the time, and the process ends before it matters."""
    gc.disable()
    for name in os.environ.keys() - KEPT_IN_ENVIRONMENT:
        del os.environ[name]
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the rest of this process
    try:
        pipe.send(call(task))
    except BaseException as error:  # the parent must get every error
        because = f" because of {type(error.__cause__).__name__}: {error.__cause__}" if error.__cause__ else ""
        pipe.send(Lost(f"{type(error).__name__}: {error}{because}"))
    finally:
        pipe.close()
        os._exit(0)

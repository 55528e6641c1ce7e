"""Many broken servers, each started, judged and ended in a process of its own, a few at a time, bounded in time.

The processes come from one that has everything imported, and hold both the server and the suite: nothing but the
loopback lies between them, and a run costs a second or two of processor time instead of six.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.faults.fault import CATALOGUE, Fault, Variant

START_SECONDS = 60.0
RUN_SECONDS = 300.0
SETTLE_SECONDS = "5"  # what shows at all shows within a second here; the rest never does
WINDOW = "1000/60s"  # where the limit is used up: long enough for a run, short enough to wait for its end
QUICK_WINDOW = "120/6s"  # the same where only the claims are judged
TIMED_OUT, BROKEN = -1, -2


@dataclass(frozen=True)
class Task:
    """A server to start by its name and options, and what the suite is told."""

    name: str
    server_options: tuple[str, ...]
    suite_options: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """What the suite said: its exit code, the ids that failed, the ids that it could not judge, its last words."""

    exit_code: int
    failed: tuple[str, ...] = ()
    inconclusive: tuple[str, ...] = ()
    seconds: float = 0.0
    requests: int = 0
    words: str = ""


def fault_task(fault: Fault, claims_only: bool = False) -> Task:
    """The standard profile, or only the checks that claim the fault with those that they build on.

    The generated passes come after the hand-written checks and can't take a finding away from them,
    so they run only where the fault breaks a statement of theirs."""
    suite = ["--profile", "standard", "--settle", SETTLE_SECONDS, *(["--strict"] if fault.level == "SHOULD" else [])]
    options: tuple[str, ...] = ()
    if not fault.exhaust:
        suite.append("--no-wait")  # a limit that is used up too soon is a finding, not a reason to wait
    else:
        window = QUICK_WINDOW if claims_only else WINDOW
        suite += ["--exhaust", "--rate-limit", window]
        options = ("--rate-limit", window)
    if claims_only:
        suite += [word for each in needed(fault.ids) for word in ("--select", each)]
    if not any(each.startswith("GEN-") for each in fault.ids):
        suite.append("--no-generated")
    return Task(fault.name, options, tuple(suite))


def variant_task(variant: Variant) -> Task:
    return Task(variant.name, (), ("--profile", "standard", *variant.suite_options))


def plain_task(seed: int) -> Task:
    """The mock as it is; the seed is that of the mock and of the generated inputs."""
    return Task("plain", ("--seed", str(seed)), ("--profile", "standard", "--seed", str(seed)))


def killed(fault: Fault, judged: Judged) -> bool:
    """Exit 1, and a check of a statement that the fault breaks is among the failures."""
    return judged.exit_code == 1 and bool(set(fault.ids) & set(judged.failed))


def run_all(tasks: Iterable[Task], jobs: int = 2, patience: float = RUN_SECONDS) -> Iterator[tuple[Task, Judged]]:
    """Every task with what came of it, as they end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.zoo", "tests.faults.serve", "contracts.session"])
    waiting = list(tasks)
    running: dict[Connection, tuple[BaseProcess, Task, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                task = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process: BaseProcess = context.Process(target=_run, args=(task, theirs), daemon=True)
                process.start()
                theirs.close()
                running[ours] = (process, task, time.monotonic())
            wait(list(running), timeout=1.0)
            for pipe, (process, task, began) in list(running.items()):
                if pipe.poll():
                    result = _received(pipe)
                elif time.monotonic() - began > patience:
                    result = Judged(TIMED_OUT, seconds=patience)
                else:
                    continue
                _end(process)
                pipe.close()
                del running[pipe]
                yield task, result
    finally:
        for process, *_ in running.values():
            _end(process)


def _received(pipe: Connection) -> Judged:
    try:
        judged = pipe.recv()
    except EOFError:
        return Judged(BROKEN, words="the process ended without a word")
    assert isinstance(judged, Judged)
    return judged


def _end(process: BaseProcess) -> None:
    process.join(timeout=0.2)
    if process.is_alive():
        process.kill()
    process.join()


def _run(task: Task, pipe: Connection) -> None:
    """In the process: serve in one thread, judge in this one, and leave without ceremony."""
    try:
        pipe.send(_judge(task))
    except Exception as error:  # whatever it is, the parent should hear of it
        pipe.send(Judged(BROKEN, words=f"{type(error).__name__}: {error}"))
    finally:
        pipe.close()
        os._exit(0)


def _judge(task: Task) -> Judged:
    from contracts.catalogue import load_catalogue
    from contracts.options import parser, settings_of
    from contracts.outcome import EXIT_CODES, Outcome, TargetError
    from contracts.session import judge
    from tests.faults import zoo
    from tests.faults.serve import serve

    for name in [name for name in os.environ if name.startswith("LEHNZ_")]:
        del os.environ[name]
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the rest of this process
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder, "keys.json")
        each = None if task.name == "plain" else zoo.named(task.name)
        options = ("--keys-out", str(keys), *task.server_options)
        threading.Thread(target=serve, args=(each, options), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while not keys.exists():
            if time.monotonic() > deadline:
                return Judged(BROKEN, words="the server did not start")
            time.sleep(0.01)
        catalogue = load_catalogue()
        arguments = ["--keys-file", str(keys), "--no-reference", *task.suite_options]
        began = time.monotonic()
        try:
            report = judge(settings_of(vars(parser().parse_args(arguments)), catalogue), catalogue, lambda _: None)
        except TargetError as error:
            return Judged(3, seconds=time.monotonic() - began, words=str(error))
    outcomes = {outcome: tuple(each.check for each in report.results if each.outcome is outcome) for outcome in Outcome}
    return Judged(
        EXIT_CODES[report.verdict],
        outcomes[Outcome.FAIL],
        outcomes[Outcome.INCONCLUSIVE] + outcomes[Outcome.ERROR],
        time.monotonic() - began,
        sum(report.requests.values()),
    )


@cache
def _depends() -> dict[str, list[str]]:
    entries = (tomllib.loads(path.read_text(encoding="utf-8"))["check"] for path in sorted(CATALOGUE.glob("*.toml")))
    return {entry["id"]: entry.get("depends", []) for area in entries for entry in area}


def needed(ids: Sequence[str]) -> list[str]:
    """These ids with all that they depend on."""
    found: dict[str, None] = {}
    todo = list(ids)
    while todo:
        each = todo.pop(0)
        if each not in found:
            found[each] = None
            todo += _depends().get(each, [])
    return list(found)

"""Runs the suite against one server, and against many: its options, its report, and which results count as a kill.

Each process holds both the server and the suite, so that nothing but the loopback lies between them.
"""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutants import registry
from tests.mutants.mutant import CATALOGUE, Mutant, Variant, statement_levels
from tests.mutants.processes import Lost, in_processes

RUN_SECONDS = 300.0
SETTLE_SECONDS = "5"  # these servers show a record within a second, or never
QUICK_SETTLE_SECONDS = "2"
WINDOW = "1000/60s"  # for --exhaust: a run ends within it, and its end can be waited for
QUICK_WINDOW = "120/6s"  # the same when only the claimed statements are judged
TIMED_OUT, BROKEN = -1, -2


@dataclass(frozen=True)
class Task:
    """The name and options of a server to start, and the options of the suite."""

    name: str
    server_options: tuple[str, ...]
    suite_options: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """The report of the suite: exit code, ids of failed checks, ids that it could not judge, its last lines.

    `seconds` are elapsed time, `processor_seconds` the CPU time of server and suite."""

    exit_code: int
    failed: tuple[str, ...] = ()
    inconclusive: tuple[str, ...] = ()
    seconds: float = 0.0
    processor_seconds: float = 0.0
    requests: int = 0
    words: str = ""


def mutant_task(mutant: Mutant) -> Task:
    """Return a run of the standard profile.

    The generated passes come after the hand-written checks and can't remove a finding of theirs. So only the passes run
    whose statement the mutant breaks."""
    options = ["--settle", SETTLE_SECONDS, *_limit(mutant, WINDOW), *_options(mutant)]
    if mutant.ids and is_generated(mutant):
        passes = [each for each in statement_levels() if each.startswith("GEN-")]
        options += [word for each in passes if each not in mutant.ids for word in ("--skip", each)]
    elif mutant.ids:
        options.append("--no-generated")
    return Task(mutant.name, _limit(mutant, WINDOW)[1:], ("--profile", "standard", *options))


def claims_task(mutant: Mutant) -> Task:
    """Return a run of only the checks of the statements that the mutant breaks, and of the checks that they depend
    on."""
    profile = "quick" if _is_of_rules(mutant) and not mutant.exhaust else "standard"
    selected = [word for each in needed(mutant.ids) for word in ("--select", each)]
    if not is_generated(mutant):
        selected.append("--no-generated")
    options = ["--settle", QUICK_SETTLE_SECONDS, *_limit(mutant, QUICK_WINDOW), *_options(mutant), *selected]
    return Task(mutant.name, _limit(mutant, QUICK_WINDOW)[1:], ("--profile", profile, *options))


def _options(mutant: Mutant) -> list[str]:
    """Return further options of the suite. It doesn't wait for the limit, because a limit that is used up too soon is a
    finding."""
    strict = ["--strict"] if mutant.level == "SHOULD" else []
    return [*strict, *([] if mutant.exhaust else ["--no-wait"]), *mutant.suite_options]


def _limit(mutant: Mutant, window: str) -> tuple[str, ...]:
    return ("--exhaust", "--rate-limit", window) if mutant.exhaust else ()


def _is_of_rules(mutant: Mutant) -> bool:
    """Return whether only rules judge the statements that the mutant breaks: then a few answers show it as well as
    many."""
    import contracts.rules  # noqa: F401 - registers the rules
    from contracts.run.registry import RULES

    return set(needed(mutant.ids)) <= RULES.keys()


def is_generated(mutant: Mutant) -> bool:
    """Return whether the mutant breaks a statement of the generated passes."""
    return any(each.startswith("GEN-") for each in mutant.ids)


def variant_task(variant: Variant, profile: str) -> Task:
    return Task(variant.name, (), ("--profile", profile, *variant.suite_options))


def plain_task(seed: int) -> Task:
    """Return a run against the mock as it is; the seed is that of the mock and of the generated inputs."""
    return Task("plain", ("--seed", str(seed)), ("--profile", "standard", "--seed", str(seed)))


def killed(mutant: Mutant, judged: Judged) -> bool:
    """Return whether the suite killed the mutant: exit code 1, and, if the mutant names statements, a failed check of
    one."""
    return judged.exit_code == 1 and (not mutant.ids or bool(set(mutant.ids) & set(judged.failed)))


def run_all(tasks: Iterable[Task], jobs: int = 2, most_seconds: float = RUN_SECONDS) -> Iterator[tuple[Task, Judged]]:
    """Run every task; yield each task with its verdict, in the order in which they end."""
    for task, result in in_processes(_judge, tasks, jobs, most_seconds):
        if isinstance(result, Lost):
            exit_code, seconds = (TIMED_OUT, most_seconds) if result.timed_out else (BROKEN, 0.0)
            yield task, Judged(exit_code, seconds=seconds, words=result.words)
        else:
            yield task, result


def _judge(task: Task) -> Judged:
    from tests.mutants.serve import serve_beside

    each = None if task.name == "plain" else registry.named(task.name)
    with tempfile.TemporaryDirectory() as folder:
        keys = serve_beside(each, task.server_options, Path(folder))
        return _verdict(keys, task.suite_options)


def _verdict(keys: Path, options: Sequence[str]) -> Judged:
    from contracts import catalogue, session
    from contracts.options import parser
    from contracts.outcome import EXIT_CODES, Outcome, TargetError
    from contracts.settings import settings_of

    statements = catalogue.load_catalogue()
    arguments = parser().parse_args(["--keys-file", str(keys), "--no-reference", *options])
    began = time.monotonic()
    try:
        report = session.judge(settings_of(vars(arguments), statements), statements, lambda _: None)
    except TargetError as error:
        return Judged(3, seconds=time.monotonic() - began, words=str(error))
    checks = {outcome: tuple(each.check for each in report.results if each.outcome is outcome) for outcome in Outcome}
    return Judged(
        EXIT_CODES[report.verdict],
        checks[Outcome.FAIL],
        checks[Outcome.INCONCLUSIVE] + checks[Outcome.ERROR],
        time.monotonic() - began,
        time.process_time(),
        sum(report.requests.values()),
    )


@cache
def _depends() -> dict[str, list[str]]:
    entries = (tomllib.loads(path.read_text(encoding="utf-8"))["check"] for path in sorted(CATALOGUE.glob("*.toml")))
    return {entry["id"]: entry.get("depends", []) for area in entries for entry in area}


def needed(ids: Sequence[str]) -> list[str]:
    """Return these ids and all ids that they depend on."""
    found: dict[str, None] = {}
    todo = list(ids)
    while todo:
        each = todo.pop(0)
        if each not in found:
            found[each] = None
            todo += _depends().get(each, [])
    return list(found)

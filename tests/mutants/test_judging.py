"""Tests how the collection is judged: what counts as worse, and the report of a run that is cut short."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.mutants import judging, registry, results
from tests.mutants.mutant import Mutant
from tests.mutants.results import Results, row_of
from tests.mutants.runs import BROKEN, Judged, Task, mutant_task

MUTANTS = registry.every_mutant()[:8]
GREEN = Judged(0)

Verdicts = Callable[[Task], Judged]
Suite = Callable[[Verdicts], list[str]]


def red(mutant: Mutant) -> Judged:
    return Judged(1, failed=mutant.ids[:1])


def red_of(task: Task) -> Judged:
    mutant = registry.named(task.name)
    assert isinstance(mutant, Mutant)
    return red(mutant)


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Replace the suite by verdicts(task); the list has the names of the judged servers."""

    def replaced(verdicts: Verdicts) -> list[str]:
        asked: list[str] = []

        def run_all(tasks: Iterable[Task], _: int) -> Iterator[tuple[Task, Judged]]:
            for task in tasks:
                asked.append(task.name)
                yield task, verdicts(task)

        monkeypatch.setattr(judging, "run_all", run_all)
        return asked

    return replaced


def work(mutants: Iterable[Mutant] = MUTANTS) -> judging.Work:
    return judging.Work(list(mutants), say=lambda _: None)


def committed(mutants: Iterable[Mutant] = MUTANTS) -> Results:
    """Return results in which all of these mutants are killed."""
    return Results(mutants={mutant.name: row_of(mutant_task(mutant), red(mutant)) for mutant in mutants})


def test_a_killed_mutant_that_now_survives_is_worse(suite: Suite) -> None:
    bad = MUTANTS[3].name
    asked = suite(lambda task: GREEN if task.name == bad else red_of(task))
    assert judging.compare(work(), committed(), minutes=10).worse == [bad]
    assert asked.count(bad) == 1


def test_a_failure_of_another_statement_is_no_kill(suite: Suite) -> None:
    bad = MUTANTS[3].name
    suite(lambda task: Judged(1, failed=("NO-such-statement",)) if task.name == bad else red_of(task))
    assert judging.compare(work(), committed(), minutes=10).worse == [bad]


def test_a_known_survivor_is_not_worse(suite: Suite) -> None:
    known = committed()
    known.mutants[MUTANTS[0].name]["right"] = False
    suite(lambda task: GREEN if task.name == MUTANTS[0].name else red_of(task))
    assert judging.compare(work(), known, minutes=10).worse == []


def test_servers_that_there_was_no_time_for_are_listed(suite: Suite) -> None:
    asked = suite(red_of)
    found = judging.compare(work(), committed(), minutes=0)
    assert (found.judged, asked) == (0, [])
    assert sorted(found.left_out) == sorted(mutant.name for mutant in MUTANTS)


def test_servers_that_do_not_start_end_the_run(suite: Suite) -> None:
    asked = suite(lambda _: Judged(BROKEN, words="the server did not start"))
    with pytest.raises(judging.CannotJudge, match="did not start"):
        judging.judge(work())
    assert len(asked) == judging.BROKEN_IN_A_ROW


def test_saved_results_are_loaded_unchanged(suite: Suite, tmp_path: Path) -> None:
    suite(red_of)
    made = judging.judge(work())
    results.save(made, tmp_path / "results.json")
    assert results.load(tmp_path / "results.json") == results.in_order(made)


def test_the_first_tasks_cover_many_areas() -> None:
    whole = judging.Work(registry.every_mutant(), registry.every_variant(), seeds=5)
    areas = {registry.area_of(task.name) for task in whole.tasks[:60] if task.name != "plain"}
    assert len(areas) > len(registry.AREAS) / 2
    assert whole.tasks == judging.Work(registry.every_mutant(), registry.every_variant(), seeds=5).tasks

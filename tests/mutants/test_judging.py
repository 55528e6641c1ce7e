"""How the zoo is judged: what is judged again, what counts as worse, and what a run that is cut short says."""

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec

import pytest

from tests.mutants import judging, zoo
from tests.mutants.fault import Fault
from tests.mutants.matrix import Matrix, row_of
from tests.mutants.processes import IMPORTED_ONCE
from tests.mutants.runs import BROKEN, Judged, Task, fault_task

FAULTS = zoo.every_fault()[:8]
GREEN = Judged(0)

Verdicts = Callable[[Task, int], Judged]


def red(fault: Fault) -> Judged:
    return Judged(1, failed=fault.ids[:1])


def red_of(task: Task) -> Judged:
    fault = zoo.named(task.name)
    assert isinstance(fault, Fault)
    return red(fault)


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Callable[[Verdicts], list[str]]:
    """Puts verdicts(task, how often it was judged before) in the place of the suite; gives the names as judged."""

    def replaced(verdicts: Verdicts) -> list[str]:
        asked: list[str] = []

        def run_all(tasks: Iterable[Task], _: int) -> Iterator[tuple[Task, Judged]]:
            for task in tasks:
                before = asked.count(task.name)
                asked.append(task.name)
                yield task, verdicts(task, before)

        monkeypatch.setattr(judging, "run_all", run_all)
        return asked

    return replaced


def work(faults: Iterable[Fault] = FAULTS) -> judging.Work:
    return judging.Work(list(faults), say=lambda _: None)


def committed(faults: Iterable[Fault] = FAULTS) -> Matrix:
    """A matrix in which all of them are killed."""
    return Matrix(faults={fault.name: row_of(fault_task(fault), red(fault)) for fault in faults})


def test_what_is_wrong_twice_is_worse(suite: Callable[[Verdicts], list[str]]) -> None:
    bad = FAULTS[3].name
    asked = suite(lambda task, _: GREEN if task.name == bad else red_of(task))
    assert judging.compare(work(), committed(), minutes=10).worse == [bad]
    assert asked.count(bad) == 2


def test_what_is_right_at_the_second_time_is_no_news(suite: Callable[[Verdicts], list[str]]) -> None:
    bad = FAULTS[3].name
    asked = suite(lambda task, before: GREEN if task.name == bad and not before else red_of(task))
    assert judging.compare(work(), committed(), minutes=10).worse == []
    assert asked.count(bad) == 2


def test_what_its_claims_do_not_show_is_judged_again_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault may need more requests than the checks that claim it make."""
    asked: list[Task] = []

    def run_all(tasks: Iterable[Task], _: int) -> Iterator[tuple[Task, Judged]]:
        for task in tasks:
            asked.append(task)
            yield task, GREEN if "--select" in task.suite_options else red_of(task)

    monkeypatch.setattr(judging, "run_all", run_all)
    few = FAULTS[: judging.AGAIN]
    claims = judging.Work(few, claims_only=True, say=lambda _: None)
    assert judging.compare(claims, committed(few), minutes=10).worse == []
    assert asked == [*claims.tasks, *judging.Work(few).tasks]


def test_a_survivor_that_is_known_is_no_news(suite: Callable[[Verdicts], list[str]]) -> None:
    known = committed()
    known.faults[FAULTS[0].name]["killed"] = False
    suite(lambda task, _: GREEN if task.name == FAULTS[0].name else red_of(task))
    assert judging.compare(work(), known, minutes=10).worse == []


def test_when_many_are_worse_none_is_judged_again(suite: Callable[[Verdicts], list[str]]) -> None:
    asked = suite(lambda _, __: GREEN)
    assert len(judging.compare(work(), committed(), minutes=10).worse) == len(FAULTS)
    assert len(asked) == len(FAULTS)


def test_what_the_time_does_not_allow_is_told(suite: Callable[[Verdicts], list[str]]) -> None:
    asked = suite(lambda task, _: red_of(task))
    found = judging.compare(work(), committed(), minutes=0)
    assert (found.judged, asked) == (0, [])
    assert sorted(found.left_out) == sorted(fault.name for fault in FAULTS)


def test_a_whole_run_goes_on_where_it_was_cut_short(suite: Callable[[Verdicts], list[str]]) -> None:
    asked = suite(lambda task, _: red_of(task))
    made = committed(FAULTS[:5])
    judging.fill(made, work())
    assert sorted(asked) == sorted(fault.name for fault in FAULTS[5:])
    assert made.survivors == []


def test_a_row_that_was_judged_again_says_what_it_was_before(suite: Callable[[Verdicts], list[str]]) -> None:
    bad = FAULTS[3].name
    suite(lambda task, before: GREEN if task.name == bad and not before else red_of(task))
    made = Matrix()
    judging.fill(made, work())
    assert made.judged_twice == {bad: {"exit": 0, "failed": []}}
    assert made.survivors == []


def test_servers_that_do_not_start_end_the_run(suite: Callable[[Verdicts], list[str]]) -> None:
    asked = suite(lambda _, __: Judged(BROKEN, words="the server did not start"))
    with pytest.raises(judging.CannotJudge, match="did not start"):
        judging.fill(Matrix(), work())
    assert len(asked) == judging.BROKEN_IN_A_ROW


def test_what_is_imported_once_is_there() -> None:
    assert [name for name in IMPORTED_ONCE if find_spec(name) is None] == []


def test_every_beginning_of_the_order_holds_faults_of_many_areas() -> None:
    whole = judging.Work(zoo.every_fault(), zoo.every_variant(), seeds=20)
    areas = {zoo.area_of(task.name) for task in whole.tasks[:60] if task.name != "plain"}
    assert len(areas) > len(zoo.AREAS) / 2
    assert whole.tasks == judging.Work(zoo.every_fault(), zoo.every_variant(), seeds=20).tasks

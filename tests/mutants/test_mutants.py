"""Tests the broken servers: they start, the suite kills them, and the committed results are true."""

import pytest

from tests.mutants import judging, registry, results
from tests.mutants.mutant import Mutant, Variant, statement_levels

MOST = 300

# The known gaps, so that they can't grow unnoticed; a closed gap must be removed from these lists.
SURVIVORS: set[str] = set()
MUSTS_WITHOUT_TWO: set[str] = set()
SHOULDS_WITHOUT_ONE = {"PAGE-no-overlap"}  # a run turns few pages that hold items while nothing is written

CHUNKS = 4  # parts of the sample, which can run in parallel
JOBS = 3  # servers at once in each part: a run waits for a third of its time
MINUTES = 15.0  # more than any machine needs

# These show only after more requests than the checks of their statements make.
NEEDS_MORE = {
    "held-results-out-of-step",
    "identify-of-upserted-users-only",
    "second-fallback-has-a-size",
    "second-has-next-counts-whole-pages",
    "second-limit-100-refused",
    "second-remaining-is-full-on-403",
    "second-window-ends-when-idle",
}


def _first(area: str, mutants: list[Mutant]) -> Mutant:
    """Return the first mutant that shows without a used-up limit, unless the area is about that."""
    return next(each for each in mutants if each.name not in NEEDS_MORE and (not each.exhaust or area == "exhausted"))


# One mutant of each area, killed by the checks of the statements that it breaks. `make mutants` judges all of them.
SAMPLE = [_first(area, mutants) for area, mutants in registry.mutants().items()]
EVERY: list[Mutant | Variant] = [*registry.every_mutant(), *registry.every_variant()]


def test_every_name_is_unique_and_every_sentence_ends_with_a_full_stop() -> None:
    names = [each.name for each in EVERY]
    assert len(set(names)) == len(names)
    assert all((each.breaks if isinstance(each, Mutant) else each.differs).endswith(".") for each in EVERY)


def test_the_collection_is_small_enough_to_be_judged_in_one_run() -> None:
    assert len(registry.every_mutant()) <= MOST


def test_every_mutant_breaks_statements_of_the_catalogue() -> None:
    unknown = {mutant.name: set(mutant.ids) - statement_levels().keys() for mutant in registry.every_mutant()}
    assert {name: ids for name, ids in unknown.items() if ids} == {}
    assert [mutant.name for mutant in registry.every_mutant() if mutant.level not in ("MUST", "SHOULD")] == []


def test_the_committed_results_cover_exactly_the_collection() -> None:
    kept = results.load()
    assert {name: row["ids"] for name, row in kept.mutants.items()} == {
        mutant.name: list(mutant.ids) for mutant in registry.every_mutant()
    }
    assert kept.variants.keys() == {variant.name for variant in registry.every_variant()}
    assert sorted(map(int, kept.plain)) == list(range(1, results.SEEDS + 1))


def test_the_results_name_only_existing_statements() -> None:
    rows = [*results.load().mutants.values(), *results.load().variants.values()]
    assert {id_ for row in rows for id_ in row["failed"]} <= statement_levels().keys()


def test_only_known_mutants_survive_and_no_legal_server_is_accused() -> None:
    assert (set(results.load().survivors), results.load().accused) == (SURVIVORS, {})


def test_every_must_is_failed_by_two_mutants_and_every_should_by_one() -> None:
    assert results.failed_by_few(results.load(), "MUST", 2).keys() == MUSTS_WITHOUT_TWO
    assert results.failed_by_few(results.load(), "SHOULD", 1).keys() == SHOULDS_WITHOUT_ONE


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_mutant_of_each_area_fails_a_check_of_a_statement_that_it_breaks(chunk: int) -> None:
    work = judging.Work(SAMPLE[chunk::CHUNKS], jobs=JOBS, claims_only=True, say=lambda _: None)
    found = judging.compare(work, results.load(), MINUTES)
    assert (found.worse, found.left_out) == ([], [])

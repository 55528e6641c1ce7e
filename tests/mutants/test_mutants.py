"""Tests the broken and the legal servers: the suite kills the broken ones and passes the legal ones, and the committed
results are true."""

import pytest

from tests.mutants import judging, registry, results
from tests.mutants.mutant import Mutant, Variant, statement_levels

MOST = 320

# The known gaps, so that they can't grow unnoticed; a closed gap must be removed from these lists.
SURVIVORS: set[str] = set()
MUSTS_WITHOUT_TWO: set[str] = set()
SHOULDS_WITHOUT_ONE: set[str] = set()

JOBS = 4  # servers at once: most of a run is waiting
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


# One mutant of each area, one variant of each group. `make mutants` judges all of them.
MUTANTS = [_first(area, mutants) for area, mutants in registry.mutants().items()]
VARIANTS = [group[0] for group in registry.variants().values()]
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


def test_a_mutant_of_each_area_fails_a_check_of_its_statements_and_a_variant_of_each_group_fails_none() -> None:
    """One test for all, because everyone who judges first starts a process that imports the suite."""
    work = judging.Work(MUTANTS, VARIANTS, jobs=JOBS, quick=True, say=lambda _: None)
    found = judging.compare(work, results.load(), MINUTES)
    assert (found.worse, found.left_out) == ([], [])


@pytest.mark.slow
def test_a_variant_of_each_group_gets_its_verdict_from_a_run_of_the_standard_profile() -> None:
    work = judging.Work(variants=VARIANTS, jobs=2, say=lambda _: None)
    found = judging.compare(work, results.load(), MINUTES)
    assert (found.worse, found.left_out) == ([], [])

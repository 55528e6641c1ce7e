"""Tests that legal servers pass: a fixed sample here, all of them by `make mutants`."""

from tests.mutants import judging, registry, results

MINUTES = 15.0  # more than any machine needs


def test_the_first_variant_of_each_group_gets_its_verdict() -> None:
    variants = [group[0] for group in registry.variants().values()]
    found = judging.compare(judging.Work(variants=variants, jobs=2, say=lambda _: None), results.load(), MINUTES)
    assert (found.worse, found.left_out) == ([], [])

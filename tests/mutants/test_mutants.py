"""The zoo of broken servers: its faults are there, the suite kills them, and the committed matrix tells the truth."""

import logging
import zlib
from datetime import UTC, datetime
from functools import cache

import pytest

from fixtures.spec import Spec, load_spec
from tests.mutants import judging, matrix, zoo
from tests.mutants.fault import Fault, Variant, statement_levels
from tests.mutants.story import Transcript, transcript

DAY = datetime.now(UTC).timetuple().tm_yday
CHUNKS = 4  # so that they can run side by side
JOBS = 3  # in each of them: a third of the time a run waits
STORIES = 48  # every server's story is told on one day in so many: one costs most of a second
RUNS = 288  # every fault meets the whole suite on one day in so many: two to seven seconds, and ten of waiting
MORE = 8  # the same for those that need it
MINUTES = 3.0  # that a sample may take; what a slow machine doesn't come to has its turn again
CLAIMS_MINUTES = 15.0  # that no machine should need

# What takes more requests to show than those of the checks that claim it: the whole suite meets it, in turn.
NEEDS_MORE = {
    "arrays-kept-to-two",
    "bought-unknown-items-are-popular",
    "deep-nesting-kills",
    "empty-filters-bring-nothing",
    "empty-lists-come-from-others",
    "events-before-their-item-lost",
    "events-have-a-limit-of-their-own",
    "every-hundredth-request-is-429",
    "forty-items-at-most",
    "held-limit-of-the-page",
    "held-second-organisation-reads-the-first",
    "html-404",
    "malformed-json-kills",
    "metadata-missing-for-similar",
    "no-headers-on-404",
    "one-item-too-many-on-page-2",
    "one-recommendation-id-per-user",
    "order-lost-on-the-last-page",
    "plain-text-405",
    "purchases-of-unknown-items-crash",
    "queue-jams",
    "recommended-items-sorted",
    "refused-status-hides",
    "right-to-left-text-crashes",
    "second-fallback-has-a-size",
    "second-has-next-counts-whole-pages",
    "second-limit-100-refused",
    "second-remaining-is-full-on-403",
    "second-window-ends-when-idle",
    "third-empty-metadata-left-out",
    "third-repeated-events-have-no-data",
    "third-scores-begin-anew-on-every-page",
    "window-of-five-seconds",
}

# What is known to fall short, so that it can't grow unseen; a gap that is closed must leave this list.
SURVIVORS: set[str] = set()
MUSTS_WITHOUT_TWO_FAULTS: set[str] = set()
SHOULDS_WITHOUT_A_FAULT: set[str] = set()


def of_today(name: str, days: int) -> bool:
    return zlib.crc32(name.encode()) % days == DAY % days


def chunks(names: list[str]) -> list[list[str]]:
    return [names[start::CHUNKS] for start in range(CHUNKS)]


EVERY: list[Fault | Variant] = [*zoo.every_fault(), *zoo.every_variant()]
TOLD = sorted(fault.name for fault in zoo.every_fault() if of_today(fault.name, STORIES))


@cache
def spec() -> Spec:
    return load_spec()


@cache
def plain_story() -> Transcript:
    return transcript(None, spec())


def test_names_are_unique_and_sentences_are_there() -> None:
    names = [each.name for each in EVERY]
    assert len(set(names)) == len(names)
    assert all((each.breaks if isinstance(each, Fault) else each.differs).endswith(".") for each in EVERY)


def test_every_fault_breaks_statements_of_the_catalogue() -> None:
    unknown = {fault.name: set(fault.ids) - statement_levels().keys() for fault in zoo.every_fault()}
    assert {name: ids for name, ids in unknown.items() if ids} == {}
    assert [fault.name for fault in zoo.every_fault() if fault.level not in ("MUST", "SHOULD")] == []


def test_the_matrix_holds_exactly_the_zoo() -> None:
    kept = matrix.load()
    assert kept.faults.keys() == {fault.name for fault in zoo.every_fault()}
    assert kept.variants.keys() == {variant.name for variant in zoo.every_variant()}
    assert {name: row["ids"] for name, row in kept.faults.items()} == {
        fault.name: list(fault.ids) for fault in zoo.every_fault()
    }


def test_every_failure_in_the_matrix_is_of_a_statement_that_still_exists() -> None:
    rows = [*matrix.load().faults.values(), *matrix.load().variants.values()]
    assert {id_ for row in rows for id_ in row["failed"]} <= statement_levels().keys()


def test_no_fault_survives_but_those_that_are_known_to() -> None:
    assert set(matrix.load().survivors) == SURVIVORS


def test_every_must_is_failed_by_two_faults() -> None:
    few = matrix.statements_without_two_faults(matrix.load(), "MUST")
    assert few.keys() == MUSTS_WITHOUT_TWO_FAULTS


def test_every_should_is_failed_by_a_fault() -> None:
    few = matrix.statements_without_two_faults(matrix.load(), "SHOULD")
    assert {id_ for id_, names in few.items() if not names} == SHOULDS_WITHOUT_A_FAULT


@pytest.mark.parametrize("names", chunks(TOLD))
def test_a_deviation_is_really_there(names: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """The same story is answered otherwise than by the plain mock."""
    caplog.set_level(logging.CRITICAL)
    alike = [name for name in names if transcript(zoo.named(name), spec()) == plain_story()]
    assert alike == []


def test_the_plain_mock_tells_the_same_story_twice() -> None:
    assert transcript(None, spec()) == plain_story()


def test_what_needs_more_than_its_claims_is_in_the_zoo() -> None:
    assert {fault.name for fault in zoo.every_fault()} >= NEEDS_MORE


@pytest.mark.parametrize("names", chunks(sorted({fault.name for fault in zoo.every_fault()} - NEEDS_MORE)))
def test_every_fault_fails_a_check_that_claims_it(names: list[str]) -> None:
    faults = [fault for fault in zoo.every_fault() if fault.name in names]
    work = judging.Work(faults, jobs=JOBS, claims_only=True, quiet=True)
    found = judging.compare(work, matrix.load(), CLAIMS_MINUTES)
    assert (found.worse, found.left_out) == ([], [])


def test_the_whole_suite_kills_a_sample_of_the_day() -> None:
    """All of it is `make faults`. What differs is judged again, with a core of its own."""
    faults = [fault for fault in zoo.every_fault() if of_today(fault.name, MORE if fault.name in NEEDS_MORE else RUNS)]
    found = judging.compare(judging.Work(faults, jobs=JOBS, quiet=True), matrix.load(), MINUTES)
    assert (found.worse, found.judged > 0) == ([], bool(faults))

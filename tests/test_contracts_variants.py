"""Legal servers are not accused: a sample that turns with the days, as the committed matrix says of all of them."""

import zlib
from datetime import UTC, datetime

import pytest

from tests.faults import matrix, zoo
from tests.faults.fault import Variant
from tests.faults.runs import plain_task, run_all, variant_task

DAY = datetime.now(UTC).timetuple().tm_yday
RUNS = 24
ACCUSED: set[str] = set()  # known false accusations; one that is mended must leave this list


def of_today(name: str) -> bool:
    return zlib.crc32(name.encode()) % RUNS == DAY % RUNS


TODAY = sorted(each.name for each in zoo.every_variant() if of_today(each.name))


def test_no_legal_server_is_accused_but_those_that_are_known_to_be() -> None:
    assert set(matrix.load().accused) == ACCUSED


def test_the_plain_mock_passed_under_twenty_seeds() -> None:
    assert sorted(map(int, matrix.load().plain)) == list(range(1, matrix.SEEDS + 1))


@pytest.mark.parametrize("name", TODAY)
def test_a_legal_server_gets_its_verdict(name: str) -> None:
    variant = zoo.named(name)
    assert isinstance(variant, Variant)
    ((_, judged),) = run_all([variant_task(variant)], jobs=1)
    assert (judged.exit_code == variant.exit_code) == (name not in ACCUSED), judged


def test_the_plain_mock_conforms_under_a_seed_of_the_day() -> None:
    ((_, judged),) = run_all([plain_task(1_000 + DAY)], jobs=1)
    assert judged.exit_code == 0, judged

"""Legal servers are not accused: a sample that turns with the days, as the committed matrix says of all of them."""

import zlib
from datetime import UTC, datetime

from tests.mutants import judging, matrix, zoo

DAY = datetime.now(UTC).timetuple().tm_yday
RUNS = 96  # every variant is judged anew on one day in so many: one takes about seven seconds of processor
MINUTES = 3.0
ACCUSED: set[str] = set()  # known false accusations; one that is mended must leave this list


def of_today(name: str) -> bool:
    return zlib.crc32(name.encode()) % RUNS == DAY % RUNS


def test_no_legal_server_is_accused_but_those_that_are_known_to_be() -> None:
    assert set(matrix.load().accused) == ACCUSED


def test_the_plain_mock_passed_under_twenty_seeds() -> None:
    assert sorted(map(int, matrix.load().plain)) == list(range(1, matrix.SEEDS + 1))


def test_legal_servers_get_their_verdict() -> None:
    """What differs is judged again, with a core of its own."""
    variants = [each for each in zoo.every_variant() if of_today(each.name)]
    found = judging.compare(judging.Work(variants=variants, jobs=2, quiet=True), matrix.load(), MINUTES)
    assert (found.worse, found.judged > 0) == ([], bool(variants))

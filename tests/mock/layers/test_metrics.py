"""The Prometheus metrics: correct counts, few labels, and separate counts for two mocks in one process."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fixtures.bodies import item_body
from mock_server.control.loop_lag import LoopLag
from tests.support.journal_client import Observed, observed
from tests.support.mock_client import ITEMS, RECOMMEND


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


def scraped(mock: Observed) -> dict[tuple[str, ...], float]:
    """Return the values by (name, label values...)."""
    answer = mock.call("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.body.decode())
    return {
        (sample.name.removeprefix("lehnz_mock_"), *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_by_operation_and_status(mock: Observed) -> None:
    mock.recommend()
    mock.recommend()
    mock.post(RECOMMEND, {"strategy": "popular"}, key=None)
    mock.post(ITEMS, item_body("a"))
    found = scraped(mock)
    assert found["requests_total", "recommend", "200"] == 2
    assert found["requests_total", "recommend", "401"] == 1
    assert found["requests_total", "upsertItems", "202"] == 1
    assert found["request_duration_seconds_count", "recommend"] == 3
    assert found["request_duration_seconds_bucket", "+Inf", "recommend"] == 3
    assert 0 < found["request_duration_seconds_sum", "recommend"] < 10


def test_refusals_by_the_limit_have_their_own_counter() -> None:
    mock = observed(rate_limit="1/10s")
    for _ in range(3):
        mock.recommend()
    assert scraped(mock)["rate_limited_total", "recommend"] == 2
    mock.close()


def test_unknown_paths_and_keys_create_no_labels(mock: Observed) -> None:
    for number in range(50):
        mock.send("GET", f"/wp-admin/{number}", None, f"lehnz_pk_{number}")
        mock.send(f"M{number}", RECOMMEND)
    found = scraped(mock)
    assert found["requests_total", "other", "404"] == 50
    assert {labels[0] for name, *labels in found if name == "requests_total"} == {"other"}


def test_a_broken_connection_is_counted_as_unanswered(mock: Observed) -> None:
    mock.post(RECOMMEND, b"{", then={"type": "http.disconnect"})
    assert scraped(mock)["requests_total", "recommend", "none"] == 1


def test_the_mocks_state_is_measured_at_each_scrape() -> None:
    mock = observed(ingest_delay=5, journal=2)
    mock.post(ITEMS, [item_body("a"), item_body("b")])
    for _ in range(3):
        mock.recommend()
    found = scraped(mock)
    assert (found["organisations",], found["items",], found["ingest_queue_requests",]) == (2, 0, 1)
    assert (found["journal_exchanges",], found["journal_dropped_total",]) == (2, 2)
    mock.advance(5)
    found = scraped(mock)
    assert (found["items",], found["users",], found["events",], found["ingest_queue_requests",]) == (2, 0, 0, 0)
    mock.close()


def test_two_mocks_in_one_process_count_separately(mock: Observed) -> None:
    other = observed()
    other.recommend()
    assert ("requests_total", "recommend", "200") not in scraped(mock)
    assert scraped(other)["requests_total", "recommend", "200"] == 1
    other.close()


def test_requests_are_counted_without_a_journal() -> None:
    mock = observed(journal=0)
    mock.recommend()
    assert scraped(mock)["requests_total", "recommend", "200"] == 1
    mock.close()


def test_the_loops_lag_is_the_longest_since_the_last_scrape() -> None:
    async def scene() -> list[float]:
        lag = LoopLag()
        looks = [lag.take()]
        time.sleep(0.35)  # noqa: ASYNC251 - what blocks the loop is what is measured
        await asyncio.sleep(0.05)
        return [*looks, lag.take()]

    first, blocked = asyncio.run(scene())
    assert first == 0.0
    assert blocked >= 0.2

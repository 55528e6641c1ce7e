"""When a client may retry: the documents' rules, in one class."""

from random import Random

from load._retries import ATTEMPTS, Backoff


def backoff() -> Backoff:
    return Backoff(Random(7), base=0.5, cap=30.0)


def test_a_success_needs_no_second_request() -> None:
    assert backoff().delay(200) is None


def test_a_429_waits_at_least_for_the_reset() -> None:
    delays = [backoff().delay(429, reset=12.0) for _ in range(20)]
    assert all(delay is not None and 12.0 <= delay <= 13.0 for delay in delays)


def test_a_later_retry_after_wins_over_the_reset() -> None:
    assert (backoff().delay(429, retry_after=20.0, reset=12.0) or 0) >= 20.0
    assert (backoff().delay(429, retry_after=3.0, reset=12.0) or 0) >= 12.0


def test_a_429_without_a_hint_still_backs_off_exponentially() -> None:
    most = [0.0] * 8
    for seed in range(200):
        client = Backoff(Random(seed), base=0.5, cap=30.0)
        for attempt in range(8):
            most[attempt] = max(most[attempt], client.delay(429) or 0.0)
    assert all(value <= min(30.0, 0.5 * 2 ** (attempt + 1)) for attempt, value in enumerate(most))
    assert most[5] > 10 * most[0], "the bound doubles"


def test_a_429_is_retried_without_limit() -> None:
    client = backoff()
    assert all(client.delay(429, reset=1.0) is not None for _ in range(50))


def test_a_5xx_is_sent_four_times_at_most() -> None:
    client = backoff()
    assert [client.delay(503) is not None for _ in range(ATTEMPTS)] == [True, True, True, False]


def test_no_answer_counts_as_a_5xx() -> None:
    client = backoff()
    assert [client.delay(0) is not None for _ in range(ATTEMPTS)] == [True, True, True, False]


def test_other_errors_are_never_retried() -> None:
    assert [backoff().delay(status) for status in (400, 401, 403, 404, 413, 415, 422)] == [None] * 7


def test_a_success_forgets_earlier_failures() -> None:
    client = backoff()
    for _ in range(3):
        client.delay(500)
    client.delay(200)
    assert client.delay(500) is not None


def test_the_jitter_spreads_clients_that_were_refused_together() -> None:
    delays = {round(Backoff(Random(seed)).delay(429, reset=10.0) or 0, 3) for seed in range(50)}
    assert len(delays) > 45

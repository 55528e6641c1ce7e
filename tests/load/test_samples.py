"""Samples of several generators can be merged without loss."""

import json
from random import Random

from load._samples import Samples


def record(into: list[Samples], seed: int) -> None:
    rng = Random(seed)
    for number in range(3000):
        samples, slot = into[number % len(into)], rng.randrange(-1, 12)
        kind = rng.random()
        seconds = rng.lognormvariate(-4, 1)
        if kind < 0.8:
            samples.answered("POST /v1/recommend", slot, seconds, seconds / 2)
            samples.listed("POST /v1/recommend", slot, rng.random() < 0.9, seconds * 500)
        elif kind < 0.9:
            samples.limited("POST /v1/recommend", slot)
        else:
            samples.failed("POST /v1/ingest/events/ingest", slot, rng.choice(("status 500", "no response")))
        samples.late(slot, seconds / 10)
        samples.look_at_flight(slot, rng.randrange(9))
        samples.count("sent")
        quota = samples.quota("org")
        quota.sent += 1
        samples.lowest_remaining[slot] = min(1000 - number, samples.lowest_remaining.get(slot, 1000))


def test_merged_samples_equal_those_of_one_generator() -> None:
    whole, parts, master = Samples(), [Samples(), Samples(), Samples()], Samples()
    record([whole], seed=5)
    record(parts, seed=5)
    for part in parts:
        master.merge(part.to_message())
    assert master.to_message() == whole.to_message()
    assert master.slots() == list(range(-1, 12))


def test_samples_are_sent_as_plain_json_without_keys() -> None:
    samples = Samples()
    record([samples], seed=6)
    assert json.loads(json.dumps(samples.to_message()))["counters"] == {"sent": 3000}


def test_the_number_of_reasons_is_limited() -> None:
    samples = Samples()
    for number in range(1000):
        samples.failed("POST /v1/recommend", 0, f"status {number}")
    assert len(samples.reasons) == 50
    assert samples.series["POST /v1/recommend"].failed == {0: 1000}
